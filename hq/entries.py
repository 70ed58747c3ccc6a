"""Reading entries back from the tables."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Row,
    Table,
    and_,
    bindparam,
    func,
    or_,
    select,
    tuple_,
)

from core.ledger.entry import Attachment, AttachmentClass, Entry
from hq.quick import read_quickly
from hq.schema import ATTACHMENTS, ENTRIES, HEADS
from hq.shelves import Shelf, file_under

SLICE = 500
_READ = (
    ENTRIES.c.epoch,
    ENTRIES.c.seq,
    ENTRIES.c.body,
    ENTRIES.c.terminal_signature,
    ENTRIES.c.session_signature,
    ENTRIES.c.received_at,
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
    found = read_received(connection, terminal, first, last, limit=limit, attachments=attachments)
    for entry, _received in found:
        yield entry


def read_received(
    connection: Connection,
    terminal: str,
    first: int,
    last: int | None = None,
    *,
    limit: int | None = None,
    attachments: bool = False,
) -> Iterator[tuple[Entry, str]]:
    """As :func:`read_entries`, each with when it came (stamp form)."""
    seq = first
    while limit is None or limit > 0:
        wanted = min(SLICE, limit or SLICE)
        rows = _slice(connection, terminal, seq, last, wanted)
        if not rows:
            return
        stored = [(_bare(row), str(row.received_at)) for row in rows]
        parts = _parts(connection, stored) if attachments else None
        for entry, received in stored:
            yield (entry if parts is None else _whole(entry, parts)), received
        if len(rows) < wanted:
            return
        seq = rows[-1].seq + 1
        limit = None if limit is None else limit - len(rows)


def _slice(
    connection: Connection, terminal: str, first: int, last: int | None, limit: int
) -> list[Row[*tuple[Any, ...]]]:
    span = {"of": terminal, "low": first, "high": _END if last is None else last, "most": limit}
    return list(connection.execute(_WANTED, span))


def shelves_of(stored: Collection[tuple[Entry, str]]) -> set[Shelf]:
    """Where the attachments of entries lie that came at these times."""
    return {
        file_under(entry.header, said, received)
        for entry, received in stored
        for said in entry.header.commitments
    }


def on_shelves(shelves: Collection[Shelf]) -> ColumnElement[bool]:
    """Only these partitions are looked at: PostgreSQL sees which by the pairs, not by two lists."""
    pairs = (
        and_(ATTACHMENTS.c.retention == retention, ATTACHMENTS.c.month == month)
        for retention, month in sorted(shelves)
    )
    return or_(*pairs)


def _parts(
    connection: Connection, stored: Collection[tuple[Entry, str]]
) -> dict[tuple[int, int], dict[int, Attachment]]:
    with_parts = [(entry, received) for entry, received in stored if entry.header.commitments]
    if not with_parts:
        return {}
    first, last = with_parts[0][0].header, with_parts[-1][0].header
    span = {"of": first.terminal, "low": first.seq, "high": last.seq}
    wanted = _BESIDE.where(on_shelves(shelves_of(with_parts)))
    said = {(entry.header.epoch, entry.header.seq): entry.header.commitments for entry, _ in with_parts}
    found: dict[tuple[int, int], dict[int, Attachment]] = {}
    for row in connection.execute(wanted, span).mappings():
        place = (row["epoch"], row["seq"])
        # Class and month as the entry says them: in the row stand those under which it is filed.
        if place not in said:  # its entry is lost, and the export says so
            continue
        promise = said[place][row["n"]]
        part = Attachment(
            AttachmentClass(row["class"]), promise.retention, promise.month, row["nonce"], row["data"]
        )
        found.setdefault(place, {})[row["n"]] = part
    return found


def _bare(row: Row[*tuple[Any, ...]]) -> Entry:
    return read_quickly(Entry(row.body, row.terminal_signature, row.session_signature))


def _whole(entry: Entry, parts: dict[tuple[int, int], dict[int, Attachment]]) -> Entry:
    header = entry.header
    mine = parts.get((header.epoch, header.seq), {})
    listed = tuple(mine.get(number) for number in range(len(header.commitments)))
    return Entry(entry.body, entry.terminal_signature, entry.session_signature, listed)
