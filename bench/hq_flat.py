"""``hq-flat``: what an entry costs headquarters beside nothing, and beside a million entries.

Two headquarters, each on a PostgreSQL of its own, take the same entries of the same counters in turns, so
that both see the machine as it is.  In one of them stand COUNTER_BENCH_BESIDE (a million) entries more:
copies of the real rows, attachments and claims too, under the names of other terminals.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Table, text

from bench import hq_around as around
from bench.figures import Figure
from bench.hq import BATCH, Country, country, followed, stored, where
from bench.hq_stores import Stores, prepare
from hq.database import Database
from hq.schema import ATTACHMENTS, CLAIMS, ENTRIES

BESIDE = 1_000_000
COUNTERS, ENTRIES_EACH = 64, 500
_ROUNDS = 4
# Copies have a terminal, and a waybill, of their own.
_OTHERS = {"terminal": "terminal || '-' || nth", "digest": "sha256(digest || int4send(nth))"}


@dataclass
class Spent:
    """Processor seconds of node, database and follower, and for how many entries."""

    ingest: float = 0.0
    follow: float = 0.0
    entries: int = 0

    def each(self, seconds: float) -> float:
        """Microseconds an entry."""
        return seconds / self.entries * 1e6


def run() -> Iterator[Figure]:
    """The ratio of an entry's processor time, for ingest and for the follower."""
    stores = prepare(where(), COUNTERS, ENTRIES_EACH)
    beside = int(os.environ.get("COUNTER_BENCH_BESIDE", BESIDE))
    with country(stores, 1) as small, country(stores, 1) as large:
        first = stores.entries // (_ROUNDS + 1)
        for one in (small, large):
            _turn(one, stores, 0, first)
        copied = _fill(large, beside)
        for one in (small, large):
            _settle(one)
        spent = {id(one): Spent() for one in (small, large)}
        for turn in range(1, _ROUNDS + 1):
            span = (stores.entries * turn // (_ROUNDS + 1), stores.entries * (turn + 1) // (_ROUNDS + 1))
            for one in (small, large) if turn % 2 else (large, small):
                _add(spent[id(one)], _turn(one, stores, *span))
        yield from _figures(spent[id(small)], spent[id(large)], copied)


def _figures(small: Spent, large: Spent, copied: int) -> Iterator[Figure]:
    for name, here, there in (
        ("hq flat", small.ingest, large.ingest),
        ("hq flat follower", small.follow, large.follow),
    ):
        before, after = small.each(here), large.each(there)
        note = (
            f"{before:.0f} us of processor time an entry, the database's included, beside nothing, "
            f"{after:.0f} beside {copied}; {_ROUNDS} turns of {large.entries // _ROUNDS} entries; "
            f"{around.load_average()}"
        )
        ratio = after / before
        yield Figure(name, ratio, "x", "0.8 to 1.2", 0.8 <= ratio <= 1.2, note=note)


def _turn(one: Country, stores: Stores, first: int, last: int) -> Spent:
    """The entries from ``first`` to ``last`` of every counter taken in, then followed."""
    before, count = one.node_seconds() + one.database_seconds(), stored(one.url)
    done = around.load(one.plan(stores.names(), BATCH, last, warm=True))
    assert not done.shown, done.shown[:3]
    assert not done.unfinished, done.unfinished[:3]
    made = Spent(one.node_seconds() + one.database_seconds() - before)
    made.entries = done.entries
    assert stored(one.url) - count == done.entries == (last - first) * stores.counters
    begun = one.database_seconds()
    ended = around.follow(one.nodes[0].common, 1)
    made.follow = ended.seconds + one.database_seconds() - begun
    assert followed(one.url) == last * stores.counters
    return made


def _add(spent: Spent, more: Spent) -> None:
    spent.ingest += more.ingest
    spent.follow += more.follow
    spent.entries += more.entries


def _fill(one: Country, beside: int) -> int:
    """Entries copied, until there are ``beside`` of them."""
    database = Database(one.url)
    try:
        times = -(-beside // stored(one.url))
        for table in (ENTRIES, ATTACHMENTS, CLAIMS):
            with database.write() as connection:
                connection.execute(text(_copies(table)), {"times": times})
        return stored(one.url)
    finally:
        database.close()


def _settle(one: Country) -> None:
    """What PostgreSQL does after so many new rows, it does now and not in the turns that are measured."""
    database = Database(one.url)
    try:
        with database.engine.connect() as connection:
            alone = connection.execution_options(isolation_level="AUTOCOMMIT")
            for command in ("VACUUM (ANALYZE)", "CHECKPOINT"):
                alone.execute(text(command))
    finally:
        database.close()


def _copies(table: Table) -> str:
    names = [column.name for column in table.c]
    quoted = ", ".join(f'"{name}"' for name in names)
    values = ", ".join(_OTHERS.get(name, f'"{name}"') for name in names)
    source = f"{table.name}, generate_series(1, :times) AS nth"
    return f"INSERT INTO {table.name} ({quoted}) SELECT {values} FROM {source}"
