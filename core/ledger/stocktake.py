"""The stock as somebody counted it blind (盘点), held against the books: docs/format.md, sections 5 and 18.

``StockCounted`` says how many were found, how many the books have that nobody scanned, and how many were
scanned that the books do not have; a ``StockDiffers`` names each of those.  A later count takes its place.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import Any

from core.ledger.entry import Entry
from core.ledger.rows import need
from core.ledger.stock import MEMBER, of

COUNTED, DIFFERS = "StockCounted", "StockDiffers"
NOT_FOUND, STILL_HERE = "not_found", "still_here"
FIGURES = ("found", "missing", "extra", "strange")
MOST = 300  # items that one count may name; more is a count that was not finished
_WHAT = "stocktake"


def newest(value: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The open day's count, None where there was none: ``at`` (its seq), :data:`FIGURES`, ``off`` (item →
    what is wrong with it).
    """
    row = of(value)
    found: Mapping[str, Any] | None = row["count"] if row is not None else None
    return found


def standing(value: Mapping[str, Any]) -> dict[int, str]:
    """The items that still differ: what was not found lies here by the books as yet, what was still here
    does not.  By ``seq``.
    """
    row, count = of(value), newest(value)
    if row is None or count is None:
        return {}
    return {
        int(item): what
        for item, what in count["off"].items()
        if _lies(row["items"], int(item)) is (what == NOT_FOUND)
    }


def only(value: Mapping[str, Any], item: int) -> dict[str, Any]:
    """The state's member with no other item's difference in it."""
    row, count = of(value), newest(value)
    if row is None or count is None:
        return {}
    off = {str(item): count["off"][str(item)]} if str(item) in count["off"] else {}
    return {MEMBER: {**row, "count": {**count, "off": off}}}


def counted(value: dict[str, Any], entry: Entry) -> None:
    """``StockCounted``.  Raises EntryError STATE where the figures are not of what lies here."""
    row, data = of(value), entry.data
    sound = row is not None and not value["closed"] and data["day"] == value["day"]
    need(_WHAT, entry, sound)
    assert row is not None
    need(_WHAT, entry, data["found"] + data["missing"] == len(row["items"]))
    need(_WHAT, entry, data["missing"] + data["extra"] <= MOST)
    fresh = {"at": entry.header.seq, **{name: data[name] for name in FIGURES}, "off": {}}
    value[MEMBER] = {**row, "count": fresh}


def differs(value: dict[str, Any], entry: Entry) -> None:
    """``StockDiffers``: one item, once, and no more of a kind than the count said."""
    row, count, data = of(value), newest(value), entry.data
    need(_WHAT, entry, row is not None and count is not None and not value["closed"])
    assert row is not None
    assert count is not None
    item, what, off = data["item"], data["what"], count["off"]
    lies = _lies(row["items"], item)
    followed = row["since"] < item < count["at"] and str(item) not in off
    need(_WHAT, entry, followed and lies is (what == NOT_FOUND) and what in (NOT_FOUND, STILL_HERE))
    most = count["missing"] if what == NOT_FOUND else count["extra"]
    need(_WHAT, entry, list(off.values()).count(what) < most)
    value[MEMBER] = {**row, "count": {**count, "off": {**off, str(item): what}}}


def _lies(items: Sequence[int], item: int) -> bool:
    at = bisect_left(items, item)
    return at < len(items) and items[at] == item


STEPS = {(COUNTED, 1): counted, (DIFFERS, 1): differs}
