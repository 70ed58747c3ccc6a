"""Proposals for the block list as the chain has them: proposed, signed for, decided by a person, appealed.

``BlockProposed`` names an item whose sender is meant, the basis and the term in codes and numbers, and
nobody; ``BlockSent`` rests on a second person's approval and puts it before headquarters, where a person
decides; ``BlockDecided`` brings the word back, ``BlockAppealed`` takes down that the customer objects.
Sources: R40 to R42; PIPL 24, 44 to 50 (basis, term, explanation, appeal, a person decides).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from core.errors import EntryError, EntryFault
from core.ledger import forms
from core.ledger.breaches import NOT_CORRECTED, is_overdue
from core.ledger.directives import SignedDirective
from core.ledger.entry import Entry
from core.ledger.erasure import is_restricted
from core.ledger.rows import need, put, request_about, row_of

MEMBER = "blocks"  # of the state: seq of BlockProposed → what it is about; none where nobody ever proposed
PROPOSED, SENT, DECIDED, APPEALED = "BlockProposed", "BlockSent", "BlockDecided", "BlockAppealed"
MOST = 100  # at one counter: the state is written with every commit
MOST_DAYS = 3 * 366
# "at": two words that say the same, to one appeal and to the next, are two directives.
_FORM = {
    "proposed": forms.COUNT, "outcome": forms.CODE, "until": lambda day: day is None or forms.DAY(day),
    "at": forms.TIME,
}  # fmt: skip
_WHAT = "block list"


class Outcome(StrEnum):
    """What a person at headquarters said; codes go into the journal."""

    LISTED = "listed"  # until a day
    REFUSED = "refused"
    UPHELD = "upheld"  # after an appeal it stays
    LIFTED = "lifted"  # after an appeal or without one it ends


def proposed(value: dict[str, Any], entry: Entry) -> None:
    """``BlockProposed``.  Raises EntryError STATE for one too many, for no item or a restricted one
    (PIPL 47), for no term or one too long, for a suspension without a warning whose day is over."""
    data, rows = entry.data, value.get(MEMBER, {})
    need(_WHAT, entry, 0 < data["item"] < entry.header.seq and not is_restricted(value, data["item"]))
    need(_WHAT, entry, 0 < data["days"] <= MOST_DAYS and len(rows) < MOST)
    need(_WHAT, entry, data["basis"] != NOT_CORRECTED or is_overdue(value, data["item"]))
    row = {name: data[name] for name in ("item", "basis", "days")}
    row |= {"by": entry.header.actor.id, "sent": 0, "outcome": "", "until": "", "appeal": ""}
    value[MEMBER] = {**rows, str(entry.header.seq): row}


def sent(value: dict[str, Any], entry: Entry) -> None:
    """``BlockSent``, once, by the approval that the fold has taken; never before she approved."""
    name, row = row_of(_WHAT, value, MEMBER, entry, entry.data["proposed"])
    unsigned = any(each["used"] == entry.header.seq for each in value["requests"].values())
    need(_WHAT, entry, not row["sent"] and row["basis"] == entry.data["basis"] and not unsigned)
    put(value, MEMBER, name, {**row, "sent": entry.header.seq})


def decided(value: dict[str, Any], entry: Entry) -> None:
    """``BlockDecided``.  Raises EntryError STATE for a word that cannot follow."""
    name, row = row_of(_WHAT, value, MEMBER, entry, entry.data["proposed"])
    outcome, until = entry.data["outcome"], entry.data["until"]
    need(_WHAT, entry, may_follow(row, outcome) and (until is not None) == (outcome == Outcome.LISTED))
    if outcome == Outcome.UPHELD:
        put(value, MEMBER, name, {**row, "appeal": ""})
    else:
        put(value, MEMBER, name, {**row, "outcome": outcome, "until": until or "", "appeal": ""})


def appealed(value: dict[str, Any], entry: Entry) -> None:
    """``BlockAppealed``: of one that is listed, and no appeal is open."""
    name, row = row_of(_WHAT, value, MEMBER, entry, entry.data["proposed"])
    need(_WHAT, entry, row["outcome"] == Outcome.LISTED and not row["appeal"])
    put(value, MEMBER, name, {**row, "appeal": entry.data["due"]})


STEPS = {(PROPOSED, 1): proposed, (SENT, 1): sent, (DECIDED, 1): decided, (APPEALED, 1): appealed}


def may_follow(row: Mapping[str, Any], outcome: str) -> bool:
    """Whether headquarters may say ``outcome`` of a row as it stands."""
    if outcome in (Outcome.LISTED, Outcome.REFUSED):
        return bool(row["sent"]) and not row["outcome"]
    if outcome == Outcome.UPHELD:
        return bool(row["appeal"])
    return bool(outcome == Outcome.LIFTED and row["outcome"] == Outcome.LISTED)


def new_day(value: dict[str, Any]) -> None:
    """What is over is kept in the chain, not in the state."""
    if MEMBER in value:
        rows, date = value[MEMBER].items(), str(value["date"])
        value[MEMBER] = {name: row for name, row in rows if _open(value, int(name), row, date)}


def request_of(value: Mapping[str, Any], seq: int) -> Mapping[str, Any] | None:
    """The open request about the ``BlockProposed`` of that seq."""
    return request_about(value, "propose_block", seq)


@dataclass(frozen=True, slots=True)
class Decided:
    """What headquarters' directive says of one proposal; ``until`` is None unless it is listed."""

    proposed: int
    outcome: str
    until: str | None
    directive: int


def read_decided(signed: SignedDirective) -> Decided:
    """Raises EntryError FORM."""
    body = signed.directive.body
    sound = forms.fits(body, _FORM) and body["outcome"] in list(Outcome)
    if not sound or (body["until"] is not None) != (body["outcome"] == Outcome.LISTED):
        raise EntryError(EntryFault.FORM, what="block_decided")
    return Decided(body["proposed"], body["outcome"], body["until"], signed.directive.number)


def _open(value: Mapping[str, Any], seq: int, row: Mapping[str, Any], date: str) -> bool:
    if row["outcome"]:
        return bool(row["outcome"] == Outcome.LISTED and row["until"] >= date)
    return bool(row["sent"]) or request_of(value, seq) is not None
