"""Alarms: one row for each thing that is wrong with a terminal's journal, counted when it comes again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from core.errors import Fact
from core.ledger.entry import stamp
from hq.schema import ALARMS

_STATEMENTS = 100  # more than tables


def upsert(connection: Connection, table: Table) -> Any:
    """An INSERT of the connection's dialect that knows ON CONFLICT (the two forms are alike)."""
    make = postgresql_insert if connection.dialect.name == "postgresql" else sqlite_insert
    return make(table)


def insert_if_new(connection: Connection, table: Table, row: Mapping[str, object]) -> bool:
    """Insert unless that key is taken; whether it was inserted.

    RETURNING says so on both: the row count of such an INSERT is -1 with PostgreSQL's driver.
    """
    statement = _if_new(connection.dialect.name, table)
    return connection.execute(statement, dict(row)).first() is not None


@lru_cache(_STATEMENTS)
def _if_new(dialect: str, table: Table) -> Any:
    """Built once: building it takes as long as the database does."""
    make = postgresql_insert if dialect == "postgresql" else sqlite_insert
    return make(table).on_conflict_do_nothing().returning(table.c.terminal)


def raise_alarm(
    connection: Connection,
    terminal: str,
    fault: str,
    now: dt.datetime,
    *,
    epoch: int = 0,
    seq: int = 0,
    facts: Mapping[str, Fact] | None = None,
    again: bool = True,
) -> None:
    """Record ``fault`` at (epoch, seq), or count it once more where it stands already.

    ``again`` False: it is a thing of that one entry, and comes again only where that is folded again.
    """
    shown = " ".join(f"{key}={value}" for key, value in sorted((facts or {}).items()) if key != "seq")
    row = {
        "terminal": terminal,
        "fault": fault,
        "epoch": epoch,
        "seq": seq,
        "what": shown[:200],
        "count": 1,
        "first_at": stamp(now),
        "last_at": stamp(now),
    }
    if not again:
        insert_if_new(connection, ALARMS, row)
        return
    statement = upsert(connection, ALARMS).values(row)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[key.name for key in ALARMS.primary_key],
            set_={"count": ALARMS.c.count + 1, "last_at": stamp(now), "what": shown[:200]},
        )
    )
