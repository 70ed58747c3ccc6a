"""Numbers of a pool as the fold keeps them: used, void, or free, and nothing between (I4).

A row is ``{"count", "used", "void", "since"}``: how many numbers the pool has, ranges ``[first, last]`` of
ordinals from 1 on, and the entry that opened it.  Whatever is in neither list is free.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.errors import EntryError, EntryFault

USED, VOID = "used", "void"
NO_POOL = "none"  # of an item whose waybill is of no pool

Row = Mapping[str, Any]


def opened(count: int, since: int) -> dict[str, Any]:
    """The row of a new pool: all of it is free."""
    return {"count": count, USED: [], VOID: [], "since": since}


def taken(row: Row, member: str, first: int, last: int) -> dict[str, Any]:
    """The row with ``first`` to ``last`` in ``member``.

    Raises EntryError STATE where one of them is not free: no number is ever given twice.
    """
    if not any(low <= first <= last <= high for low, high in free(row)):
        raise EntryError(EntryFault.STATE, what="pool number")
    return {**row, member: _with(row[member], first, last)}


def spent(row: Row) -> dict[str, Any]:
    """The row with nothing free any more: what was is void."""
    for first, last in free(row):
        row = taken(row, VOID, first, last)
    return dict(row)


def free(row: Row) -> list[tuple[int, int]]:
    """The ranges that are free, in order."""
    found: list[tuple[int, int]] = []
    at = 1
    for first, last in sorted([*map(tuple, row[USED]), *map(tuple, row[VOID])]):
        if first > at:
            found.append((at, first - 1))
        at = last + 1
    if at <= row["count"]:
        found.append((at, row["count"]))
    return found


def passed(row: Row) -> list[tuple[int, int]]:
    """The free ranges below the highest number that was used: passed over, and nobody said why (I4)."""
    highest = max((last for _, last in row[USED]), default=0)
    return [(first, last) for first, last in free(row) if last < highest]


def size(ranges: Sequence[Sequence[int]]) -> int:
    """How many numbers ranges hold."""
    return sum(last - first + 1 for first, last in ranges)


def is_free(row: Row, ordinal: int) -> bool:
    """Whether it may be given out."""
    return any(first <= ordinal <= last for first, last in free(row))


def _with(ranges: Sequence[Sequence[int]], first: int, last: int) -> list[list[int]]:
    """In order, touching ones joined."""
    apart: list[list[int]] = []
    for low, high in ranges:
        if high + 1 < first or low > last + 1:
            apart.append([low, high])
        else:
            first, last = min(first, low), max(last, high)
    return sorted([*apart, [first, last]])
