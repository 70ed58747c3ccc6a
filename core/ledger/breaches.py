"""Warnings of customers as the chain has them: warned, a day by which it is put right, and what came of it.

``BreachWarned`` names an accepted item whose sender is meant, what she did and by which day she puts it
right; ``BreachSettled`` says that she did, or that the warning is taken back.  A warning whose day is over is
the only ground for a suspension, which is proposed, decided and appealed as an entry of the block list is
(core/ledger/blocks.py): nothing follows by itself.  Sources: R41, R42; PIPL 24, 44 to 50; decision 59.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from core.access.rights import Role
from core.ledger.entry import Entry
from core.ledger.erasure import is_restricted
from core.ledger.rows import need, put, row_of

MEMBER = "warnings"  # of the state: seq of BreachWarned → how it stands; none where nobody was ever warned
WARNED, SETTLED = "BreachWarned", "BreachSettled"
NOT_CORRECTED = "not_corrected"  # the basis of a proposal for the block list that is a suspension
MOST = 200  # at one counter: the state is written with every commit
_WHAT = "warning"


class Settled(StrEnum):
    """What came of it; codes go into the journal."""

    CORRECTED = "corrected"
    WITHDRAWN = "withdrawn"  # she explained it, or objected and was right


def warned(value: dict[str, Any], entry: Entry) -> None:
    """``BreachWarned``.  Raises EntryError STATE for no item or a restricted one, one that has a warning, no
    day to put it right.
    """
    data, rows = entry.data, value.get(MEMBER, {})
    need(_WHAT, entry, 0 < data["item"] < entry.header.seq and not is_restricted(value, data["item"]))
    need(_WHAT, entry, of_item(value, data["item"]) is None and len(rows) < MOST)
    need(_WHAT, entry, data["due"] > value["date"])
    row = {name: data[name] for name in ("item", "breach", "due")}
    value[MEMBER] = {**rows, str(entry.header.seq): {**row, "by": entry.header.actor.id, "settled": ""}}


def settled(value: dict[str, Any], entry: Entry) -> None:
    """``BreachSettled``, once; taken back by a supervisor alone.  Raises EntryError STATE."""
    name, row = row_of(_WHAT, value, MEMBER, entry, entry.data["warning"])
    outcome = entry.data["outcome"]
    role = value["operators"].get(entry.header.actor.id, {}).get("role", "")
    need(_WHAT, entry, not row["settled"] and outcome in list(Settled))
    need(_WHAT, entry, outcome == Settled.CORRECTED or role == Role.SUPERVISOR)
    put(value, MEMBER, name, {**row, "settled": outcome})


STEPS = {(WARNED, 1): warned, (SETTLED, 1): settled}


def new_day(value: dict[str, Any]) -> None:
    """What is settled is kept in the chain, not in the state."""
    if MEMBER in value:
        value[MEMBER] = {name: row for name, row in value[MEMBER].items() if not row["settled"]}


def of_item(value: Mapping[str, Any], item: int) -> int | None:
    """The open warning of an item's sender, by its ``seq``."""
    rows = value.get(MEMBER, {}).items()
    return next((int(name) for name, row in rows if row["item"] == item and not row["settled"]), None)


def is_overdue(value: Mapping[str, Any], item: int) -> bool:
    """Whether the item's sender was warned, and the day to put it right is over."""
    seq = of_item(value, item)
    return seq is not None and bool(value[MEMBER][str(seq)]["due"] < value["date"])
