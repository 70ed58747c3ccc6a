"""F9 → entries durable, against the same statements by bare sqlcipher3 in the same run."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2

from bench.around import PaperAtOnce, clerk, demonstration
from bench.figures import Figure, at_most, percentile, times
from core.ports import Printer, PrintLog
from program.demonstration import OPERATOR
from program.terminal import Parts

_ITEMS, _WARM = 200, 20
_ROWS = {
    table: f"SELECT * FROM {table} WHERE seq > ? AND seq <= ?" for table in ("entry", "attachment", "item")
}
_SCHEMA = (
    "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL "
    "AND tbl_name IN ('entry', 'attachment', 'item', 'draft') ORDER BY rowid"
)


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

    def write(
        self, rows: dict[str, list[tuple[Any, ...]]], state: bytes, draft: tuple[str, str, bytes, str]
    ) -> float:
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
        run(
            "INSERT INTO draft VALUES (?, ?, ?, ?) ON CONFLICT (operator, draft) "
            "DO UPDATE SET data = excluded.data, updated = excluded.updated",
            draft,
        )
        run("COMMIT")
        return time.perf_counter() - begin


def run() -> Iterator[Figure]:
    """Two figures: the ratio at the median, and p99 in milliseconds."""
    durable: list[int] = []

    def probe(step: str, /) -> None:
        if step == "f9.committed":
            durable.append(time.perf_counter_ns())

    paper = PaperAtOnce()

    def printer(_lane: Printer | None, _log: PrintLog) -> Printer:
        return paper

    ours: list[float] = []
    theirs: list[float] = []
    with demonstration() as around:
        around.stop_headquarters()
        with clerk(around, Parts(probe=probe, printer=printer)) as person:
            paper.take_receipts(person)
            bare = _Bare(around.data.parent / "bare.db")
            journal = person.station._live.journal  # the same file, read between the commits
            assert journal is not None
            database = journal.database  # type: ignore[attr-defined]
            for number in range(_ITEMS + _WARM):
                before = journal.head().seq
                person.sender()
                person.parcel()
                pressed = person.press()
                after = journal.head().seq
                written = journal.state().to_bytes()
                [left] = journal.drafts(OPERATOR)
                paper.finish(person)
                person.leave()
                with database.reading() as reading:
                    if not bare.ready:
                        bare.like([row[0] for row in reading.exec_driver_sql(_SCHEMA)])
                    between = (before, after)
                    rows = {
                        table: [tuple(row) for row in reading.exec_driver_sql(query, between)]
                        for table, query in _ROWS.items()
                    }
                reference = bare.write(rows, written, (left.operator, left.draft, left.data, left.updated))
                if number >= _WARM:
                    ours.append((durable[-1] - pressed) / 1e6)
                    theirs.append(reference * 1000)
            bare.connection.close()
    note = f"{_ITEMS} items, sender and item entry each, two attachments"
    yield times("commit p50", percentile(ours, 0.5), percentile(theirs, 0.5), "ms", 4, note)
    yield at_most(
        "commit p99", percentile(ours, 0.99), "ms", 10, f"bare p99 {percentile(theirs, 0.99):.2f} ms"
    )
