"""Restore: a backup becomes a database again, into an empty one, read back before and counted after.

Keys are in no backup: the data directory of headquarters must be here.  *safe* is what it was when the copy
was made, never more, so that every counter sends again what is above it: sending again changes nothing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Table, func, select

from core.errors import StoreError, StoreFault
from hq.backup import Copied, read_back, rows_of
from hq.bulk import insert_rows
from hq.database import Database
from hq.home import Home
from hq.schema import BACKED_UP, ENTRIES, STORE, TERMINALS

_BATCH = 1000


@dataclass(frozen=True, slots=True)
class Restored:
    """What stands in the database now."""

    directory: Path
    terminals: int
    entries: int


def restore(home: Home, database: Database, directory: Path) -> Restored:
    """Take ``directory``, one that ``backup`` named, or the newest in it, into an empty database.

    Raises StoreError EXISTS where tables are here already, MISSING, TOO_NEW or DAMAGED where the backup is
    not sound, WRONG_KEY where it is another headquarters'.  Cut off, the database is not one yet: drop it.
    """
    chosen = _chosen(directory)
    read_back(chosen, {})
    told = _told(chosen)
    (store,) = rows_of(chosen, STORE, told[STORE.name])
    if store["signing"] != home.signing.text:
        raise StoreError(StoreFault.WRONG_KEY, what="another headquarters' backup")
    database.create(home.signing.text)
    for table in BACKED_UP:
        if table is not STORE:
            _fill(database, table, chosen, told[table.name])
    counts = {table.name: _count(database, table) for table in BACKED_UP}
    for name, copied in told.items():
        if counts[name] != copied.rows:
            raise StoreError(StoreFault.DAMAGED, what=name, expected=copied.rows, found=counts[name])
    return Restored(chosen, counts[TERMINALS.name], counts[ENTRIES.name])


def _chosen(directory: Path) -> Path:
    if (directory / "manifest.json").exists():
        return directory
    found = sorted(path for path in directory.glob("hq-*Z") if (path / "manifest.json").exists())
    if not found:
        raise StoreError(StoreFault.MISSING, what="manifest.json")
    return found[-1]


def _told(directory: Path) -> dict[str, Copied]:
    """As ``read_back`` has checked it."""
    tables = json.loads((directory / "manifest.json").read_bytes())["tables"]
    return {name: Copied(int(row["rows"]), row["sha256"]) for name, row in tables.items()}


def _fill(database: Database, table: Table, directory: Path, told: Copied) -> None:
    """In transactions of bounded size; none spans two tables."""
    batch: list[dict[str, Any]] = []
    for row in rows_of(directory, table, told):
        batch.append(row)
        if len(batch) == _BATCH:
            _insert(database, table, batch)
            batch = []
    _insert(database, table, batch)


def _insert(database: Database, table: Table, batch: list[dict[str, Any]]) -> None:
    with database.write() as connection:
        insert_rows(connection, table, batch)


def _count(database: Database, table: Table) -> int:
    with database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())
