"""Somebody who is new makes her keys at a counter that another operator opens: asked at the log-in screen, or
by ``main.py activate`` (program/activation.py).

Nothing is written here and the counter may go on meanwhile: headquarters takes her public keys and the
wrapped ones, and tells all terminals of her branches, this one too, by directive.  At her first log-in at
each counter a supervisor stands by.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from core.access.rights import Action, need
from core.commands import Activate
from core.config import HeadquartersConfig
from core.errors import CounterError
from core.ledger.clock import business_date
from core.operator_cards import Cards, NoCards
from core.ports import Clock
from core.rules import load_rules
from program.machine import SystemClock
from storage.headquarters import ActivateAnswer, Headquarters
from storage.link import Route
from storage.pump import Listeners
from storage.slots import Argon2Cost, new_card_keys, new_operator_keys, tuned_cost
from storage.store import Replication, connect
from storage.vault import FileVault

_NO_CARDS = NoCards()
_RULES = Path(__file__).resolve().parents[1] / "resources" / "rules"


class Activating:
    """``core.ports.Activation``: one thread for each asking; the link's limits end it."""

    def __init__(
        self, data: Path, headquarters: HeadquartersConfig, clock: Clock, cards: Cards = _NO_CARDS
    ) -> None:
        self._data = data
        self._url, self._route = headquarters.url, Route(proxy=headquarters.proxy)
        self._clock = clock
        self._cards = cards

    def begin(self, asked: Activate, done: Callable[[CounterError | None], None]) -> None:
        """Returns at once."""
        threading.Thread(target=self._run, args=(asked, done), name="activation", daemon=True).start()

    def _run(self, asked: Activate, done: Callable[[CounterError | None], None]) -> None:
        opener, newcomer = (asked.endorser, asked.endorser_password), (asked.operator, asked.password)
        try:
            activate(
                self._data, self._url, opener, newcomer, asked.code,
                clock=self._clock, cards=self._cards, card=asked.card, route=self._route,
            )  # fmt: skip
        except CounterError as error:
            done(error)
        else:
            done(None)


def activate(
    data: Path,
    url: str,
    opener: tuple[str, str],
    newcomer: tuple[str, str],
    code: str,
    *,
    clock: Clock | None = None,
    cost: Argon2Cost | None = None,
    cards: Cards = _NO_CARDS,
    card: bool = False,
    route: Route | None = None,
) -> ActivateAnswer:
    """``opener`` and ``newcomer`` are (staff number, password), or with ``card`` (staff number, PIN).

    Raises RuleError PASSWORD_WEAK before anything is used up; StoreError WRONG_KEY, LOCKED_OUT; CardError as
    a log-in by card, and EMPTY, TAKEN for a card that cannot become hers; HqError
    CODE_INVALID (a lost answer uses the code up too: ask for another), UNREACHABLE, TLS …
    """
    clock = clock or SystemClock()
    book = load_rules(_RULES)
    if not card:
        book.at(business_date(clock.wall())).password.check(newcomer[1], newcomer[0])
    vault = FileVault(data, clock, book.editions[-1].password.wait_seconds, cards=cards)
    need(vault.unlock(*opener).role, Action.ACTIVATE)
    try:
        listeners = Listeners(lambda _view, _received: None, lambda _told: None)
        replication = Replication(url, listeners, route=route or Route())
        link, best = connect(data, vault, clock, replication)
        with closing(link):
            terminal, signing = vault.grant().terminal, vault.headquarters_keys().chain
            client = Headquarters(link, best, terminal, vault.terminal_signer(), signing)
            client.time()  # signed requests are dated: a wrong clock here is put right first
            if not card:
                return client.activate(code, new_operator_keys(*newcomer, cost or tuned_cost()))
            keys = new_card_keys(*newcomer, cards)
            try:
                return client.activate(code, keys)
            finally:
                keys.release()
    finally:
        vault.close()
