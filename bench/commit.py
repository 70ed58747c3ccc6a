"""F9 → entries durable, against the same statements by bare sqlcipher3 in the same run."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2

from bench.around import clerk, demonstration
from bench.figures import Figure, at_most, percentile, times
from core.devices import PrintJob
from core.ports import Printer, PrintLog
from program.terminal import Parts

_ITEMS, _WARM = 200, 20
_ROWS = {
    table: f"SELECT * FROM {table} WHERE seq > ? AND seq <= ?" for table in ("entry", "attachment", "item")
}
_SCHEMA = (
    "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL "
    "AND tbl_name IN ('entry', 'attachment', 'item') ORDER BY rowid"
)


class _Standing:
    """No printing here: its own commits would stand between."""

    def submit(self, job: PrintJob) -> None:
        """Keeps nothing."""


class _Bare:
    """Rows of a commit written again by bare sqlcipher3, with the same promises."""

    def __init__(self, path: Path) -> None:
        self.connection = dbapi2.connect(str(path), isolation_level=None)
        run = self.connection.execute
        run(f"PRAGMA key = \"x'{'5a' * 32}'\"")
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "secure_delete = ON",
                       "cipher_memory_security = ON", "temp_store = MEMORY"):  # fmt: skip
            run(f"PRAGMA {pragma}").fetchall()
        self.ready = False

    def like(self, schema: list[str]) -> None:
        """The product's own tables and indexes."""
        for statement in schema:
            self.connection.execute(statement)
        self.connection.execute("CREATE TABLE bare_state (id INTEGER PRIMARY KEY, body BLOB)")
        self.ready = True

    def write(self, rows: dict[str, list[tuple[Any, ...]]], state: bytes) -> float:
        """One transaction; seconds."""
        begin = time.perf_counter()
        run = self.connection.execute
        run("BEGIN IMMEDIATE")
        for table, values in rows.items():
            if values:
                marks = ",".join("?" * len(values[0]))
                self.connection.executemany(f"INSERT INTO {table} VALUES ({marks})", values)
        run(
            "INSERT INTO bare_state VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body",
            (state,),
        )
        run("COMMIT")
        return time.perf_counter() - begin


def run() -> Iterator[Figure]:
    """Two figures: the ratio at the median, and p99 in milliseconds."""
    durable: list[int] = []

    def probe(step: str, /) -> None:
        if step == "f9.committed":
            durable.append(time.perf_counter_ns())

    def no_printer(_lane: Printer | None, _log: PrintLog) -> Printer:
        return _Standing()

    ours: list[float] = []
    theirs: list[float] = []
    with demonstration() as around:
        around.stop_headquarters()
        with clerk(around, Parts(probe=probe, printer=no_printer)) as person:
            bare = _Bare(around.data.parent / "bare.db")
            journal = person.station._live.journal  # the same file, read between the commits
            assert journal is not None
            database = journal.database  # type: ignore[attr-defined]
            for number in range(_ITEMS + _WARM):
                before = journal.head().seq
                pressed = person.whole()
                after = journal.head().seq
                with database.reading() as reading:
                    if not bare.ready:
                        bare.like([row[0] for row in reading.exec_driver_sql(_SCHEMA)])
                    between = (before, after)
                    rows = {
                        table: [tuple(row) for row in reading.exec_driver_sql(query, between)]
                        for table, query in _ROWS.items()
                    }
                reference = bare.write(rows, journal.state().to_bytes())
                if number >= _WARM:
                    ours.append((durable[-1] - pressed) / 1e6)
                    theirs.append(reference * 1000)
            bare.connection.close()
    note = f"{_ITEMS} items, sender and item entry each, two attachments"
    yield times("commit p50", percentile(ours, 0.5), percentile(theirs, 0.5), "ms", 4, note)
    yield at_most(
        "commit p99", percentile(ours, 0.99), "ms", 10, f"bare p99 {percentile(theirs, 0.99):.2f} ms"
    )
