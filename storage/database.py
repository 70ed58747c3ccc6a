"""The encrypted file: SQLCipher under SQLAlchemy, with its durability promises read back.

The key never stands in a URL, a log or an exception.  One process writes (a lock file), one thread
of it (the station's); readers have connections of their own that cannot write.
"""

from __future__ import annotations

import fcntl
import os
import urllib.parse
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.pool import QueuePool, StaticPool
from sqlcipher3 import dbapi2

from core.errors import StoreError, StoreFault
from storage.faults import from_os, os_errors, sqlite_errors

DATABASE_NAME = "journal.db"
LOCK_NAME = "journal.lock"
_KEY_BYTES = 32
_READERS = 4
_READER_WAIT_SECONDS = 10.0
_BUSY_MS = 5000
# Five connections: at the library's own 8 MB each they would hold 40 MB that the system caches anyway.
_CACHE_KIB = 2000
_WAL_LIMIT_BYTES = 16 * 1024 * 1024
LOW_DISK_BYTES = 64 * 1024 * 1024  # room for about 8,000 items, and for closing the day in peace

# name → value that must read back.  FULL (2): in WAL mode NORMAL may lose the last commits.
_PROMISES = {"synchronous": 2, "foreign_keys": 1, "secure_delete": 1, "temp_store": 2}


def connect(path: Path, key: bytes, *, mode: str = "rw") -> dbapi2.Connection:
    """A bare connection with the key set; ``mode`` as in SQLite's URIs: "ro", "rw", "rwc".

    Transactions are begun and ended explicitly.  Raises StoreError; nothing was read yet.
    """
    if len(key) != _KEY_BYTES:
        raise StoreError(StoreFault.WRONG_KEY, what="key length")
    address = f"file:{urllib.parse.quote(str(path))}?mode={mode}"
    with sqlite_errors("open"):
        connection = dbapi2.connect(
            address, uri=True, isolation_level=None, check_same_thread=False, cached_statements=256
        )
        try:
            # SQLCipher writes its own complaints, without data, to standard error; ours carry codes.
            connection.execute("PRAGMA cipher_log_level = NONE")
            connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
            connection.execute("PRAGMA cipher_memory_security = ON")  # pages are wiped when freed
            connection.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
        except BaseException:
            connection.close()
            raise
    return connection


def keep_promises(connection: dbapi2.Connection, *, read_only: bool) -> None:
    """WAL, FULL and the rest, each read back; raises StoreError UNSAFE where one does not hold."""
    with sqlite_errors("open"):
        found = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
        if found != "wal":
            raise StoreError(StoreFault.UNSAFE, what="journal_mode", found=str(found))
        for name, wanted in _PROMISES.items():
            connection.execute(f"PRAGMA {name} = {wanted}")
            value = connection.execute(f"PRAGMA {name}").fetchone()[0]
            if value != wanted:
                raise StoreError(StoreFault.UNSAFE, what=name, found=int(value))
        connection.execute(f"PRAGMA journal_size_limit = {_WAL_LIMIT_BYTES}")
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        connection.execute("PRAGMA trusted_schema = OFF")
        if read_only:
            connection.execute("PRAGMA query_only = ON")


@dataclass(slots=True)
class WriterLock:
    """DIR/journal.lock, held while this process writes; the kernel frees it when the process dies."""

    descriptor: int

    @staticmethod
    def take(directory: Path) -> WriterLock:
        """Raises StoreError BUSY where another process holds it."""
        with os_errors(LOCK_NAME):
            descriptor = os.open(directory / LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(descriptor)
            if isinstance(error, BlockingIOError):
                raise StoreError(StoreFault.BUSY, retry=True, what=LOCK_NAME) from None
            raise from_os(error, LOCK_NAME) from None
        return WriterLock(descriptor)

    def release(self) -> None:
        """Let the next process write; a second call does nothing."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1


class Database:
    """An open file.  ``writer`` belongs to one thread; ``reading`` gives snapshots to any."""

    def __init__(self, directory: Path, key: bytes, lock: WriterLock | None, low_disk_bytes: int) -> None:
        self.path = directory / DATABASE_NAME
        self._key = key
        self._lock = lock
        self._low_disk_bytes = low_disk_bytes
        self._readers = self._engine(read_only=True)
        self._writing = self._engine(read_only=False) if lock else None
        self._writer: sa.Connection | None = None

    @classmethod
    def open(
        cls,
        directory: Path,
        key: bytes,
        *,
        lock: WriterLock | None = None,
        low_disk_bytes: int = LOW_DISK_BYTES,
    ) -> Database:
        """An existing file, for reading only unless the writer's lock is handed over.

        storage/migrate.py makes files and brings old ones up.  Raises StoreError MISSING, DAMAGED
        (also for a wrong key), READ_ONLY, UNSAFE; the lock stays with the caller then.
        """
        if not (directory / DATABASE_NAME).exists():
            raise StoreError(StoreFault.MISSING, what=DATABASE_NAME)
        database = cls(directory, key, lock, low_disk_bytes)
        try:
            if lock is not None:
                database.writer()
            with database.reading() as reader:
                reader.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one()
        except BaseException:
            database._shut()
            raise
        return database

    def _engine(self, *, read_only: bool) -> sa.Engine:
        def create() -> dbapi2.Connection:
            connection = connect(self.path, self._key)
            try:
                keep_promises(connection, read_only=read_only)
            except BaseException:
                connection.close()
                raise
            return connection

        pool: dict[str, Any] = (
            {
                "poolclass": QueuePool,
                "pool_size": _READERS,
                "max_overflow": 0,
                "pool_timeout": _READER_WAIT_SECONDS,
            }
            if read_only
            else {"poolclass": StaticPool}
        )
        engine = sa.create_engine(
            "sqlite+pysqlite://", module=dbapi2, creator=create, hide_parameters=True, **pool
        )
        begin = "BEGIN" if read_only else "BEGIN IMMEDIATE"
        sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
        return engine

    def writer(self) -> sa.Connection:
        """The one writing connection; raises StoreError READ_ONLY where opened for reading."""
        if self._writing is None:
            raise StoreError(StoreFault.READ_ONLY, what=DATABASE_NAME)
        if self._writer is None:
            with sqlite_errors("open"):
                self._writer = self._writing.connect()
        return self._writer

    def drop_writer(self) -> None:
        """After a failed write: the next one begins with a fresh connection, not with a doubtful one."""
        if self._writing is None or self._writer is None:
            return
        writer, self._writer = self._writer, None
        with sqlite_errors("close"):
            writer.invalidate()
            writer.close()

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """One consistent snapshot; hold it briefly.  Raises StoreError BUSY after ten seconds."""
        with sqlite_errors("read"), self._readers.connect() as connection:
            yield connection

    def need_space(self) -> None:
        """Raises StoreError DISK_FULL while there is still room to lose nothing (T25)."""
        with os_errors(DATABASE_NAME):
            status = os.statvfs(self.path.parent)
        free = status.f_bavail * status.f_frsize
        if free < self._low_disk_bytes:
            raise StoreError(
                StoreFault.DISK_FULL, retry=True, what="low", free=free, needed=self._low_disk_bytes
            )

    def damaged_pages(self) -> list[str]:
        """What SQLCipher's page MACs and SQLite's own check say; empty: sound.  Reads the whole file."""
        pages = self._bad_pages()
        if pages:
            # The check reads the file itself.  Where a power cut tore a checkpoint, what it finds there
            # is whole in the write-ahead log: the checkpoint is made again before anything is said.
            self._checkpoint()
            pages = self._bad_pages()
        if pages:
            return pages
        try:
            with self.reading() as connection:
                rows = connection.exec_driver_sql("PRAGMA quick_check").scalars().all()
        except StoreError as error:
            if error.code is StoreFault.DAMAGED:
                return ["unreadable"]
            raise
        return [str(row) for row in rows if row != "ok"]

    def _bad_pages(self) -> list[str]:
        with self.reading() as connection:
            found = connection.exec_driver_sql("PRAGMA cipher_integrity_check").scalars().all()
        return [str(page) for page in found]

    def _checkpoint(self) -> None:
        """As far as readers and the writer let it; nothing but the log's own pages is written."""
        with sqlite_errors("checkpoint"), closing(connect(self.path, self._key)) as connection:
            keep_promises(connection, read_only=True)
            connection.execute("PRAGMA wal_checkpoint(FULL)").fetchall()

    def empty_log(self) -> None:
        """Bring the write-ahead log into the file and leave nothing of it; raises StoreError BUSY."""
        with sqlite_errors("checkpoint"), closing(connect(self.path, self._key)) as connection:
            keep_promises(connection, read_only=False)
            busy, _pages, _moved = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise StoreError(StoreFault.BUSY, retry=True, what="log")

    def close(self) -> None:
        """Shut every connection, then let another process in."""
        self._shut()
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def _shut(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        self._readers.dispose()
        if self._writing is not None:
            self._writing.dispose()
