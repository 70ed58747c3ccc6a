"""Entries beside the chain: a second history, and what comes late of an epoch that another one followed.

They are authentic, so they are kept, by name, count and age, until a supervisor decides; nothing folds them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, func, select

from core.errors import EntryError, EntryFault
from core.exchange import entry_to_json
from core.ledger.entry import Entry, Head, stamp
from hq.alarms import insert_if_new, raise_alarm
from hq.clock import Now
from hq.identity import Terminal
from hq.schema import SIDE_ENTRIES

LATE = "late"  # the alarm of a terminal whose earlier epoch still had entries


def keep(connection: Connection, entries: Sequence[Entry], now: Now) -> int:
    """Beside the chain, once each; how many were new."""
    received = stamp(now())
    return sum(insert_if_new(connection, SIDE_ENTRIES, _row(entry, received)) for entry in entries)


def goes_on(connection: Connection, terminal: Terminal, entry: Entry) -> bool:
    """Whether ``entry`` follows one that is kept beside the chain."""
    header = entry.header
    mine = (SIDE_ENTRIES.c.terminal == terminal.terminal, SIDE_ENTRIES.c.epoch == terminal.epoch)
    before = (SIDE_ENTRIES.c.seq == header.seq - 1, SIDE_ENTRIES.c.hash == header.previous)
    wanted = select(SIDE_ENTRIES.c.seq).where(*mine, *before)
    return connection.execute(wanted).first() is not None


def park(connection: Connection, terminal: Terminal, entries: Sequence[Entry], head: Head, now: Now) -> None:
    """What an earlier epoch still had after ``head``, its last entry in the chain.

    Raises EntryError GAP or PREVIOUS where it follows neither that nor what is kept already.
    """
    first = entries[0]
    follows = first.header.seq == head.seq + 1 and first.header.previous == head.hash
    if not follows and not goes_on(connection, terminal, first):
        fault = EntryFault.GAP if first.header.seq > head.seq + 1 else EntryFault.PREVIOUS
        raise EntryError(fault, seq=first.header.seq, expected=head.seq + 1)
    if keep(connection, entries, now):
        facts = {"what": f"entries of epoch {terminal.epoch}, replaced by {terminal.replaced}"}
        raise_alarm(
            connection, terminal.terminal, LATE, now(), epoch=terminal.epoch, seq=head.seq + 1, facts=facts
        )


def parked(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    """What stands beside the chains, by terminal: epoch, how many, from where to where, since when."""
    table = SIDE_ENTRIES.c
    wanted = select(
        table.terminal,
        table.epoch,
        func.count().label("count"),
        func.min(table.seq).label("first"),
        func.max(table.seq).label("last"),
        func.min(table.received_at).label("since"),
    ).group_by(table.terminal, table.epoch)
    found: dict[str, list[dict[str, Any]]] = {}
    for row in connection.execute(wanted.order_by(table.terminal, table.epoch)).mappings():
        shown = {name: row[name] for name in ("epoch", "count", "first", "last", "since")}
        found.setdefault(row["terminal"], []).append(shown)
    return found


def _row(entry: Entry, received: str) -> dict[str, object]:
    header = entry.header
    form = json.dumps(entry_to_json(entry), sort_keys=True, separators=(",", ":"))
    return {
        "terminal": header.terminal,
        "epoch": header.epoch,
        "seq": header.seq,
        "hash": entry.hash,
        "previous": header.previous,
        "entry": form.encode("ascii"),
        "received_at": received,
    }
