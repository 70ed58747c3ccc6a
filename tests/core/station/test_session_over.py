"""A session that has run out signs nothing more: the counter locks, its journal still verifies (I2, I5)."""

from __future__ import annotations

import time

import pytest

from core import commands as c
from core.devices import CodeScanned, Slot
from core.ledger.chain import Verifier
from core.view import CounterView, Screen
from tests.core.station.desk import WAYBILLS, Counter

pytestmark = pytest.mark.requirement("T15", "I5")

_SHIFT_S = 60 * 720


def _kinds(counter: Counter) -> list[str]:
    return [entry.header.kind for entry in counter.vault.journal.rows]


@pytest.mark.parametrize("how", ["a key", "a scan", "nothing"])
def test_after_its_time_the_counter_locks_and_what_was_typed_is_kept(counter: Counter, how: str) -> None:
    counter.type(contents="茶叶")
    counter.vault.machine.advance(_SHIFT_S)
    if how == "a key":
        counter.do(c.AcknowledgeNotice(c.Acknowledgement.SPOKEN))
    elif how == "a scan":
        counter.station.device_event(CodeScanned(Slot.SCANNER, WAYBILLS[0], "]C0"))
    else:
        counter.station._enqueue(counter.station._tick).result(10)
    view = counter.shown()
    assert view.screen is Screen.LOCKED
    assert view.message is not None
    assert view.message.code == "msg.session_over"
    assert _kinds(counter)[-1] == "SessionEnded"
    assert counter.vault.journal.rows[-1].data["cause"] == "expired"
    counter.log_in()
    assert counter.visit().fields[c.Field.CONTENTS].text == "茶叶"
    _verify(counter)


def test_who_logs_out_too_late_signs_nothing(counter: Counter) -> None:
    counter.vault.machine.advance(_SHIFT_S)
    assert counter.do(c.LogOut()).screen is Screen.LOGIN
    assert _kinds(counter)[-1] == "SessionEnded"
    _verify(counter)


def _verify(counter: Counter) -> None:
    rows = counter.vault.journal.rows
    verifier = Verifier(rows[0].header.terminal, counter.vault.headquarters.public)
    verifier.grant_keys(rows)
    for entry in rows:
        verifier.follow(entry)


def _untouched(counter: Counter, seconds: float) -> CounterView:
    """So long nobody pressed a key; then a tick."""

    def tick() -> None:
        counter.station._active = time.monotonic() - seconds
        counter.station._tick()

    counter.station._enqueue(tick).result(10)
    return counter.shown()


def test_a_counter_that_nobody_touches_locks(counter: Counter) -> None:
    """By the minutes of the rule data; a customer's data leave the screen, what was typed comes back."""
    counter.sender()
    limit = 60 * counter.live.rules.limits.idle_lock_minutes
    assert _untouched(counter, limit - 30).screen is Screen.CLERK
    view = _untouched(counter, limit + 1)
    assert (view.screen, view.visit) == (Screen.LOCKED, None)
    locked = counter.vault.journal.rows[-1]
    assert (locked.header.kind, locked.data) == ("OperatorLocked", {"cause": "timeout"})
    counter.log_in()
    assert counter.visit().sender is not None
    _verify(counter)
