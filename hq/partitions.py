"""PostgreSQL's partitions: attachments by retention class and month, claims and references by month.

SQLite has none; there a month ends by DELETE (hq/retention.py).

There is **no default partition**.  A row whose partition is missing is refused by the database, so none can
gather where nobody looks; whoever writes makes the partition first (hq/shelves.py).  Without a default,
attaching one waits for no reader and no writer: it takes SHARE UPDATE EXCLUSIVE on the parent only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, Table, text

from hq.schema import ATTACHMENTS, CLAIMS, REFERENCES

ACCEPTANCE, SEALED, OTHER = "acceptance", "sealed", "other"
CLASSES = (ACCEPTANCE, SEALED, OTHER)
MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
_LOCK = 7_305_816_120_094  # advisory lock of whoever makes or ends partitions
_DETACH_WAIT = "15min"
_LOCK_WAIT = "SET LOCAL lock_timeout = '5s'"


@dataclass(frozen=True, slots=True)
class Partition:
    """One table of a month.  ``retention`` is the class whose end is its end too."""

    table: Table
    retention: str
    month: str

    @property
    def name(self) -> str:
        """Of a class and a month of our own forms only, so it needs no quoting inside."""
        middle = f"_{self.retention}" if self.table is ATTACHMENTS else ""
        return f"{self.table.name}{middle}_{self.month.replace('-', '_')}"

    @property
    def bounds(self) -> str:
        """FROM … TO … in SQL: exactly this class and month."""
        ends = (self.month, following(self.month))
        if self.table is ATTACHMENTS:
            values = [f"('{self.retention}', '{end}')" for end in ends]
        else:
            values = [f"('{end}')" for end in ends]
        return f"FROM {values[0]} TO {values[1]}"


def following(month: str) -> str:
    """The month after ``YYYY-MM``."""
    year, number = int(month[:4]), int(month[5:])
    return f"{year + number // 12:04d}-{number % 12 + 1:02d}"


def of_month(month: str) -> Iterator[Partition]:
    """All that a month needs; raises ValueError for another form."""
    if MONTH.fullmatch(month) is None:
        raise ValueError("month")
    for retention in CLASSES:
        yield from of_class(retention, month)


def of_class(retention: str, month: str) -> Iterator[Partition]:
    """What ends with this class and month: claims with their annexes, references with their sealed parts."""
    yield Partition(ATTACHMENTS, retention, month)
    if retention == ACCEPTANCE:
        yield Partition(CLAIMS, retention, month)
    if retention == SEALED:
        yield Partition(REFERENCES, retention, month)


def lock(connection: Connection) -> None:
    """Until the transaction ends nobody else makes partitions, or ends any."""
    connection.execute(text(_LOCK_WAIT))
    connection.execute(text("SELECT pg_advisory_xact_lock(:id)"), {"id": _LOCK})


def make_month(connection: Connection, month: str) -> None:
    """What is missing of one month's partitions, in the caller's transaction.

    A table that stands detached (an erasure was cut off) is attached again: nothing is lost, and the next
    erasure ends it.
    """
    lock(connection)
    attached = _attached(connection)
    for part in of_month(month):
        if part.name not in attached:
            make = f'CREATE TABLE IF NOT EXISTS "{part.name}" (LIKE "{part.table.name}" INCLUDING ALL)'
            connection.exec_driver_sql(make)
            attach(connection, part)


def attach(connection: Connection, part: Partition) -> None:
    """Make a table of its own a partition."""
    statement = f'ALTER TABLE "{part.table.name}" ATTACH PARTITION "{part.name}" FOR VALUES {part.bounds}'
    connection.exec_driver_sql(statement)


def detach(connection: Connection, part: Partition) -> None:
    """On a connection that commits by itself: it waits for whoever reads now, and holds nobody up."""
    connection.exec_driver_sql(f"SET lock_timeout = '{_DETACH_WAIT}'")  # an export may read for long
    try:
        connection.exec_driver_sql(
            f'ALTER TABLE "{part.table.name}" DETACH PARTITION "{part.name}" CONCURRENTLY'
        )
    finally:
        connection.exec_driver_sql("RESET lock_timeout")


def mend(connection: Connection) -> None:
    """Finish what a cut-off erasure left half detached; on a connection that commits by itself."""
    wanted = text(
        "SELECT p.relname AS parent, c.relname AS name FROM pg_inherits i "
        "JOIN pg_class p ON p.oid = i.inhparent JOIN pg_class c ON c.oid = i.inhrelid "
        "WHERE i.inhdetachpending"
    )
    for row in connection.execute(wanted).all():
        connection.exec_driver_sql(f'ALTER TABLE "{row.parent}" DETACH PARTITION "{row.name}" FINALIZE')


def here(connection: Connection) -> list[Partition]:
    """Every such table that there is, attached or not, by name."""
    wanted = text("SELECT relname::text FROM pg_class WHERE relkind = 'r' AND pg_table_is_visible(oid)")
    names = set(connection.execute(wanted).scalars())
    months = {f"{name[-7:-3]}-{name[-2:]}" for name in names}
    known = (part for month in months if MONTH.fullmatch(month) for part in of_month(month))
    return sorted((part for part in known if part.name in names), key=lambda part: part.name)


def is_attached(connection: Connection, part: Partition) -> bool:
    """Whether readers and writers find it."""
    return part.name in _attached(connection)


def _attached(connection: Connection) -> set[str]:
    wanted = text("SELECT c.relname::text FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid")
    return set(connection.execute(wanted).scalars())
