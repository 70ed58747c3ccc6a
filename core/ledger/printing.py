"""Printing in the fold: the same way for labels and receipts, each in a member of its own."""

from __future__ import annotations

from typing import Any

from core.ledger.entry import Entry
from core.ledger.rows import count, drop, put

_RECEIPT_SLOT = "receipt_printer"


def _member(entry: Entry) -> str:
    """Which member the pages of the entry's slot stand in."""
    return "receipts" if entry.data["slot"] == _RECEIPT_SLOT else "labels"


def _print_started(value: dict[str, Any], entry: Entry) -> None:
    member, item = _member(entry), str(entry.data["item"])
    # No row: its page came out before, so this one is one more of it.
    row = value[member].get(item, {"again": True})
    started = {"state": "started", "job": entry.data["job"], "copies": entry.data["copy"]}
    put(value, member, item, {"again": row["again"], **started})


def _label_printed(value: dict[str, Any], entry: Entry) -> None:
    item = str(entry.data["item"])
    row = drop(value, "labels", item)
    count(value, "labels" if row and not row["again"] else "copies")
    if row and not row["again"] and item not in value["voided"]:
        put(value, "unscanned", item, True)


def _receipt_printed(value: dict[str, Any], entry: Entry) -> None:
    row = drop(value, "receipts", str(entry.data["item"]))
    if row and not row["again"]:
        count(value, "receipts")


def _seen(value: dict[str, Any], entry: Entry) -> None:
    """A person looked at the printer: the page did come out."""
    member, item = _member(entry), str(entry.data["item"])
    row = drop(value, member, item)
    if row and not row["again"]:
        count(value, member)
        if member == "labels":
            put(value, "unscanned", item, True)


def _not_done(value: dict[str, Any], entry: Entry) -> None:
    member, item = _member(entry), str(entry.data["item"])
    row = value[member].get(item)
    if item in value["voided"]:
        drop(value, member, item)
    elif row:
        put(value, member, item, {**row, "state": "due", "job": ""})


def _unknown(value: dict[str, Any], entry: Entry) -> None:
    member, item = _member(entry), str(entry.data["item"])
    row = value[member].get(item)
    if item in value["voided"]:
        drop(value, member, item)
    elif row:
        put(value, member, item, {**row, "state": "unknown"})
    count(value, "unknown")


def _affixed(value: dict[str, Any], entry: Entry) -> None:
    """The label was scanned on its parcel (R18)."""
    drop(value, "unscanned", str(entry.data["item"]))
    count(value, "affixed")


STEPS = {
    ("PrintStarted", 1): _print_started,
    ("LabelPrinted", 1): _label_printed,
    ("ReceiptPrinted", 1): _receipt_printed,
    ("LabelAffixed", 1): _affixed,
    ("PrintSeen", 1): _seen,
    ("PrintNotDone", 1): _not_done,
    ("PrintUnknown", 1): _unknown,
}
