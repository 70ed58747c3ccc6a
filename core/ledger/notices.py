"""What headquarters tells a counter of its own entries: a waybill that another holds, an entry under review.

Each is a directive whose subject is the entry's place (docs/format.md, section 11); none names a customer or
a waybill.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from core import wire
from core.errors import EntryError, EntryFault
from core.ledger import forms
from core.ledger.directives import SignedDirective
from core.ledger.entry import parse_stamp

PARKED, RETURNED, SETTLED = "parked", "returned", "settled"
_HELD = {"epoch", "seq", "holder"}
_HOLDER = {"terminal", "epoch", "seq", "number", "operator", "at", "confirmed"}
_REVIEW = {"epoch", "seq", "state", "why", "since"}


@dataclass(frozen=True, slots=True)
class Held:
    """The acceptance ``seq`` of this counter does not hold its waybill: another one does.

    ``number`` is the item's at ``terminal``, ``operator`` a staff number, ``at`` when it was accepted there.
    """

    seq: int
    terminal: str
    number: int
    operator: str
    at: dt.datetime
    epoch: int = 1


@dataclass(frozen=True, slots=True)
class Review:
    """The entry ``seq`` cannot count as it is (PARKED, RETURNED), or can again (SETTLED); ``why``: a code."""

    seq: int
    state: str
    why: str
    epoch: int = 1


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The ``session`` of ``operator`` here ran while another of hers did at ``terminal``, from ``at`` on.

    ``earlier``: the one here began first.
    """

    session: str
    operator: str
    terminal: str
    at: dt.datetime
    earlier: bool


def read_elsewhere(signed: SignedDirective) -> Elsewhere:
    """Raises EntryError FORM."""
    body = signed.directive.body
    texts = ("session", "operator", "terminal", "at")
    sound = set(body) == {*texts, "earlier"} and isinstance(body["earlier"], bool)
    if not sound or not all(isinstance(body[name], str) for name in texts):
        raise EntryError(EntryFault.FORM, what="session_elsewhere")
    at = parse_stamp(body["at"])
    return Elsewhere(body["session"], body["operator"][:64], body["terminal"][:64], at, body["earlier"])


def read_told_head(signed: SignedDirective) -> tuple[int, bytes]:
    """How far headquarters' own log went, number and hash: kept for whoever checks it.

    Raises EntryError FORM.
    """
    body = signed.directive.body
    number = body.get("number")
    if set(body) != {"number", "hash"} or not isinstance(number, int) or not isinstance(body["hash"], str):
        raise EntryError(EntryFault.FORM, what="admin_head")
    return number, wire.unb64(body["hash"], 32)


def read_held(signed: SignedDirective) -> Held:
    """Raises EntryError FORM."""
    body = signed.directive.body
    holder = body.get("holder")
    if set(body) != _HELD or not isinstance(holder, dict) or set(holder) != _HOLDER:
        raise EntryError(EntryFault.FORM, what="waybill_held")
    counts = (body["epoch"], body["seq"], holder["epoch"], holder["seq"], holder["number"])
    texts = (holder["terminal"], holder["operator"])
    if not all(map(forms.COUNT, counts)) or not all(isinstance(each, str) for each in texts):
        raise EntryError(EntryFault.FORM, what="waybill_held")
    at = parse_stamp(holder["at"])
    where, number = holder["terminal"][:64], holder["number"]
    return Held(body["seq"], where, number, holder["operator"][:64], at, body["epoch"])


def read_review(signed: SignedDirective) -> Review:
    """Raises EntryError FORM."""
    body = signed.directive.body
    sound = set(body) == _REVIEW and forms.COUNT(body["seq"]) and forms.COUNT(body["epoch"])
    if not sound or body["state"] not in (PARKED, RETURNED, SETTLED) or not forms.CODE(body["why"]):
        raise EntryError(EntryFault.FORM, what="review")
    parse_stamp(body["since"])
    return Review(body["seq"], body["state"], body["why"], body["epoch"])
