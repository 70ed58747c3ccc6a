"""Items whose persons asked for deletion, as the counters' entries say: nobody here opens them any more.

What is restricted at the counter is restricted here as well (PIPL 47: only stored and protected), and so is
what the counter erased, until headquarters' own parts of it are gone (hq/person_erasing.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select, update

from core.errors import HqError, HqFault
from core.ledger.corrections import KIND as CORRECTED
from core.ledger.entry import Entry, stamp
from core.ledger.erasure import ITEM_RESTRICTED, PERSON_ERASED
from hq.alarms import insert_if_new
from hq.database import Database
from hq.schema_beside import PERSON_ITEMS, RESTRICTED


def speaks_of_persons(entry: Entry) -> bool:
    """Whether :func:`keep_restricted` has to see it."""
    kinds = (ITEM_RESTRICTED, PERSON_ERASED, CORRECTED)
    return entry.header.kind_version in (1, 2) and entry.header.kind in kinds


def keep_restricted(connection: Connection, terminal: str, entries: Sequence[Entry]) -> None:
    """Note these entries of ``terminal``, in sequence; in the follower's transaction."""
    for entry in entries:
        if entry.header.kind == CORRECTED:
            _erase_again(connection, terminal, entry.data["item"])
            continue
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


def _erase_again(connection: Connection, terminal: str, item: int) -> None:
    """A correction that came after its item was erased, sent again by its counter: its parts go as well."""
    mine = (PERSON_ITEMS.c.terminal == terminal, PERSON_ITEMS.c.seq == item)
    connection.execute(update(PERSON_ITEMS).where(*mine).values(ended_at=None))


def need_unrestricted(connection: Connection, terminal: str, seq: int) -> None:
    """Raises HqError CONFLICT for an item that its person had restricted or erased."""
    for table in (RESTRICTED, PERSON_ITEMS):  # the counter said so, or headquarters itself
        mine = (table.c.terminal == terminal, table.c.seq == seq)
        if connection.execute(select(table.c.seq).where(*mine).limit(1)).first() is not None:
            raise HqError(HqFault.CONFLICT, what="restricted on its person's request")


def list_restricted(database: Database) -> list[dict[str, Any]]:
    """Every one, by terminal and item; no person's data.

    ``said`` is the counter's entry, 0 where it has not adopted yet what headquarters decided.  ``here`` says
    how headquarters' own parts stand: ``restricted``, ``erasing`` or ``erased``; ``gone_at`` and ``rows``
    (attachments) of what was erased here.
    """
    with database.read() as connection:
        said = [dict(row) for row in connection.execute(select(RESTRICTED)).mappings()]
        ours = {
            (row["terminal"], row["seq"]): row for row in connection.execute(select(PERSON_ITEMS)).mappings()
        }
    heard = {(row["terminal"], row["seq"]) for row in said}
    for row in said:
        row |= _standing(ours.get((row["terminal"], row["seq"])))
    for place, item in ours.items():
        if place not in heard:
            told = {name: item[name] for name in ("terminal", "epoch", "seq", "request", "ground", "at")}
            kind = PERSON_ERASED if item["does"] == "erase" else ITEM_RESTRICTED
            said.append({**told, "said": 0, "kind": kind, "operator": "headquarters", **_standing(item)})
    return sorted(said, key=lambda row: (row["terminal"], row["seq"], row["said"]))


def _standing(item: Mapping[Any, Any] | None) -> dict[str, Any]:
    if item is None or item["does"] != "erase":
        return {"here": "restricted", "gone_at": None, "rows": 0}
    ended = item["ended_at"]
    return {"here": "erased" if ended else "erasing", "gone_at": ended, "rows": item["rows"]}
