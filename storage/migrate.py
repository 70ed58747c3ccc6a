"""Makes a database, or brings an older one to the present schema; a newer one is left untouched."""

from __future__ import annotations

import os
from pathlib import Path

import sqlalchemy as sa
from sqlcipher3 import dbapi2

from core.errors import StoreError, StoreFault
from storage.database import DATABASE_NAME, LOW_DISK_BYTES, Database, WriterLock, connect, keep_promises
from storage.faults import os_errors, sqlite_errors
from storage.files import sync_directory
from storage.premigration import copy_before, drop_copies
from storage.schema import HEAD_REVISION, META
from storage.wal import check_log

MIGRATIONS = Path(__file__).parent / "migrations"


def create_database(directory: Path, key: bytes, terminal: str, *, revision: str = HEAD_REVISION) -> None:
    """A fresh DIR/journal.db of that schema; raises StoreError EXISTS, or as a write does."""
    path = directory / DATABASE_NAME
    lock = WriterLock.take(directory)
    try:
        with os_errors(DATABASE_NAME):
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        connection = connect(path, key, mode="rwc")
        try:
            keep_promises(connection, read_only=False)
        finally:
            connection.close()
        database = Database.open(directory, key, lock=lock)
        try:
            upgrade(database, MIGRATIONS, revision)
            with sqlite_errors("create"), database.writer().begin():
                database.writer().execute(sa.insert(META).values(id=1, terminal=terminal))
            with os_errors(DATABASE_NAME):
                sync_directory(directory)
        finally:
            database.close()
    finally:
        lock.release()


def open_database(
    directory: Path,
    key: bytes,
    *,
    low_disk_bytes: int = LOW_DISK_BYTES,
    location: Path = MIGRATIONS,
    head: str = HEAD_REVISION,
) -> Database:
    """Open for writing; an older schema is copied, read back, then migrated in one transaction.

    Raises StoreError TOO_NEW (the file is untouched), BUSY, MISSING, DAMAGED, and as writes do.
    """
    if not (directory / DATABASE_NAME).exists():
        raise StoreError(StoreFault.MISSING, what=DATABASE_NAME)
    lock = WriterLock.take(directory)
    try:
        check_log(directory / DATABASE_NAME)
        found = need_known(directory, key, head)
        database = Database.open(directory, key, lock=lock, low_disk_bytes=low_disk_bytes)
        try:
            if found == head:
                drop_copies(directory)
            else:
                copy_before(directory, key, head)
                upgrade(database, location, head)
        except BaseException:
            database.close()
            raise
    except BaseException:
        lock.release()
        raise
    return database


def need_known(directory: Path, key: bytes, head: str = HEAD_REVISION) -> str:
    """The file's revision; raises StoreError TOO_NEW where a newer program wrote it, MISSING, DAMAGED.

    Reads over a connection that cannot write: not even a checkpoint touches the file.
    """
    if not (directory / DATABASE_NAME).exists():
        raise StoreError(StoreFault.MISSING, what=DATABASE_NAME)
    connection = connect(directory / DATABASE_NAME, key, mode="ro")
    try:
        with sqlite_errors("open"):
            found = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    except dbapi2.OperationalError:
        raise StoreError(StoreFault.DAMAGED, what="schema") from None
    finally:
        connection.close()
    if len(found) != 1 or not str(found[0][0]).isdecimal():
        raise StoreError(StoreFault.TOO_NEW, what="schema", known=head)
    revision = str(found[0][0])
    if int(revision) > int(head):
        raise StoreError(StoreFault.TOO_NEW, what="schema", found=revision, known=head)
    return revision


def upgrade(database: Database, location: Path, head: str) -> None:
    """Run the missing migrations in one transaction: afterwards it is new, or as before."""
    # Imported here: a start with a current schema does not pay for loading it.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(location).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    writer = database.writer()
    config.attributes["connection"] = writer
    with sqlite_errors("migrate"):
        # Rebuilding a table drops the old one; SQLite wants this outside the transaction.
        _foreign_keys(writer, on=False)
        try:
            with writer.begin():
                command.upgrade(config, head)
                broken = writer.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
                sound = writer.exec_driver_sql("PRAGMA quick_check").scalars().all() == ["ok"]
                if broken or not sound:
                    raise StoreError(StoreFault.DAMAGED, what="migration")
        finally:
            _foreign_keys(writer, on=True)


def _foreign_keys(writer: sa.Connection, *, on: bool) -> None:
    raw = writer.connection.driver_connection
    assert isinstance(raw, dbapi2.Connection)
    raw.execute(f"PRAGMA foreign_keys = {'ON' if on else 'OFF'}")
    if writer.in_transaction():
        writer.rollback()
