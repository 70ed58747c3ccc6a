"""Pages on their way: due, started, printed or unknown.  Never guessed, never printed before the record."""

from __future__ import annotations

import time
from collections.abc import Callable

from core.acceptance.marked import shown_number
from core.devices import Label, PrintJob, PrintOutcome, Receipt, Slot
from core.errors import RuleError, RuleFault, StoreError
from core.label_template import OWN
from core.ledger.erasure import is_restricted
from core.ledger.writer import Proposal
from core.ports import VOIDED, ItemRow, Printer
from core.station.live import Live, new_id
from core.station.templates import template_of

_TRY_AGAIN_SECONDS = 5.0


Make = Callable[[ItemRow, int], Label | Receipt]  # the page of an item, n-th copy
Choose = Callable[[ItemRow], Slot]  # which printer the page of an item goes to


class Pages:
    """The station's side of one kind of page: labels, or receipts.  Called on the station's thread only."""

    def __init__(
        self, live: Live, printer: Printer, make: Make, slot_of: Choose, *, receipts: bool = False
    ) -> None:
        self._live = live
        self._printer = printer
        self._make = make
        self._slot_of = slot_of
        self._receipts = receipts
        self._member = "receipts" if self._receipts else "labels"
        self._printed = "ReceiptPrinted" if self._receipts else "LabelPrinted"
        self._queued: dict[int, PrintJob] = {}  # item → job that a lane holds
        self._late: dict[int, tuple[PrintJob, PrintOutcome, str]] = {}  # what the disk did not take
        self._again: set[int] = set()  # due, but their start could not be recorded
        self._late_due = 0.0
        self.faults: dict[int, str] = {}  # item → DeviceFault code that holds it up

    def send(self, item: int, pressed_ns: int = 0) -> bool:
        """Hand the item's label to the printer; False where it is queued already or its data is gone."""
        live = self._live
        row = live.item(item)
        if row is None or item in self._queued or not self._may_come_out(item):
            return False
        state = live.state.value[self._member].get(str(item))
        # A page that may have come out once is a copy from then on, however it ended.
        stands, copies = (row.receipt, row.receipt_copies) if self._receipts else (row.label, row.copies)
        copy = copies if stands in ("due", "none") else copies + 1
        if state is not None and state["state"] == "due":
            copy = int(state["copies"])
        slot = self._slot_of(row)
        version, template = (OWN, "") if self._receipts else template_of(live, row, slot)
        job = PrintJob(
            new_id(), slot, item, self._make(row, copy), pressed_ns, template_id=version, template=template
        )
        self._queued[item] = job
        live.probe("print.submitted")
        self._printer.submit(job)
        return True

    def holds(self, item: int) -> bool:
        """Whether a page of the item is with its printer, or its outcome still has to be recorded."""
        return item in self._queued

    def is_due(self, item: int) -> bool:
        """Whether the item's page has not begun."""
        row = self._live.state.value[self._member].get(str(item))
        return row is not None and row["state"] == "due"

    def seen(self, item: int) -> None:
        """A person looked at the printer: the label came out after all.  0: the oldest unknown one."""
        live = self._live
        live.need_session()
        rows = live.state.value[self._member]
        unknown = {int(i): row for i, row in rows.items() if row["state"] == "unknown"}
        item = item or min(unknown, default=0)
        if item not in unknown:
            raise RuleError(RuleFault.NOTHING_TO_REPRINT)
        data = {"item": item, "job": unknown[item]["job"], "slot": self._where(item)}
        live.commit([Proposal("PrintSeen", data, new_id(), by_person=True)])
        live.probe("seen.recorded")
        self.faults.pop(item, None)

    def is_unknown(self, item: int) -> bool:
        """Whether a page of the item may or may not have come out (0: of any item)."""
        rows = self._live.state.value[self._member]
        wanted = [rows.get(str(item))] if item else list(rows.values())
        return any(row is not None and row["state"] == "unknown" for row in wanted)

    def starting(self, job: PrintJob) -> bool:
        """The lane is about to send the first byte: ``PrintStarted`` is durable when this returns True."""
        if self._live.journal is None or self._queued.get(job.item) is not job:
            return False
        if not self._may_come_out(job.item):
            return False
        if not self._is_current(job):  # it was corrected since: what is right is made and sent
            del self._queued[job.item]
            self.send(job.item)
            return False
        data = {
            "item": job.item,
            "job": job.job,
            "slot": job.slot.value,
            "copy": job.copy,
            "template": job.template_id,
        }
        self._live.probe("print.starting")
        try:
            self._live.commit([Proposal("PrintStarted", data, new_id())])
        except StoreError:
            self._queued.pop(job.item)  # the lane lets go of it
            self._again.add(job.item)
            self._late_due = time.monotonic() + _TRY_AGAIN_SECONDS
            raise
        self._live.probe("print.started")
        self.faults.pop(job.item, None)
        return True

    def ended(self, job: PrintJob, outcome: PrintOutcome, fault: str) -> None:
        """What became of the page."""
        self._live.probe("print.ended")
        if self._queued.get(job.item) is job:  # else it is from before the vault was shut and opened again
            del self._queued[job.item]
        try:
            self._record(job, outcome, fault)
        except StoreError:
            self._queued.setdefault(job.item, job)  # no second page before the first is accounted for
            self._late[job.item] = (job, outcome, fault)
            self._late_due = time.monotonic() + _TRY_AGAIN_SECONDS
            raise
        self._live.probe("print.recorded")

    def settle(self) -> None:
        """What the disk did not take is recorded now, if it takes it again: outcomes, then starts."""
        if time.monotonic() < self._late_due:
            return
        while self._late:
            self.ended(*self._late.pop(min(self._late)))
        while self._again:
            self.send(self._again.pop())

    def _record(self, job: PrintJob, outcome: PrintOutcome, fault: str) -> None:
        live = self._live
        if live.journal is None:
            return  # the vault was shut meanwhile: the next opening finds "started" and says so
        row = live.state.value[self._member].get(str(job.item))
        if row is None or row["job"] != job.job:
            if not self._may_come_out(job.item):
                return  # it was handed to its printer before, and never comes out
            # Never started: the label stays due; the person sees why.
            self.faults[job.item] = fault
            live.say("msg.label_waits", "warning", fault=fault)
            return
        if outcome is PrintOutcome.PRINTED:
            live.commit([Proposal(self._printed, {"item": job.item, "job": job.job}, new_id())])
            return
        self.faults[job.item] = fault
        data = {"item": job.item, "job": job.job, "slot": job.slot.value, "cause": fault or "unknown"}
        if outcome is PrintOutcome.NOT_PRINTED:
            live.commit([Proposal("PrintNotDone", data, new_id())])
            live.say("msg.label_waits", "warning", fault=fault)
        else:
            live.commit([Proposal("PrintUnknown", data, new_id())])
            live.say("msg.look_at_printer", "error", number=self._number(job.item))

    def recover(self) -> None:
        """After a start: a print that had begun is unknown; labels still due are printed now, in order."""
        live = self._live
        rows = live.state.value[self._member]
        started = [int(item) for item, row in rows.items() if row["state"] == "started"]
        if started:
            live.commit(
                [
                    Proposal(
                        "PrintUnknown",
                        {
                            "item": item,
                            "job": rows[str(item)]["job"],
                            "slot": self._where(item),
                            "cause": "restart",
                        },
                        new_id(),
                    )
                    for item in sorted(started)
                ]
            )
            live.probe("print.unknown_recorded")
            live.say("msg.look_at_printer", "warning", number=self._number(started[-1]))
        due = sorted(
            int(item) for item, row in live.state.value[self._member].items() if row["state"] == "due"
        )
        for item in due:
            self.send(item)

    def forget(self) -> None:
        """The vault shuts: whatever a lane still holds is refused at its start."""
        self._queued.clear()
        self._late.clear()
        self._again.clear()
        self.faults.clear()

    def _may_come_out(self, item: int) -> bool:
        """Not what was voided, restricted or erased, also since a copy was handed to its printer."""
        live = self._live
        row = live.item(item)
        return row is not None and row.label != VOIDED and not is_restricted(live.state.value, item)

    def _is_current(self, job: PrintJob) -> bool:
        """Whether the page that was handed to a printer still is what the item's record says."""
        row, page = self._live.item(job.item), job.page
        if row is not None and isinstance(page, Receipt):
            return page.number == shown_number(row.annex)
        return row is None or not isinstance(page, Label) or page.token == row.annex["token"]

    def _where(self, item: int) -> str:
        """The slot of an item's pages; where its data is gone, the one that such pages go to first."""
        row = self._live.item(item)
        first = Slot.RECEIPT_PRINTER if self._receipts else Slot.LABEL_PRINTER
        return (self._slot_of(row) if row else first).value

    def _number(self, item: int) -> str:
        row = self._live.item(item)
        return row.number if row else str(item)
