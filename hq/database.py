"""The database behind headquarters: SQLite or PostgreSQL, the same statements on both.

A write transaction on SQLite begins IMMEDIATE, so that the head read in it cannot change under it;
on PostgreSQL the head's row is locked instead (``FOR UPDATE``).  Both are asked at open whether they
really keep what they commit.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, insert, inspect, select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import ConnectionPoolEntry

from core.errors import StoreError, StoreFault
from core.ledger.entry import stamp
from hq.columns import METADATA
from hq.partitions import make_month
from hq.schema import STORE, VERSION

POOL_SIZE = 12
WAIT_SECONDS = 15  # for a connection, and for SQLite's write lock
_CREATE_LOCK = 7_305_816_120_093  # PostgreSQL advisory lock of this program's schema changes
_SQLITE, _POSTGRESQL = "sqlite", "postgresql"


class Database:
    """One engine; transactions as context managers.  Thread-safe."""

    def __init__(self, url: str) -> None:
        """``sqlite:///FILE`` or ``postgresql+psycopg://…``; raises StoreError MISSING for others."""
        self.url = _parse(url)
        self.is_postgresql = self.url.get_backend_name() == _POSTGRESQL
        # hide_parameters: an error's text would show attachments.
        self.engine = _postgresql(self.url) if self.is_postgresql else _sqlite(self.url)

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent view (a snapshot) of all tables."""
        with self._plain_errors(), self.engine.connect() as connection:
            if self.is_postgresql:
                connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with connection.begin():
                yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction, committed where the block ends without an error, else undone."""
        with self._plain_errors(), self.engine.connect() as connection:
            connection.execution_options(counter_writes=True)
            with connection.begin():
                yield connection

    @contextmanager
    def alone(self) -> Iterator[Connection]:
        """Each statement by itself, for what no transaction may hold: partitions, VACUUM, checkpoints."""
        with self._plain_errors(), self.engine.connect() as connection:
            # SQLite's driver begins nothing by itself, so that leaving BEGIN out is enough.
            connection.execution_options(counter_alone=True)
            if self.is_postgresql:
                connection.execution_options(isolation_level="AUTOCOMMIT")
            yield connection

    def create(self, signing: str) -> None:
        """Make the tables and bind them to the HQ with that signing key; raises StoreError EXISTS."""
        with self.write() as connection:
            if self.is_postgresql:
                connection.execute(text("SELECT pg_advisory_xact_lock(:id)"), {"id": _CREATE_LOCK})
            if inspect(connection).has_table(STORE.name):
                raise StoreError(StoreFault.EXISTS, what="tables")
            METADATA.create_all(connection, checkfirst=False)
            now = dt.datetime.now(dt.UTC)
            if self.is_postgresql:
                make_month(connection, f"{now:%Y-%m}")
            row = {"version": VERSION, "signing": signing, "created_at": stamp(now)}
            connection.execute(insert(STORE), [row])

    def check(self, signing: str) -> None:
        """That this is our store, of a version we know, on a database that keeps its promises.

        Raises StoreError MISSING, TOO_NEW, TOO_OLD (a table or column is not there), UNSAFE, IO, WRONG_KEY
        (another HQ's).
        """
        if not self.is_postgresql and not Path(self.url.database or "").is_file():
            raise StoreError(StoreFault.MISSING, what="database")
        with self.read() as connection:
            if not inspect(connection).has_table(STORE.name):
                raise StoreError(StoreFault.MISSING, what="tables")
            row = connection.execute(select(STORE.c.version, STORE.c.signing)).one()
            if row.version > VERSION:
                raise StoreError(StoreFault.TOO_NEW, found=row.version, known=VERSION)
            if row.signing != signing:
                raise StoreError(StoreFault.WRONG_KEY, what="another headquarters' database")
            _need_columns(connection)
            self._check_durable(connection)

    @contextmanager
    def _plain_errors(self) -> Iterator[None]:
        """The driver's errors as StoreError: their texts may name hosts, users and values."""
        try:
            yield
        except PoolTimeout:
            raise StoreError(StoreFault.BUSY, retry=True, what="connections") from None
        except DBAPIError as error:
            raise StoreError(StoreFault.IO, retry=True, what=type(error.orig).__name__) from None
        except self.engine.dialect.loaded_dbapi.Error as error:  # from hq/bulk.py
            raise StoreError(StoreFault.IO, retry=True, what=type(error).__name__) from None

    def _check_durable(self, connection: Connection) -> None:
        if self.is_postgresql:
            for setting in ("fsync", "full_page_writes", "synchronous_commit"):
                if connection.execute(text(f"SHOW {setting}")).scalar_one() == "off":
                    raise StoreError(StoreFault.UNSAFE, what=setting)
        elif connection.execute(text("PRAGMA synchronous")).scalar_one() != 2:
            raise StoreError(StoreFault.UNSAFE, what="synchronous")


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
        parsed.get_dialect()
    except (ArgumentError, NoSuchModuleError, ValueError):
        raise StoreError(StoreFault.MISSING, what="database URL") from None
    if parsed.drivername not in ("sqlite", "postgresql+psycopg"):
        raise StoreError(StoreFault.MISSING, what="database URL")
    return parsed


def _postgresql(url: URL) -> Engine:
    # A lock that is held, or a node that froze inside a transaction, holds the others up for so long.
    waits = f"-c lock_timeout={WAIT_SECONDS * 1000} -c idle_in_transaction_session_timeout=60000"
    # A database that went away without a word is noticed in half a minute: no thread waits for it for ever.
    alive = {"keepalives_idle": 15, "keepalives_interval": 5, "keepalives_count": 3}
    arguments = {"connect_timeout": 10, "application_name": "counter-hq", "options": waits, **alive}
    arguments["tcp_user_timeout"] = 30_000
    return create_engine(
        url,
        hide_parameters=True,
        pool_size=POOL_SIZE,
        max_overflow=0,
        pool_timeout=WAIT_SECONDS,
        pool_pre_ping=True,
        connect_args=arguments,
    )


def _sqlite(url: URL) -> Engine:
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_size=POOL_SIZE,
        max_overflow=0,
        pool_timeout=WAIT_SECONDS,
        connect_args={"timeout": WAIT_SECONDS, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def connected(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        # The driver must not begin transactions of its own: see "begin" below.
        connection.isolation_level = None
        cursor = connection.cursor()
        # secure_delete: what retention erases is overwritten with zeros, not only given up.
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        options = connection.get_execution_options()
        if not options.get("counter_alone", False):
            connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("counter_writes", False) else "BEGIN")

    return engine


def _need_columns(connection: Connection) -> None:
    """Told here and not by the first statement that misses one, in the middle of something."""
    found = {
        (table, column["name"])
        for (_schema, table), columns in inspect(connection).get_multi_columns().items()
        for column in columns
    }
    for table in METADATA.sorted_tables:
        for column in table.columns:
            if (table.name, column.name) not in found:
                raise StoreError(StoreFault.TOO_OLD, what=f"{table.name}.{column.name}")
