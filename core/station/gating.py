"""At each log-in the journal takes in what was done on the technician's page meanwhile."""

from __future__ import annotations

import logging

from core.access.rights import Action, may
from core.errors import StoreError
from core.gate_log import found
from core.ledger import gate_log
from core.ledger.writer import Proposal
from core.station.live import Live, new_id

_log = logging.getLogger(__name__)


def proposals(live: Live) -> list[Proposal]:
    """An entry where there is something new, or where what was taken in is not there any more.

    A disk that cannot be read is no reason to keep anybody out: what stands there is taken in next time.
    """
    live.gate_found = ""
    if live.gate is None:
        return []
    try:
        seen = live.gate.read()
    except StoreError as error:
        _log.warning("the gate log could not be read: %s", error.code)
        return []
    state = live.state
    anew = gate_log.MEMBER not in state.value and state.head.epoch > 1
    how, lines = found(gate_log.taken(state.value), seen, anew=anew)
    if how == gate_log.WHOLE and not lines:
        return []
    live.gate_found = how
    if how == gate_log.WHOLE:
        data = {"lines": lines, "last": seen.last, "head": seen.head, "found": how}
    else:
        _log.warning("the gate log was found %s", how)
        data = {"lines": lines, "last": seen.last, "head": seen.digest, "found": how}
    return [Proposal(gate_log.KIND, data, new_id())]


def settle(live: Live) -> None:
    """Behind the entry: the file is brought to it; where the disk refuses, the next log-in does it."""
    if live.gate is None or not live.gate_found:
        return
    try:
        if live.gate_found == gate_log.WHOLE:
            live.gate.taken()
        else:
            live.gate.aside()
            live.gate_broken = live.gate_found
    except StoreError as error:
        _log.warning("the gate log stays as it is: %s", error.code)


def warn(live: Live) -> None:
    """Everybody hears it until somebody has who answers for this counter."""
    if live.gate_broken:
        cut = live.gate_broken == gate_log.CUT
        live.say("msg.gate_log_cut" if cut else "msg.gate_log_edited", "warning")
        if live.session is not None and may(live.session.role, Action.RELEASE):
            live.gate_broken = ""
