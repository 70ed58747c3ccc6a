"""One operator locks and another logs in at the same screen, by keys, until she can type: our own share."""

from __future__ import annotations

import time
from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from bench.around import demonstration
from bench.figures import Figure, at_most, percentile
from bench.screen import Hands, Script, WindowCounter, screen
from core import commands as c
from core.ledger.founding import operator_accepted
from core.station.live import new_id
from core.view import Screen
from program.demonstration import OPERATOR, PASSWORD, TERMINAL, Demonstration
from program.machine import SystemClock
from storage.slots import OperatorKeys, cost_of, new_operator_keys
from storage.vault import FileVault
from storage.vaultfile import OperatorRecord
from ui.fields import Entry

_SWITCHES, _WARM = 8, 2
_SECOND, _HER_PASSWORD = "OP10002", "another-invented-word-7"
_REST_SECONDS = 0.2
_Key = Qt.Key


def run() -> Iterator[Figure]:
    """The slowest of eight: F12 to the locked screen, every key typed, Enter to her first empty field.

    The derivation of her key is in it.  Both have a visit on the screen and another that waits, so that
    drafts go into the vault and come out of it each time.
    """
    with demonstration() as around:
        her = _joined(around)
        with screen(around) as (counter, hands):
            _accepted(counter, her)
            shares, entered = [], []
            for number in range(_SWITCHES + _WARM):
                who = ((_SECOND, _HER_PASSWORD), (OPERATOR, PASSWORD))[number % 2]
                hands.painted.clear()
                waits: list[float] = []
                hands.perform(_switch(counter, hands, who, waits))
                counter.do(c.SetField(c.Field.CONTENTS, f"衣物{number}"))
                if number < _WARM:
                    counter.do(c.Park(), c.SetField(c.Field.CONTENTS, "书"))
                else:
                    shares.append((sum(hands.painted) + sum(waits)) / 1000)
                    entered.append(waits[-1])
    note = f"{_SWITCHES} switches, typing included; Enter to field, derivation in it, median"
    yield at_most("switch", max(shares), "s", 3, f"{note} {percentile(entered, 0.5):.0f} ms")


def _joined(around: Demonstration) -> OperatorKeys:
    """A second operator of this terminal, her key as costly as the first one's."""
    vault = FileVault(around.data, SystemClock())
    vault.unlock(OPERATOR, PASSWORD)
    try:
        keys = new_operator_keys(_SECOND, _HER_PASSWORD, cost_of(vault.operators()[OPERATOR].wrapped))
        vault.add_operator(
            OperatorRecord(_SECOND, "clerk", keys.signer.public, keys.agreement.public, keys.wrapped)
        )
    finally:
        vault.close()
    return keys


def _accepted(counter: WindowCounter, her: OperatorKeys) -> None:
    """Her key counts from an entry of its own, endorsed by whoever stands here."""
    live = counter.terminal.station._live
    endorser = live.vault.unlock(OPERATOR, PASSWORD)
    entry = operator_accepted(
        TERMINAL, _SECOND, "clerk", her.signer, her.agreement.public, new_id(),
        endorsed_by="supervisor", endorser=OPERATOR, endorser_key=endorser.signer,
    )  # fmt: skip
    counter.terminal.station._enqueue(lambda: live.commit([entry])).result(10)


def _switch(counter: WindowCounter, hands: Hands, who: tuple[str, str], waits: list[float]) -> Script:
    """F12, her number, Enter, her password, Enter; ``waits`` are milliseconds."""
    operator, password = who
    yield _REST_SECONDS
    painted = hands.painting(hands.find("password"))
    painted.expect(lambda: counter.view is not None and counter.view.screen is Screen.LOCKED)
    pressed = time.perf_counter_ns()
    hands.key(_Key.Key_F12)
    yield lambda: bool(painted.at_ns) and hands.place == "password"
    waits.append((painted.at_ns - pressed) / 1e6)
    yield from hands.type("operator", operator)
    hands.key(_Key.Key_Return)
    yield from hands.type("password", password)
    yield _REST_SECONDS
    painted = hands.painting(hands.find("commit_bar"))
    painted.expect(lambda: counter.view is not None and counter.view.operator == operator)
    pressed = time.perf_counter_ns()
    hands.key(_Key.Key_Return)
    yield lambda: bool(painted.at_ns) and _can_type()
    waits.append((time.perf_counter_ns() - pressed) / 1e6)


def _can_type() -> bool:
    """Whether the focus is in an empty field of the form."""
    focused = QApplication.focusWidget()
    return isinstance(focused, Entry) and not focused.text() and focused.objectName() in set(c.Field)
