"""Restore: a backup becomes a database again, into an empty one, read back before and counted after.

Keys are in no backup: the data directory of headquarters must be here.  *safe* is what it was when the copy
was made, never more, so that every counter sends again what is above it: sending again changes nothing.  What
was erased since stays erased: it never comes into the database, not for a moment.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Table, func, select

from core.errors import StoreError, StoreFault
from hq.backup import Copied, read_back, rows_of
from hq.bulk import insert_rows
from hq.database import Database
from hq.erasures import Erasure, from_row, read_log, without
from hq.home import Home
from hq.partitions import SEALED
from hq.person_erasing import corrected_item
from hq.person_items import Does, PersonItem, read_items
from hq.person_items import from_row as item_of
from hq.schema import ATTACHMENTS, BACKED_UP, ENTRIES, ERASURES, REFERENCES, SIDE_ENTRIES, STORE, TERMINALS
from hq.schema_beside import PERSON_ITEMS
from hq.shelves import Shelf, Shelves

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
    gone, items = _erased(home, chosen), _person_items(home, chosen)
    database.create(home.signing.text)
    filler = _Filler(database, gone, items)
    for table in BACKED_UP:
        if table is not STORE:
            filler.fill(table, rows_of(chosen, table, told[table.name]))
    counts = {table.name: _count(database, table) for table in BACKED_UP}
    for name, copied in told.items():
        expected = copied.rows + filler.changed.get(name, 0)
        if counts[name] != expected:
            raise StoreError(StoreFault.DAMAGED, what=name, expected=expected, found=counts[name])
    return Restored(chosen, counts[TERMINALS.name], counts[ENTRIES.name])


def _erased(home: Home, chosen: Path) -> dict[Shelf, Erasure]:
    """What was erased, as the log beside the keys says, this backup, and every newer one beside it."""
    found = dict(read_log(home.directory))
    for directory in sorted(chosen.parent.glob("hq-*Z")):
        with contextlib.suppress(StoreError, OSError, KeyError, ValueError):  # it is not the chosen one
            found |= _erased_by(directory)
    return found | _erased_by(chosen)


def _erased_by(directory: Path) -> dict[Shelf, Erasure]:
    rows = rows_of(directory, ERASURES, _told(directory)[ERASURES.name])
    return {(row["retention"], row["month"]): from_row(row) for row in rows}


def _person_items(home: Home, chosen: Path) -> dict[tuple[str, int], PersonItem]:
    """What persons had restricted or erased, as the file beside the keys says, and every backup here."""
    known = read_items(home.directory)
    for directory in (chosen, *sorted(chosen.parent.glob("hq-*Z"))):
        with contextlib.suppress(
            StoreError, OSError, KeyError, ValueError
        ):  # cut off: it is not the chosen one
            known += map(item_of, rows_of(directory, PERSON_ITEMS, _told(directory)[PERSON_ITEMS.name]))
    found: dict[tuple[str, int], PersonItem] = {}
    for one in known:
        place = (one.terminal, one.seq)
        if place not in found or found[place].does != Does.ERASE or one.does == Does.ERASE:
            found[place] = one
    return found


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


class _Filler:
    """Rows into tables, in transactions of bounded size, none of which spans two tables.

    ``changed``: how many rows fewer (or more) than in the copy stand in a table.
    """

    def __init__(
        self, database: Database, gone: Mapping[Shelf, Erasure], items: Mapping[tuple[str, int], PersonItem]
    ) -> None:
        self._database = database
        self._gone = gone
        self._items = items
        # (terminal, epoch, seq) of what was erased for a person; entries come before their attachments
        self._erased = {
            (one.terminal, one.epoch, one.seq) for one in items.values() if one.does == Does.ERASE
        }
        self._shelves = Shelves(database)
        self.changed: dict[str, int] = {}

    def fill(self, table: Table, rows: Iterable[dict[str, Any]]) -> None:
        """One table."""
        count = kept = 0
        batch: list[dict[str, Any]] = []
        for row in rows:
            count += 1
            if (left := self._left(table, row)) is not None:
                batch.append(left)
            if len(batch) == _BATCH:
                kept += self._insert(table, batch)
                batch = []
        kept += self._insert(table, batch)
        if table is ERASURES:
            kept += self._insert(table, [one.as_row() for one in self._gone.values()])
        if table is PERSON_ITEMS:
            kept += self._insert(table, [asdict(one) for one in self._items.values()])
        self.changed[table.name] = kept - count

    def _left(self, table: Table, row: dict[str, Any]) -> dict[str, Any] | None:
        """What of a row may stand here; None for nothing."""
        if table in (ERASURES, PERSON_ITEMS):
            return None  # they are written from all that is known of them
        if table is ENTRIES and self._erased:
            item = corrected_item(row["body"])
            if item is not None and (row["terminal"], row["epoch"], item) in self._erased:
                self._erased.add((row["terminal"], row["epoch"], row["seq"]))
        if table in (ATTACHMENTS, REFERENCES) and (row["terminal"], row["epoch"], row["seq"]) in self._erased:
            return None
        if table is ATTACHMENTS and (row["retention"], row["month"]) in self._gone:
            return None
        if table is REFERENCES and (SEALED, row["month"]) in self._gone:
            return None
        if table is SIDE_ENTRIES:
            return {**row, "entry": without(row["entry"], row["received_at"], self._gone)}
        return row

    def _insert(self, table: Table, batch: list[dict[str, Any]]) -> int:
        if table in (ATTACHMENTS, REFERENCES):
            self._shelves.ensure({row["month"] for row in batch})
        with self._database.write() as connection:
            insert_rows(connection, table, batch)
        return len(batch)


def _count(database: Database, table: Table) -> int:
    with database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())
