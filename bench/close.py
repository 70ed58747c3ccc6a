"""The machine's part of a day close: the whole day counted for the page, and once more for the signature."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.figures import Figure, at_most
from bench.verify import fill
from core.ledger.recount import Recount
from core.station.counting import count_on, first_of, lines
from storage.journal import SqlJournal
from tests.storage.counters import Counter

ITEMS = 5_000  # seven entries each
_TIMES = 2  # Alt+D, then F9


def run() -> Iterator[Figure]:
    """Seconds for both counts, each entry read from the encrypted store; figures by clerk included."""
    with tempfile.TemporaryDirectory() as directory:
        counter = Counter(Path(directory), receipts=True)
        entries = fill(counter, ITEMS)
        journal = counter.journal()
        try:
            began = time.perf_counter()
            for _ in range(_TIMES):
                _count(journal)
            spent = time.perf_counter() - began
        finally:
            journal.database.close()
    note = f"{ITEMS} items, {entries} entries, counted {_TIMES} times"
    yield at_most("close", spent, "s", 5, note)


def _count(journal: SqlJournal) -> None:
    state = journal.state()
    recount = Recount(journal.entries, first_of(state))
    fault = count_on(recount, journal, state)
    assert fault is None, fault
    by_clerk = lines(recount.pieces, 0)
    assert sum(row["accepted"] for row in by_clerk.values()) == ITEMS
