"""Business days as headquarters sees them: where each began, its close, and both counts of it.

The figures of the fold and of the second count (hq/second_count.py) stand side by side; where they differ,
or differ from the counter's own state hash, the day says so and an alarm names the figures.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select, update

from core.errors import HqError, HqFault
from core.ledger.entry import Entry
from core.ledger.state import State, from_bytes
from hq.alarms import upsert
from hq.database import Database
from hq.reviews import passed_over
from hq.schema import DAYS, FOLLOWER, HEADS, TERMINALS
from hq.second_count import NAMES, count_day

SECOND_COUNT = "day.count"
"""The alarm's name where the fold and the second count differ."""


def day_began(entry: Entry) -> dict[str, object]:
    """The row of a DayOpened 1."""
    return {"day": int(entry.data["day"]), "date": entry.data["date"], "first": entry.header.seq}


def day_closed(
    day: int, last: int, folded: Mapping[str, int], counted: Mapping[str, int], *, agrees: bool
) -> dict[str, object]:
    """What a verdict adds to the row."""
    row = {"day": day, "last": last, "hash_agrees": int(agrees)}
    return {**row, "folded": _json(folded), "counted": _json(counted)}


def keep_days(connection: Connection, terminal: str, rows: Sequence[Mapping[str, object]]) -> None:
    """Write the rows in their order: a beginning makes one, a verdict completes it."""
    for row in rows:
        if "first" in row:
            began = upsert(connection, DAYS).values({"terminal": terminal, **row})
            keys = [key.name for key in DAYS.primary_key]
            connection.execute(
                began.on_conflict_do_update(
                    index_elements=keys, set_={name: row[name] for name in ("date", "first")}
                )
            )
        else:
            mine = (DAYS.c.terminal == terminal, DAYS.c.day == row["day"])
            connection.execute(update(DAYS).where(*mine).values(dict(row)))


def day_start(
    connection: Connection, terminal: str, day: int, unsaved: Sequence[Mapping[str, Any]]
) -> int | None:
    """The seq of the entry that began ``day``."""
    for row in reversed(unsaved):
        if row["day"] == day and "first" in row:
            return int(row["first"])
    wanted = select(DAYS.c.first).where(DAYS.c.terminal == terminal, DAYS.c.day == day)
    found: int | None = connection.execute(wanted).scalar_one_or_none()
    return found


def count_again(
    connection: Connection, terminal: str, first: int, last: int, passed: Collection[int] = ()
) -> Mapping[str, int]:
    """The second count, without what is parked as saying nothing possible."""
    return count_day(
        connection, terminal, first, last, {*passed, *passed_over(connection, terminal, 1, last)}
    )


def counts_of(state: State, day: int) -> Mapping[str, int] | None:
    """What the fold counted of ``day``; None where it holds that day no longer."""
    row = state.value["days"].get(str(day))
    counts: Mapping[str, int] | None = None if row is None else row["counts"]
    return counts


def differences(folded: Mapping[str, int], counted: Mapping[str, int]) -> str:
    """Each figure that differs, by name: ``affixed 2≠3``; empty where both agree."""
    pairs = ((name, folded.get(name), counted[name]) for name in NAMES)
    return ", ".join(f"{name} {ours}≠{theirs}" for name, ours, theirs in pairs if ours != theirs)


def list_days(database: Database, terminal: str) -> dict[str, Any]:
    """Every business day of a terminal with both counts, and how far they reach.

    A day without a verdict is counted now, as far as the entries are followed: ``followed`` and
    ``received`` say whether that is all (I7).  Raises HqError CONFLICT for an unknown terminal.
    """
    with database.read() as connection:
        known = select(TERMINALS.c.terminal).where(TERMINALS.c.terminal == terminal)
        if connection.execute(known).one_or_none() is None:
            raise HqError(HqFault.CONFLICT, what="terminal unknown", terminal=terminal[:64])
        heads = select(HEADS.c.seq).where(HEADS.c.terminal == terminal).order_by(HEADS.c.seq.desc())
        received = int(connection.execute(heads.limit(1)).scalar_one_or_none() or 0)
        followed = select(FOLLOWER.c.seq, FOLLOWER.c.state).where(FOLLOWER.c.terminal == terminal)
        here = connection.execute(followed).one_or_none()
        state = None if here is None else from_bytes(here.state)
        wanted = select(DAYS).where(DAYS.c.terminal == terminal).order_by(DAYS.c.day)
        rows = [dict(row) for row in connection.execute(wanted).mappings()]
        reached = 0 if here is None else int(here.seq)
        days = [
            _day(connection, terminal, row, rows[at + 1 :], state, reached) for at, row in enumerate(rows)
        ]
    return {"terminal": terminal, "followed": reached, "received": received, "days": days}


def _day(
    connection: Connection,
    terminal: str,
    row: Mapping[str, Any],
    later: Sequence[Mapping[str, Any]],
    state: State | None,
    reached: int,
) -> dict[str, Any]:
    shown = {name: row[name] for name in ("day", "date", "first", "last")}
    if row["counted"] is not None:
        folded, counted = json.loads(row["folded"]), json.loads(row["counted"])
        hashed = bool(row["hash_agrees"])
        verdict = "agrees" if hashed and not differences(folded, counted) else "differs"
        return {**shown, "verdict": verdict, "hash": hashed, "folded": folded, "counted": counted}
    last = int(later[0]["first"]) - 1 if later else reached
    now = None if state is None else counts_of(state, row["day"])
    counted = dict(count_again(connection, terminal, row["first"], last))
    differ = now is not None and differences(now, counted)
    shown |= {"last": last, "verdict": "differs" if differ else "open", "hash": None}
    return {**shown, "folded": None if now is None else dict(now), "counted": counted}


def _json(counts: Mapping[str, int]) -> str:
    return json.dumps({name: counts.get(name, 0) for name in NAMES}, separators=(",", ":"))
