"""Items beside the chain as rows: what look-ups show once a supervisor took their branch in.

Their annexes lie under the month's key as any other's, and go with it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlcipher3 import dbapi2

from core import wire
from core.errors import EntryError, EntryFault, StoreError, StoreFault
from core.ledger.entry import AttachmentClass, Entry, stamp
from core.ports import ItemRow, LateItem, LateRead
from storage.attachments import from_row, to_rows
from storage.views import annex_of, decode_annex

FindKey = Callable[[str, str], bytes | None]
_COLUMNS = "id, hash, branch, epoch, seq, number, waybill, token, retention, month, label, body, annex"
_INSERT = (
    "INSERT INTO late_item (hash, branch, epoch, seq, number, waybill, token, retention, month, label, body, "
    "annex) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (hash) DO UPDATE SET label = excluded.label"
)
_BRANCH = (
    "INSERT INTO late_branch (branch, tip, last) VALUES (?, ?, ?) "
    "ON CONFLICT (branch) DO UPDATE SET tip = excluded.tip, last = excluded.last"
)
FORGET = "DELETE FROM late_item WHERE retention = ? AND month = ?"
_BY = {name: f"SELECT {_COLUMNS} FROM late_item WHERE {name} = ? ORDER BY id" for name in  # noqa: S608
       ("id", "waybill", "token", "number")}  # fmt: skip


def prepare(read: LateRead, make_key: Callable[[str, str], bytes]) -> list[tuple[object, ...]]:
    """Rows to write; ``make_key`` may write the key file (StoreError then)."""
    rows = (_row(item, read.branch, make_key) for item in read.items)
    return [row for row in rows if row is not None]


def write(cursor: dbapi2.Cursor, read: LateRead, rows: list[tuple[object, ...]]) -> None:
    """In the caller's transaction."""
    cursor.executemany(_INSERT, rows)
    cursor.execute(_BRANCH, (read.branch, read.tip, read.last))


def heads(connection: sa.Connection) -> dict[str, int]:
    """Branch → up to which entry it is here."""
    rows = connection.exec_driver_sql("SELECT branch, last FROM late_branch")
    return {wire.b64(row.branch): int(row.last) for row in rows}


def find(connection: sa.Connection, by: str, value: str | int, terminal: str, key: FindKey) -> list[ItemRow]:
    """``by``: "id" or a column that has an index; raises StoreError DAMAGED."""
    rows = map(dict, connection.exec_driver_sql(_BY[by], (value,)).mappings())
    return [item for item in (_item(row, terminal, key) for row in rows) if item is not None]


def check(connection: sa.Connection, terminal: str, key: FindKey) -> None:
    """Each row against its own entry and annex, and its branch; raises EntryError VIEW or COMMITMENT.

    Their entries' signatures were checked when they came; whether they count, the chain says.
    """
    known = set(connection.exec_driver_sql("SELECT branch FROM late_branch").scalars())
    for row in map(dict, connection.exec_driver_sql(f"SELECT {_COLUMNS} FROM late_item").mappings()):  # noqa: S608
        try:
            entry = Entry(row["body"], b"")
            header, number = entry.header, int(entry.data["number"])
            kinds = [said.cls for said in header.commitments]
            said = header.commitments[kinds.index(AttachmentClass.ANNEX)]
        except (EntryError, KeyError, ValueError, TypeError, AttributeError):
            raise EntryError(EntryFault.VIEW, what="late item") from None
        place = (entry.hash, header.terminal, header.epoch, header.seq, number, said.retention, said.month)
        found = (
            row["hash"],
            terminal,
            *(row[name] for name in ("epoch", "seq", "number", "retention", "month")),
        )
        if place != found or row["branch"] not in known:
            raise EntryError(EntryFault.VIEW, what="late item")
        part = (row["seq"], kinds.index(AttachmentClass.ANNEX), AttachmentClass.ANNEX.value)
        try:
            annex = from_row(
                (*part, row["retention"], row["month"], None, row["annex"]), terminal, header.epoch, key
            )
        except StoreError:
            raise EntryError(EntryFault.VIEW, what="late item") from None
        if annex is None:
            continue  # its month has ended
        decoded = decode_annex(annex.data) or {}
        shown = (str(decoded.get("waybill", "")), str(decoded.get("token", "")))
        if annex.commitment() != said.hash or shown != (row["waybill"], row["token"]):
            raise EntryError(EntryFault.VIEW, what="late item")


def _row(item: LateItem, branch: bytes, make_key: Callable[[str, str], bytes]) -> tuple[object, ...] | None:
    """None for an item whose annex is gone."""
    entry, annex = item.entry, annex_of(item.entry)
    if annex is None:
        return None
    parts = (row for row in to_rows(entry, make_key) if row[2] == AttachmentClass.ANNEX.value)
    _seq, _n, _cls, retention, month, _nonce, data = next(parts)
    header = entry.header
    place = (entry.hash, branch, header.epoch, header.seq, int(entry.data["number"]))
    shown = (str(annex.get("waybill", "")), str(annex.get("token", "")))
    return (*place, *shown, retention, month, item.label, entry.body, data)


def _item(row: dict[str, Any], terminal: str, key: FindKey) -> ItemRow | None:
    try:
        entry = Entry(row["body"], b"")
        header, visit = entry.header, str(entry.data["visit"])
    except (EntryError, KeyError):
        raise StoreError(StoreFault.DAMAGED, what="entry", seq=row["seq"]) from None
    kinds = [said.cls for said in header.commitments]
    place = (row["seq"], kinds.index(AttachmentClass.ANNEX), AttachmentClass.ANNEX.value)
    annex = from_row(
        (*place, row["retention"], row["month"], None, row["annex"]), terminal, header.epoch, key
    )
    decoded = decode_annex(annex.data) if annex is not None else None
    if decoded is None:
        return None
    return ItemRow(
        -int(row["id"]),
        header.epoch,
        header.operation,
        visit,
        row["waybill"],
        row["token"],
        0,
        stamp(header.trusted.at),
        header.actor.id,
        row["label"],
        0,
        decoded,
        late=(wire.b64(row["branch"]), row["seq"]),
    )
