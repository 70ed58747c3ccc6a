"""The erasure log: which retention class and month was erased, so that no old backup brings it back.

It stands twice: in the table ``erasures``, which every node sees and every backup has, and in
``erasures.jsonl`` beside the keys, because the backup that is restored may be older than an erasure.
Both are written before the first byte goes.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, select, update

from core.errors import EntryError, StoreError, StoreFault
from core.exchange import entry_from_json
from core.ledger.entry import stamp
from hq.alarms import upsert
from hq.keys import sync_directory
from hq.schema import ERASURES, ESTATE
from hq.shelves import Shelf, file_under

FILE = "erasures.jsonl"
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Erasure:
    """One class and month; ``ended`` None: it was cut off.  Times in stamp form."""

    retention: str
    month: str
    rules: str
    began: str
    ended: str | None = None
    rows: int = 0

    @property
    def shelf(self) -> Shelf:
        """(retention class, month)."""
        return self.retention, self.month

    def as_row(self) -> dict[str, Any]:
        """For the table."""
        said = {"terminal": ESTATE, "retention": self.retention, "month": self.month, "rules": self.rules}
        return {**said, "began_at": self.began, "ended_at": self.ended, "rows": self.rows}


def begin(connection: Connection, directory: Path, erasure: Erasure) -> None:
    """Write it down in both places; one that stands already stays.  Raises StoreError IO, DAMAGED."""
    if erasure.shelf not in read_log(directory):
        said = {"retention": erasure.retention, "month": erasure.month, "rules": erasure.rules}
        append_line(directory / FILE, {**said, "at": erasure.began})
    connection.execute(upsert(connection, ERASURES).values(erasure.as_row()).on_conflict_do_nothing())


def end(connection: Connection, shelf: Shelf, rows: int, now: dt.datetime) -> None:
    """Its bytes are gone; ``rows`` more than before."""
    mine = (ERASURES.c.retention == shelf[0], ERASURES.c.month == shelf[1])
    done = {"ended_at": stamp(now), "rows": ERASURES.c.rows + rows}
    connection.execute(update(ERASURES).where(ERASURES.c.terminal == ESTATE, *mine).values(done))


def erased(connection: Connection) -> dict[Shelf, Erasure]:
    """What the table says."""
    rows = connection.execute(select(ERASURES)).mappings()
    return {(row["retention"], row["month"]): from_row(dict(row)) for row in rows}


def from_row(row: Mapping[str, Any]) -> Erasure:
    """The inverse of :meth:`Erasure.as_row`."""
    return Erasure(
        row["retention"], row["month"], row["rules"], row["began_at"], row["ended_at"], int(row["rows"])
    )


def read_log(directory: Path) -> dict[Shelf, Erasure]:
    """What the file beside the keys says; none where there is no file.  Raises StoreError IO, DAMAGED.

    A last line without its end was cut off before anything was erased, and does not count.
    """
    read = read_lines(
        directory / FILE, lambda said: Erasure(said["retention"], said["month"], said["rules"], said["at"])
    )
    return {one.shelf: one for one in read}


def read_lines(path: Path, read: Callable[[Any], _T]) -> list[_T]:
    """Each whole line of a log beside the keys; none where there is no file.

    Raises StoreError IO, DAMAGED.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return []
    except OSError:
        raise StoreError(StoreFault.IO, what=path.name) from None
    try:
        return [read(json.loads(line)) for line in data.split(b"\n")[:-1]]
    except (ValueError, KeyError, TypeError):
        raise StoreError(StoreFault.DAMAGED, what=path.name) from None


def append_line(path: Path, said: Mapping[str, Any]) -> None:
    """One more line, on the disk when it returns.  Raises StoreError IO."""
    line = json.dumps(said, sort_keys=True).encode("ascii") + b"\n"
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "r+b") as stream:
            data = stream.read()
            # What a power cut left of a line would spoil the one after it.
            stream.truncate(data.rfind(b"\n") + 1)
            stream.write(line)
            stream.flush()
            os.fsync(stream.fileno())
        sync_directory(path.parent)
    except OSError as error:
        raise StoreError(StoreFault.IO, what=error.strerror or type(error).__name__) from None


def without(entry: bytes, received: str, gone: Iterable[Shelf]) -> bytes:
    """An entry that stands beside a chain (core.exchange JSON) without the attachments of ``gone``.

    What cannot be read stays as it is.
    """
    shelves = frozenset(gone)
    try:
        form = json.loads(entry)
        header = entry_from_json(form).header
    except (ValueError, EntryError):
        return entry
    kept = [
        None if part is None or file_under(header, said, received) in shelves else part
        for said, part in zip(header.commitments, form["attachments"], strict=False)
    ]
    if kept == form["attachments"]:
        return entry
    return json.dumps({**form, "attachments": kept}, sort_keys=True, separators=(",", ":")).encode("ascii")
