"""Reading entries back from the tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, Row, Table, bindparam, func, select, tuple_

from core.ledger.entry import Attachment, AttachmentClass, Entry
from hq.schema import ATTACHMENTS, ENTRIES, HEADS

SLICE = 500
_READ = (
    ENTRIES.c.epoch,
    ENTRIES.c.seq,
    ENTRIES.c.body,
    ENTRIES.c.terminal_signature,
    ENTRIES.c.session_signature,
)
_END, _LAST_EPOCH = 2**62, 2**31 - 1


def span_of(table: Table) -> tuple[ColumnElement[bool], ...]:
    """Where one terminal's rows from seq :low to :high stand (:of), as the key is ordered.

    The key has the epoch before the seq: asked by seq alone, the database reads the whole terminal's part
    of the index each time, 190 ms at 600,000 entries instead of half of one.
    """

    def epoch_of(seq: str, none: int) -> ColumnElement[int]:
        began = (HEADS.c.terminal == bindparam("of"), HEADS.c.start_seq < bindparam(seq, type_=BigInteger))
        return func.coalesce(select(func.max(HEADS.c.epoch)).where(*began).scalar_subquery(), none)

    low, high = bindparam("low", type_=BigInteger), bindparam("high", type_=BigInteger)
    place = tuple_(table.c.epoch, table.c.seq)
    return (
        table.c.terminal == bindparam("of"),
        place >= tuple_(epoch_of("low", 0), low),
        place <= tuple_(epoch_of("high", _LAST_EPOCH), high),
        table.c.seq.between(low, high),
    )


def span_sql(low: str, high: str) -> str:
    """The same between two named parameters, as text, for one :terminal."""
    epoch = "SELECT MAX(epoch) FROM heads WHERE terminal = :terminal AND start_seq <"
    return (
        f"terminal = :terminal AND seq BETWEEN :{low} AND :{high}"
        f" AND (epoch, seq) >= (COALESCE(({epoch} :{low}), 0), :{low})"
        f" AND (epoch, seq) <= (COALESCE(({epoch} :{high}), {_LAST_EPOCH}), :{high})"
    )


# One chain runs through all epochs of a terminal, so seq alone orders it.
_WANTED = (
    select(*_READ).where(*span_of(ENTRIES)).order_by(ENTRIES.c.epoch, ENTRIES.c.seq).limit(bindparam("most"))
)

_BESIDE = select(ATTACHMENTS).where(*span_of(ATTACHMENTS))


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
    span = {"of": terminal, "low": first, "high": _END if last is None else last, "most": limit}
    return list(connection.execute(_WANTED, span))


def _parts(
    connection: Connection, terminal: str, first: int, last: int
) -> dict[tuple[int, int], dict[int, Attachment]]:
    span = {"of": terminal, "low": first, "high": last}
    found: dict[tuple[int, int], dict[int, Attachment]] = {}
    for row in connection.execute(_BESIDE, span).mappings():
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
