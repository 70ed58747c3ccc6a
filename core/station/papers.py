"""The log-in gate of confidentiality agreement and training (``core.access.papers``)."""

from __future__ import annotations

from collections.abc import Callable

from core.access.papers import Standing, State, standing
from core.errors import RuleError, RuleFault
from core.ledger.clock import business_date
from core.station.live import Live


def check(live: Live, operator: str, newer: Callable[[], bool]) -> None:
    """Raises RuleError PAPER_MISSING, PAPER_ENDED (facts: paper, day).

    ``newer`` waits for what headquarters says now: with nobody logged in nothing would bring it here.
    Somebody of whom headquarters has said nothing yet has just activated; its word comes within a minute.
    """
    while (found := _standing(live, operator)) is not None:
        if found.state not in (State.MISSING, State.ENDED):
            return
        if not newer():
            missing = found.state is State.MISSING
            code = RuleFault.PAPER_MISSING if missing else RuleFault.PAPER_ENDED
            raise RuleError(code, paper=str(found.paper), day=str(found.last or ""))


def warn(live: Live, operator: str) -> None:
    """Say it before it bites."""
    found = _standing(live, operator)
    if found is not None and found.state in (State.SOON, State.GRACE):
        code = "msg.paper_soon" if found.state is State.SOON else "msg.paper_grace"
        live.say(code, "warning", paper=str(found.paper), day=str(found.last))


def _standing(live: Live, operator: str) -> Standing | None:
    row = live.staff.get(operator)
    if row is None:
        return None
    return standing(row.papers, live.rules.papers, business_date(live.now().at))
