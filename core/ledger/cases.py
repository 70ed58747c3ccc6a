"""Cases as the chain has them: a customer's data is here while something has to be done about her item.

``CaseOpened`` brings an attachment of the class ``case`` under a key of its own, whose name is the case's;
each time that it is seen is ``CaseShown``, which comes first and rests on a second person's approval; with
``CaseClosed`` or ``CaseLapsed`` bytes and key go.  The state holds the open ones.  docs/format.md, section 4.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from core.ledger.entry import Entry
from core.ledger.looks import hour_of
from core.ledger.rows import need

MEMBER = "cases"  # of the state: case → what it is about
SHOWN = "shown"  # of the state: operator → how often she saw one on the open day, by the hour
OPENED, SEEN, CLOSED, LAPSED = "CaseOpened", "CaseShown", "CaseClosed", "CaseLapsed"
MOST = 200  # open ones at one counter: the state is written with every commit
_PREFIX = "case."
_WHAT = "case"


class Cause(StrEnum):
    """What has to be done; codes go into the journal."""

    HOLD = "hold"
    EXCEPTION = "exception"
    COMPLAINT = "complaint"
    SHELF = "shelf"


class Whose(StrEnum):
    """Whose data it is; codes go into the journal."""

    SENDER = "sender"
    RECIPIENT = "recipient"


OTHER = "other"  # who complains is neither of them


def case_name(random: bytes) -> str:
    """A case's name, which is the retention class of its attachment too: 12 random bytes or more."""
    return _PREFIX + random[:12].hex()


def is_case(retention: str) -> bool:
    """Whether a retention class, or its name with a month, is a case's."""
    return retention.startswith(_PREFIX)


def opened(value: dict[str, Any], entry: Entry) -> None:
    """``CaseOpened``.  Raises EntryError STATE for one too many, or one that was there."""
    data, rows = entry.data, value.get(MEMBER, {})
    need(_WHAT, entry, is_case(data["case"]) and data["case"] not in rows and len(rows) < MOST)
    # Who complains may be neither: only then, and about no item too.
    other = data["cause"] == Cause.COMPLAINT and data["party"] == OTHER
    need(_WHAT, entry, data["cause"] in list(Cause) and (other or data["party"] in list(Whose)))
    row = {name: data[name] for name in ("item", "cause", "party", "until")}
    value[MEMBER] = {**rows, data["case"]: {**row, "opened": entry.header.seq}}


def seen(value: dict[str, Any], entry: Entry) -> None:
    """``CaseShown``: counted for whoever saw it.  Raises EntryError STATE where the case is not open."""
    _open(value, entry)
    who, hour = entry.header.actor.id, f"{hour_of(entry.header.trusted.at):02d}"
    known = value.get(SHOWN, {})
    hours = known.get(who, {})
    value[SHOWN] = {**known, who: {**hours, hour: hours.get(hour, 0) + 1}}


def ended(value: dict[str, Any], entry: Entry) -> None:
    """``CaseClosed`` or ``CaseLapsed``.  Raises EntryError STATE where it is not open."""
    _open(value, entry)
    value[MEMBER] = {name: row for name, row in value[MEMBER].items() if name != entry.data["case"]}


def new_day(value: dict[str, Any]) -> None:
    """How often is counted by the business day."""
    if SHOWN in value:
        value[SHOWN] = {}


def _open(value: dict[str, Any], entry: Entry) -> None:
    row = value.get(MEMBER, {}).get(entry.data["case"])
    need(_WHAT, entry, row is not None and row["opened"] == entry.data["opened"])
