"""Paper on its way while somebody presses F10, shuts the vault, or looks an item up."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core import commands as c
from core.devices import PrintJob, PrintOutcome, Receipt, Slot
from core.station import paper
from core.view import Screen
from tests.core.station.desk import WAYBILLS, Counter


@pytest.fixture
def counter(monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter]:
    """One item accepted, its receipt not made yet: it waits for the label to begin."""
    monkeypatch.setattr(paper, "_LABEL_AHEAD_SECONDS", 3600.0)
    made = Counter(receipts=True)
    made.log_in()
    made.sender()
    made.parcel(WAYBILLS[0])
    made.do(c.Commit())
    yield made
    made.station.stop()


def both(counter: Counter) -> list[PrintJob]:
    """Label and receipt of the item, printed."""
    counter.print(counter.printer.jobs[0])
    label, receipt = counter.paper(2)
    counter.print(receipt)
    return [label, receipt]


def test_f10_before_the_receipt_was_made_asks_for_nothing(counter: Counter) -> None:
    counter.do(c.Reprint(), c.Reprint())
    assert counter.message() == "msg.label_waits"
    assert "ReprintAsked" not in counter.kinds()
    assert [job.slot for job in counter.printer.jobs] == [Slot.LABEL_PRINTER]
    both(counter)
    counter.settle()
    assert [job.copy for job in counter.printer.jobs] == [0, 0]
    assert counter.kinds().count("ReceiptPrinted") == 1


def test_a_receipt_s_copy_has_its_entry_while_the_label_waits(counter: Counter) -> None:
    both(counter)
    counter.do(c.Reprint())
    label, receipt = counter.paper(4)[2:]
    counter.print(receipt)
    counter.do(c.Reprint())  # the label's copy is still with its printer
    assert counter.message() == "msg.label_waits"
    *_, another = counter.paper(5)
    assert (another.slot, another.copy) == (Slot.RECEIPT_PRINTER, 2)
    assert counter.kinds().count("ReprintAsked") == 2
    assert (label.slot, label.copy) == (Slot.LABEL_PRINTER, 1)


def test_a_page_from_before_the_vault_was_shut_takes_no_other_s_place(counter: Counter) -> None:
    """It began, all logged out and in again, a copy was asked for; only then its end is known."""
    first = counter.printer.jobs[0]
    assert counter.station.starting(first)
    counter.do(c.LogOut())
    counter.log_in()
    counter.do(c.Reprint(first.item))
    copy = next(job for job in counter.printer.jobs[1:] if job.slot is Slot.LABEL_PRINTER)
    counter.station.ended(first, PrintOutcome.PRINTED)
    assert counter.print(copy)
    assert (copy.copy, counter.kinds().count("LabelPrinted")) == (1, 2)


def test_a_look_up_shows_items_as_they_stand_now(counter: Counter) -> None:
    view = counter.do(c.LookUp(""))
    assert view.found is not None
    assert [item.label for item in view.found] == ["due"]
    job = counter.printer.jobs[0]
    assert counter.station.starting(job)
    counter.station.ended(job, PrintOutcome.PRINTED)
    found = counter.settle().found
    assert found is not None
    assert [item.label for item in found] == ["printed"]


def test_pages_printed_behind_the_lock_leave_no_row_in_memory(counter: Counter) -> None:
    held = counter.live._rows
    counter.look()
    assert held != {}
    assert counter.do(c.Lock()).screen is Screen.LOCKED
    assert counter.station.starting(counter.printer.jobs[0])
    assert [job.slot for job in counter.paper(2)] == [Slot.LABEL_PRINTER, Slot.RECEIPT_PRINTER]
    assert held == {}


def test_what_stands_after_f9_is_the_label_itself(counter: Counter) -> None:
    """Its number and its time, not those of a next item."""
    assert counter.visit().preview == counter.printer.jobs[0].page


def test_a_receipt_s_code_is_no_waybill(counter: Counter) -> None:
    _, receipt = both(counter)
    assert isinstance(receipt.page, Receipt)
    counter.scan(receipt.page.qr)
    assert counter.message() == "msg.receipt_scanned"
