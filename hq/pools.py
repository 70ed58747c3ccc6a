"""The pools that were given out, each number to one counter only (I4).

A range is looked up and written under the lock on the estate's feed, so that two commands at one time cannot
give out one number.  A restored headquarters may have forgotten pools that counters use: until it has heard
every terminal again it issues nothing, for what they hold comes back with their feeds (hq/directives.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from core import wire
from core.acceptance.pools import Pool, Series, pool_directive, read_pool
from core.errors import Fact, HqError, HqFault
from core.ledger.directives import SignedDirective
from core.ledger.entry import Entry, stamp
from core.ledger.ranges import NO_POOL
from hq.alarms import insert_if_new, raise_alarm
from hq.schema import FEEDS, POOLS, STORE, TERMINALS

POOL_TWICE = "pool.twice"  # a pool that came back from its counter lies where another one was given out


def refuse_overlap(connection: Connection, series: Series, count: int) -> None:
    """Raises HqError CONFLICT (``terminal``, ``pool``) where a number of it was ever given out."""
    found = _overlapping(connection, series, count)
    if found:
        raise HqError(
            HqFault.CONFLICT, what="numbers given out", terminal=found[0].terminal, pool=found[0].pool
        )


def _overlapping(connection: Connection, series: Series, count: int) -> Sequence[Any]:
    line, low, high = series.line(count)
    same = (POOLS.c.line == line, POOLS.c.low <= high, POOLS.c.high >= low)
    return connection.execute(select(POOLS.c.terminal, POOLS.c.pool).where(*same)).all()


def refuse_unheard(connection: Connection) -> None:
    """Raises HqError CONFLICT (``count``, ``terminal``) while a restored store has not heard
    every terminal."""
    made = connection.execute(select(STORE.c.created_at)).scalar_one()
    heard = select(FEEDS.c.terminal).where(FEEDS.c.terminal == TERMINALS.c.terminal, FEEDS.c.heard == made)
    wanted = select(TERMINALS.c.terminal).where(TERMINALS.c.enrolled_at < made, ~heard.exists())
    silent = list(connection.execute(wanted.order_by(TERMINALS.c.terminal)).scalars())
    if silent:
        raise HqError(HqFault.CONFLICT, what="terminals unheard", count=len(silent), terminal=silent[0])


def pool_row(terminal: str, pool: Pool, publication: int, at: str) -> dict[str, object]:
    """The row of a pool whose series is known."""
    assert pool.series is not None
    line, low, high = pool.series.line(pool.count)
    return {
        "terminal": terminal,
        "pool": pool.id,
        "line": line,
        "low": low,
        "high": high,
        "epoch": pool.epoch,
        "size": pool.count,
        "warn": pool.warn,
        "series": pool_directive(pool)[1],
        "publication": publication,
        "issued_at": at,
        "withdrawn_at": at if pool.withdrawn else None,
    }


def keep_returned(connection: Connection, signed: SignedDirective) -> None:
    """A pool that a restored headquarters had lost, from the counter's feed; its numbers are taken again."""
    said, pool = signed.directive, read_pool(signed)
    if pool.series is None:
        return
    others = _overlapping(connection, pool.series, pool.count)
    row = pool_row(said.terminal, pool, said.publication, stamp(said.at))
    if not insert_if_new(connection, POOLS, row):
        return
    for other in others:
        facts: dict[str, Fact] = {"pool": pool.id, "other": other.pool, "at": other.terminal}
        raise_alarm(connection, said.terminal, POOL_TWICE, said.at, facts=facts)


def names_pool(entry: Entry) -> bool:
    """Whether it is an acceptance that uses a number of a pool; of sound form or not."""
    header = entry.header
    if (header.kind, header.kind_version) != ("ItemAccepted", 1):
        return False
    return isinstance(entry.data, Mapping) and bool(entry.data.get("pool", NO_POOL) != NO_POOL)


def series_of(connection: Connection, terminal: str) -> dict[str, Series]:
    """Every pool that ``terminal`` ever got, by name."""
    wanted = select(POOLS.c.pool, POOLS.c.series).where(POOLS.c.terminal == terminal)
    return {row.pool: Series(**wire.decode(row.series)) for row in connection.execute(wanted)}


def is_number_of(pools: Mapping[str, Series], entry: Entry, waybill: str) -> bool:
    """False where an acceptance says that it uses a number, and its annex bears another waybill."""
    if not names_pool(entry):
        return True
    series = pools.get(entry.data["pool"])
    return series is None or series.number(int(entry.data["ordinal"])) == waybill
