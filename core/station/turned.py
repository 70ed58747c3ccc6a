"""A clock that was turned back while headquarters has not said the time yet is named at the log-in."""

from __future__ import annotations

import logging

from core.ledger.clock import turned_back
from core.station.live import Live

_DAY = 1440
_log = logging.getLogger(__name__)


def warn(live: Live) -> None:
    """Entries go on from the last one's time; who answers for this counter hears that they had to (T9)."""
    minutes = turned_back(live.clock.wall(), live.clock.now())
    if minutes >= 2 * _DAY:  # a battery that is flat begins in 1970
        live.say("msg.clock_back_days", "warning", days=minutes // _DAY)
    elif minutes:
        live.say("msg.clock_back", "warning", minutes=minutes)
    if minutes:
        _log.warning("the machine's clock stands %d minutes before the last entry", minutes)
