"""Ten thousand items erased as the station does it: sealed parts, annexes, look-ups, keys, the log."""

from __future__ import annotations

import time
from collections.abc import Iterator

from bench.around import clerk, demonstration
from bench.figures import Figure, at_most
from bench.lookup_store import Filler
from core.ledger.erasure import SEALED
from core.station.erasing import STEP
from program.demonstration import OPERATOR, PASSWORD
from program.machine import SystemClock
from storage import migrate, store
from storage.journal import SqlJournal
from storage.vault import SUBKEY_DATABASE, FileVault

ITEMS = 10_000
_SEALED_BYTES = 1100


def run(items: int = ITEMS) -> Iterator[Figure]:
    """All months of the store; its own work, without the rests that the station takes between steps."""
    with demonstration() as around:
        around.stop_headquarters()
        with clerk(around) as person:  # one real item is the pattern of all
            person.whole()
        Filler(around.data).fill(items)
        vault = FileVault(around.data, SystemClock())
        vault.unlock(OPERATOR, PASSWORD)
        database = migrate.open_database(around.data, vault.subkey(SUBKEY_DATABASE))
        journal = SqlJournal(database, store.key_file(around.data, vault))
        try:
            _seal(journal)
            began, longest, gone = time.monotonic(), 0.0, 0
            months = [(SEALED, ""), *journal.held_months()]
            for retention, month in months:
                for first in range(1, journal.head().seq + 1, STEP):
                    step = time.monotonic()
                    gone += journal.erase(retention, month, first, first + STEP - 1)
                    longest = max(longest, time.monotonic() - step)
                if month:
                    journal.end_month(retention, month)
            journal.empty_log()
            spent = time.monotonic() - began
            left = len(journal.items(limit=items)) + len(journal.held_months())
        finally:
            database.close()
            vault.close()
    note = f"{gone} attachments, {len(months) - 1} months; longest step {longest * 1000:.0f} ms; left {left}"
    yield at_most(f"erase {items} items", spent, "s", 10, note)
    yield at_most("erase: attachments and keys left", 2 * (items + 1) - gone + left, "", 0)


def _seal(journal: SqlJournal) -> None:
    """The sealed parts, which the filled store has not: of the usual size, and nobody can open them."""
    with journal.database.writer().begin():
        journal.database.writer().exec_driver_sql(
            "UPDATE attachment SET nonce = randomblob(32), data = randomblob(?) "
            "WHERE class = 'sealed' AND data IS NULL",
            (_SEALED_BYTES,),
        )
