"""The kinds of entry by which the counter goes from one person to another."""

from __future__ import annotations

from core.ledger.forms import COUNT, Kind

COUNTED = ("items", "forms")  # what hands can count
BOOKS = (*COUNTED, "labels", "unscanned", "requests", "cases", "complaints", "exceptions")
_FORM = dict.fromkeys((*BOOKS, *(f"counted_{name}" for name in COUNTED)), COUNT)

KINDS: tuple[Kind, ...] = (
    Kind("ShiftGiven", 1, _FORM, True),
    Kind("ShiftTaken", 1, {"given": COUNT, **_FORM}, True),
)
