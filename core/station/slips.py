"""Slips: paper of no item, in nobody's way and of no consequence for the journal.

The refusal itself is recorded (``ItemRefused``); the slip only says which documents would do.  So it has no
``PrintStarted``, it is not printed twice, and where the printer cannot take it at once it is given up: by
the time there is paper again its reader has gone, and the next customer's receipt comes first.
"""

from __future__ import annotations

from core.acceptance.slips import no_paper_slip
from core.devices import (
    ComplaintRecord,
    DisclosureRecord,
    NoPaperSlip,
    PrintJob,
    PrintOutcome,
    Slot,
)
from core.ledger.clock import business_date
from core.ports import Printer
from core.records import ExceptionRecord, WarningRecord
from core.station.live import Live, new_id

_RECORDS = 2
_Record = DisclosureRecord | ComplaintRecord | ExceptionRecord | WarningRecord
_FILED = (
    DisclosureRecord,
    ExceptionRecord,
    WarningRecord,
)  # once more for the branch


class Slips:
    """Called on the station's thread only."""

    def __init__(self, live: Live, printer: Printer) -> None:
        self._live = live
        self._printer = printer

    def send(self) -> None:
        """Print what would do; said where this counter has no printer for it."""
        live, settings, slot = self._live, self._live.settings, self._slot()
        if slot is None:
            live.say("msg.slip_no_printer", "warning")
            return
        slip = no_paper_slip(live.rules, settings.branch, business_date(live.now().at))
        live.say("msg.refused_slip", "warning")
        self._printer.submit(PrintJob(new_id(), slot, 0, slip, passing=True))

    def record(self, page: _Record) -> None:
        """A disclosure's or an exception's, and one more for the branch's file; a complainant's once.

        The journal has it all the same; where no printer stands here the clerk is told to write the number.
        """
        slot = self._slot()
        if slot is None:
            self._live.say("msg.record_no_printer", "warning", reference=page.reference)
            return
        for _copy in range(_RECORDS if isinstance(page, _FILED) else 1):
            self._printer.submit(PrintJob(new_id(), slot, 0, page, passing=True))

    def _slot(self) -> Slot | None:
        settings = self._live.settings
        if settings.receipts:
            return Slot.RECEIPT_PRINTER
        return Slot.LABEL_PRINTER if settings.labels else None

    def is_slip(self, job: PrintJob) -> bool:
        """Whether the job is one of these."""
        return isinstance(job.page, NoPaperSlip | _Record)

    def ended(self, job: PrintJob, outcome: PrintOutcome, fault: str) -> None:
        """What became of a slip: where it did not come out the clerk says it in words."""
        if outcome is PrintOutcome.PRINTED:
            return
        if isinstance(job.page, _Record):
            self._live.say("msg.record_no_printer", "warning", reference=job.page.reference)
        else:
            self._live.say("msg.slip_not_printed", "warning", fault=fault)
