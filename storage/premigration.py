"""A verified, encrypted copy of the database, made before a migration touches it.

It lives until the migrated store has been opened once more: it holds look-ups and drafts, which no
lasting backup may (house.md).  Month keys are in no copy.
"""

from __future__ import annotations

import os
from pathlib import Path

from sqlcipher3 import dbapi2

from core.errors import StoreError, StoreFault
from storage.database import DATABASE_NAME, connect
from storage.faults import os_errors, sqlite_errors
from storage.files import sync_directory, wipe_and_remove

_BEFORE = f"{DATABASE_NAME}.before-"


def copy_before(directory: Path, key: bytes, revision: str) -> Path:
    """Copy DIR/journal.db to DIR/journal.db.before-``revision`` under the same key, and read it back.

    Raises StoreError DISK_FULL, IO, DAMAGED (the source, or a copy that does not read back).
    """
    target = directory / f"{_BEFORE}{revision}"
    unfinished = directory / f".{_BEFORE}{revision}.new"
    with os_errors("backup"):
        _remove(unfinished)
        os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        source = connect(directory / DATABASE_NAME, key)
        try:
            _copy(source, unfinished, key)
            _compare(source, unfinished, key)
        finally:
            source.close()
        with os_errors("backup"):
            unfinished.replace(target)
            sync_directory(directory)
    except BaseException:
        _remove(unfinished)
        raise
    return target


def _remove(path: Path) -> None:
    for end in ("", "-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)


def _copy(source: dbapi2.Connection, path: Path, key: bytes) -> None:
    target = connect(path, key)
    try:
        with sqlite_errors("backup"):
            source.backup(target)
    finally:
        target.close()
    with os_errors("backup"):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _compare(source: dbapi2.Connection, path: Path, key: bytes) -> None:
    copy = connect(path, key, mode="ro")
    try:
        with sqlite_errors("backup"):
            pages = copy.execute("PRAGMA cipher_integrity_check").fetchall()
            sound = copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            same = _counts(copy) == _counts(source)
    finally:
        copy.close()
    if pages or not sound or not same:
        raise StoreError(StoreFault.DAMAGED, what="backup")


def _counts(connection: dbapi2.Connection) -> list[tuple[str, int]]:
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
    return [
        (name, int(connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]))  # noqa: S608
        for (name,) in names
    ]


def drop_copies(directory: Path) -> int:
    """Remove copies of earlier migrations, bytes first; returns how many."""
    found = sorted(directory.glob(f"{_BEFORE}*"))
    for path in found:
        wipe_and_remove(path)
    return len(found)
