"""Specimens of what is a supervisor's: entries beside the chain, an item that was taken in, queries."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from core.late import LateView
from core.seeing import LooksView
from core.view import CounterView, Message, Note
from ui.specimen_visits import item


def _at(day: int, hour: int, minute: int) -> dt.datetime:
    return dt.datetime(2026, 11, day, hour, minute, tzinfo=dt.UTC)


_LOOKS = (
    LooksView("OP10001", "looks.hour", 61), LooksView("OP10002", "looks.elsewhere", 2),
    LooksView("OP10002", "looks.nothing", 24), LooksView("OP10002", "looks.night", 3),
)  # fmt: skip
_LATE = (
    LateView("bT3", "late", 1, 46, 12, 1, _at(20, 8, 41), _at(20, 9, 55)),
    LateView("cX9", "fork", 1, 9, 2, 0, _at(20, 10, 2), _at(20, 10, 14)),
)
_WAITS = Message("msg.late_waits", {"entries": 55, "items": 14}, "warning", 1)
TAKEN_IN = replace(
    item(97), seq=-1, waybill=item(51).waybill, accepted_at="2026-11-20 16:52",
    notes=(Note("note.late", {"epoch": 1}),),
)  # fmt: skip


def late_views(base: CounterView) -> dict[str, CounterView]:
    """For a supervisor, for a clerk, and found by F3 afterwards; and what she is told of queries."""
    return {
        "late": replace(base, role="supervisor", operator="OP10009", late=_LATE, message=_WAITS),
        "late-clerk": replace(base, late=_LATE, message=_WAITS),
        "look-up-told": replace(
            base,
            role="supervisor",
            operator="OP10009",
            found=(item(128),),
            found_by="text",
            looks=_LOOKS,
            message=Message("msg.looks_told", {"count": 2}, "warning", 1),
        ),
        "late-found": replace(base, found=(item(97), TAKEN_IN), found_by="text"),
    }
