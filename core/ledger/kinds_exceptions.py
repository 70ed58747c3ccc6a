"""The kinds of entry of an accepted item with which something is wrong (core/ledger/item_exceptions.py)."""

from __future__ import annotations

from core.ledger.forms import CODE, COUNT, TIME, Kind

KINDS: tuple[Kind, ...] = (
    Kind(
        "ExceptionOpened",
        1,
        {"item": COUNT, "reason": CODE, "stop": CODE, "organ": CODE, "contact_by": TIME},
        True,
    ),
    Kind("ExceptionContacted", 1, {"exception": COUNT, "how": CODE, "outcome": CODE, "solution": CODE}, True),
    Kind("ItemHeld", 1, {"exception": COUNT, "basis": CODE, "until": TIME, "asked": COUNT}, True),
    Kind("ExceptionClosed", 1, {"exception": COUNT, "outcome": CODE, "organ": CODE}, True),
)
