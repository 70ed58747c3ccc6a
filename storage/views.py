"""Look-up rows: pure functions of entries and their attachments, in order.

A row exists while its annex can be read.  Dropped and rebuilt they come out the same; the journal
writes them in the transaction of the entries they come from.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.acceptance.again import shown_of
from core.ledger.corrections import KIND as CORRECTED
from core.ledger.entry import Attachment, AttachmentClass, Entry
from core.ledger.erasure import ITEM_RESTRICTED, PERSON_ERASED

VERSION = 4  # of what the rows say; a store with rows of another version makes them again
DUE, STARTED, PRINTED, UNKNOWN = "due", "started", "printed", "unknown"
VOIDED = "voided"  # whatever its printer still says


@dataclass(frozen=True, slots=True)
class ItemRecord:
    """One row of ``item``.

    ``hint`` is the document's under the key of ``month``, ``who`` what the annex shows of it; both are ""
    where none was asked for.
    """

    seq: int
    day: int
    number: int
    waybill: str
    token: str
    month: str
    hint: str
    who: str
    label: str
    copies: int
    receipt: str
    receipt_copies: int
    affixed: bool
    shown: int  # the entry whose annex is shown: its own, or that of its last correction

    def __repr__(self) -> str:
        return f"ItemRecord(seq={self.seq}, label={self.label!r}, copies={self.copies}, …)"


@dataclass(frozen=True, slots=True)
class PageChange:
    """What an entry says of an earlier item's label or receipt; None: as before."""

    seq: int
    label: str | None = None
    copies: int | None = None
    receipt: str | None = None
    receipt_copies: int | None = None
    affixed: bool | None = None
    hint: str | None = None
    who: str | None = None
    shown: int | None = None


@dataclass(frozen=True, slots=True)
class ItemGone:
    """A person's item was erased: its row goes, and its bytes with it."""

    seq: int
    retention: str
    month: str


CHANGING = ("label", "copies", "receipt", "receipt_copies", "affixed", "hint", "who", "shown")
NONE = "none"  # no receipt is printed for the item
_RECEIPT_SLOT = "receipt_printer"
_PAGES = {"PrintStarted": STARTED, "PrintSeen": PRINTED, "PrintNotDone": DUE, "PrintUnknown": UNKNOWN}


def day_after(entry: Entry, day: int) -> int:
    """The business day that an entry stands in, given the day of the one before it."""
    return int(entry.data["day"]) if entry.header.kind == "DayOpened" else day


def change_of(entry: Entry, day: int) -> ItemRecord | PageChange | ItemGone | None:
    """What ``entry`` (of business day ``day``) does to the look-ups."""
    kind = entry.header.kind
    if kind == "ItemAccepted":
        return _accepted(entry, day)
    if kind == PERSON_ERASED:
        return ItemGone(int(entry.data["item"]), entry.data["retention"], entry.data["month"])
    if kind == ITEM_RESTRICTED:  # no document finds it any more
        return PageChange(int(entry.data["item"]), hint="", who="")
    if kind == CORRECTED:
        return _corrected(entry)
    return _page_change(kind, entry.data)


def _accepted(entry: Entry, day: int) -> ItemRecord | None:
    attachment = _annex_part(entry)
    annex = decode_annex(attachment.data) if attachment is not None else None
    if attachment is None or annex is None:
        return None
    return ItemRecord(
        entry.header.seq,
        day,
        int(entry.data["number"]),
        str(annex.get("waybill", "")),
        str(annex.get("token", "")),
        attachment.month,
        str(annex.get("hint", "")),
        shown_of(annex),
        DUE,
        0,
        DUE if entry.data["receipt"] else NONE,
        0,
        False,
        entry.header.seq,
    )


def _corrected(entry: Entry) -> PageChange:
    """Its annex is shown from now on; a page that is printed anew is no copy."""
    label, receipt = entry.data["label"], entry.data["receipt"]
    return PageChange(
        int(entry.data["item"]),
        label=DUE if label else None,
        copies=0 if label else None,
        receipt=DUE if receipt else None,
        receipt_copies=0 if receipt else None,
        shown=entry.header.seq if _annex_part(entry) is not None else None,
    )


def _page_change(kind: str, data: Mapping[str, Any]) -> PageChange | None:
    if kind == "LabelPrinted":
        return PageChange(int(data["item"]), label=PRINTED)
    if kind == "ReceiptPrinted":
        return PageChange(int(data["item"]), receipt=PRINTED)
    if kind == "ItemVoided":
        return PageChange(int(data["item"]), label=VOIDED)
    if kind == "LabelAffixed":
        return PageChange(int(data["item"]), affixed=True)
    if kind not in _PAGES:
        return None
    seq, copies = int(data["item"]), int(data["copy"]) if kind == "PrintStarted" else None
    if data["slot"] == _RECEIPT_SLOT:
        return PageChange(seq, receipt=_PAGES[kind], receipt_copies=copies)
    return PageChange(seq, label=_PAGES[kind], copies=copies)


def apply(rows: dict[int, ItemRecord], change: ItemRecord | PageChange | ItemGone | None) -> None:
    """Follow one change in memory, as the journal's statements do in the table."""
    if isinstance(change, ItemRecord):
        rows[change.seq] = change
    elif isinstance(change, ItemGone):
        rows.pop(change.seq, None)
    elif change is not None and (old := rows.get(change.seq)) is not None:
        # Five of seven entries come here when a journal is checked: no dataclasses.replace.
        rows[change.seq] = ItemRecord(
            old.seq,
            old.day,
            old.number,
            old.waybill,
            old.token,
            old.month,
            old.hint if change.hint is None else change.hint,
            old.who if change.who is None else change.who,
            old.label if change.label is None or old.label == VOIDED else change.label,
            old.copies if change.copies is None else change.copies,
            old.receipt if change.receipt is None else change.receipt,
            old.receipt_copies if change.receipt_copies is None else change.receipt_copies,
            old.affixed if change.affixed is None else change.affixed,
            old.shown if change.shown is None else change.shown,
        )


def annex_of(entry: Entry) -> Mapping[str, Any] | None:
    """The decoded annex, None where it is gone or not an object."""
    attachment = _annex_part(entry)
    return decode_annex(attachment.data) if attachment is not None else None


def _annex_part(entry: Entry) -> Attachment | None:
    for attachment in entry.attachments:
        if attachment is not None and attachment.cls is AttachmentClass.ANNEX:
            return attachment
    return None


def decode_annex(data: bytes) -> dict[str, Any] | None:
    """An annex's JSON object; None for anything else."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
