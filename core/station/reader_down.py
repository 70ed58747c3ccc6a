"""Counting on without a reader: a supervisor approves it for some hours and items, and both run out."""

from __future__ import annotations

import datetime as dt

from core.acceptance.visit import Identity
from core.commands import ManualCause
from core.errors import RuleError, RuleFault
from core.ledger.entry import parse_stamp, stamp
from core.ledger.writer import Proposal
from core.station.days import day_proposals
from core.station.live import Live, new_id
from core.view import ReaderDownView


def approve(live: Live, hours: int) -> None:
    """``ReaderDownApproved``, by a supervisor in her own session.

    Raises RuleError ROLE in anybody else's: approving beside another's session needs a second person's
    signature, which is taken for exemptions only (``approving``).
    """
    limits = live.rules.limits
    hours = max(1, min(hours, limits.reader_down_hours))
    until = stamp(live.now().at + dt.timedelta(hours=hours))
    data = {"hours": hours, "items": limits.reader_down_items, "until": until}
    live.commit([*day_proposals(live), Proposal("ReaderDownApproved", data, new_id(), by_person=True)])
    live.say("msg.reader_down", "warning", hours=hours, count=limits.reader_down_items)


def standing(live: Live) -> ReaderDownView | None:
    """The mode that stands now, with at least one item left."""
    mode = live.state.value["reader_down"]
    if not mode["until"] or mode["left"] < 1:
        return None
    until = parse_stamp(mode["until"])
    return ReaderDownView(until, mode["left"]) if live.now().at < until else None


def check(live: Live, identity: Identity | None) -> None:
    """Raises RuleError READER_DOWN_ENDED where a document was typed in a mode that no longer stands."""
    typed = identity is not None and identity.cause == ManualCause.READER_DOWN
    if typed and standing(live) is None:
        raise RuleError(RuleFault.READER_DOWN_ENDED)
