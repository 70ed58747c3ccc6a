"""Where the pump stands still: a refusal, another history at headquarters, a stop, a bug (T3, T28)."""

from __future__ import annotations

import socket
import threading
import time

import pytest

from core.crypto.keys import new_signer
from core.errors import StoreFault
from storage.headquarters import TimeTold
from storage.link import Route
from storage.pump import Listeners, PumpSettings
from tests.guards import ExpectedLogs
from tests.storage.pumping import LONG, Place
from tests.storage.stub_hq import Answer, Asked, StubHq, drop, error, refuse

pytestmark = pytest.mark.requirement("T28")


def test_a_refusal_stands_still_until_a_person_resumes(place: Place, expected_logs: ExpectedLogs) -> None:
    expected_logs.expect("storage.pump", "stands still: hq.refused .*entry.signature")
    place.accept()
    place.hq.script.extend(
        [lambda _a: None, lambda _a: None, refuse("hq.refused", fault="entry.signature", seq=5)]
    )
    pump = place.start()
    view = place.heard.wait(lambda view, _: view.state == "refused")
    assert (view.fault, view.unsent) == ("hq.refused", 6)
    asked = len(place.hq.asked)
    place.accept()  # nudges
    place.heard.wait(lambda view, _: view.state == "refused" and view.unsent == 8)
    time.sleep(0.5)
    assert len(place.hq.asked) == asked == 3
    pump.resume()
    place.wait_sent()


@pytest.mark.parametrize("code", ["hq.auth_lost", "hq.conflict"])
def test_a_lost_standing_is_not_retried(place: Place, expected_logs: ExpectedLogs, code: str) -> None:
    expected_logs.expect("storage.pump", "stands still")
    place.hq.script.extend([lambda _a: None, refuse(code, 403, what="revoked")])
    place.start()
    assert place.heard.wait(lambda view, _: view.state == "refused").fault == code
    time.sleep(0.3)
    assert len(place.hq.asked) == 2


def test_a_replayed_nonce_is_only_tried_again(place: Place) -> None:
    place.hq.script.extend([lambda _a: None, refuse("hq.conflict", what="nonce")])
    place.start()
    place.wait_sent()


def test_headquarters_restored_gets_everything_above_safe_again(
    place: Place, expected_logs: ExpectedLogs
) -> None:
    expected_logs.expect("storage.pump", "went back from 10 to 6")
    place.accept(3)
    place.start()
    place.wait_sent()
    del place.hq.entries[6:]
    place.hq.safe = 3
    place.hq.asked.clear()
    place.accept()
    place.wait_sent()
    sent = [asked.seqs for asked in place.hq.asked if asked.path.endswith("/entries")]
    # The first or the second time; the pump may have heard of it before the new ones were there.
    begun = next(at for at, seqs in enumerate(sent) if seqs[0] == 4)
    assert begun <= 1, sent
    assert [seq for seqs in sent[begun:] for seq in seqs] == list(range(4, 13)), sent


def test_a_gap_that_stays_is_a_refusal(place: Place, expected_logs: ExpectedLogs) -> None:
    """HQ says it holds all of it, and refuses what follows: asked once more, then it stands still."""
    expected_logs.expect("storage.pump", "stands still: hq.refused .*entry.gap")
    place.accept()
    place.hq.always = lambda asked: (
        error("hq.refused", fault="entry.gap", seq=1, received=0) if asked.path.endswith("/entries") else None
    )
    place.start()
    place.heard.wait(lambda view, _: view.state == "refused")
    assert place.hq.paths() == ["time", "marks", "entries", "marks", "entries"]


def test_a_store_older_than_headquarters_stops(place: Place, expected_logs: ExpectedLogs) -> None:
    """T28: the local store was set back; HQ holds entries that are not here."""
    expected_logs.expect("storage.pump", "hq.conflict .*behind")
    place.accept(2)
    ahead = place.counter.accept()  # composed, never stored here
    expected = list(place.counter.book.entries)
    place.hq.entries = list(place.counter.book.entries)
    assert place.hq.head == ahead[-1].head
    place.start()
    view = place.heard.wait(lambda view, _: view.state == "refused")
    assert (view.fault, view.what) == ("hq.conflict", "behind")
    assert place.hq.entries == expected


def test_another_history_at_headquarters_stops(place: Place, expected_logs: ExpectedLogs) -> None:
    expected_logs.expect("storage.pump", "hq.conflict .*fork")
    before = place.counter.book.state
    other = place.counter.accept()
    place.counter.book.state = before
    del place.counter.book.entries[-2:]
    place.accept()
    place.hq.entries = [*place.counter.book.entries[:-2], *other]
    held = list(place.hq.entries)
    place.start()
    view = place.heard.wait(lambda view, _: view.state == "refused")
    assert view.what == "fork"
    assert place.hq.paths()[-1] == "entries"  # headquarters is told of our side, and refuses it
    assert place.hq.entries == held


def test_too_large_is_tried_in_halves(place: Place) -> None:
    place.accept(10)
    place.hq.always = lambda asked: (
        error("hq.too_large", 413, limit=1)
        if asked.path.endswith("/entries") and len(asked.seqs) > 3
        else None
    )
    place.start(PumpSettings(heartbeat_s=30, batch_entries=20))
    place.wait_sent()


def test_one_entry_too_large_is_a_refusal(place: Place, expected_logs: ExpectedLogs) -> None:
    expected_logs.expect("storage.pump", "hq.too_large")
    place.hq.always = lambda asked: error("hq.too_large", 413) if asked.path.endswith("/entries") else None
    place.start()
    place.heard.wait(lambda view, _: view.state == "refused")
    assert place.hq.asked[-1].seqs == [1]


def test_marks_under_another_key_are_never_taken(place: Place) -> None:
    place.accept()

    def lie(asked: Asked) -> Answer:
        other = StubHq.__new__(StubHq)

        other.__dict__ = {**place.hq.__dict__, "signer": new_signer()}
        return other.usual(asked)

    place.hq.script.extend([lambda _a: None, lie])
    place.start(PumpSettings(first_wait_s=0.3, longest_wait_s=0.3))
    view = place.heard.wait(lambda view, _: view.fault == "hq.bad_answer")
    assert (view.state, view.last_contact, view.unsent) == ("trying", None, 6)
    place.wait_sent()


def test_stop_ends_a_request_that_waits(place: Place) -> None:
    waiting, gone = threading.Event(), threading.Event()

    def wait(_asked: Asked) -> Answer | None:
        waiting.set()
        gone.wait(LONG)
        return None

    place.hq.script.append(wait)
    pump = place.start()
    assert waiting.wait(LONG)
    try:
        assert pump.stop(LONG)
        assert not gone.is_set()
    finally:
        gone.set()
    place.pump = None
    count = len(place.heard.views)
    place.accept()
    time.sleep(0.2)
    assert len(place.heard.views) == count


def test_while_an_answer_is_awaited_the_screen_knows_by_when(place: Place) -> None:
    """T6: headquarters takes the batch and never answers; whoever looks can tell, though nothing is told."""
    waiting, gone = threading.Event(), threading.Event()

    def silent(_asked: Asked) -> Answer | None:
        waiting.set()
        gone.wait(LONG)
        return None

    place.start(PumpSettings(heartbeat_s=600, patience_s=2.5))
    idle = place.wait_sent()
    assert (idle.state, idle.due_s) == ("ok", 602.5)
    place.hq.script.append(silent)
    place.accept()
    assert waiting.wait(LONG)
    try:
        told = place.heard.views[-1][0]
        assert (told.state, told.due_s) == ("ok", 2.5)
        assert told.serial > idle.serial
    finally:
        gone.set()
    place.wait_sent()


def test_stop_ends_a_long_wait(place: Place) -> None:
    place.hq.always = drop
    pump = place.start(PumpSettings(first_wait_s=500, longest_wait_s=500))
    place.heard.wait(lambda view, _: view.fault != "")
    assert pump.stop(LONG)


def test_stop_does_not_wait_for_a_connect(place: Place) -> None:
    """A line that swallows everything: stop answers, and the thread ends by itself and touches nothing."""
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        address = full.getsockname()
        fillers = []
        for _ in range(3):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(address)
            fillers.append(filler)
        pump = place.start(url=f"https://localhost:{address[1]}", route=Route(connect=1.5))
        time.sleep(0.3)
        pump.stop(0.1)
        views = len(place.heard.views)
        assert pump.stop(LONG)
        assert len(place.heard.views) == views
        for filler in fillers:
            filler.close()
    place.pump = None


def test_an_unreadable_journal_stops_the_feed(place: Place, expected_logs: ExpectedLogs) -> None:
    expected_logs.expect("storage.pump", "journal cannot be read: store.damaged")
    place.accept(2)
    with place.journal.database.writer().begin():
        place.journal.database.writer().exec_driver_sql(
            "UPDATE attachment SET data = zeroblob(100) WHERE seq = 8 AND n = 1"
        )
    place.start()
    view = place.heard.wait(lambda view, _: view.state == "stopped")
    assert view.fault == StoreFault.DAMAGED


def test_a_bug_stops_the_feed_and_leaves_no_data_in_the_log(
    place: Place, expected_logs: ExpectedLogs, caplog: pytest.LogCaptureFixture
) -> None:
    expected_logs.expect("storage.pump", "incident in the pump: ValueError at ")

    def broken(_told: TimeTold) -> None:
        raise ValueError("示例甲 13800138000")

    listeners = place.heard.listeners
    place.heard.listeners = lambda: Listeners(listeners().changed, broken)  # type: ignore[method-assign]
    place.start()
    view = place.heard.wait(lambda view, _: view.state == "stopped")
    assert view.fault == "incident"
    assert "13800138000" not in caplog.text
