"""Whether two staff numbers are one person, as far as that can be known here."""

from __future__ import annotations

from core.errors import RuleError, RuleFault
from core.station.live import Live


def same(live: Live, one: str, other: str) -> bool:
    """One number, two numbers that headquarters gave to one person, or two with one key."""
    if _person(live, one) == _person(live, other):
        return True
    accepted = live.state.value["operators"]
    keys = {accepted[name]["signing"] for name in (one, other) if name in accepted}
    return one in accepted and other in accepted and len(keys) == 1


def _person(live: Live, operator: str) -> str:
    """The number that headquarters knows that person by."""
    row = live.staff.get(operator)
    return row.person or operator if row is not None else operator


def need_another(live: Live, one: str, other: str) -> None:
    """Raises RuleError APPROVER_SELF where they are one person."""
    if same(live, one, other):
        raise RuleError(RuleFault.APPROVER_SELF)
