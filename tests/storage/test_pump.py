"""The pump: everything arrives once, in order, whatever happens on the way; a refusal stands still (T3)."""

from __future__ import annotations

import datetime as dt
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

import pytest

from core.errors import StoreFault
from core.ledger.documents import read_marks
from core.view import SyncView
from storage import tls
from storage.headquarters import BestClock, Headquarters, TimeTold
from storage.journal import SqlJournal
from storage.link import HqLink, Timeouts
from storage.pump import Listeners, Pump, PumpSettings
from storage.vault import SUBKEY_TLS
from tests.core.machine import SetClock
from tests.guards import ExpectedLogs
from tests.storage.counters import Counter
from tests.storage.stub_hq import NOW, Answer, Asked, Authority, StubHq, drop, error, refuse

QUICK = PumpSettings(first_wait_s=0.02, longest_wait_s=0.1, heartbeat_s=0.1)
LONG = 15.0


@dataclass
class Heard:
    """What the pump told."""

    views: list[tuple[SyncView, int]] = field(default_factory=list)
    times: list[TimeTold] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def listeners(self) -> Listeners:
        def view(now: SyncView, received: int) -> None:
            with self.changed:
                self.views.append((now, received))
                self.changed.notify_all()

        return Listeners(view, self.times.append)

    def wait(self, until: Callable[[SyncView, int], bool]) -> SyncView:
        """The last view, once it is as wanted."""
        with self.changed:
            good = self.changed.wait_for(lambda: bool(self.views) and until(*self.views[-1]), LONG)
            assert good, self.views[-3:]
            return self.views[-1][0]


@dataclass
class Place:
    """A counter with its journal, a headquarters, and a pump between them."""

    counter: Counter
    journal: SqlJournal
    hq: StubHq
    heard: Heard = field(default_factory=Heard)
    pump: Pump | None = None

    def start(
        self,
        settings: PumpSettings = QUICK,
        url: str = "",
        clock: SetClock | None = None,
        timeouts: Timeouts | None = None,
    ) -> Pump:
        best = BestClock(clock or SetClock(NOW))
        context = tls.client_context(self.counter.directory, self.counter.subkey(SUBKEY_TLS))
        link = HqLink(url or self.hq.url, context, best.now, timeouts)
        book = self.counter.book
        client = Headquarters(link, best, book.terminal, book.key, book.headquarters.public)
        self.pump = Pump(self.journal, client, self.heard.listeners(), settings)
        self.pump.start()
        return self.pump

    def stop(self) -> bool:
        pump, self.pump = self.pump, None
        return pump is None or pump.stop()

    def accept(self, count: int = 1) -> None:
        for _ in range(count):
            self.journal.commit(self.counter.accept(), self.counter.book.state)
            if self.pump is not None:
                self.pump.nudge()

    def wait_sent(self) -> SyncView:
        last = len(self.counter.book.entries)
        view = self.heard.wait(lambda view, received: view.unsent == 0 and received == last)
        assert self.hq.entries == self.counter.book.entries
        return view

    def wait_asked(self, count: int) -> None:
        end = time.monotonic() + LONG
        while len(self.hq.asked) < count:
            assert time.monotonic() < end
            time.sleep(0.01)


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def place(counter: Counter, journal: SqlJournal, authority: Authority) -> Iterator[Place]:
    book = counter.book
    request = tls.new_request(counter.subkey(SUBKEY_TLS))
    certificate = authority.client(request.csr, book.terminal)
    tls.save(counter.directory, request.key, certificate, authority.pem)
    made = Place(counter, journal, StubHq(book.headquarters, book.terminal, book.key.public, authority))
    yield made
    stopped = made.stop()
    made.hq.close()
    assert stopped


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
    assert place.heard.views[0][0] == SyncView(unsent=64, state="trying")


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
    assert sent[0] == list(range(4, 13)) or sent[1] == list(range(4, 13)), sent


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
    place.hq.entries = list(place.counter.book.entries)
    assert place.hq.head == ahead[-1].head
    place.start()
    view = place.heard.wait(lambda view, _: view.state == "refused")
    assert view.fault == "hq.conflict"
    assert "entries" not in place.hq.paths()


def test_another_history_at_headquarters_stops(place: Place, expected_logs: ExpectedLogs) -> None:
    expected_logs.expect("storage.pump", "hq.conflict .*fork")
    before = place.counter.book.state
    other = place.counter.accept()
    place.counter.book.state = before
    del place.counter.book.entries[-2:]
    place.accept()
    place.hq.entries = [*place.counter.book.entries[:-2], *other]
    place.start()
    place.heard.wait(lambda view, _: view.state == "refused")
    assert "entries" not in place.hq.paths()


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
        from core.crypto.keys import new_signer

        other.__dict__ = {**place.hq.__dict__, "signer": new_signer()}
        return other.usual(asked)

    place.hq.script.extend([lambda _a: None, lie])
    place.start(PumpSettings(first_wait_s=0.3, longest_wait_s=0.3))
    view = place.heard.wait(lambda view, _: view.fault == "hq.bad_answer")
    assert (view.state, view.last_contact, view.unsent) == ("trying", None, 6)
    place.wait_sent()


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
        pump = place.start(url=f"https://localhost:{address[1]}", timeouts=Timeouts(connect=1.5))
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
