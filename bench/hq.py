"""``hq``: headquarters under load, on PostgreSQL on the same machine, fsync on.

Counters with real keys and certificates send signed entries over TLS: an opening-time burst against the
bare rows, half that load, the follower behind it, a reconnection of the whole country at once.  The size
is COUNTER_BENCH_COUNTERS × COUNTER_BENCH_ENTRIES (2,000 × 500 where nothing is said) and stands in each
note; the stores are made once, below COUNTER_BENCH_STORES.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select

from bench import hq_around as around
from bench.figures import Figure, at_least, at_most, percentile
from bench.hq_load import Outcome, Plan
from bench.hq_stores import Stores, fill, prepare
from hq.database import Database
from hq.schema import ENTRIES, FOLLOWER
from tests.hq.postgres import PostgresCluster
from tests.hq.server import HqServer

COUNTERS, ENTRIES_EACH = 2_000, 500
NODES = 2  # as many as cores: each is one interpreter
BATCH = 50
_BURST = 64  # counters that begin at opening time, all at once
_ROUNDS = 3  # burst and bare rows in turn, so that both see the machine as it is


@dataclass
class Country:
    """One PostgreSQL, the nodes on it, and counters with prepared journals."""

    stores: Stores
    url: str
    nodes: list[HqServer]
    cluster: PostgresCluster

    def plan(self, terminals: Sequence[str], batch: int, last: int, **more: float | bool) -> Plan:
        """For these counters, over all nodes."""
        urls = [node.url for node in self.nodes]
        home, directory = str(self.stores.home), str(self.stores.directory)
        return Plan(urls, home, directory, list(terminals), batch, last, **more)  # type: ignore[arg-type]

    def node_seconds(self) -> float:
        """Processor time of all nodes so far."""
        return sum(around.used(pid).seconds for pid in self.pids())

    def database_seconds(self) -> float:
        """Processor time of PostgreSQL so far."""
        return around.family_seconds(self.cluster.pid)

    def peak_mb(self) -> float:
        """Of the largest node, since it began."""
        return max(around.used(pid).peak_mb for pid in self.pids())

    def pids(self) -> list[int]:
        """Of the nodes."""
        return [node.process.pid for node in self.nodes if node.process is not None]


@contextmanager
def country(stores: Stores, nodes: int = NODES, *, follow: bool = False) -> Iterator[Country]:
    """Started, with an empty chain."""
    with PostgresCluster() as cluster, cluster.database() as url:
        fill(stores, url)
        made = Country(stores, url, [around.node(stores, url, follow=follow) for _ in range(nodes)], cluster)
        try:
            for one in made.nodes:
                one.start()
            yield made
        finally:
            for one in made.nodes:
                one.kill()


def size() -> Stores:
    """As the environment says."""
    counters = int(os.environ.get("COUNTER_BENCH_COUNTERS", COUNTERS))
    entries = int(os.environ.get("COUNTER_BENCH_ENTRIES", ENTRIES_EACH))
    return prepare(where(), counters, entries)


def where() -> Path:
    """Where stores are kept."""
    return Path(os.environ.get("COUNTER_BENCH_STORES") or Path(tempfile.gettempdir()) / "counter-bench-hq")


def run() -> Iterator[Figure]:
    """Ingest, half load, follower; then the storm, and the memory of a node after it."""
    stores = size()
    with country(stores) as running:
        rates: list[float] = []
        yield from _ingest(running, rates)
        yield from _half_load(running, max(rates))
        yield from _follower(running)
    with country(stores) as running:
        yield from _storm(running)


def _ingest(running: Country, rates: list[float]) -> Iterator[Figure]:
    """The burst against the same rows by INSERT alone, in turns."""
    names, last = running.stores.names(), running.stores.entries
    burst = min(_BURST, len(names) // 2)
    bare, seconds, count = [], 0.0, 0
    # What a node does once in its life (connections to the database, statements made ready) comes before.
    _sound(around.load(running.plan(names[:burst], BATCH, BATCH)))
    for turn in range(_ROUNDS):
        span = (_up_to(last, turn), _up_to(last, turn + 1))
        begun = around.ready_load(running.plan(names[:burst], BATCH, span[1], warm=True, signed=True))
        before = running.node_seconds()
        around.go(begun)
        done = around.finish_load(begun)
        _sound(done)
        rates.append(done.entries / (done.ended - done.began))
        seconds, count = seconds + running.node_seconds() - before, count + done.entries
        bare.append(around.bare_inserts(running.url, running.stores, names[:burst], *span))
    value, reference = sum(rates) / len(rates), sum(bare) / len(bare)
    note = (
        f"{NODES} nodes, {burst} counters at once, batches of {BATCH}, {count} entries, lines open and "
        f"requests signed before, {seconds / count * 1e6:.0f} us of the nodes' processor time an entry; "
        f"{around.load_average()}"
    )
    yield Figure(
        "hq ingest", value, "entries/s", ">= 0.45 x bare INSERT", value >= 0.45 * reference, reference, note
    )


def _up_to(last: int, turn: int) -> int:
    """Where a round of the burst begins: whole batches, after the first one."""
    return BATCH + (last - BATCH) * turn // _ROUNDS // BATCH * BATCH


def _half_load(running: Country, rate: float) -> Iterator[Figure]:
    """Batches at random moments, at half of what went in."""
    names, last = running.stores.names(), running.stores.entries // 2
    some = names[_BURST : _BURST + 4 * _BURST] or names
    done = around.load(running.plan(some, BATCH, last, rate=rate / 2 / BATCH, seconds=20.0, warm=True))
    offered = rate / 2
    reached = done.entries / (done.ended - done.began)
    note = (
        f"p50 {percentile(done.latencies, 0.5):.0f} ms, {len(done.latencies)} batches of {len(some)} "
        f"counters, {offered:.0f} entries/s offered, {reached:.0f} taken; {around.load_average()}"
    )
    yield at_most("hq p99", percentile(done.latencies, 0.99), "ms", 150, note)


def _follower(running: Country) -> Iterator[Figure]:
    """All that came in, followed by processes of its own while nothing else runs."""
    before, total, database = followed(running.url), stored(running.url), running.database_seconds()
    begun = time.monotonic()
    done = around.follow(running.nodes[0].common, NODES)
    spent, ended = time.monotonic() - begun, time.monotonic()
    database = running.database_seconds() - database
    count = followed(running.url) - before
    assert before + count == total, f"{total - before - count} entries were not followed"
    # With nothing left to do: what it takes to start and to end, which is not following.
    start = around.follow(running.nodes[0].common, NODES)
    idle = time.monotonic() - ended
    each = [seconds / count * 1e6 for seconds in (done.seconds - start.seconds, database)]
    note = (
        f"{count} entries, {NODES} processes, without their start ({idle:.1f} s; with it {count / spent:.0f} "
        f"entries/s); processor time an entry {each[0]:.0f} us and the database's {each[1]:.0f}: "
        f"{2e6 / sum(each):.0f} entries/s where two cores are free; {around.load_average()}"
    )
    yield at_least("hq follower", count / (spent - idle), "entries/s", 4000, note)


def _storm(running: Country) -> Iterator[Figure]:
    """Every counter was cut off; all come back within a pump's longest wait, each with all it has."""
    stores = running.stores
    total, before = stores.counters * stores.entries, running.node_seconds()
    done = around.load(running.plan(stores.names(), 500, stores.entries, spread=60.0))
    spent = done.ended - done.began
    busy = sum(count for answer, count in done.answers.items() if answer.startswith(("429", "503")))
    note = (
        f"{stores.counters} counters x {stores.entries} entries in {spent:.0f} s, "
        f"{done.entries / spent:.0f} entries/s, {busy} times told to come again, generator at most "
        f"{done.late:.1f} s late, "
        f"{(running.node_seconds() - before) / total * 1e6:.0f} us of the nodes' processor time an entry; "
        f"{around.load_average()}"
    )
    wrong = len(done.shown) + len(done.unfinished)
    yield Figure(
        "hq storm", wrong, "errors shown", "0", wrong == 0 and stored(running.url) == total, note=note
    )
    yield at_most("hq memory", running.peak_mb(), "MB", 200, "the larger node, after the storm")


def _sound(done: Outcome) -> None:
    assert not done.shown, done.shown[:3]
    assert not done.unfinished, done.unfinished[:3]


def stored(url: str) -> int:
    """Entries in the chains."""
    return _one(url, select(func.count()).select_from(ENTRIES))


def followed(url: str) -> int:
    """Entries that the follower has been through."""
    return _one(url, select(func.coalesce(func.sum(FOLLOWER.c.seq), 0)))


def _one(url: str, statement: object) -> int:
    database = Database(url)
    try:
        with database.read() as connection:
            return int(connection.execute(statement).scalar_one())  # type: ignore[call-overload]
    finally:
        database.close()
