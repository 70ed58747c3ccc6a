"""Counting on without a reader: a second person approves it for some hours and items, and both run out."""

from __future__ import annotations

import datetime as dt

from core.acceptance.visit import Identity
from core.access.rights import Action
from core.commands import ManualCause
from core.errors import RuleError, RuleFault
from core.ledger.entry import parse_stamp, stamp
from core.ledger.writer import Proposal
from core.station import requests
from core.station.days import day_proposals
from core.station.live import Live, new_id
from core.view import ReaderDownView


def begin(live: Live) -> None:
    """``ReaderDownApproved``, by whoever asked for it, on a request that somebody else approved.

    For the hours and items of the rules.  Raises RuleError APPROVAL_NEEDED without such a request.
    """
    limits = live.rules.limits
    asked = requests.need(live, Action.READER_DOWN, 0)
    hours, items = limits.reader_down_hours, limits.reader_down_items
    until = stamp(live.now().at + dt.timedelta(hours=hours))
    data = {"hours": hours, "items": items, "until": until, "asked": asked}
    live.commit([*day_proposals(live), Proposal("ReaderDownApproved", data, new_id(), by_person=True)])
    live.say("msg.reader_down", "warning", hours=hours, count=items)


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
