"""What persons ask about their own data, as the chain has it: asked, with the day until which it is answered.

Deletion has entries of its own (``core/ledger/erasure.py``), and so has consent.  ``PersonAsked`` is one for
each item and each field of a request; ``PersonAnswered`` ends the request.  The state holds the open ones.
PIPL 44 to 50; docs/format.md, section 4.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from core.access.rights import Action, may
from core.ledger.entry import ActorType, Entry
from core.ledger.rows import need

ASKED, ANSWERED = "PersonAsked", "PersonAnswered"
MEMBER = "persons"  # of the state: request → what is open of it
NONE = "none"  # no field, no ground
MOST = 64  # open requests at one counter: the state is written with every commit
MOST_ROWS = 200  # entries of one request
_WHAT = "person"


class Right(StrEnum):
    """What is asked for; codes go into the journal."""

    ACCESS = "access"  # 查阅, PIPL 45
    COPY = "copy"  # 复制, PIPL 45
    CORRECT = "correct"  # 更正、补充, PIPL 46
    EXPLAIN = "explain"  # 解释说明, PIPL 48


AT_ONCE = (Right.ACCESS, Right.EXPLAIN)  # by a printed record, by whoever serves her


class Outcome(StrEnum):
    """How it was answered; codes go into the journal."""

    DONE = "done"
    PARTLY = "partly"  # and on what ground not the rest
    REFUSED = "refused"


def asked(value: dict[str, Any], entry: Entry) -> None:
    """``PersonAsked``.  Raises EntryError STATE for one too many, another's, or the same again."""
    data, rows = entry.data, value.get(MEMBER, {})
    about = data["right"] == Right.EXPLAIN or data["item"] > 0
    need(_WHAT, entry, data["right"] in list(Right) and about and data["item"] < entry.header.seq)
    need(_WHAT, entry, (data["field"] != NONE) == (data["right"] == Right.CORRECT))
    need(_WHAT, entry, data["due"] >= f"{entry.header.trusted.at:%Y-%m-%d}")
    row = rows.get(data["request"])
    if row is None:
        need(_WHAT, entry, len(rows) < MOST)
        row = {"right": data["right"], "due": data["due"], "asked": entry.header.seq, "about": []}
        row["by"] = entry.header.actor.id
    one = [data["item"], data["field"]]
    same = (row["right"], row["due"], row["by"]) == (data["right"], data["due"], entry.header.actor.id)
    need(_WHAT, entry, same and one not in row["about"] and len(row["about"]) < MOST_ROWS)
    value[MEMBER] = {**rows, data["request"]: {**row, "about": [*row["about"], one]}}


def answered(value: dict[str, Any], entry: Entry) -> None:
    """``PersonAnswered``.  Raises EntryError STATE where it is not open, or not hers to refuse."""
    data, rows = entry.data, value.get(MEMBER, {})
    need(_WHAT, entry, data["request"] in rows and data["outcome"] in list(Outcome))
    need(_WHAT, entry, (data["ground"] == NONE) == (data["outcome"] == Outcome.DONE))
    actor, at_once = entry.header.actor, rows[data["request"]]["right"] in AT_ONCE
    if actor.type is ActorType.PERSON and not (at_once and data["outcome"] == Outcome.DONE):
        role = str(value["operators"].get(actor.id, {}).get("role", ""))
        need(_WHAT, entry, may(role, Action.ANSWER_RIGHT))
    value[MEMBER] = {name: row for name, row in rows.items() if name != data["request"]}


STEPS = {(ASKED, 1): asked, (ANSWERED, 1): answered, (ANSWERED, 2): answered}  # of the fold


def open_of(value: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    """Request → right, due (ISO day), asked (seq of its first entry), by, about: [item, field] …"""
    found: Mapping[str, Mapping[str, Any]] = value.get(MEMBER, {})
    return found
