"""Many rows at once: binary COPY on PostgreSQL, one prepared statement on SQLite.

COPY takes a third of the time of the driver's pipelined INSERTs, and is what ingest spends most on
besides signatures (docs/performance.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Integer, LargeBinary, Table, insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert


def insert_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
    """Insert ``rows`` in the connection's transaction; missing members are NULL."""
    if not rows:
        return
    if connection.dialect.name != "postgresql":
        connection.execute(insert(table), rows)
        return
    names = [column.name for column in table.c]
    quoted = ", ".join(f'"{name}"' for name in names)
    # The driver's own connection: SQLAlchemy has no COPY.  Its errors are turned by hq/database.py.
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor:
        statement = f'COPY "{table.name}" ({quoted}) FROM STDIN (FORMAT BINARY)'
        with cursor.copy(statement) as copy:
            copy.set_types([_type(column) for column in table.c])
            for row in rows:
                copy.write_row([row.get(name) for name in names])


def insert_new_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
    """Insert those of ``rows`` whose key is not taken; what stands stays as it is.

    One statement with a list for each column on PostgreSQL: there, a row at a time takes ten times as long.
    """
    if not rows:
        return
    if connection.dialect.name != "postgresql":
        connection.execute(sqlite_insert(table).on_conflict_do_nothing(), list(rows))
        return
    names = ", ".join(f'"{column.name}"' for column in table.c)
    lists = ", ".join(f"%s::{_type(column)}[]" for column in table.c)
    # The column names are ours, the values go beside the statement.
    statement = f'INSERT INTO "{table.name}" ({names}) SELECT * FROM unnest({lists}) ON CONFLICT DO NOTHING'  # noqa: S608
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor:
        cursor.execute(statement, [[row.get(column.name) for row in rows] for column in table.c])


def _type(column: Column[Any]) -> str:
    """PostgreSQL's name of the column's type, which binary COPY must know."""
    if isinstance(column.type, LargeBinary):
        return "bytea"
    if isinstance(column.type, BigInteger):
        return "int8"
    return "int4" if isinstance(column.type, Integer) else "varchar"
