"""Reading one terminal's journal for people and programs: listing and showing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, select

from core import wire
from core.errors import EntryError, EntryFault, HqError, HqFault
from core.ledger.entry import Entry
from hq.branches import list_late
from hq.database import Database
from hq.entries import read_entries
from hq.schema import ALARMS, FOLLOWER, HEADS, TERMINALS


def public_part(entry: Entry) -> dict[str, Any]:
    """What the chained bytes say: no attachment's bytes, so no person's data."""
    return {
        **entry.fields,
        "hash": wire.b64(entry.hash),
        "here": [part is not None for part in entry.attachments],
    }


def list_entries(database: Database, terminal: str, first: int = 1) -> Iterator[dict[str, Any]]:
    """Public parts from ``first`` on; raises HqError CONFLICT for a terminal that never enrolled."""
    with database.read() as connection:
        known(connection, terminal)
        for entry in read_entries(connection, terminal, first, attachments=True):
            yield public_part(entry)


def show_entry(database: Database, terminal: str, seq: int) -> dict[str, Any]:
    """One entry's public part; what is sealed in it only the opening service says (hq/opening.py).

    Raises EntryError GAP where that entry is not here.
    """
    with database.read() as connection:
        known(connection, terminal)
        return public_part(one_entry(connection, terminal, seq))


def one_entry(connection: Connection, terminal: str, seq: int) -> Entry:
    """With its attachments; raises EntryError GAP."""
    found = next(read_entries(connection, terminal, seq, seq, attachments=True), None)
    if found is None:
        raise EntryError(EntryFault.GAP, seq=seq)
    return found


def list_terminals(database: Database) -> list[dict[str, Any]]:
    """What headquarters knows of each terminal: how far it is received, safe, followed, and its alarms."""
    with database.read() as connection:
        together = (HEADS.c.terminal == TERMINALS.c.terminal) & (HEADS.c.epoch == TERMINALS.c.epoch)
        columns = [column for column in HEADS.c if column.name not in ("terminal", "epoch")]
        wanted = (
            select(
                TERMINALS,
                *columns,
                FOLLOWER.c.seq.label("folded"),
                FOLLOWER.c.state_hash,
                FOLLOWER.c.stopped,
            )
            .join(HEADS, together)
            .outerjoin(FOLLOWER, FOLLOWER.c.terminal == TERMINALS.c.terminal)
            .order_by(TERMINALS.c.terminal)
        )
        alarms, beside = _alarms(connection), list_late(connection)
        return [
            {**_terminal(row._mapping, alarms.get(row.terminal, [])), "late": beside.get(row.terminal, [])}
            for row in connection.execute(wanted)
        ]


def _terminal(row: Any, alarms: list[dict[str, Any]]) -> dict[str, Any]:
    state_hash = row["state_hash"]
    return {
        "terminal": row["terminal"],
        "branch": row["branch"],
        "epoch": row["epoch"],
        "received": {"seq": row["seq"], "hash": wire.b64(row["hash"])},
        "safe": {"seq": row["safe_seq"], "hash": wire.b64(row["safe_hash"])},
        "folded": row["folded"] or 0,
        "state": None if state_hash is None else wire.b64(state_hash),
        "stopped": bool(row["stopped"]),
        "alarms": alarms,
        "enrolled": row["enrolled_at"],
        "contact": row["contact_at"],
    }


def _alarms(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in connection.execute(select(ALARMS).order_by(ALARMS.c.first_at)).mappings():
        alarm = {
            "fault": row["fault"],
            "epoch": row["epoch"],
            "seq": row["seq"],
            "what": row["what"],
            "count": row["count"],
            "first": row["first_at"],
            "last": row["last_at"],
        }
        found.setdefault(row["terminal"], []).append(alarm)
    return found


def known(connection: Connection, terminal: str) -> None:
    """Raises HqError CONFLICT for a terminal that never enrolled."""
    wanted = select(TERMINALS.c.terminal).where(TERMINALS.c.terminal == terminal)
    if connection.execute(wanted).one_or_none() is None:
        raise HqError(HqFault.CONFLICT, what="terminal unknown", terminal=terminal[:64])
