"""All paper: an item's label and its receipt, each on its way by itself, and slips of no item."""

from __future__ import annotations

import time
from collections import deque

from core.acceptance.marked import ordinal, shown_number
from core.acceptance.record import label_from_annex
from core.acceptance.waybill import preprinted
from core.devices import ComplaintRecord, DisclosureRecord, Label, PrintJob, PrintOutcome, Receipt, Slot
from core.errors import RuleError, RuleFault
from core.ledger.entry import Entry, Head
from core.ledger.erasure import is_restricted
from core.ledger.writer import Proposal
from core.ports import VOIDED, ItemRow, Printer
from core.receipts.record import ReceiptRecord, sign_record
from core.station.day_slips import DaySlips, Later
from core.station.inspecting import Inspecting
from core.station.live import Live, new_id
from core.station.manifests import Manifests
from core.station.printing import Pages
from core.station.rights import Rights
from core.station.slips import Slips

_NOTICE_LANGUAGE = "zh"  # the receipt is the customer's, whatever the clerk's screen speaks

# So long a receipt waits for its label to begin, and then for the station's next look at the clock (at
# most a quarter of a second): a label printer that is away holds up no receipt.
_LABEL_AHEAD_SECONDS = 0.2


class Paper:
    """Hands each call to the pages of the job's slot.  Called on the station's thread only."""

    def __init__(self, live: Live, printer: Printer, later: Later) -> None:
        self._live = live
        self._later: deque[int] = deque()  # items whose receipt is to be made
        self._later_due = 0.0
        self._slips = Slips(live, printer)
        self.rights = Rights(live, printer)
        self._days = DaySlips(live, printer, later)
        self._inspecting = Inspecting(live, later)
        self._manifests = Manifests(live, later)
        self.labels = Pages(live, printer, label_page, lambda row: label_slot(live, row))
        self.receipts = Pages(
            live,
            printer,
            lambda row, copy: receipt_page(live, row, copy),
            lambda _row: Slot.RECEIPT_PRINTER,
            receipts=True,
        )

    def handle(self, command: object) -> bool:
        """Whether it was about the slip of a day or an inspection pack; raises as their ``handle``."""
        papers = (self._days, self._inspecting, self._manifests)
        return any(each.handle(command) for each in papers)

    @property
    def faults(self) -> dict[int, str]:
        """Item → DeviceFault code that holds its paper up; the label's comes first."""
        return {**self.receipts.faults, **self.labels.faults}

    def send(self, item: int, pressed_ns: int = 0) -> None:
        """A committed item's label now, and its receipt where this counter prints them.

        Making and signing a receipt takes as long as the commit: the customer's label goes first.
        """
        self.labels.send(item, pressed_ns)
        if str(item) in self._live.state.value["receipts"]:
            self._later.append(item)
            self._later_due = time.monotonic() + _LABEL_AHEAD_SECONDS

    def anew(self, items: list[int]) -> None:
        """What was corrected: the pages that show something else; and records that wait.  Empties both."""
        while self._live.records:
            self._slips.record(self._live.records.pop(0))
        while items:
            item = items.pop(0)
            if self.labels.is_due(item):
                self.labels.send(item)
            if self.receipts.is_due(item) and item not in self._later:
                self._later.append(item)
                self._later_due = time.monotonic() + _LABEL_AHEAD_SECONDS

    @property
    def waits(self) -> bool:
        """Whether there is a page to make once nothing else is to be done."""
        return bool(self._later) and time.monotonic() >= self._later_due

    def next(self) -> None:
        """Make and send that page, unless it came out already."""
        item = self._later.popleft()
        if self.receipts.is_due(item):
            self.receipts.send(item)

    def reprint(self, item: int) -> None:
        """F10: label and receipt again, as copies; nothing that is on its way is sent twice.

        Every copy has its entry of who asked for it.  Raises RuleError NOTHING_TO_REPRINT.
        """
        live = self._live
        live.need_session()
        row = live.item(item)
        if row is None:
            raise RuleError(RuleFault.NOTHING_TO_REPRINT)
        if row.late is not None:
            raise RuleError(RuleFault.LATE_ITEM)
        if row.label == VOIDED:
            raise RuleError(RuleFault.ITEM_VOIDED)
        if is_restricted(live.state.value, item):
            raise RuleError(RuleFault.ITEM_RESTRICTED)
        free = [] if self.labels.holds(item) else [self.labels]
        if row.receipt != "none" and not self.receipts.holds(item) and item not in self._later:
            free.append(self.receipts)
        if free:
            live.commit([Proposal("ReprintAsked", {"item": item}, new_id(), by_person=True)])
            live.probe("reprint.recorded")
        for pages in free:
            pages.send(item)
        if self.labels in free:
            live.say("msg.reprint_sent")
        else:
            live.say("msg.label_waits", "warning", fault=self.faults.get(item, ""))

    def seen(self, item: int) -> None:
        """A person looked at the printers: what was unknown did come out."""
        if item < 0:
            raise RuleError(RuleFault.LATE_ITEM)
        unknown = [pages for pages in (self.labels, self.receipts) if pages.is_unknown(item)] or [self.labels]
        for pages in unknown:
            pages.seen(item)

    def slip(self) -> None:
        """For a person without an acceptable document: the list of what would do."""
        self._slips.send()

    def record(self, page: DisclosureRecord | ComplaintRecord) -> None:
        """Of a disclosure or a complaint, as it stands now."""
        self._slips.record(page)

    def starting(self, job: PrintJob) -> bool:
        """See :class:`core.ports.PrintLog`."""
        if self._days.is_slip(job):
            return self._days.starting(job)
        passing = self._slips.is_slip(job) or self.rights.is_record(job)
        may = passing or self._pages(job).starting(job)
        self._later_due = 0.0  # the label is on its way
        return may

    def ended(self, job: PrintJob, outcome: PrintOutcome, fault: str) -> None:
        """See :class:`core.ports.PrintLog`."""
        if self._slips.is_slip(job):
            self._slips.ended(job, outcome, fault)
        elif self._days.is_slip(job):
            self._days.ended(job, outcome, fault)
        elif self.rights.is_record(job):
            self.rights.ended(job, outcome, fault)
        else:
            self._pages(job).ended(job, outcome, fault)

    def recover(self) -> None:
        """After a start: slips of days, labels, then receipts."""
        self._days.recover()
        self.labels.recover()
        self.receipts.recover()

    def settle(self) -> None:
        """What the disk did not take is recorded now, if it takes it again."""
        self.labels.settle()
        self.receipts.settle()
        self._days.settle()

    def forget(self) -> None:
        """The vault shuts: what is due is found again at the next opening."""
        self._later.clear()
        self._days.forget()
        self.labels.forget()
        self.receipts.forget()

    def _pages(self, job: PrintJob) -> Pages:
        return self.receipts if job.slot is Slot.RECEIPT_PRINTER else self.labels


def label_slot(live: Live, row: ItemRow) -> Slot:
    """Where the item's label goes: a parcel with a printed waybill gets a sticker with what that lacks."""
    settings = live.settings
    if settings.stickers and (not settings.labels or preprinted(row.waybill, live.rules)):
        return Slot.STICKER_PRINTER
    return Slot.LABEL_PRINTER


def label_page(row: ItemRow, copy: int) -> Label:
    """The label, exactly as it was committed."""
    return label_from_annex(row.annex, copy)


def receipt_page(live: Live, row: ItemRow, copy: int) -> Receipt:
    """The receipt from the annex, the notice that its customer was told, and the signed record."""
    label, annex = label_from_annex(row.annex, 0), row.annex
    entry = next(iter(live.need_journal().entries(row.seq, row.seq)))
    sender = next(iter(live.need_journal().entries(entry.data["sender"], entry.data["sender"])))
    notice = live.rulebook.notice(sender.data["notice"]).texts[_NOTICE_LANGUAGE]
    fee = annex["fee_cents"]
    count = ordinal(annex)
    return Receipt(
        number=shown_number(annex),
        branch=label.branch,
        terminal=live.settings.terminal,
        operator=label.operator,
        accepted_at=label.accepted_at,
        waybill=label.waybill,
        contents=label.contents,
        quantity=label.quantity,
        weight_g=label.weight_g,
        weight_source=label.weight_source,
        fee_cents=fee if isinstance(fee, int) else None,
        payment=str(annex["payment"]),
        sender_name=label.sender_name,
        document=str(annex["document"]),
        document_number=str(annex["document_number"]),
        recipient_name=label.recipient_name,
        notice_title=notice.title,
        paragraphs=tuple((part.heading, part.text) for part in notice.paragraphs),
        qr=_signed(live, row, entry, label),
        copy=copy,
        paper=label.paper,
        correction=count,
        replaces=shown_number({**annex, "corrected": {"ordinal": count - 1}}) if count else "",
    )


def _signed(live: Live, row: ItemRow, entry: Entry, label: Label) -> str:
    annex = row.annex
    fee = annex["fee_cents"]
    record = ReceiptRecord(
        terminal=live.settings.terminal,
        head=Head(row.epoch, row.seq, entry.hash),
        number=label.number,
        waybill=label.waybill,
        at=label.accepted_at,
        contents=label.contents,
        quantity=label.quantity,
        weight_g=label.weight_g,
        sender=label.sender_name,
        document=str(annex["document_number"]),
        fee_cents=fee if isinstance(fee, int) else None,
        payment=str(annex["payment"]),
        correction=ordinal(annex),
    )
    return sign_record(record, live.vault.terminal_signer(), *live.grant(row.epoch))
