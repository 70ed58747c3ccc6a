"""How long a case may stay, how long and how often it is seen, and by whom: dated rule data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.access.rights import Action, Role, may_ask
from core.strict import Node

Sourced = Callable[..., Mapping[str, Node]]
# And the most of each.
_NUMBERS = {
    "days": 366,
    "open_most": 200,
    "seconds": 600,
    "hour": 1000,
    "day": 10_000,
}


@dataclass(frozen=True, slots=True)
class CaseRules:
    """``hour`` and ``day``: so often one operator sees one; ``roles`` choose among those of the rights."""

    days: int
    open_most: int
    seconds: int
    hour: int
    day: int
    roles: tuple[str, ...]

    def last_day(self, today: dt.date) -> dt.date:
        """The last day of a case that is opened today."""
        return today + dt.timedelta(days=self.days)


def read_cases(node: Node, sourced: Sourced) -> CaseRules:
    """The member ``cases``; ``sourced`` reads one value with its source.  Raises ConfigError."""
    part = {
        name: sourced(inner, "value")["value"] for name, inner in node.members((*_NUMBERS, "roles")).items()
    }
    allowed = [role.value for role in Role if may_ask(role, Action.UNMASK)]
    roles = tuple(one.one_of(allowed) for one in part.pop("roles").items())
    numbers = {name: inner.integer(1, _NUMBERS[name]) for name, inner in part.items()}
    return CaseRules(**numbers, roles=roles)
