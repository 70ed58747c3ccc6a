"""Items whose persons asked for deletion, as the counters' entries say: nobody here opens them any more.

What is restricted at the counter is restricted here as well (PIPL 47: only stored and protected), and so is
what the counter erased: headquarters' own parts of it end with their month (hq/retention.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select

from core.errors import HqError, HqFault
from core.ledger.entry import Entry, stamp
from core.ledger.erasure import ITEM_RESTRICTED, PERSON_ERASED
from hq.alarms import insert_if_new
from hq.database import Database
from hq.schema_beside import RESTRICTED


def speaks_of_persons(entry: Entry) -> bool:
    """Whether :func:`keep_restricted` has to see it."""
    return entry.header.kind_version == 1 and entry.header.kind in (ITEM_RESTRICTED, PERSON_ERASED)


def keep_restricted(connection: Connection, terminal: str, entries: Sequence[Entry]) -> None:
    """Note these entries of ``terminal``, in sequence; in the follower's transaction."""
    for entry in entries:
        row: dict[str, object] = {
            "terminal": terminal,
            "epoch": entry.header.epoch,
            "said": entry.header.seq,
            "seq": entry.data["item"],
            "kind": entry.header.kind,
            "request": entry.data["request"],
            "ground": entry.data["ground"],
            "operator": entry.header.actor.id[:64],
            "at": stamp(entry.header.trusted.at),
        }
        insert_if_new(connection, RESTRICTED, row)


def need_unrestricted(connection: Connection, terminal: str, seq: int) -> None:
    """Raises HqError CONFLICT for an item that its person had restricted or erased."""
    mine = (RESTRICTED.c.terminal == terminal, RESTRICTED.c.seq == seq)
    if connection.execute(select(RESTRICTED.c.seq).where(*mine)).first() is not None:
        raise HqError(HqFault.CONFLICT, what="restricted on its person's request")


def list_restricted(database: Database) -> list[dict[str, Any]]:
    """Every one, by terminal and item; no person's data."""
    with database.read() as connection:
        wanted = select(RESTRICTED).order_by(RESTRICTED.c.terminal, RESTRICTED.c.said)
        return [dict(row) for row in connection.execute(wanted).mappings()]
