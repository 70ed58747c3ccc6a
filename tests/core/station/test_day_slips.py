"""The slip of a closed day: counted anew, signed, printed once and then as copies."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from core import commands as c
from core.closing import DisputeDifference, OpenClose
from core.devices import PrintJob, PrintOutcome, Slot
from core.dispatch import CloseBag, LeaveDispatch, OpenBag, OpenDispatch, PackItem
from core.errors import EntryError, RuleFault, StoreError, StoreFault
from core.ledger.day_slip import DaySlip
from core.receipts.day_slip import read_slip
from core.slips import PrintSlip, SlipPage
from core.station import day_slips
from core.station.day_slips import make_page, offered
from tests.core.memory import TERMINAL, MemoryVault
from tests.core.station.desk import WAYBILLS, Counter
from tests.core.station.test_dispatching import follows
from tests.core.station.test_second import sound
from tests.peers.checker import check
from tests.peers.exports import export
from tests.peers.slips import follow_slips

pytestmark = pytest.mark.requirement("T10", "I8")


@pytest.fixture(scope="module")
def counter() -> Iterator[Counter]:
    """A day with three items: whole; not scanned back and disputed; print unknown, left.  Closed."""
    made = Counter(receipts=True)
    made.log_in()
    made.sender()
    for place, waybill in enumerate(WAYBILLS):
        if place:
            made.do(c.NextItem())
        made.parcel(waybill)
        made.do(c.Commit())
        label, receipt = made.paper(2 * place + 2)[-2:]
        made.print(label, PrintOutcome.UNKNOWN if place == 2 else PrintOutcome.PRINTED, "device.gone")
        made.print(receipt)
        if not place:
            made.scan(label.label.token)
    made.do(OpenClose())
    shown = made.shown().close
    assert shown is not None
    assert not offered(made.live)
    made.do(DisputeDifference(shown.differences[0].item, "item_missing"), c.CloseDay())
    assert made.message() == "msg.day_closed"
    yield made
    made.station.stop()


def test_what_lies_here_comes_out_even_on_page_and_slip() -> None:
    """Two items come, one leaves in a bag."""
    made = follows()
    made.labelled(*WAYBILLS[:2])
    made.do(OpenDispatch(), OpenBag("B-0001", "sorting_01"), PackItem(WAYBILLS[0]), CloseBag("S-1001"))
    assert made.message() == "msg.bag_closed"
    made.do(LeaveDispatch(), OpenClose())
    shown = made.shown().close
    assert shown is not None
    even = {"opening": 0, "accepted": 2, "sent": 1, "voided": 0, "organs": 0, "let_go": 0, "closing": 1}
    assert (dict(shown.stock), shown.fault) == (even, "")
    made.do(c.CloseDay())
    assert made.message() == "msg.day_closed"
    assert made.kinds()[-2:] == ["StockStated", "DayClosed"]
    (day,) = offered(made.live)
    slip = make_page(made.live, made.vault.journal.rows[day.closed - 1], 0).slip
    assert slip.as_json()["stock"] == even
    key = made.vault.headquarters.public.text
    assert check(export(made.vault.journal.rows, TERMINAL, key), key).counts["stocks stated"] == 1
    made.station.stop()


@pytest.mark.parametrize("member", ["sent", "accepted", "opening"])
def test_a_stock_that_the_raw_entries_do_not_show_closes_nothing(member: str) -> None:
    """One of the counts is wrong: which, and both figures, are named."""
    made = follows()
    made.sender()
    made.parcel(WAYBILLS[0])
    made.do(c.Commit())
    row = made.live.state.value["stock"]
    value = {**made.live.state.value, "stock": {**row, member: row[member] + 1}}
    made.live.state = replace(made.live.state, value=value)
    made.do(OpenClose())
    shown = made.shown().close
    assert shown is not None
    figure = "closing" if member == "opening" else member
    assert (shown.fault, shown.facts["figure"]) == (RuleFault.DAY_FIGURES, f"figure.stock_{figure}")
    made.do(c.CloseDay())
    assert made.message() == RuleFault.DAY_FIGURES
    assert "DayClosed" not in made.kinds()
    made.station.stop()


def page(job: PrintJob) -> SlipPage:
    assert isinstance(job.page, SlipPage)
    return job.page


def ask(counter: Counter, closed: int) -> PrintJob:
    before = len(counter.printer.jobs)
    counter.do(PrintSlip(closed))
    assert counter.message() == "msg.slip_sent"
    return counter.paper(before + 1)[before]


def states(counter: Counter) -> list[tuple[str, int, str]]:
    """What became of each slip so far: (outcome, copy, cause)."""
    rows = {e.data["job"]: e.data for e in counter.vault.journal.rows if e.header.kind == "DaySlipAsked"}
    ended = (e.data for e in counter.vault.journal.rows if e.header.kind == "DaySlipEnded")
    return [(data["outcome"], rows[data["job"]]["copy"], data["cause"]) for data in ended]


def same(counter: Counter, slip: DaySlip) -> DaySlip:
    """What the journal says of that day now."""
    verdict = counter.vault.journal.rows[slip.verdict.seq - 1]
    return make_page(counter.live, verdict, 0).slip


def test_what_it_says_and_that_it_is_signed(counter: Counter) -> None:
    (day,) = offered(counter.live)
    job = ask(counter, day.closed)
    slip, rows = page(job).slip, counter.vault.journal.rows
    assert (job.slot, job.copy, job.passing) == (Slot.RECEIPT_PRINTER, 0, True)
    assert (slip.total.accepted, slip.total.labelled, slip.total.affixed, slip.total.receipted) == (
        3,
        2,
        1,
        3,
    )
    assert [(each.number, each.kinds, each.outcome, each.reason, each.by) for each in slip.differences] == [
        ("000002", ("not_affixed",), "disputed", "item_missing", "OP10001"),
        ("000003", ("label_unknown",), "disputed", "left_open", "OP10001"),
    ]
    verdict = rows[day.closed - 1]
    assert (slip.first, slip.last) == (rows[slip.first.seq - 1].head, rows[verdict.data["last"] - 1].head)
    assert (slip.verdict, slip.signed_by) == (verdict.head, "OP10001")
    read = read_slip(page(job).qr, counter.vault.headquarters_keys().signing)
    assert read.digest == slip.digest()
    assert (read.members["total"]["accepted"], read.members["said"]) == (3, {"disputed": 2})
    with pytest.raises(EntryError):
        read_slip(page(job).qr[:-9] + "AAAAAAAAA", counter.vault.headquarters_keys().signing)
    assert not any(each in repr(slip.as_json()) for each in (*WAYBILLS, "示例", "1390013"))
    counter.do(PrintSlip(day.closed))
    assert counter.message() == "rule.slip_waits"
    counter.print(job)
    assert counter.message() == "msg.slip_printed"


def test_three_outcomes_and_what_is_a_copy(counter: Counter) -> None:
    """Certainly not printed costs nothing; unknown makes the next one a copy."""
    (day,) = offered(counter.live)
    first = day.copies
    counter.print(ask(counter, day.closed), PrintOutcome.NOT_PRINTED, "device.paper_out")
    assert counter.message() == "msg.slip_failed"
    counter.print(ask(counter, day.closed), PrintOutcome.UNKNOWN, "device.gone")
    assert counter.message() == "msg.slip_unknown"
    job = ask(counter, day.closed)
    assert page(job).copy == job.copy == first + 1
    counter.print(job)
    assert [each[0] for each in states(counter)[-3:]] == ["not_done", "unknown", "done"]
    assert [each[1] - first for each in states(counter)[-3:]] == [0, 0, 1]
    counter.do(PrintSlip(day.closed - 1))
    assert counter.message() == "rule.slip_gone"
    follow_slips(counter.vault.journal.rows)
    assert sound(counter)


def test_the_next_day_changes_nothing_of_it(counter: Counter) -> None:
    """T10, T21, I8: what is done later stands in its own day, and names the earlier one."""
    (day,) = offered(counter.live)
    rows = counter.vault.journal.rows
    before = make_page(counter.live, rows[day.closed - 1], 0)
    counter.do(c.LogOut())
    counter.log_in()
    late = before.slip.differences[0].item
    before_jobs = len(counter.printer.jobs)
    counter.do(c.Reprint(late))
    counter.print(next(job for job in counter.paper(before_jobs + 2) if job.copy == 1 and job.item == late))
    counter.do(OpenClose())
    shown = counter.shown().close
    assert shown is not None
    counter.do(c.CloseDay())
    newer, older = offered(counter.live)
    assert same(counter, before.slip) == before.slip
    assert make_page(counter.live, rows[day.closed - 1], 0).qr == before.qr
    slip = make_page(counter.live, rows[newer.closed - 1], 0).slip
    assert (older.closed, slip.total.accepted, slip.total.affixed) == (day.closed, 0, 0)
    assert [(each.kind, each.item, each.day, each.date) for each in slip.earlier] == [
        ("LabelPrinted", late, before.slip.day, before.slip.date)]  # fmt: skip
    assert (shown.earlier, shown.earlier_count, shown.total.accepted) == (slip.earlier, 1, 0)


def test_an_outcome_that_the_disk_refuses_is_recorded_later(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until then it is on its way, and no second one begins."""
    monkeypatch.setattr(day_slips, "_TRY_AGAIN_SECONDS", 0.0)
    newest = offered(counter.live)[0]
    job, before = ask(counter, newest.closed), len(states(counter))
    counter.vault.journal.fail = StoreError(StoreFault.DISK_FULL)
    counter.station.ended(job, PrintOutcome.PRINTED)
    deadline = time.monotonic() + 10
    while len(states(counter)) == before:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert states(counter)[-1] == ("done", newest.copies, "none")


def test_one_that_was_on_its_way_when_the_program_ended(counter: Counter) -> None:
    newest = offered(counter.live)[0]
    ask(counter, newest.closed)
    counter.station.stop()
    vault: MemoryVault = counter.vault
    again = Counter(vault, receipts=True)
    try:
        again.log_in()
        assert states(again)[-1] == ("unknown", newest.copies, "restart")
        assert next(each for each in offered(again.live) if each.closed == newest.closed).copies == (
            newest.copies + 1
        )
    finally:
        again.station.stop()
