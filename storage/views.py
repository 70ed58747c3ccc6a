"""Look-up rows: pure functions of entries and their attachments, in order.

A row exists while its annex can be read.  Dropped and rebuilt they come out the same; the journal
writes them in the transaction of the entries they come from.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from core.ledger.entry import AttachmentClass, Entry

DUE, STARTED, PRINTED, UNKNOWN = "due", "started", "printed", "unknown"


@dataclass(frozen=True, slots=True)
class ItemRecord:
    """One row of ``item``."""

    seq: int
    day: int
    waybill: str
    token: str
    label: str
    copies: int

    def __repr__(self) -> str:
        return f"ItemRecord(seq={self.seq}, label={self.label!r}, copies={self.copies}, …)"


@dataclass(frozen=True, slots=True)
class LabelChange:
    """What an entry says of an earlier item's label; ``copies`` None: as before."""

    seq: int
    label: str
    copies: int | None = None


_LABELS = {"LabelPrinted": PRINTED, "LabelSeen": PRINTED, "PrintNotDone": DUE, "PrintUnknown": UNKNOWN}


def day_after(entry: Entry, day: int) -> int:
    """The business day that an entry stands in, given the day of the one before it."""
    return int(entry.data["day"]) if entry.header.kind == "DayOpened" else day


def change_of(entry: Entry, day: int) -> ItemRecord | LabelChange | None:
    """What ``entry`` (of business day ``day``) does to the look-ups."""
    kind = entry.header.kind
    if kind == "ItemAccepted":
        annex = annex_of(entry)
        if annex is None:
            return None
        waybill, token = str(annex.get("waybill", "")), str(annex.get("token", ""))
        return ItemRecord(entry.header.seq, day, waybill, token, DUE, 0)
    if kind == "PrintStarted":
        return LabelChange(int(entry.data["item"]), STARTED, int(entry.data["copy"]))
    if kind in _LABELS:
        return LabelChange(int(entry.data["item"]), _LABELS[kind])
    return None


def apply(rows: dict[int, ItemRecord], change: ItemRecord | LabelChange | None) -> None:
    """Follow one change in memory, as the journal's statements do in the table."""
    if isinstance(change, ItemRecord):
        rows[change.seq] = change
    elif change is not None and change.seq in rows:
        row = rows[change.seq]
        copies = row.copies if change.copies is None else change.copies
        rows[change.seq] = replace(row, label=change.label, copies=copies)


def annex_of(entry: Entry) -> Mapping[str, Any] | None:
    """The decoded annex, None where it is gone or not an object."""
    for attachment in entry.attachments:
        if attachment is not None and attachment.cls is AttachmentClass.ANNEX:
            return decode_annex(attachment.data)
    return None


def decode_annex(data: bytes) -> dict[str, Any] | None:
    """An annex's JSON object; None for anything else."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
