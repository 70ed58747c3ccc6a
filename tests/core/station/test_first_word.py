"""T28: the first F9 after a start waits a moment for headquarters' word, and goes on without one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core import commands as c
from core.view import SyncView
from tests.core.memory import MemoryVault
from tests.core.station.desk import WAYBILLS, Counter

pytestmark = pytest.mark.requirement("T28")

BEHIND = SyncView(0, None, "refused", "hq.conflict", "behind", serial=1)


@pytest.fixture
def counter() -> Iterator[Counter]:
    """Logged in, the first item ready; headquarters has not answered."""
    made = Counter(MemoryVault(asks=True))
    made.log_in()
    made.sender()
    made.parcel(WAYBILLS[0])
    yield made
    made.station.stop()


def test_a_store_set_back_accepts_nothing_before_headquarters_has_said_so(counter: Counter) -> None:
    """F9 comes first: the word that comes while it waits stops it, and no number is used again."""
    counter.station.sync_changed(SyncView(0, None, "trying", serial=1), 0)  # no word yet
    pressed = counter.station.submit(c.Commit())
    counter.station.sync_changed(BEHIND, 9)
    pressed.exception(10)
    assert counter.message() == "rule.counter_stopped"
    counter.do(c.Commit())
    assert counter.message() == "rule.counter_stopped"
    assert "ItemAccepted" not in counter.kinds()


def test_with_an_answer_nothing_is_said(counter: Counter) -> None:
    pressed = counter.station.submit(c.Commit())
    counter.station.sync_changed(SyncView(0, None, "ok", serial=1), 2)
    pressed.exception(10)
    assert counter.message() == "msg.accepted"


def test_offline_it_goes_on_and_says_so_once(counter: Counter) -> None:
    counter.station.sync_changed(SyncView(0, None, "trying", "hq.unreachable", serial=1), 0)
    counter.do(c.Commit())
    assert counter.message() == "msg.accepted_unasked"
    counter.do(c.NextItem())
    counter.parcel(WAYBILLS[1])
    counter.do(c.Commit())
    assert counter.message() == "msg.accepted"


def test_a_silent_line_is_not_waited_for_long(counter: Counter) -> None:
    counter.do(c.Commit())
    assert counter.message() == "msg.accepted_unasked"


def test_it_is_asked_again_at_the_next_start(counter: Counter) -> None:
    counter.station.sync_changed(SyncView(0, None, "ok", serial=1), 2)
    counter.do(c.Commit())
    counter.do(c.NextCustomer(), c.LogOut())
    counter.log_in()
    counter.sender()
    counter.parcel(WAYBILLS[1])
    counter.station.sync_changed(SyncView(0, None, "trying", "hq.unreachable", serial=3), 0)
    counter.do(c.Commit())
    assert counter.message() == "msg.accepted_unasked"
