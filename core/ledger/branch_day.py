"""The counters of one branch as headquarters has them: whose day is closed, and its figures (I6, I7).

Each counter closes alone; what the others did it hears from headquarters alone, under its signature, and no
figure of it is mixed into an own one.  What headquarters has not got yet is named, never taken for nothing.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields
from typing import Any

from core.crypto.keys import Signer
from core.errors import EntryError, EntryFault
from core.ledger.documents import Trusted, read, sign
from core.ledger.entry import parse_stamp, stamp

MOST = 200  # counters of a branch in one answer
_TYPE = "branch-day"


@dataclass(frozen=True, slots=True)
class CounterDay:
    """One counter's newest business day, as far as its entries came; void items are in no figure.

    ``date`` "" where it never opened a day.  ``whole``: every entry that arrived is counted, and both counts
    of headquarters agree.  ``due``: pages that did not come out; ``unscanned``: labels not scanned back.
    ``requests``: acts that wait for a second person.  ``heard``: when it last spoke to headquarters.
    """

    terminal: str
    date: str = ""
    closed: bool = False
    whole: bool = True
    accepted: int = 0
    labels: int = 0
    affixed: int = 0
    receipts: int = 0
    voided: int = 0
    refused: int = 0
    due: int = 0
    unscanned: int = 0
    requests: int = 0
    cases: int = 0
    heard: dt.datetime | None = None  # aware UTC


@dataclass(frozen=True, slots=True)
class BranchDay:
    """Every counter of the branch, by terminal; ``at``: headquarters' time."""

    branch: str
    at: dt.datetime
    counters: tuple[CounterDay, ...]


_MEMBERS = tuple(each.name for each in fields(CounterDay))


def make_branch_day(told: BranchDay, signer: Signer) -> tuple[bytes, bytes]:
    """Signed by headquarters."""
    rows = [_as_json(row) for row in told.counters]
    return sign({"type": _TYPE, "branch": told.branch, "at": stamp(told.at), "counters": rows}, signer)


def read_branch_day(body: bytes, signature: bytes, headquarters: Trusted) -> BranchDay:
    """Raises EntryError SIGNATURE or FORM."""
    value = read(body, signature, headquarters, _TYPE)
    rows = value["counters"]
    if set(value) != {"type", "branch", "at", "counters"} or len(rows) > MOST:
        raise EntryError(EntryFault.FORM, what=_TYPE)
    return BranchDay(value["branch"], parse_stamp(value["at"]), tuple(map(_from_json, rows)))


def _as_json(row: CounterDay) -> dict[str, Any]:
    value = {name: getattr(row, name) for name in _MEMBERS}
    return {**value, "heard": None if row.heard is None else stamp(row.heard)}


def _from_json(value: dict[str, Any]) -> CounterDay:
    heard = value["heard"]
    made = CounterDay(**{**value, "heard": None if heard is None else parse_stamp(heard)})
    for each in fields(CounterDay):
        kind = {"str": str, "bool": bool, "int": int}.get(str(each.type))
        found = getattr(made, each.name)
        if kind is not None and (type(found) is not kind or (isinstance(found, int) and found < 0)):
            raise EntryError(EntryFault.FORM, what=_TYPE)
    return made
