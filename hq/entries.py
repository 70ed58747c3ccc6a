"""Reading entries back from the tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Row, select

from core.ledger.entry import Attachment, AttachmentClass, Entry
from hq.schema import ATTACHMENTS, ENTRIES

SLICE = 500
_READ = (
    ENTRIES.c.epoch,
    ENTRIES.c.seq,
    ENTRIES.c.body,
    ENTRIES.c.terminal_signature,
    ENTRIES.c.session_signature,
)


def read_entries(
    connection: Connection,
    terminal: str,
    first: int,
    last: int | None = None,
    *,
    limit: int | None = None,
    attachments: bool = False,
) -> Iterator[Entry]:
    """One terminal's entries from ``first`` to ``last`` in sequence, in slices.

    Without ``attachments`` the entries come bare; with them, None stands where bytes are gone.
    """
    seq = first
    while limit is None or limit > 0:
        wanted = min(SLICE, limit or SLICE)
        rows = _slice(connection, terminal, seq, last, wanted)
        if not rows:
            return
        parts = _parts(connection, terminal, rows[0].seq, rows[-1].seq) if attachments else None
        for row in rows:
            yield _entry(row, parts)
        if len(rows) < wanted:
            return
        seq = rows[-1].seq + 1
        limit = None if limit is None else limit - len(rows)


def _slice(
    connection: Connection, terminal: str, first: int, last: int | None, limit: int
) -> list[Row[*tuple[Any, ...]]]:
    wanted = select(*_READ).where(ENTRIES.c.terminal == terminal, ENTRIES.c.seq >= first)
    if last is not None:
        wanted = wanted.where(ENTRIES.c.seq <= last)
    # One chain runs through all epochs of a terminal, so seq alone orders it.
    return list(connection.execute(wanted.order_by(ENTRIES.c.epoch, ENTRIES.c.seq).limit(limit)))


def _parts(
    connection: Connection, terminal: str, first: int, last: int
) -> dict[tuple[int, int], dict[int, Attachment]]:
    wanted = select(ATTACHMENTS).where(
        ATTACHMENTS.c.terminal == terminal, ATTACHMENTS.c.seq.between(first, last)
    )
    found: dict[tuple[int, int], dict[int, Attachment]] = {}
    for row in connection.execute(wanted).mappings():
        part = Attachment(
            AttachmentClass(row["class"]), row["retention"], row["month"], row["nonce"], row["data"]
        )
        found.setdefault((row["epoch"], row["seq"]), {})[row["n"]] = part
    return found


def _entry(row: Row[*tuple[Any, ...]], parts: dict[tuple[int, int], dict[int, Attachment]] | None) -> Entry:
    entry = Entry(row.body, row.terminal_signature, row.session_signature)
    if parts is None:
        return entry
    mine = parts.get((row.epoch, row.seq), {})
    listed = tuple(mine.get(number) for number in range(len(entry.header.commitments)))
    return Entry(row.body, row.terminal_signature, row.session_signature, listed)
