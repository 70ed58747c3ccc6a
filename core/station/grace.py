"""The offline grace: who may log in is headquarters' word, and that word grows old."""

from __future__ import annotations

import datetime as dt

from core.errors import RuleError, RuleFault
from core.station.live import Live

_REACH_SECONDS = 8.0  # a first connection over a slow line; the log-in screen says "unlocking" meanwhile


def check(live: Live, operator: str) -> None:
    """Whether ``operator`` may log in by what headquarters said last.

    Where that is older than the rules allow, the open store is given some seconds to reach it: nothing else
    could, for with nobody logged in nothing syncs.  Raises RuleError OPERATOR_REMOVED, OFFLINE_TOO_LONG.
    """
    row = live.staff.get(operator)
    if row is not None and not row.role:
        raise RuleError(RuleFault.OPERATOR_REMOVED)
    limit = live.rules.limits.offline_hours
    if _hours(live) >= limit and not live.reached.wait(_REACH_SECONDS):
        raise RuleError(RuleFault.OFFLINE_TOO_LONG, hours=_hours(live), limit=limit)


def warn(live: Live) -> None:
    """Say it before it bites."""
    limits = live.rules.limits
    left = limits.offline_hours - _hours(live)
    if left <= limits.offline_warn_hours and not live.reached.is_set():
        live.say("msg.offline_grace", "warning", hours=max(0, left))


def _hours(live: Live) -> int:
    """Whole hours since headquarters' last word; a fresh store has its founding for it."""
    since = live.contact
    if since is None:
        first = next(iter(live.need_journal().entries(1, 1)), None)
        if first is None:
            return 0
        since = first.header.trusted.at
    return max(0, (live.now().at - since) // dt.timedelta(hours=1))
