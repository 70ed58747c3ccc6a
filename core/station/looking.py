"""What a supervisor is told of look-ups at this counter: many, at night, of another terminal's items."""

from __future__ import annotations

from core.access.rights import Action, may_approve
from core.ledger import looks
from core.seeing import LooksView
from core.station.live import Live


def shown(live: Live) -> tuple[LooksView, ...]:
    """The open day's figures that reach a limit of the rule data; nothing for anybody but a supervisor."""
    if live.session is None or not may_approve(live.session.role, Action.UNMASK):
        return ()
    limits = live.rules.look_ups
    return tuple(
        LooksView(operator, many.value, count)
        for operator, row in sorted(live.state.value.get(looks.MEMBER, {}).items())
        for many, count in looks.told(row, limits).items()
    )


def remind(live: Live) -> None:
    """That some of today's look-ups want a supervisor's eye."""
    if found := {each.operator for each in shown(live)}:
        live.say("msg.looks_told", "warning", count=len(found))
