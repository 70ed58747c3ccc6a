"""At each log-in the configuration is held against what the journal saw last; what differs is named."""

from __future__ import annotations

import logging

from core.access.rights import Action, may
from core.ledger import configured
from core.ledger.writer import Proposal
from core.station.live import Live, new_id

_log = logging.getLogger(__name__)


def proposals(live: Live) -> list[Proposal]:
    """An entry where the journal saw none yet, or another one."""
    seen = live.settings.configuration
    if not seen or seen == live.state.value.get(configured.MEMBER):
        return []
    return [Proposal(configured.KIND, dict(seen), new_id())]


def note(live: Live) -> None:
    """Before the entry: what it will have changed, for whoever has to hear of it."""
    parts = configured.changed(live.state.value, live.settings.configuration) if proposals(live) else []
    if parts:
        live.reconfigured = tuple(parts)
        _log.warning("the configuration was changed: %s", ", ".join(parts))


def warn(live: Live) -> None:
    """Everybody hears it until somebody has who answers for this counter."""
    if live.reconfigured:
        first, more = live.reconfigured[0], len(live.reconfigured) - 1
        family = "configuration" if first in configured.TABLES else "slot"
        code = "msg.configuration_changed_more" if more else "msg.configuration_changed"
        live.say(code, "warning", part=f"{family}.{first}", **({"count": more} if more else {}))
        if live.session is not None and may(live.session.role, Action.RELEASE):
            live.reconfigured = ()
