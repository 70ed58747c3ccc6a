"""The kinds of entry of what goes wrong with an accepted item, or with its sender."""

from __future__ import annotations

from core.ledger.forms import CODE, COUNT, DAY, TIME, Kind

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
    # a customer is warned, and puts it right or does not
    Kind("BreachWarned", 1, {"item": COUNT, "breach": CODE, "due": DAY}, True),
    Kind("BreachSettled", 1, {"warning": COUNT, "outcome": CODE}, True),
)
