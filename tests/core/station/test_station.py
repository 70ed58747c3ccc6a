"""The station: what F9 does once, what stays, what a restart finds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from core import commands as c
from core import wire
from core.devices import DeviceChanged, DeviceState, DeviceTruth, PrintOutcome, Slot
from core.errors import StoreError, StoreFault
from core.ledger.chain import Verifier
from core.ledger.state import State, fold
from core.receipts.record import read_record
from core.scanning import ScanTyped
from core.view import Screen, SyncView
from tests.core.memory import TERMINAL
from tests.core.station.desk import WAYBILLS, Counter, card
from tests.guards import ExpectedLogs


@pytest.fixture
def counter() -> Iterator[Counter]:
    counter = Counter()
    yield counter
    counter.station.stop()


def verified(counter: Counter) -> bool:
    verifier = Verifier(TERMINAL, counter.vault.headquarters.public)
    verifier.grant_keys(counter.vault.journal.rows[:3])
    for entry in counter.vault.journal.rows:
        verifier.follow(entry)
    return True


@pytest.mark.requirement("R32")
def test_the_main_job(counter: Counter) -> None:
    assert counter.log_in().screen is Screen.CLERK
    counter.sender()
    view = counter.parcel(WAYBILLS[0])
    assert counter.visit().missing == ()
    view = counter.do(c.Commit())
    assert (counter.message(), view.today) == ("msg.accepted", 1)
    (job,) = counter.printer.jobs
    assert job.label.waybill == WAYBILLS[0]
    assert counter.print(job)
    assert counter.kinds()[-4:] == ["SenderVerified", "ItemAccepted", "PrintStarted", "LabelPrinted"]
    assert view.visit is not None
    assert verified(counter)
    bodies = b"".join(entry.body for entry in counter.vault.journal.rows)
    for private in ("证件样本", "示例乙", "11010519491231002X", "13800138000", WAYBILLS[0], "衣物"):
        assert private.encode() not in bodies


def test_three_items_one_sender_entry(counter: Counter) -> None:
    counter.log_in()
    counter.sender()
    for number, waybill in enumerate(WAYBILLS):
        if number:
            counter.do(c.NextItem())
        counter.parcel(waybill)
        counter.do(c.Commit())
    assert counter.kinds().count("SenderVerified") == 1
    assert counter.kinds().count("ItemAccepted") == 3
    assert len(counter.visit().items) == 3
    assert verified(counter)


def test_f9_is_once_whatever_is_pressed(counter: Counter) -> None:
    counter.log_in()
    counter.sender()
    counter.parcel(WAYBILLS[0])
    counter.do(*[c.Commit()] * 5, c.NextItem(), c.Commit(), c.Commit())
    assert counter.kinds().count("ItemAccepted") == 1
    assert len(counter.printer.jobs) == 1


@pytest.mark.requirement("R44")
def test_f9_with_something_missing_says_what(counter: Counter) -> None:
    counter.log_in()
    view = counter.do(c.Commit())
    assert view.message is not None
    assert (view.message.code, view.message.facts["first"]) == ("msg.not_ready", "missing.identity")


def test_same_waybill_is_said_at_the_scan(counter: Counter) -> None:
    counter.log_in()
    counter.sender()
    counter.parcel(WAYBILLS[0])
    counter.do(c.Commit(), c.NextItem())
    counter.scan(WAYBILLS[0])
    assert counter.message() == "rule.waybill_twice"
    assert counter.visit().fields[c.Field.WAYBILL].problem == "rule.waybill_twice"


def test_a_code_that_a_scanner_typed_is_a_scan(counter: Counter) -> None:
    """Before the log-in it is nothing; then it goes to the waybill, and in a look-up it is looked up."""
    counter.do(ScanTyped(WAYBILLS[0]))
    counter.log_in()
    assert counter.visit().fields[c.Field.WAYBILL].text == ""
    counter.do(ScanTyped(WAYBILLS[0]))
    field = counter.visit().fields[c.Field.WAYBILL]
    assert (field.text, field.source) == (WAYBILLS[0], "scan")
    counter.do(c.LookUp(WAYBILLS[1]), ScanTyped(WAYBILLS[2]))
    assert counter.visit().fields[c.Field.WAYBILL].text == WAYBILLS[0]


@pytest.mark.requirement("I3")
@pytest.mark.parametrize("fault", [StoreFault.DISK_FULL, StoreFault.READ_ONLY, StoreFault.IO])
def test_a_failed_commit_changes_nothing_and_can_be_repeated(counter: Counter, fault: StoreFault) -> None:
    counter.log_in()
    counter.sender()
    counter.parcel(WAYBILLS[0])
    counter.vault.journal.fail = StoreError(fault)
    counter.do(c.Commit())
    assert counter.message() == str(fault)
    assert (counter.kinds().count("ItemAccepted"), counter.printer.jobs) == (0, [])
    counter.do(c.Commit())
    assert counter.kinds().count("ItemAccepted") == 1
    assert verified(counter)


def test_another_person_s_card_never_joins_the_visit(counter: Counter) -> None:
    counter.log_in()
    counter.sender()
    counter.parcel(WAYBILLS[0])
    counter.do(c.Commit(), c.NextItem())
    counter.place(card("示例丙", "110105199001010037", "r-2"))
    assert counter.message() == "rule.visit_busy"
    counter.parcel(WAYBILLS[1])
    counter.do(c.Commit())
    assert counter.kinds().count("SenderVerified") == 1


def test_unknown_print_is_told_and_its_next_label_is_a_copy(counter: Counter) -> None:
    counter.log_in()
    counter.sender()
    counter.parcel(WAYBILLS[0])
    counter.do(c.Commit())
    counter.print(counter.printer.jobs[0], PrintOutcome.UNKNOWN, "device.gone")
    view = counter.look()
    assert counter.message() == "msg.look_at_printer"
    assert [item.label for item in view.pending] == ["unknown"]
    counter.do(c.Reprint())
    assert counter.printer.jobs[1].label.copy == 1
    counter.print(counter.printer.jobs[1])
    assert counter.look().pending == ()
    assert counter.vault.journal.value.counts["labels"] == 1
    counter.do(c.Reprint())
    assert counter.printer.jobs[2].label.copy == 2
    counter.print(counter.printer.jobs[2])
    assert counter.vault.journal.value.counts["copies"] == 1


def test_a_label_that_did_come_out_after_all(counter: Counter) -> None:
    counter.log_in()
    counter.sender()
    counter.parcel(WAYBILLS[0])
    counter.do(c.Commit())
    counter.print(counter.printer.jobs[0], PrintOutcome.UNKNOWN, "device.gone")
    view = counter.do(c.LabelSeen())
    assert (view.pending, counter.kinds()[-1]) == ((), "PrintSeen")
    assert counter.vault.journal.value.counts["labels"] == 1


def test_no_second_copy_of_a_queued_label(counter: Counter) -> None:
    counter.log_in()
    counter.sender()
    counter.parcel(WAYBILLS[0])
    counter.do(c.Commit(), c.Reprint(), c.Reprint())
    assert len(counter.printer.jobs) == 1
    assert counter.message() == "msg.label_waits"


def test_restart_finds_the_label_and_never_prints_it_twice() -> None:
    first = Counter()
    first.log_in()
    first.sender()
    first.parcel(WAYBILLS[0])
    first.do(c.Commit(), c.NextItem())
    assert first.station.starting(first.printer.jobs[0])
    first.parcel(WAYBILLS[1])
    first.do(c.Commit())
    first.station.stop()

    second = Counter(first.vault)
    view = second.log_in()
    assert [item.label for item in view.pending] == ["unknown", "due"]
    assert [job.label.waybill for job in second.printer.jobs] == [WAYBILLS[1]]
    assert second.kinds()[-3:] == ["SessionEnded", "OperatorLoggedIn", "PrintUnknown"]
    second.station.stop()
    assert verified(second)


@pytest.mark.requirement("T15")
def test_typing_survives_lock_and_restart() -> None:
    first = Counter()
    first.log_in()
    first.sender()
    first.type(recipient_name="示例乙", contents="书")
    view = first.do(c.Lock())
    assert (view.screen, view.visit) == (Screen.LOCKED, None)
    first.log_in()
    assert first.visit().fields[c.Field.CONTENTS].text == "书"
    first.station.stop()
    second = Counter(first.vault)
    second.log_in()
    assert second.message() == "msg.draft_restored"
    assert second.visit().fields[c.Field.RECIPIENT_NAME].text == "示例乙"
    second.station.stop()


@pytest.mark.requirement("T15")
def test_a_draft_lapses_and_that_is_an_entry() -> None:
    first = Counter()
    first.log_in()
    first.type(contents="书")
    first.station.stop()
    first.vault.machine.advance(3 * 3600)
    second = Counter(first.vault)
    second.log_in()
    assert (second.message(), second.kinds()[-1]) == ("msg.draft_lapsed", "DraftLapsed")
    assert second.visit().fields[c.Field.CONTENTS].text == ""
    second.station.stop()


def test_one_operator_s_draft_is_not_another_s(counter: Counter) -> None:
    counter.log_in()
    counter.type(contents="书")
    counter.do(c.Lock())
    view = counter.log_in("OP20001", "si-wu-liu")
    assert (view.operator, counter.visit().fields[c.Field.CONTENTS].text) == ("OP20001", "")
    counter.do(c.Lock())
    counter.log_in()
    assert counter.visit().fields[c.Field.CONTENTS].text == "书"
    assert verified(counter)


def test_behind_the_lock_nothing_is_accepted_or_shown(counter: Counter) -> None:
    counter.log_in()
    counter.sender()
    counter.parcel(WAYBILLS[0])
    counter.do(c.Lock(), c.Commit(), c.SetField(c.Field.CONTENTS, "x"))
    view = counter.place()
    assert view.visit is None
    assert "ItemAccepted" not in counter.kinds()
    assert "证件样本" not in repr(view)


def test_wrong_password_tells_and_stays(counter: Counter) -> None:
    view = counter.log_in(password="no")
    assert (view.screen, counter.message()) == (Screen.LOGIN, "store.wrong_key")


def test_closing_the_day_names_the_state(counter: Counter) -> None:
    counter.log_in()
    counter.sender()
    counter.parcel(WAYBILLS[0])
    counter.do(c.Commit())
    counter.do(c.CloseDay())
    *rows, closed = counter.vault.journal.rows
    before = State()
    for entry in rows:  # what nobody said a word of is reported before the verdict
        before = fold(before, entry)
    assert closed.header.kind == "DayClosed"
    assert closed.data["last"] == before.head.seq
    assert closed.data["state"] == wire.b64(before.hash())
    counter.do(c.NextItem())
    counter.parcel(WAYBILLS[1])
    counter.do(c.Commit())
    assert counter.kinds()[-2:] == ["DayOpened", "ItemAccepted"]
    assert counter.views[-1].today == 1


def test_yesterday_left_open_never_stops_today_and_gets_its_verdict_later(counter: Counter) -> None:
    counter.log_in()
    counter.sender()
    counter.parcel(WAYBILLS[0])
    counter.do(c.Commit(), c.Lock())
    yesterday = counter.vault.journal.value
    counter.vault.machine.advance(24 * 3600)
    view = counter.log_in()
    assert view.today == 0
    counter.do(c.CloseDay())
    verdicts = [entry.data for entry in counter.vault.journal.rows if entry.header.kind == "DayClosed"]
    assert [data["day"] for data in verdicts] == [1, 2]
    assert verdicts[0]["last"] > yesterday.head.seq - 1
    assert verified(counter)


def test_a_clock_set_back_opens_no_day(counter: Counter, expected_logs: ExpectedLogs) -> None:
    expected_logs.expect("core.station.turned", "before the last entry")
    counter.log_in()
    counter.do(c.Lock())
    counter.vault.machine.moment -= dt.timedelta(days=3)
    counter.log_in()
    assert counter.kinds().count("DayOpened") == 1


@pytest.mark.requirement("R29")
def test_refusing_an_item_is_a_fact_of_its_own(counter: Counter) -> None:
    counter.log_in()
    counter.sender()
    counter.scan(WAYBILLS[0])
    counter.do(c.Refuse(c.RefusalReason.PROHIBITED))
    assert counter.kinds()[-1] == "ItemRefused"
    assert counter.visit().fields[c.Field.WAYBILL].text == ""
    counter.parcel(WAYBILLS[1])
    counter.do(c.Commit())
    assert counter.message() == "msg.accepted"


def test_hostile_scans_are_typed_nowhere(counter: Counter) -> None:
    counter.log_in()
    for code in (
        "https://example.invalid/?x=" + "A" * 400,
        "'; DROP TABLE entry; --",
        "\u202e",
        "EA473124828CN",
    ):
        counter.scan(code)
        assert counter.message() in ("rule.waybill_form", "rule.waybill_check")
        assert counter.visit().fields[c.Field.WAYBILL].text == ""


def test_device_truth_and_sync_reach_the_screen(counter: Counter) -> None:
    truth = DeviceTruth(Slot.LABEL_PRINTER, DeviceState.ATTENTION, "device.paper_out")
    counter.station.device_event(DeviceChanged(truth))
    counter.station.sync_changed(SyncView(unsent=3, state="trying", fault="hq.unreachable"), 0)
    view = counter.look()
    assert (view.devices, view.sync.unsent) == ((truth,), 3)


def test_headquarters_may_stop_a_counter(counter: Counter) -> None:
    """T28: what it holds is not what is here.  Nothing is accepted until it takes what is here again."""
    counter.log_in()
    counter.sender()
    counter.parcel(WAYBILLS[0])
    head = counter.look().sync
    refused = SyncView(0, None, "refused", "hq.conflict", "behind", serial=1)
    counter.station.sync_changed(refused, 2)
    for _ in range(2):
        counter.do(c.Commit())
        assert counter.message() == "rule.counter_stopped"
        counter.station.sync_changed(SyncView(0, None, "trying", "hq.unreachable", serial=2), 2)
    assert "ItemAccepted" not in counter.kinds()
    counter.station.sync_changed(SyncView(0, None, "ok", serial=3), 2)
    before = counter.look().sync
    counter.do(c.Commit())
    assert counter.message() == "msg.accepted"
    # Counted from the journal: the pump has told nothing since.
    after = counter.look().sync
    assert after.unsent == len(counter.kinds()) - 2 > before.unsent > head.unsent


def test_accepted_without_paper_says_both(counter: Counter) -> None:
    """It is recorded, and its label waits: nobody has to find that out from the devices' line."""
    counter.log_in()
    truth = DeviceTruth(Slot.LABEL_PRINTER, DeviceState.ATTENTION, "device.paper_out")
    counter.station.device_event(DeviceChanged(truth))
    counter.sender()
    counter.parcel(WAYBILLS[0])
    counter.do(c.Commit())
    message = counter.look().message
    assert message is not None
    assert (message.code, message.facts["fault"]) == ("msg.accepted_waits", "device.paper_out")


def test_a_bug_becomes_an_incident_and_the_station_goes_on(
    counter: Counter, expected_logs: ExpectedLogs
) -> None:
    expected_logs.expect("core.station", r"^incident [0-9A-F]{6}: ZeroDivisionError at [^ ]+$")
    counter.log_in()

    def broken(job: object) -> None:
        raise ZeroDivisionError("证件样本")

    counter.printer.submitted = broken
    counter.sender()
    counter.parcel(WAYBILLS[0])
    counter.do(c.Commit())
    assert counter.message() == "msg.incident"
    assert counter.kinds().count("ItemAccepted") == 1
    assert counter.do(c.DismissMessage()).screen is Screen.CLERK


# -- scan-back (R18) and receipts (R7) -----------------------------------------------------------


def printed(counter: Counter, number: int) -> str:
    """Accept an item, print its paper; the label's token."""
    if number:
        counter.do(c.NextItem())
    counter.parcel(WAYBILLS[number])
    counter.do(c.Commit())
    pages = 2 if counter.receipts else 1
    for job in counter.paper(pages * (number + 1))[-pages:]:
        counter.print(job)
    row = counter.vault.journal.item_by_waybill(WAYBILLS[number])
    assert row is not None
    return row.token


@pytest.mark.requirement("R18")
def test_a_label_scanned_on_its_parcel_is_affixed_once(counter: Counter) -> None:
    counter.log_in()
    counter.sender()
    token = printed(counter, 0)
    counter.scan(token)
    assert (counter.message(), counter.kinds()[-1]) == ("msg.affixed", "LabelAffixed")
    counter.scan(token)
    assert counter.message() == "msg.affixed_already"
    assert counter.kinds().count("LabelAffixed") == 1
    assert counter.vault.journal.value.counts["affixed"] == 1
    assert verified(counter)


def test_right_after_f9_the_waybill_on_the_label_will_do(counter: Counter) -> None:
    counter.log_in()
    counter.sender()
    printed(counter, 0)
    counter.scan(WAYBILLS[0])
    assert counter.kinds()[-1] == "LabelAffixed"


def test_another_items_label_alarms(counter: Counter) -> None:
    counter.log_in()
    counter.sender()
    first = printed(counter, 0)
    printed(counter, 1)
    counter.scan(first)
    assert counter.message() == "msg.other_label"
    assert "LabelAffixed" not in counter.kinds()
    counter.scan(WAYBILLS[1])
    counter.scan(first)
    assert counter.kinds().count("LabelAffixed") == 2


def test_unscanned_labels_are_told_when_the_customer_goes(counter: Counter) -> None:
    counter.log_in()
    counter.sender()
    printed(counter, 0)
    counter.lift()
    view = counter.do(c.NextCustomer())
    assert view.message is not None
    assert (view.message.code, view.message.facts["count"]) == ("msg.unscanned", 1)


@pytest.mark.requirement("R7")
def test_a_receipt_says_what_the_record_says_and_proves_itself() -> None:
    counter = Counter(receipts=True)
    counter.log_in()
    counter.sender()
    printed(counter, 0)
    label, receipt = counter.printer.jobs[0].label, counter.printer.jobs[1].receipt
    assert (receipt.waybill, receipt.number, receipt.weight_g) == (label.waybill, "000001", 1284)
    assert receipt.document_number == "1****************X"
    assert receipt.paragraphs
    record = read_record(receipt.qr, counter.vault.headquarters.public)
    accepted = next(e for e in counter.vault.journal.rows if e.header.kind == "ItemAccepted")
    assert (record.head, record.waybill) == (accepted.head, WAYBILLS[0])
    assert counter.kinds().count("ReceiptPrinted") == 1
    assert counter.look().pending == ()
    counter.do(c.Reprint())
    label_job, receipt_job = counter.paper(4)[2:]
    assert (label_job.slot, label_job.label.copy) == (Slot.LABEL_PRINTER, 1)
    assert (receipt_job.slot, receipt_job.receipt.copy) == (Slot.RECEIPT_PRINTER, 1)
    counter.station.stop()
    assert verified(counter)


def test_an_unknown_receipt_waits_for_a_look_and_the_label_does_not() -> None:
    counter = Counter(receipts=True)
    counter.log_in()
    counter.sender()
    counter.parcel(WAYBILLS[0])
    counter.do(c.Commit())
    counter.print(counter.printer.jobs[0])
    counter.print(counter.paper(2)[1], PrintOutcome.UNKNOWN, "device.gone")
    (waiting,) = counter.look().pending
    assert (waiting.label, waiting.receipt) == ("printed", "unknown")
    assert counter.do(c.LabelSeen()).pending == ()
    assert counter.vault.journal.value.counts["receipts"] == 1
    counter.station.stop()
