"""Tidings of headquarters: whoever asked for one and every supervisor hear it once, now or when they come.

What another line covers before she read it was not heard.  A restart forgets them; the look-up shows what
was decided all the same.  Behind the lock nothing is said: customers read that screen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.access.rights import Role
from core.errors import Fact
from core.view import Message

_MOST = 50


@dataclass
class Tiding:
    """A message with a ``reference`` among its facts, for ``by`` and for supervisors."""

    code: str
    level: str
    by: str
    facts: Mapping[str, Fact]
    heard: set[str] = field(default_factory=set)  # staff numbers


class Tidings:
    """Those that somebody has still to hear, the oldest first."""

    def __init__(self) -> None:
        self._kept: list[Tiding] = []

    def keep(self, word: Tiding) -> None:
        """A later word about the same takes the place of the one before."""
        about = (word.code, word.facts["reference"])
        others = [each for each in self._kept if (each.code, each.facts["reference"]) != about]
        self._kept = [*others[1 - _MOST :], word]

    def next_for(self, operator: str, role: str) -> Tiding | None:
        """The oldest that she has not heard."""
        mine = (each for each in self._kept if role == Role.SUPERVISOR or each.by == operator)
        return next((each for each in mine if operator not in each.heard), None)

    def stood(self, message: Message, operator: str) -> None:
        """She has read what stands on the screen."""
        for each in self._kept:
            if (each.code, dict(each.facts)) == (message.code, dict(message.facts)):
                each.heard.add(operator)
