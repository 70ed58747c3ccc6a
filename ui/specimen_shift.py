"""The counter changes hands, for the pictures: what is counted, and a difference before anybody signs."""

from __future__ import annotations

from dataclasses import replace

from core.shift import ShiftView
from core.view import CounterView

_BOOKS = {
    "items": 31, "forms": 12, "labels": 2, "unscanned": 1, "requests": 1, "cases": 0, "complaints": 1,
    "exceptions": 1,
}  # fmt: skip
COUNTING = ShiftView(asks="items", step=0, steps=2)
DIFFERS = ShiftView(
    asks="", step=2, steps=2, counted={"items": 30, "forms": 12}, books=_BOOKS, returned=1, by="OP10002",
    at="11-21 14:02", said={"items": 31, "forms": 12}, differs={"items": -1},
)  # fmt: skip


def shift_views(view: CounterView) -> dict[str, CounterView]:
    """``view``: an empty form."""
    return {"shift-count": replace(view, shift=COUNTING), "shift-differs": replace(view, shift=DIFFERS)}
