"""Where every number of a pool is: as the fold has it, and counted again in SQL over the entries (I4, I6).

The second count reads the stored bodies from docs/format.md alone and imports nothing of the fold.  What the
two say must be one; a difference is an alarm at the next close, and stands in ``hq pool list``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select, text

from core import wire
from core.acceptance.pools import Series
from core.errors import HqError, HqFault
from core.ledger import ranges
from core.ledger.state import State, from_bytes
from hq.database import Database
from hq.entries import span_sql
from hq.reviews import passed_over
from hq.schema import FOLLOWER, POOLS

POOL_COUNT = "pool.count"
"""The alarm's name where the fold and the second count differ."""

_POSTGRESQL = r"""
WITH body AS MATERIALIZED (
    SELECT seq, CASE WHEN position('\u0000' IN convert_from(body, 'UTF8')) = 0
                     THEN convert_from(body, 'UTF8')\:\:jsonb END AS j
    FROM entries WHERE {span}
), fact AS (
    SELECT seq, j ->> 'kind' AS kind, j -> 'data' ->> 'pool' AS pool, j -> 'data' ->> 'cause' AS cause,
           (COALESCE(j -> 'data' ->> 'ordinal', j -> 'data' ->> 'first', '1'))\:\:bigint AS low,
           (COALESCE(j -> 'data' ->> 'ordinal', j -> 'data' ->> 'last',
                     j -> 'data' ->> 'count', '1'))\:\:bigint AS high
    FROM body WHERE j ->> 'kind' IN
        ('PoolOpened', 'PoolSkipped', 'PoolVoided', 'ItemAccepted', 'EpochOpened')
        AND j ->> 'kind_version' = '1' AND NOT seq = ANY(:passed)
)"""
_SQLITE = """
WITH body AS (
    SELECT seq, CAST(body AS TEXT) AS j
    FROM entries WHERE {span}
), fact AS (
    SELECT seq, json_extract(j, '$.kind') AS kind, json_extract(j, '$.data.pool') AS pool,
           json_extract(j, '$.data.cause') AS cause,
           COALESCE(json_extract(j, '$.data.ordinal'), json_extract(j, '$.data.first'), 1) AS low,
           COALESCE(json_extract(j, '$.data.ordinal'), json_extract(j, '$.data.last'),
                    json_extract(j, '$.data.count'), 1) AS high
    FROM body WHERE json_extract(j, '$.kind') IN
        ('PoolOpened', 'PoolSkipped', 'PoolVoided', 'ItemAccepted', 'EpochOpened')
        AND json_extract(j, '$.kind_version') = 1
      AND seq NOT IN (SELECT value FROM json_each(:passed))
)"""
# An epoch that begins after a pool was opened ends it: what was free is void from there on.
_PLACES = """
SELECT fact.seq, fact.kind, fact.pool, fact.cause, fact.low, fact.high,
       (SELECT MIN(later.seq) FROM fact AS later WHERE later.kind = 'EpochOpened' AND later.seq > fact.seq)
       AS ended
FROM fact WHERE fact.kind <> 'EpochOpened' AND fact.pool <> 'none' ORDER BY fact.seq
"""


@dataclass(frozen=True, slots=True)
class Place:
    """Numbers ``first`` to ``last`` of a pool: "used" or "void" by entry ``seq`` (``cause``), or "free"."""

    first: int
    last: int
    state: str
    seq: int = 0
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Counted:
    """One pool by its entries alone.  ``twice``: numbers that two entries say something of."""

    pool: str
    count: int
    places: tuple[Place, ...]
    twice: int

    def figures(self) -> dict[str, int]:
        """Used, void and free: together the pool."""
        found = {"used": 0, "void": 0, "free": 0}
        for place in self.places:
            found[place.state] += place.last - place.first + 1
        return found


def count_pools(
    connection: Connection, terminal: str, first: int, last: int, passed: Collection[int] = ()
) -> dict[str, Counted]:
    """Every pool that ``terminal`` opened between two entries, with each of its numbers accounted for."""
    on_server = connection.dialect.name == "postgresql"
    values: dict[str, Any] = {"terminal": terminal, "first": first, "last": last}
    values["passed"] = sorted(passed) if on_server else str(sorted(passed))
    begin = (_POSTGRESQL if on_server else _SQLITE).replace("{span}", span_sql("first", "last"))
    statement = text(begin + _PLACES)
    opened: dict[str, Any] = {}
    told: dict[str, list[Place]] = {}
    for row in connection.execute(statement, values):
        if row.kind == "PoolOpened":
            opened[row.pool] = row
        elif row.pool in opened:
            state = "used" if row.kind == "ItemAccepted" else "void"
            place = Place(int(row.low), int(row.high), state, int(row.seq), row.cause or "")
            told.setdefault(row.pool, []).append(place)
    return {pool: _account(pool, row, told.get(pool, [])) for pool, row in opened.items()}


def _account(pool: str, row: Any, told: list[Place]) -> Counted:
    """In the order of the numbers, with what nobody spoke of between."""
    rest = ("void", int(row.ended), "epoch") if row.ended is not None else ("free", 0, "")
    places: list[Place] = []
    at, twice, count = 1, 0, int(row.high)
    for place in sorted(told, key=lambda each: each.first):
        if place.first > at:
            places.append(Place(at, place.first - 1, *rest))
        twice += max(0, at - place.first)
        places.append(place)
        at = max(at, place.last + 1)
    if at <= count:
        places.append(Place(at, count, *rest))
    return Counted(pool, count, tuple(places), twice)


def folded(row: Mapping[str, Any]) -> dict[str, int]:
    """The figures of a row of the folded state."""
    used, void = ranges.size(row[ranges.USED]), ranges.size(row[ranges.VOID])
    return {"used": used, "void": void, "free": int(row["count"]) - used - void}


def pool_differences(connection: Connection, terminal: str, state: State, passed: Collection[int]) -> str:
    """Each pool of the folded state that the second count sees otherwise, by name; empty where both agree."""
    rows: Mapping[str, Any] = state.value["pools"]
    if not rows:
        return ""
    first, last = min(int(row["since"]) for row in rows.values()), state.head.seq
    skipped = {*passed, *passed_over(connection, terminal, first, last)}
    counted = count_pools(connection, terminal, first, last, skipped)
    return ", ".join(
        pool
        for pool, row in rows.items()
        if pool not in counted or counted[pool].figures() != folded(row) or counted[pool].twice
    )


def list_pools(database: Database, terminal: str | None = None) -> list[dict[str, Any]]:
    """Every pool with both counts.  ``state``: "issued" (its counter has not opened it), "open", "spent".

    ``agrees`` False where the fold and the second count differ, or a number was told of twice.
    """
    wanted = select(POOLS).order_by(POOLS.c.terminal, POOLS.c.issued_at, POOLS.c.pool)
    if terminal is not None:
        wanted = wanted.where(POOLS.c.terminal == terminal)
    with database.read() as connection:
        rows = connection.execute(wanted).all()
        known = {row.terminal: _both(connection, row.terminal) for row in rows}
        return [_shown(row, *known[row.terminal]) for row in rows]


def show_pool(database: Database, name: str) -> Iterator[dict[str, Any]]:
    """Each number of a pool, in ranges: used by which entry, void by which and why, or free.

    Raises HqError CONFLICT for an unknown one.
    """
    with database.read() as connection:
        row = connection.execute(select(POOLS).where(POOLS.c.pool == name)).one_or_none()
        if row is None:
            raise HqError(HqFault.CONFLICT, what="pool unknown or withdrawn")
        counted = _both(connection, row.terminal)[0].get(name)
    series = Series(**wire.decode(row.series))
    places = counted.places if counted is not None else (Place(1, int(row.size), "free"),)
    for place in places:
        numbers = {"from": series.number(place.first), "to": series.number(place.last)}
        yield {"pool": name, "state": place.state, **numbers, "seq": place.seq, "cause": place.cause}


def _both(connection: Connection, terminal: str) -> tuple[dict[str, Counted], Mapping[str, Any]]:
    """The second count and the folded state, both as far as the entries are followed."""
    wanted = select(FOLLOWER.c.seq, FOLLOWER.c.state).where(FOLLOWER.c.terminal == terminal)
    here = connection.execute(wanted).one_or_none()
    state = None if here is None else from_bytes(here.state)
    if here is None or state is None:
        return {}, {}
    passed = passed_over(connection, terminal, 1, int(here.seq))
    return count_pools(connection, terminal, 1, int(here.seq), passed), state.value["pools"]


def _shown(row: Any, counted: Mapping[str, Counted], state: Mapping[str, Any]) -> dict[str, Any]:
    series, mine = Series(**wire.decode(row.series)), counted.get(row.pool)
    fold_row = state.get(row.pool)
    figures = mine.figures() if mine is not None else {"used": 0, "void": 0, "free": int(row.size)}
    # The fold lets a pool go once nothing of it is free: then the second count must say so too.
    ours = folded(fold_row) if fold_row is not None else None
    agrees = mine is None or (not mine.twice and (figures == ours if ours else figures["free"] == 0))
    stands = "issued" if mine is None else "open" if figures["free"] else "spent"
    return {
        "terminal": row.terminal,
        "pool": row.pool,
        "from": series.number(1),
        "to": series.number(int(row.size)),
        "count": int(row.size),
        **figures,
        "folded": ours,
        "agrees": agrees,
        "low": mine is not None and figures["free"] <= int(row.warn),
        "state": stands,
        "withdrawn": row.withdrawn_at,
        "issued": row.issued_at,
    }
