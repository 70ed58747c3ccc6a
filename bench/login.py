"""Logging in behind the lock, by password and by card: what the counter adds to the key derivation, or to
what the card is asked, without typing; and a second person's approval beside the session."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.figures import Figure, at_most, percentile
from core import commands as c
from core.ledger.founding import operator_accepted
from core.second import AskReaderDown, DecideRequest
from core.station.live import Live, new_id
from core.view import Screen
from devices.simulators.desk import PIN
from program.demonstration import OPERATOR, PASSWORD, SECOND, TERMINAL, Demonstration
from storage.slots import new_card_keys, open_operator_keys
from storage.vault import FileVault
from storage.vaultfile import OperatorRecord
from tests.walk.counter import WalkingCounter

_TIMES, _WARM = 8, 2


def run() -> Iterator[Figure]:
    """Medians of eight: from the command to the published view, less what the keys cost by themselves."""
    with (
        tempfile.TemporaryDirectory(prefix="counter-bench-") as directory,
        Demonstration(
            Path(directory) / "b", None, whole=True, read_s=0.0, cards=True, role="supervisor"
        ) as around,
        WalkingCounter(around) as counter,
    ):
        around.give_way()
        counter.log_in()
        vault = _joined(counter)
        rows = (("login", OPERATOR, PASSWORD, "key derivation"), ("login-card", SECOND, PIN, "the card"))
        for name, operator, secret, what in rows:
            record = vault.operators()[operator]
            alone = _median(lambda record=record, secret=secret: _keys(vault, record, secret))  # type: ignore[misc]
            whole = _median(lambda who=(operator, secret): _log_in(counter, who))  # type: ignore[misc]
            note = f"whole {whole:.0f} ms, {what} alone {alone:.0f} ms; medians of {_TIMES}"
            yield at_most(name, whole - alone, "ms", 500, note)
        approval = _median(lambda: _approved(counter))  # the card's holder stands here, and asks
        note = f"her password's key derivation included; medians of {_TIMES}"
        yield at_most("approval", approval, "ms", 1000, note)


def _median(timed: Callable[[], float]) -> float:
    return percentile([timed() for _ in range(_TIMES + _WARM)][_WARM:], 0.5)


def _keys(vault: FileVault, record: OperatorRecord, secret: str) -> float:
    """Milliseconds for her keys, the opening of her slot and one signature."""
    begun = time.perf_counter()
    keys = open_operator_keys(
        record.operator, secret, record.signing, record.agreement, record.wrapped, vault._cards
    )
    if keys.card is not None:
        keys.card.agree(record.agreement.raw)
    keys.signer.sign(b"certificate")
    keys.release()
    return (time.perf_counter() - begun) * 1000


def _log_in(counter: WalkingCounter, who: tuple[str, str]) -> float:
    counter.do(c.Lock())
    begun = time.perf_counter()
    counter.do(c.LogIn(*who))
    took = (time.perf_counter() - begun) * 1000
    assert counter.view is not None
    assert (counter.view.screen, counter.view.operator) == (Screen.CLERK, who[0])
    return took


def _approved(counter: WalkingCounter) -> float:
    """Milliseconds from number and password beside the session to the act that they allow."""
    counter.do(AskReaderDown("reader_broken"))
    assert counter.view is not None
    (request,) = counter.view.second.requests
    begun = time.perf_counter()
    counter.do(DecideRequest(request.request, OPERATOR, PASSWORD))
    took = (time.perf_counter() - begun) * 1000
    assert not counter.view.second.requests
    return took


def _joined(counter: WalkingCounter) -> FileVault:
    """A second operator whose keys are on a card; whoever stands here endorses them."""
    station = counter.terminal.station
    live: Live = station._live
    vault = live.vault
    assert isinstance(vault, FileVault)
    counter.tell("card_in", card="card_1")
    while not live.cards:
        time.sleep(0.01)

    def join() -> None:
        keys = new_card_keys(SECOND, PIN, vault._cards)
        record = OperatorRecord(SECOND, "clerk", keys.signer.public, keys.agreement.public, keys.wrapped)
        vault.add_operator(record)
        endorser = vault.unlock(OPERATOR, PASSWORD)
        entry = operator_accepted(
            TERMINAL, SECOND, "clerk", keys.signer, keys.agreement.public, new_id(),
            endorsed_by="supervisor", endorser=OPERATOR, endorser_key=endorser.signer,
        )  # fmt: skip
        live.commit([entry])
        keys.release()

    station._enqueue(join).result(30)
    return vault
