"""Messages to customers as the chain has them: asked for by ``NotifyAsked``, ended by ``NotifyAnswered``.

The entries name an approved text by code and version, and whose number it goes to; never the number, never a
word.  The state holds those that are open, those of the open day, and some answered ones for the screen.
docs/format.md, section 4.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from core.errors import EntryError, EntryFault
from core.ledger import forms
from core.ledger.cases import Whose
from core.ledger.directives import SignedDirective
from core.ledger.entry import Entry
from core.ledger.erasure import is_restricted
from core.ledger.looks import hour_of
from core.ledger.rows import need

ASKED, ANSWERED = "NotifyAsked", "NotifyAnswered"
MEMBER = "notify"  # of the state: id → what it is about, and how it ended
COUNTED = "notified"  # of the state: operator → how many she asked for on the open day, by the hour
KEPT = 50  # answered ones that outlive their day
OPEN = ""  # the outcome of one that nobody has answered
_FORM = {
    "epoch": forms.COUNT, "notify": forms.ID, "asked": forms.COUNT, "outcome": forms.CODE, "why": forms.CODE,
}  # fmt: skip
_WHAT = "notify"


class Outcome(StrEnum):
    """How it ended; codes go into the journal."""

    SENT = "sent"  # the gateway says that it took it
    REFUSED = "refused"  # certainly not sent: ``why``
    UNKNOWN = "unknown"  # handed over, and nobody knows (T20)


class Why(StrEnum):
    """Why it was refused; codes go into the journal."""

    NONE = "none"
    ITEM = "item"  # names no acceptance of this counter
    TEXT = "text"  # no approved text of that version, or not for that receiver
    RESTRICTED = "restricted"  # the person had her data erased or restricted
    CAP = "cap"  # more than headquarters lets one item or one operator have
    LATE = "late"  # it came to headquarters, or to the gateway, when the text was no longer true
    NO_NUMBER = "no_number"  # nothing of hers can be opened, or it is no number
    NUMBER = "number"  # the gateway: not a number that it can reach
    BLOCKED = "blocked"  # the gateway: the receiver wants none
    GATEWAY = "gateway"  # the gateway refused it for a reason of its own


def asked(value: dict[str, Any], entry: Entry) -> None:
    """``NotifyAsked``.  Raises EntryError STATE for an item to come or restricted, and for an id twice."""
    data, rows = entry.data, value.get(MEMBER, {})
    seq, who = entry.header.seq, entry.header.actor.id
    need(_WHAT, entry, data["notify"] not in rows and data["to"] in list(Whose))
    need(_WHAT, entry, 0 < data["item"] < seq and not is_restricted(value, data["item"]))
    row = {"item": data["item"], "asked": seq, "text": data["text"], "to": data["to"], "by": who}
    row |= {"day": value["day"], "outcome": OPEN, "why": Why.NONE.value}
    value[MEMBER] = {**rows, data["notify"]: row}
    known, hour = value.get(COUNTED, {}), f"{hour_of(entry.header.trusted.at):02d}"
    hours = known.get(who, {})
    value[COUNTED] = {**known, who: {**hours, hour: hours.get(hour, 0) + 1}}


def answered(value: dict[str, Any], entry: Entry) -> None:
    """``NotifyAnswered``, once.  Raises EntryError STATE where it is not open."""
    data = entry.data
    row = value.get(MEMBER, {}).get(data["notify"])
    need(_WHAT, entry, row is not None and (row["asked"], row["outcome"]) == (data["asked"], OPEN))
    need(_WHAT, entry, data["outcome"] in list(Outcome))
    done = {**row, "outcome": data["outcome"], "why": data["why"]}
    value[MEMBER] = {**value[MEMBER], data["notify"]: done}


STEPS = {(ASKED, 1): asked, (ANSWERED, 1): answered}


def new_day(value: dict[str, Any]) -> None:
    """What is open stays, and the last of what was answered."""
    if MEMBER not in value:
        return
    rows = value[MEMBER]
    done = sorted(
        (name for name, row in rows.items() if row["outcome"]), key=lambda name: rows[name]["asked"]
    )
    gone = set(done[:-KEPT])
    value[MEMBER] = {name: row for name, row in rows.items() if name not in gone}
    value[COUNTED] = {}


def of_item(value: Mapping[str, Any], item: int) -> dict[str, Any] | None:
    """The last one about an item, as the state has it."""
    rows = [row for row in value.get(MEMBER, {}).values() if row["item"] == item]
    return max(rows, key=lambda row: int(row["asked"]), default=None)


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of one, as headquarters' directive ``directive`` says it."""

    epoch: int
    notify: str
    asked: int
    outcome: str
    why: str
    directive: int


def read_answered(signed: SignedDirective) -> Answered:
    """Raises EntryError FORM."""
    said = signed.directive
    body = said.body
    if not forms.fits(body, _FORM) or body["outcome"] not in list(Outcome):
        raise EntryError(EntryFault.FORM, what="notify")
    return Answered(body["epoch"], body["notify"], body["asked"], body["outcome"], body["why"], said.number)
