"""Everything that is asked of the journal.  Safe from any thread: each question has its own snapshot."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from core import wire
from core.errors import EntryError, StoreError, StoreFault
from core.ledger.clock import CONFIRMED
from core.ledger.directives import NO_DIRECTIVE, DirectiveHead, SignedDirective
from core.ledger.documents import marks_time
from core.ledger.entry import AttachmentClass, Entry, Head, TrustedTime, parse_stamp, stamp
from core.ports import DirectiveRow, DraftRow, ItemRow
from storage import late_items
from storage.attachments import Row, from_row, from_rows
from storage.database import Database
from storage.keyfile import KeyFile
from storage.quick import read_quickly
from storage.views import decode_annex

_GRANTS = 8  # as many as headquarters takes back at once
_CHUNK = 200  # entries per snapshot: a slow consumer never holds a connection

# Limits stand in the statements as numbers.  This SQLite has STAT4: a value bound to LIMIT has it plan
# the statement anew each time, which takes fifty times as long as carrying it out.
_ENTRIES = (
    "SELECT seq, epoch, body, terminal_signature, session_signature FROM entry "  # noqa: S608 - our number
    f"WHERE seq BETWEEN ? AND ? ORDER BY seq LIMIT {_CHUNK}"
)
_ATTACHMENTS = (
    "SELECT seq, n, class, retention, month, nonce, data FROM attachment "
    "WHERE seq BETWEEN ? AND ? ORDER BY seq, n"
)
# As the index ``ix_entry_mark`` says it: SQLite takes it for no other words.
_MARKS = "WHERE kind IN ('DayOpened', 'DayClosed', 'EpochOpened') "
_DAY_MARKS = (
    "SELECT body, terminal_signature, session_signature FROM entry "  # noqa: S608 - our words
    f"{_MARKS}AND kind <> 'EpochOpened' AND seq <= ? ORDER BY seq DESC"
)
_DRAFTS = "SELECT operator, draft, data, updated FROM draft WHERE ? IN (operator, '') ORDER BY updated, draft"
_ITEMS = (
    "SELECT i.seq, i.day, i.waybill, i.token, i.label, i.copies, i.receipt, i.receipt_copies, i.affixed, "
    "i.shown, x.epoch AS shown_epoch, e.epoch, e.body, "
    "a.n, a.class, a.retention, a.month, a.nonce, a.data "
    # CROSS JOIN: SQLite keeps this order, the item first; left to itself it may walk the attachments.
    "FROM item i CROSS JOIN entry e ON e.seq = i.seq "
    "CROSS JOIN entry x ON x.seq = i.shown "
    "CROSS JOIN attachment a ON a.seq = i.shown AND a.class = 'annex' "
)
_DIRECTIVE = "SELECT document, signature, nonce, attachment, fault FROM directive "
_BY_HINT = "WHERE i.hint = ? AND i.month = ? AND i.who = ? ORDER BY i.seq DESC, a.n LIMIT {:d}"


class JournalReader:
    """The reading half of the journal; over a database opened for reading it is all there is."""

    def __init__(self, database: Database, keys: KeyFile) -> None:
        """Raises StoreError DAMAGED where the file does not say whose it is."""
        self.database = database
        self.keys = keys
        with database.reading() as connection:
            found = connection.exec_driver_sql("SELECT terminal FROM meta").scalars().all()
        if len(found) != 1:
            raise StoreError(StoreFault.DAMAGED, what="meta")
        self.terminal = str(found[0])

    def entries(self, first: int, last: int | None = None) -> Iterator[Entry]:
        """In sequence, attachments included where their bytes are still here."""
        end = last if last is not None else 2**62
        while first <= end:
            with self.database.reading() as connection:
                found = self._chunk(connection, first, end)
            yield from found
            if len(found) < _CHUNK:
                return
            first = found[-1].header.seq + 1

    def _chunk(self, connection: sa.Connection, first: int, last: int) -> list[Entry]:
        rows = connection.exec_driver_sql(_ENTRIES, (first, last)).fetchall()
        if not rows:
            return []
        beside: dict[int, list[Row]] = {}
        for row in connection.exec_driver_sql(_ATTACHMENTS, (rows[0].seq, rows[-1].seq)):
            beside.setdefault(row.seq, []).append(tuple(row))
        return [self._entry(row, beside.get(row.seq, [])) for row in rows]

    def _entry(self, row: Any, beside: list[Row]) -> Entry:
        signatures = row.terminal_signature, row.session_signature
        parts = from_rows(beside, self.terminal, row.epoch, self.keys.find)
        # A whole day is counted from here: what can be seen to be canonical is read in a third of the time.
        fields = read_quickly(row.body) if isinstance(row.body, bytes) else None
        if fields is None:
            return Entry(row.body, *signatures, parts)
        return Entry.decoded(fields, row.body, signatures, parts, hashlib.sha256(row.body).digest())

    def day_marks(self, before: int, limit: int) -> list[Entry]:
        """``DayOpened`` and ``DayClosed`` up to entry ``before``, the newest first, without attachments."""
        with self.database.reading() as connection:
            rows = connection.exec_driver_sql(_DAY_MARKS, (before,)).fetchmany(limit)
        return [Entry(row.body, row.terminal_signature, row.session_signature) for row in rows]

    def case_data(self, seq: int) -> bytes | None:
        """What entry ``seq`` holds of a case; None where it or its key is gone.

        Raises StoreError DAMAGED.
        """
        with self.database.reading() as connection:
            rows = connection.exec_driver_sql(_ATTACHMENTS, (seq, seq)).fetchall()
            epoch = connection.exec_driver_sql("SELECT epoch FROM entry WHERE seq = ?", (seq,)).scalar()
        parts = [row for row in rows if row[2] == AttachmentClass.CASE.value]
        if not parts or epoch is None:
            return None
        found = from_row(tuple(parts[0]), self.terminal, int(epoch), self.keys.find, cases=True)
        return None if found is None else found.data

    def grants(self) -> list[tuple[bytes, bytes]]:
        """Headquarters' grants of the newest epochs, (document, signature), the newest last."""
        query = f"SELECT body FROM entry {_MARKS}AND kind = 'EpochOpened' ORDER BY seq"  # noqa: S608 - ours
        with self.database.reading() as connection:
            bodies = list(connection.exec_driver_sql(query).scalars())
        opened = [Entry(body, b"").data for body in bodies[-_GRANTS:]]
        return [(wire.unb64(data["grant"]), wire.unb64(data["grant_signature"])) for data in opened]

    def last_head(self) -> Head | None:
        """The head of the last stored entry; None for an empty journal."""
        query = "SELECT epoch, seq, hash FROM entry ORDER BY seq DESC LIMIT 1"
        return self._head(query, ())

    def confirmed_time(self) -> dt.datetime | None:
        """The latest time in the journal that headquarters stands behind; None: it never told one."""
        last = "SELECT body FROM entry ORDER BY seq DESC LIMIT 1"
        anchor = "SELECT body FROM entry WHERE kind = 'TimeAnchored' ORDER BY seq DESC LIMIT 1"
        with self.database.reading() as connection:
            body = connection.exec_driver_sql(last).scalar()
            if body is not None and (now := Entry(body, b"").header.trusted).quality == CONFIRMED:
                return now.at
            body = connection.exec_driver_sql(anchor).scalar()
        return None if body is None else parse_stamp(Entry(body, b"").data["at"])

    def time_of(self, seq: int) -> TrustedTime:
        """Of entry ``seq``; raises StoreError DAMAGED where it is not here."""
        with self.database.reading() as connection:
            body = connection.exec_driver_sql("SELECT body FROM entry WHERE seq = ?", (seq,)).scalar()
        if body is None:
            raise StoreError(StoreFault.DAMAGED, what="entry", seq=seq)
        return Entry(body, b"").header.trusted

    def confirmed_from(self, first: int, last: int) -> tuple[int, dt.datetime] | None:
        """The first of those entries whose time was confirmed, and that time."""
        query = "SELECT body FROM entry WHERE seq BETWEEN ? AND ? ORDER BY seq"
        with self.database.reading() as connection:
            for (body,) in connection.exec_driver_sql(query, (first, last)):
                header = Entry(body, b"").header
                if header.trusted.quality == CONFIRMED:
                    return header.seq, header.trusted.at
        return None

    def anchored_after(self, seq: int) -> dt.datetime | None:
        """The first time after entry ``seq`` that headquarters signed."""
        anchor = "SELECT body FROM entry WHERE seq > ? AND kind = 'TimeAnchored' ORDER BY seq LIMIT 1"
        with self.database.reading() as connection:
            body = connection.exec_driver_sql(anchor, (seq,)).scalar()
        return None if body is None else parse_stamp(Entry(body, b"").data["at"])

    def held_months(self) -> list[tuple[str, str]]:
        """(retention class, month) of every key that is here."""
        return self.keys.names()

    def last_of(self, retention: str, month: str) -> int:
        """The last entry with an attachment of that class and month that is still here; 0 for none."""
        last = (
            "SELECT max(seq) FROM attachment "
            "WHERE class <> 'sealed' AND retention = ? AND month = ? AND data IS NOT NULL"
        )
        with self.database.reading() as connection:
            return int(connection.exec_driver_sql(last, (retention, month)).scalar() or 0)

    def sealed_here(self, first: int, last: int) -> int:
        """How many sealed parts of those entries are still here."""
        here = "SELECT count(*) FROM attachment WHERE seq BETWEEN ? AND ? AND class = 'sealed' AND "
        return self._count(here + "data IS NOT NULL", (first, last))

    def parts_here(self, retention: str, month: str) -> int:
        """How many attachments of that class and month are still here, sealed ones not counted."""
        here = "SELECT count(*) FROM attachment WHERE class <> 'sealed' AND retention = ? AND month = ? AND "
        return self._count(here + "data IS NOT NULL", (retention, month))

    def _count(self, query: str, values: tuple[int | str, ...]) -> int:
        with self.database.reading() as connection:
            return int(connection.exec_driver_sql(query, values).scalar() or 0)

    def head_at(self, seq: int) -> Head | None:
        """The head that stood after entry ``seq``."""
        return self._head("SELECT epoch, seq, hash FROM entry WHERE seq = ?", (seq,))

    def by_operation(self, operation: str) -> Head | None:
        """Where the last entry of that operation stands, if any is here (I1)."""
        # The index holds no empty ids, and is used only where the statement says so too.
        query = (
            "SELECT epoch, seq, hash FROM entry WHERE operation = ? AND operation <> '' "
            "ORDER BY +seq DESC LIMIT 1"  # + : in the order of the few rows found, not of the table
        )
        return self._head(query, (operation,)) if operation else None

    def _head(self, query: str, values: tuple[Any, ...]) -> Head | None:
        with self.database.reading() as connection:
            row = connection.exec_driver_sql(query, values).one_or_none()
        return Head(row.epoch, row.seq, row.hash) if row else None

    def item_by_waybill(self, waybill: str) -> ItemRow | None:
        """The newest item of that waybill."""
        return self._first("WHERE i.waybill = ? ORDER BY i.seq DESC, a.n LIMIT 1", (waybill,))

    def item_by_token(self, token: str) -> ItemRow | None:
        """The item whose label carries that token."""
        return self._first("WHERE i.token = ? ORDER BY i.seq DESC, a.n LIMIT 1", (token,))

    def item(self, seq: int) -> ItemRow | None:
        """The item accepted by entry ``seq``; below zero one beside the chain."""
        if seq < 0:
            return next(iter(self._late("id", -seq)), None)
        return self._first("WHERE i.seq = ? ORDER BY a.n LIMIT 1", (seq,))

    def item_by_number(self, number: int) -> ItemRow | None:
        """The item of that number, as receipts show it."""
        return self._first("WHERE i.number = ? ORDER BY i.seq DESC, a.n LIMIT 1", (number,))

    def late_heads(self) -> Mapping[str, int]:
        """Branch (base64url) → up to which entry it is here."""
        with self.database.reading() as connection:
            return late_items.heads(connection)

    def late_items(self, by: str, value: str | int) -> list[ItemRow]:
        """Items of branches, taken in or not; ``by`` is "waybill", "token" or "number"."""
        return self._late(by, value)

    def _late(self, by: str, value: str | int) -> list[ItemRow]:
        with self.database.reading() as connection:
            return late_items.find(connection, by, value, self.terminal, self.keys.find)

    def items_by_hint(
        self, hints: Mapping[str, str], who: Collection[str], limit: int = 100
    ) -> list[ItemRow]:
        """Newest first: items whose document gave one of these hints, month → hint, and shows as ``who``."""
        rows: list[sa.Row[Any]] = []
        query = _ITEMS + _BY_HINT.format(limit)
        with self.database.reading() as connection:  # one for all months: opening it costs more than asking
            for month, hint in sorted(hints.items(), reverse=True):
                asked = ((hint, month, shown) for shown in who)
                found = [row for values in asked for row in connection.exec_driver_sql(query, values)]
                rows += sorted(found, key=lambda row: int(row.seq), reverse=True)
        return self._found(rows[:limit])

    def items(self, limit: int = 100) -> list[ItemRow]:
        """Newest first."""
        return self._items(f"ORDER BY i.seq DESC, a.n LIMIT {limit:d}", ())

    def pages(self, first: int, last: int) -> Mapping[int, tuple[str, str, bool]]:
        """What the look-ups say of items accepted by those entries: label, receipt, affixed, by ``seq``."""
        query = "SELECT seq, label, receipt, affixed FROM item WHERE seq BETWEEN ? AND ?"
        with self.database.reading() as connection:
            rows = connection.exec_driver_sql(query, (first, last)).fetchall()
        return {row.seq: (row.label, row.receipt, bool(row.affixed)) for row in rows}

    def _first(self, where: str, values: tuple[Any, ...]) -> ItemRow | None:
        found = self._items(where, values)
        return found[0] if found else None

    def _items(self, where: str, values: tuple[Any, ...]) -> list[ItemRow]:
        with self.database.reading() as connection:
            rows = connection.exec_driver_sql(_ITEMS + where, values).fetchall()
        return self._found(rows)

    def _found(self, rows: Sequence[sa.Row[Any]]) -> list[ItemRow]:
        found = [self._item(row) for row in rows]
        return [item for item in found if item is not None]

    def _item(self, row: Sequence[Any]) -> ItemRow | None:
        seq, day, waybill, token, label, copies, receipt, receipt_copies, affixed = row[:9]
        shown, shown_epoch, epoch, body, n, *rest = row[9:]
        annex_row: Row = (shown, n, rest[0], rest[1], rest[2], rest[3], rest[4])
        annex = from_row(annex_row, self.terminal, shown_epoch, self.keys.find)
        decoded = decode_annex(annex.data) if annex is not None else None
        if decoded is None:
            return None  # its key is gone: the row is about to follow
        try:
            entry = Entry(body, b"")
            header, visit = entry.header, str(entry.data["visit"])
        except (EntryError, KeyError):
            raise StoreError(StoreFault.DAMAGED, what="entry", seq=seq) from None
        at, operator = stamp(header.trusted.at), header.actor.id
        return ItemRow(
            seq,
            epoch,
            header.operation,
            visit,
            waybill,
            token,
            day,
            at,
            operator,
            label,
            copies,
            decoded,
            receipt,
            receipt_copies,
            bool(affixed),
        )

    def drafts(self, operator: str = "") -> list[DraftRow]:
        """Of one operator, "" for everybody's; the one changed longest ago first."""
        with self.database.reading() as connection:
            rows = connection.exec_driver_sql(_DRAFTS, (operator,)).fetchall()
        return [DraftRow(row.operator, row.draft, row.data, row.updated) for row in rows]

    def staff_name(self, operator: str) -> str:
        """The name to show; the staff number itself where none is known."""
        query = "SELECT name FROM operator WHERE operator = ?"
        with self.database.reading() as connection:
            name = connection.exec_driver_sql(query, (operator,)).scalar_one_or_none()
        return operator if name is None else str(name)

    def directive_head(self) -> DirectiveHead:
        """The last directive that is here."""
        last = self._directives("ORDER BY number DESC LIMIT 1", ())
        return last[0].signed.head if last else NO_DIRECTIVE

    def directives(self, kind: str) -> list[DirectiveRow]:
        """Of each subject of that kind the last one that could be used, in the order of their numbers."""
        newest = "SELECT max(number) FROM directive WHERE kind = ? AND fault = '' GROUP BY subject"
        return self._directives(f"WHERE number IN ({newest}) ORDER BY number", (kind,))

    def directives_after(self, number: int, limit: int) -> list[SignedDirective]:
        """In sequence, as they were signed: for a headquarters that lost them."""
        found = self._directives(f"WHERE number > ? ORDER BY number LIMIT {limit:d}", (number,))
        return [row.signed for row in found]

    def _directives(self, where: str, values: tuple[Any, ...]) -> list[DirectiveRow]:
        with self.database.reading() as connection:
            rows = connection.exec_driver_sql(_DIRECTIVE + where, values).fetchall()
        return [
            DirectiveRow(SignedDirective(row.document, row.signature, row.nonce, row.attachment), row.fault)
            for row in rows
        ]

    def contact(self) -> dt.datetime | None:
        """When headquarters signed the marks that are kept here."""
        kept = self.marks()
        return None if kept is None else marks_time(kept[0])

    def all_marks(self) -> list[tuple[bytes, bytes]]:
        """The last ones, and the first that reached each business day: nobody has checked them."""
        query = "SELECT document, signature FROM day_mark UNION ALL SELECT document, signature FROM mark"
        with self.database.reading() as connection:
            rows = connection.exec_driver_sql(query).fetchall()
        return [(row.document, row.signature) for row in rows]

    def marks(self) -> tuple[bytes, bytes] | None:
        """HQ's last signed marks: document and signature, to be checked by whoever uses them."""
        with self.database.reading() as connection:
            row = connection.exec_driver_sql("SELECT document, signature FROM mark").one_or_none()
        return (row.document, row.signature) if row else None
