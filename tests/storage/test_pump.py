"""The pump: everything arrives once, in order, whatever the line does on the way (T3)."""

from __future__ import annotations

import datetime as dt
import time
from functools import partial

import pytest

from core.ledger.documents import read_marks
from core.view import SyncView
from storage.pump import PumpSettings
from tests.core.machine import SetClock
from tests.guards import ExpectedLogs
from tests.storage.pumping import Place
from tests.storage.stub_hq import NOW, Answer, Asked, drop, refuse

pytestmark = pytest.mark.requirement("R22", "T3")


def test_a_backlog_is_drained_in_batches(place: Place) -> None:
    place.accept(30)
    place.start(PumpSettings(first_wait_s=0.02, heartbeat_s=30, batch_entries=10))
    view = place.wait_sent()
    assert (view.state, view.fault) == ("ok", "")
    assert view.last_contact == NOW
    batches = [asked.seqs for asked in place.hq.asked if asked.path.endswith("/entries")]
    assert [len(batch) for batch in batches] == [10, 10, 10, 10, 10, 10, 4]
    assert [seq for batch in batches for seq in batch] == list(range(1, 65))
    assert place.hq.paths()[:3] == ["time", "marks", "entries"]
    assert len(place.heard.times) == 1
    assert place.heard.views[0][0] == SyncView(unsent=64, state="trying", due_s=15.0, serial=1)


def test_a_batch_is_bounded_in_bytes(place: Place) -> None:
    place.accept(10)
    place.start(PumpSettings(heartbeat_s=30, batch_bytes=12_000))
    place.wait_sent()
    batches = [asked for asked in place.hq.asked if asked.path.endswith("/entries")]
    assert len(batches) > 3
    assert all(len(asked.body) <= 12_000 for asked in batches)


def test_an_entry_larger_than_a_batch_goes_alone(place: Place) -> None:
    place.accept(1)
    place.start(PumpSettings(heartbeat_s=30, batch_bytes=100))
    place.wait_sent()
    assert [len(asked.seqs) for asked in place.hq.asked if asked.path.endswith("/entries")] == [1] * 6


def test_new_entries_go_at_once_when_nudged(place: Place) -> None:
    place.start(PumpSettings(heartbeat_s=600))
    place.wait_sent()
    for _ in range(3):
        place.accept()
        place.wait_sent()


def test_the_marks_are_kept_and_known_at_the_next_start(place: Place) -> None:
    place.hq.safe = 2
    place.accept(2)
    place.start()
    place.wait_sent()
    place.stop()
    assert place.journal.marks() is None
    place.journal.flush()
    kept = place.journal.marks()
    assert kept is not None
    marks = read_marks(*kept, place.counter.book.headquarters.public)
    assert (marks.received.seq, marks.safe.seq) == (8, 2)
    place.hq.always = drop
    place.heard.views.clear()
    place.start()
    view = place.heard.wait(lambda view, received: received == 8 and view.fault != "")
    assert (view.unsent, view.state, view.last_contact) == (0, "trying", None)


def test_kept_marks_of_somebody_else_are_not_believed(place: Place, expected_logs: ExpectedLogs) -> None:
    expected_logs.expect("storage.pump", "kept marks")
    place.journal.note_marks(b'{"type":"marks"}', b"x" * 64)
    place.journal.flush()
    place.accept()
    place.start()
    place.wait_sent()


@pytest.mark.parametrize("after_storing", [True, False])
def test_a_lost_answer_doubles_nothing(place: Place, after_storing: bool) -> None:
    """T3: HQ stored the batch (or not) and the line broke; the same entries come again."""
    place.accept(3)

    def lose(asked: Asked) -> Answer | None:
        if after_storing:
            place.hq.usual(asked)
        return drop(asked)

    place.hq.script.extend([lambda _a: None, lambda _a: None, lose, drop, drop])
    place.start()
    place.wait_sent()
    sent = [asked.seqs for asked in place.hq.asked if asked.path.endswith("/entries")]
    assert sent[0] == list(range(1, 11))
    assert place.hq.head == place.counter.book.state.head


def test_a_line_that_breaks_again_and_again(place: Place) -> None:
    """Every second request dies, before or after it was done, while the clerk goes on."""
    calls = iter(range(10_000))

    def shaky(asked: Asked) -> Answer | None:
        call = next(calls)
        if call % 4 == 1:
            place.hq.usual(asked)
        return drop(asked) if call % 2 else None

    place.hq.always = shaky
    place.start(PumpSettings(first_wait_s=0.001, longest_wait_s=0.002, heartbeat_s=0.05, batch_entries=3))
    for _ in range(25):
        place.accept()
    place.hq.always = None
    place.wait_sent()


def test_weeks_offline_and_back(place: Place) -> None:
    place.hq.always = drop
    place.start()
    place.heard.wait(lambda view, _: view.state == "trying" and view.fault == "hq.unreachable")
    place.accept(20)
    view = place.heard.wait(lambda view, _: view.unsent == 44)
    assert view.last_contact is None
    place.hq.always = None
    place.wait_sent()


def _unsent_is(number: int, view: SyncView, _received: int) -> bool:
    return view.unsent == number


def test_unsent_grows_on_the_screen_while_headquarters_is_away(place: Place) -> None:
    place.hq.always = drop
    place.start(PumpSettings(first_wait_s=30, longest_wait_s=30))
    place.heard.wait(lambda view, _: view.fault == "hq.unreachable")
    asked = len(place.hq.asked)
    for _ in range(3):
        place.accept()
        last = len(place.counter.book.entries)
        place.heard.wait(partial(_unsent_is, last))
    assert len(place.hq.asked) == asked  # a nudge does not hammer on a dead line


def test_waits_grow_and_are_not_all_alike(place: Place) -> None:
    pump = place.start(PumpSettings(first_wait_s=1, longest_wait_s=60))
    place.wait_sent()
    waits = [pump._back_off() for _ in range(12)]
    for number, wait in enumerate(waits):
        longest = min(60.0, 2.0**number)
        assert longest / 2 <= wait <= longest
    assert len({wait / min(60.0, 2.0**number) for number, wait in enumerate(waits)}) > 6


def test_a_wrong_clock_is_put_right_by_the_signed_time(place: Place) -> None:
    """Years off: TLS dates and request times would fail; the time comes first."""
    clock = SetClock(dt.datetime(2031, 1, 1, tzinfo=dt.UTC))
    place.start(clock=clock)
    view = place.wait_sent()
    assert place.heard.times[0].anchor.at == NOW
    assert view.last_contact is not None
    assert abs(view.last_contact - NOW) < dt.timedelta(minutes=1)


def test_a_clock_that_jumps_is_asked_again(place: Place) -> None:
    place.start()
    place.wait_sent()
    moved = NOW + dt.timedelta(hours=2)
    place.hq.now = lambda: moved
    place.accept()
    place.wait_sent()
    assert [told.anchor.at for told in place.heard.times] == [NOW, moved]


def test_one_request_at_a_time(place: Place) -> None:
    inside: list[int] = []
    most: list[int] = []

    def count(asked: Asked) -> Answer:
        inside.append(1)
        most.append(len(inside))
        time.sleep(0.02)
        answer = place.hq.usual(asked)
        inside.pop()
        return answer

    place.hq.always = count
    place.start()
    place.accept(15)
    place.wait_sent()
    assert set(most) == {1}


def test_a_full_headquarters_is_waited_for_without_a_word(place: Place, expected_logs: ExpectedLogs) -> None:
    """It says when to come again: the pump comes then, and no fault is shown."""
    expected_logs.allow("storage.feed", "stands still: directives")  # the stub's answer to that is none
    place.accept()
    place.hq.script.extend(
        [lambda _a: None, lambda _a: None, lambda _a: None, refuse("hq.busy", 503, what="load", seconds=2)]
    )
    place.start()
    place.wait_sent()
    assert {view.fault for view, _ in place.heard.views} == {""}
