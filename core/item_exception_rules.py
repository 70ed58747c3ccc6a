"""What may be wrong with an accepted item, how long its customer waits, what is offered (rule data).

Which of the reasons stop an item is written there too, and only the two grounds that requirements 9-b leaves
can be: 快递暂行条例 42 punishes whoever holds an item for anything else.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from core.ledger.item_exceptions import Stop
from core.ledger.stops import NOTHING
from core.named import CODE, MOST, Names, named, names_of
from core.strict import Node

Sourced = Callable[..., Mapping[str, Node]]
_NUMBERS = {"contact_minutes": 24 * 60, "warn_minutes": 24 * 60, "hold_hours": 31 * 24}


@dataclass(frozen=True, slots=True)
class ExceptionReason:
    """``stop`` of :class:`core.ledger.item_exceptions.Stop`; with an order the organ is asked for."""

    code: str
    stop: str
    names: Names


@dataclass(frozen=True, slots=True)
class ExceptionRules:
    """``contact_minutes`` is the clock; a hold lasts ``hold_hours`` before it is asked for anew."""

    contact_minutes: int
    warn_minutes: int
    hold_hours: int
    reasons: tuple[ExceptionReason, ...]
    solutions: Mapping[str, Names]  # of one that goes on, or back
    notices: Mapping[str, Names]  # what is said of a stopped one
    organs: Mapping[str, Names]

    def contact_by(self, now: dt.datetime) -> dt.datetime:
        """Until when the customer hears of a solution (R43)."""
        return now + dt.timedelta(minutes=self.contact_minutes)

    def reason(self, code: str) -> ExceptionReason | None:
        """The one of that code."""
        return next((each for each in self.reasons if each.code == code), None)

    def said(self, *, stops: bool) -> Mapping[str, Names]:
        """What the customer may be told."""
        return self.notices if stops else self.solutions


def read_item_exceptions(
    node: Node, sourced: Sourced, languages: Sequence[str], grounds: Sequence[str]
) -> ExceptionRules:
    """The member ``item_exceptions``; ``grounds``: why a second person may be asked to hold an item.

    Raises ConfigError, also where those are others than the two that stop an item.
    """
    part = node.members((*_NUMBERS, "reasons", "solutions", "notices", "organs"))
    if set(grounds) != set(Stop) - {Stop.NONE}:
        raise node.wrong("second.hold with the reasons suspected and order, and no other")
    numbers = {
        name: sourced(part[name], "value")["value"].integer(1, most) for name, most in _NUMBERS.items()
    }
    listed = sourced(part["reasons"], "list")["list"]
    reasons = tuple(_reason(each, languages) for each in listed.items())
    if {each.stop for each in reasons} != set(Stop) or len({each.code for each in reasons}) != len(reasons):
        raise listed.wrong("every code once, and a reason for each way to stop and for none")
    if len(reasons) > MOST:
        raise listed.wrong(f"at most {MOST}")
    lists = {
        name: named(sourced(part[name], "list")["list"], languages, taken=(NOTHING,))
        for name in ("solutions", "notices", "organs")
    }
    return ExceptionRules(
        **numbers,
        reasons=reasons,
        solutions=lists["solutions"],
        notices=lists["notices"],
        organs=lists["organs"],
    )


def _reason(node: Node, languages: Sequence[str]) -> ExceptionReason:
    part = node.members(("code", "stop", *languages))
    code, stop = part["code"].matching(CODE, "code"), part["stop"].one_of(list(Stop))
    return ExceptionReason(code, stop, names_of(part, languages))
