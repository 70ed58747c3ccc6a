"""Reviews (T23): authentic entries that cannot count as they are, with who has to act and since when.

The follower parks what it cannot take and goes on; a person at headquarters returns a registration to the
counter that made it.  What a counter is told of them, it counts: both lists are one (I6).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, case, insert, select, update

from core.errors import EntryError, EntryFault, Fact, HqError, HqFault
from core.ledger.entry import ActorType, Entry, parse_stamp, stamp
from hq.alarms import insert_if_new
from hq.clock import Now, utc_now
from hq.database import Database
from hq.entries import read_entries
from hq.schema import REVIEWS

HEADQUARTERS = "headquarters"  # owner of what nobody at a counter can put right
RETURNABLE = "ItemAccepted"


class ReviewState(StrEnum):
    """Where a review stands."""

    PARKED = "parked"  # headquarters cannot take it
    RETURNED = "returned"  # the counter has to put it right
    ANEW = "anew"  # was parked; a follower that began again has not come to it yet
    SETTLED = "settled"  # on nobody's list any more


class Why(StrEnum):
    """Why the follower parked an entry; other reasons are those of ``review return``."""

    KIND = "kind"  # a kind or version that this program does not know
    FORM = "form"  # its data break the form of its kind
    CONTENT = "content"  # what it says cannot be: a wrong approval, what cannot be folded
    ANNEX = "annex"  # its annex cannot be read, or names no waybill


REASONS = ("name", "number", "document", "contact", "recipient", "contents", "weight", "other")
"""What a returned registration has wrong; each has a sentence at the counter."""


@dataclass(frozen=True, slots=True)
class Parked:
    """What the follower found, before it is written."""

    entry: Entry
    why: Why
    facts: dict[str, Fact]
    passed: bool  # it changes nothing but the head, and counts nowhere


def park(connection: Connection, found: Sequence[Parked], now: dt.datetime) -> None:
    """Write what is parked in the follower's transaction; what stands already keeps its age and state."""
    for parked in found:
        header = parked.entry.header
        shown = " ".join(f"{key}={value}" for key, value in sorted(parked.facts.items()) if key != "seq")
        row = {**_place(parked.entry), "state": ReviewState.PARKED.value, "why": parked.why.value}
        row |= {"what": shown[:200], "owner": HEADQUARTERS, "kind": f"{header.kind}/{header.kind_version}"}
        row |= {"parked_at": stamp(now), "changed_at": stamp(now), "told": 0, "passed": int(parked.passed)}
        if not insert_if_new(connection, REVIEWS, row):
            mine = [REVIEWS.c[name] == value for name, value in _place(parked.entry).items()]
            undecided = REVIEWS.c.state.in_((ReviewState.ANEW.value, ReviewState.SETTLED.value))
            told = case((REVIEWS.c.state == ReviewState.SETTLED.value, 0), else_=REVIEWS.c.told)
            again = {**{name: row[name] for name in ("state", "why", "what", "passed")}, "told": told}
            connection.execute(update(REVIEWS).where(*mine, undecided).values(again))


def judge_anew(connection: Connection, terminal: str) -> None:
    """What the follower parked is open: it begins again, perhaps with a program that knows more."""
    mine = (REVIEWS.c.terminal == terminal, REVIEWS.c.state == ReviewState.PARKED.value)
    connection.execute(update(REVIEWS).where(*mine).values(state=ReviewState.ANEW.value))


def return_entry(database: Database, terminal: str, seq: int, reason: str, *, now: Now = utc_now) -> str:
    """Give a registration back to the counter that made it; who has to put it right.

    Raises EntryError GAP where it is not here, HqError CONFLICT where it is no acceptance or was returned.
    """
    if reason not in REASONS:
        raise HqError(HqFault.CONFLICT, what="reason unknown")
    with database.write() as connection:
        entry = next(read_entries(connection, terminal, seq, seq), None)
        if entry is None:
            raise EntryError(EntryFault.GAP, seq=seq)
        if entry.header.kind != RETURNABLE or entry.header.actor.type is not ActorType.PERSON:
            raise HqError(HqFault.CONFLICT, what="not a registration")
        place, moment = _place(entry), stamp(now())
        mine = [REVIEWS.c[name] == value for name, value in place.items()]
        owner = entry.header.actor.id[:64]
        said: dict[str, object] = {
            "state": ReviewState.RETURNED.value,
            "why": reason,
            "what": "",
            "owner": owner,
        }
        said |= {"changed_at": moment, "told": 0}
        stands = connection.execute(select(REVIEWS.c.state).where(*mine).with_for_update()).scalar()
        if stands == ReviewState.RETURNED:
            raise HqError(HqFault.CONFLICT, what="returned before")
        if stands is None:
            kind = f"{entry.header.kind}/{entry.header.kind_version}"
            new = {**place, **said, "kind": kind, "parked_at": moment, "passed": 0}
            connection.execute(insert(REVIEWS).values(new))
        else:
            connection.execute(update(REVIEWS).where(*mine).values(said))
    return owner


def passed_over(connection: Connection, terminal: str, first: int, last: int) -> set[int]:
    """Entries in that span that count nowhere."""
    span = (REVIEWS.c.terminal == terminal, REVIEWS.c.seq.between(first, last), REVIEWS.c.passed == 1)
    return set(connection.execute(select(REVIEWS.c.seq).where(*span)).scalars())


def list_reviews(
    database: Database, terminal: str | None = None, *, now: Now = utc_now
) -> list[dict[str, Any]]:
    """All that is not settled, the oldest first; ``age_s`` in seconds since it was parked."""
    wanted = select(REVIEWS).order_by(REVIEWS.c.parked_at, REVIEWS.c.terminal, REVIEWS.c.seq)
    wanted = wanted.where(REVIEWS.c.state != ReviewState.SETTLED.value)
    if terminal is not None:
        wanted = wanted.where(REVIEWS.c.terminal == terminal)
    with database.read() as connection:
        rows = [dict(row) for row in connection.execute(wanted).mappings()]
    for row in rows:
        age = now() - parse_stamp(row["parked_at"]).replace(tzinfo=dt.UTC)
        row["age_s"] = max(0, int(age.total_seconds()))
    return rows


def _place(entry: Entry) -> dict[str, object]:
    header = entry.header
    return {"terminal": header.terminal, "epoch": header.epoch, "seq": header.seq}
