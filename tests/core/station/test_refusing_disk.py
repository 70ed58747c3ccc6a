"""A disk that refuses for a while, and a program that ends between two writes (T1, T25)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence

import pytest

from core import commands as c
from core.devices import DeviceChanged, DeviceState, DeviceTruth, PrintOutcome, Slot
from core.errors import StoreError, StoreFault
from core.ledger.entry import Entry
from core.ledger.state import State
from core.ports import DirectiveRow, DraftRow
from core.station import drafts, printing
from core.view import Screen
from tests.core.memory import MemoryJournal, MemoryVault
from tests.core.station.desk import WAYBILLS, Counter
from tests.core.station.test_station import verified

pytestmark = pytest.mark.requirement("T25")

PATIENCE_S = 20.0


class RefusingJournal(MemoryJournal):
    """A journal on a disk that can be full."""

    full = False
    refuse_drop = False

    def commit(
        self,
        entries: Sequence[Entry],
        state: State,
        draft: DraftRow | None = None,
        gone: Sequence[DraftRow] = (),
        directives: Sequence[DirectiveRow] = (),
    ) -> None:
        self._refuse()
        super().commit(entries, state, draft, gone)

    def save_draft(self, draft: DraftRow) -> None:
        self._refuse()
        super().save_draft(draft)

    def drop_draft(self, operator: str, draft: str) -> None:
        if self.full or self.refuse_drop:
            raise StoreError(StoreFault.DISK_FULL, retry=True)
        super().drop_draft(operator, draft)

    def _refuse(self) -> None:
        if self.full:
            raise StoreError(StoreFault.DISK_FULL, retry=True)


@pytest.fixture
def journal() -> RefusingJournal:
    return RefusingJournal()


@pytest.fixture
def counter(journal: RefusingJournal, monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter]:
    monkeypatch.setattr(printing, "_TRY_AGAIN_SECONDS", 0.05)
    monkeypatch.setattr(drafts, "_TRY_AGAIN_SECONDS", 0.05)
    made = Counter(MemoryVault(journal=journal))
    yield made
    made.station.stop()


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_typing_without_a_pause_is_kept_too(counter: Counter, journal: RefusingJournal) -> None:
    counter.log_in()
    deadline = time.monotonic() + PATIENCE_S
    letters = 0
    while not journal.drafts("OP10001") and time.monotonic() < deadline:
        letters += 1
        counter.station.submit(c.SetField(c.Field.CONTENTS, "x" * (letters % 30)))
        time.sleep(0.02)
    assert journal.drafts("OP10001")


@pytest.mark.parametrize("before", ["sender", "comparison", "parcel"])
def test_a_draft_older_than_its_commit_keeps_the_customer(journal: RefusingJournal, before: str) -> None:
    """The program dies after the commit; in the store stands a draft of the same operation."""
    first = Counter(MemoryVault(journal=journal))
    first.log_in()
    first.place()
    first.type(sender_phone="13800138000", sender_address="北京市朝阳区样本街道1号")
    if before == "comparison":
        first.do(c.ConfirmOriginal())
    elif before == "parcel":
        first.sender()
        first.parcel(WAYBILLS[0])
    until(lambda: bool(journal.drafts_))
    old = _newest_draft(first, journal)
    first.sender()
    first.parcel(WAYBILLS[0])
    first.do(c.Commit())
    first.station.stop()
    journal.drafts_.clear()
    journal.drafts_.update(old)

    second = Counter(first.vault)
    second.log_in()
    assert second.message() == "msg.already_accepted"
    visit = second.visit()
    assert visit.fields[c.Field.SENDER_ADDRESS].text != ""
    assert visit.fields[c.Field.WAYBILL].text == ""
    assert [item.waybill for item in visit.items] == [WAYBILLS[0]]
    assert not {"missing.identity", "missing.sender_phone", "missing.sender_address"} & set(visit.missing)
    second.do(c.ConfirmOriginal(), c.AcknowledgeNotice(c.Acknowledgement.SPOKEN))
    second.parcel(WAYBILLS[1])
    second.do(c.Commit())
    assert second.message() == "msg.accepted"
    assert [item.waybill for item in second.visit().items] == list(WAYBILLS[:2])
    assert verified(second)
    second.station.stop()


def _newest_draft(counter: Counter, journal: RefusingJournal) -> dict[tuple[str, str], DraftRow]:
    """What is typed now, as it stands in the store."""
    counter.do(c.Lock())
    kept = dict(journal.drafts_)
    counter.log_in()
    return kept


def test_a_lock_that_was_refused_is_recorded_as_one_by_the_next_log_in(
    counter: Counter, journal: RefusingJournal
) -> None:
    """Whoever reads the journal sees that she locked, and that nobody worked on in her session."""
    counter.log_in()
    journal.full = True
    counter.do(c.Lock())
    journal.full = False
    counter.log_in()
    counter.do(c.Lock())
    counter.log_in()
    ended = [entry for entry in journal.rows if entry.header.kind == "SessionEnded"]
    assert [entry.data["cause"] for entry in ended] == ["locked.key"]
    assert counter.kinds()[-2:] == ["OperatorLocked", "OperatorLoggedIn"]
    assert verified(counter)


def test_a_screen_can_always_be_locked(counter: Counter, journal: RefusingJournal) -> None:
    counter.log_in()
    counter.type(contents="书", recipient_name="示例乙")
    journal.full = True
    view = counter.do(c.Lock())
    assert (view.screen, view.visit, counter.message()) == (Screen.LOCKED, None, "store.disk_full")
    journal.full = False
    counter.log_in("OP20001", "si-wu-liu")
    assert counter.visit().fields[c.Field.CONTENTS].text == ""
    counter.do(c.Lock())
    counter.log_in()
    assert counter.visit().fields[c.Field.CONTENTS].text == "书"
    assert counter.kinds().count("SessionEnded") == 1
    assert verified(counter)
    until(lambda: bool(journal.drafts("OP10001")))


def test_nobody_logs_out_before_what_she_typed_is_kept(counter: Counter, journal: RefusingJournal) -> None:
    counter.log_in()
    counter.type(contents="书")
    journal.full = True
    view = counter.do(c.LogOut())
    assert (view.screen, counter.message()) == (Screen.CLERK, "store.disk_full")
    assert counter.visit().fields[c.Field.CONTENTS].text == "书"
    journal.full = False
    assert counter.do(c.LogOut()).screen is Screen.LOGIN


def test_a_start_that_could_not_be_recorded_is_tried_again(
    counter: Counter, journal: RefusingJournal
) -> None:
    counter.log_in()
    counter.sender()
    counter.parcel(WAYBILLS[0])
    counter.do(c.Commit())
    journal.full = True
    assert not counter.station.starting(counter.printer.jobs[0])
    counter.look()
    assert counter.message() == "store.disk_full"
    journal.full = False
    until(lambda: len(counter.printer.jobs) == 2)
    assert counter.print(counter.printer.jobs[1])
    assert (counter.printer.jobs[1].label.copy, counter.views[-1].pending) == (0, ())


def test_an_outcome_that_could_not_be_recorded_is_recorded_later(
    counter: Counter, journal: RefusingJournal
) -> None:
    counter.log_in()
    counter.sender()
    counter.parcel(WAYBILLS[0])
    counter.do(c.Commit())
    job = counter.printer.jobs[0]
    assert counter.station.starting(job)
    journal.full = True
    counter.station.ended(job, PrintOutcome.PRINTED)
    counter.look()
    assert [item.label for item in counter.views[-1].pending] == ["started"]
    counter.do(c.Reprint())
    assert len(counter.printer.jobs) == 1
    journal.full = False
    until(lambda: "LabelPrinted" in counter.kinds())
    assert (counter.look().pending, len(counter.printer.jobs)) == ((), 1)


def test_the_draft_of_a_customer_who_has_gone_is_dropped_later(
    counter: Counter, journal: RefusingJournal
) -> None:
    counter.log_in()
    counter.sender()
    counter.parcel(WAYBILLS[0])
    counter.do(c.Commit())
    assert journal.drafts("OP10001")
    journal.full = True
    counter.do(c.NextCustomer())
    assert counter.message() == "store.disk_full"
    journal.full = False
    until(lambda: not journal.drafts("OP10001"))


def test_labels_are_found_again_where_a_draft_cannot_be_given_up(journal: RefusingJournal) -> None:
    """The disk refuses the lapse of an unreadable draft: the log-in stands, and what is due is printed."""
    first = Counter(MemoryVault(journal=journal))
    first.log_in()
    first.sender()
    first.parcel(WAYBILLS[0])
    first.do(c.Commit())
    first.station.stop()
    key, draft = next(iter(journal.drafts_.items()))
    journal.drafts_[key] = DraftRow(draft.operator, draft.draft, b"{}", draft.updated)
    journal.refuse_drop = True

    second = Counter(first.vault)
    second.log_in()
    assert second.message() == "store.disk_full"
    assert second.views[-1].screen is Screen.CLERK
    assert [job.item for job in second.printer.jobs] == [first.printer.jobs[0].item]
    second.station.stop()


def test_nobody_logs_in_over_somebody_who_stands_there(counter: Counter) -> None:
    counter.log_in()
    counter.type(contents="书")
    before = counter.kinds()
    counter.log_in("OP20001", "si-wu-liu")
    assert counter.message() == "rule.not_allowed"
    assert counter.views[-1].operator == "OP10001"
    assert counter.visit().fields[c.Field.CONTENTS].text == "书"
    assert counter.kinds() == before


def test_a_start_whose_log_in_was_refused_is_put_right_by_the_next(journal: RefusingJournal) -> None:
    first = Counter(MemoryVault(journal=journal))
    first.log_in()
    for waybill in WAYBILLS[:2]:
        first.sender()
        first.parcel(waybill)
        first.do(c.Commit(), c.NextCustomer())
    assert first.station.starting(first.printer.jobs[0])
    first.station.stop()

    second = Counter(first.vault)
    journal.full = True
    assert (second.log_in().screen, second.message()) == (Screen.LOGIN, "store.disk_full")
    assert not first.vault.opened
    journal.full = False
    second.log_in()
    ended = [entry for entry in journal.rows if entry.header.kind == "SessionEnded"]
    assert [entry.data["cause"] for entry in ended] == ["restart"]
    assert [item.label for item in second.look().pending] == ["unknown", "due"]
    assert [job.item for job in second.printer.jobs] == [first.printer.jobs[1].item]
    assert verified(second)
    second.station.stop()


def test_what_a_device_says_is_taken_though_the_end_of_a_session_cannot_be_written(
    counter: Counter, journal: RefusingJournal
) -> None:
    """The shift is over and the disk is full: the screen shows the scale that was unplugged all the same."""
    counter.log_in()
    counter.vault.machine.advance(60 * 720)
    journal.full = True
    truth = DeviceTruth(Slot.SCALE, DeviceState.GONE, "device.gone")
    counter.station.device_event(DeviceChanged(truth))
    counter.shown()
    assert counter.live.devices[Slot.SCALE] == truth
    journal.full = False
    assert counter.do(c.Lock("key")).screen is Screen.LOCKED
