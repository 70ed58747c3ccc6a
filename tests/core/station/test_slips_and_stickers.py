"""Which printer a page goes to, and the slip for a person without an acceptable document."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from core import commands as c
from core.devices import Label, NoPaperSlip, PrintOutcome, Slot
from tests.core.station.desk import RULES, Counter

pytestmark = pytest.mark.requirement("R38")

PREPRINTED, OWN = "EA473124829CN", "1234567890123"
NO_DOCUMENT = c.Refuse(c.RefusalReason.NO_VALID_DOCUMENT)


@contextmanager
def counter(**printers: bool) -> Iterator[Counter]:
    made = Counter(None, **printers)
    made.log_in()
    try:
        yield made
    finally:
        made.station.stop()


def accepted(here: Counter, waybill: str) -> None:
    here.sender()
    here.parcel(waybill)
    assert here.do(c.Commit()).message is not None
    assert here.message() == "msg.accepted"


@pytest.mark.parametrize(
    ("waybill", "printers", "slot"),
    [
        (PREPRINTED, {"stickers": True}, Slot.STICKER_PRINTER),
        (OWN, {"stickers": True}, Slot.LABEL_PRINTER),
        (OWN, {"stickers": True, "labels": False}, Slot.STICKER_PRINTER),
        (PREPRINTED, {}, Slot.LABEL_PRINTER),
    ],
)
def test_a_printed_waybill_gets_a_sticker(waybill: str, printers: dict[str, bool], slot: Slot) -> None:
    with counter(**printers) as here:
        accepted(here, waybill)
        [job] = here.printer.jobs
        assert job.slot is slot
        assert isinstance(job.page, Label)
        assert job.page.waybill == waybill
        assert here.print(job)
        started, printed = here.vault.journal.rows[-2:]
        assert (started.header.kind, started.data["slot"]) == ("PrintStarted", slot.value)
        assert printed.header.kind == "LabelPrinted"
        assert here.views[-1].pending == ()


def test_a_sticker_that_is_unknown_is_seen_or_copied_where_it_was() -> None:
    with counter(stickers=True) as here:
        accepted(here, PREPRINTED)
        here.print(here.printer.jobs[0], PrintOutcome.UNKNOWN, "device.gone")
        assert here.vault.journal.rows[-1].data["slot"] == "sticker_printer"
        here.do(c.Reprint())
        copy = here.printer.jobs[-1]
        assert (copy.slot, copy.copy) == (Slot.STICKER_PRINTER, 1)
        here.print(copy, PrintOutcome.UNKNOWN, "device.gone")
        here.do(c.LabelSeen(copy.item))
        seen = here.vault.journal.rows[-1]
        assert (seen.header.kind, seen.data["slot"]) == ("PrintSeen", "sticker_printer")
        assert here.views[-1].pending == ()


@pytest.mark.parametrize(
    ("printers", "slot"),
    [
        ({"receipts": True}, Slot.RECEIPT_PRINTER),
        ({}, Slot.LABEL_PRINTER),
        ({"receipts": True, "stickers": True, "labels": False}, Slot.RECEIPT_PRINTER),
    ],
)
def test_without_a_document_a_slip_is_printed(printers: dict[str, bool], slot: Slot) -> None:
    with counter(**printers) as here:
        here.type(contents="衣物")
        here.do(NO_DOCUMENT)
        assert here.message() == "msg.refused_slip"
        [job] = here.printer.jobs
        assert (job.slot, job.passing, job.item) == (slot, True, 0)
        assert isinstance(job.page, NoPaperSlip)
        assert job.page.documents == tuple(RULES.editions[-1].documents)
        entries = len(here.kinds())
        assert here.print(job)
        assert here.kinds()[entries:] == []  # the refusal is the fact
        assert here.kinds()[-1] == "ItemRefused"
        assert here.views[-1].pending == ()
        assert here.message() == "msg.refused_slip"


def test_a_slip_that_did_not_come_out_is_said_and_never_sent_again() -> None:
    with counter(receipts=True) as here:
        here.do(NO_DOCUMENT)
        here.station.ended(here.printer.jobs[0], PrintOutcome.NOT_PRINTED, "device.paper_out")
        here.look()
        assert here.message() == "msg.slip_not_printed"
        message = here.views[-1].message
        assert message is not None
        assert message.facts == {"fault": "device.paper_out"}
        here.do(c.NextCustomer())
        accepted(here, OWN)
        here.look()
        assert [job.slot for job in here.paper(3)[1:]] == [Slot.LABEL_PRINTER, Slot.RECEIPT_PRINTER]


@pytest.mark.parametrize("printers", [{"labels": False}, {"labels": False, "stickers": True}])
def test_where_no_printer_takes_it_that_is_said(printers: dict[str, bool]) -> None:
    with counter(**printers) as here:
        here.do(NO_DOCUMENT)
        assert (here.message(), here.printer.jobs) == ("msg.slip_no_printer", [])
        assert here.kinds()[-1] == "ItemRefused"


def test_other_refusals_print_nothing() -> None:
    with counter(receipts=True) as here:
        for reason in c.RefusalReason:
            if reason is not c.RefusalReason.NO_VALID_DOCUMENT:
                here.type(contents="衣物")
                here.do(c.Refuse(reason, told=True))
        assert here.printer.jobs == []
