"""The journal: entries, attachments, state and look-ups in ONE transaction, durable at return.

One thread writes (the station's); a second one is a bug and is told so.  Statements are plain text
with positional values: between F9 and the disk there is no object mapper.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

from sqlcipher3 import dbapi2

from core.errors import EntryError, StoreError, StoreFault
from core.ledger.documents import marks_received
from core.ledger.entry import Entry, Head
from core.ledger.state import State, fold, from_bytes
from core.ports import DirectiveRow, DraftRow, LateRead, Probe, no_probe
from storage import late_items, views
from storage.attachments import Row, to_rows
from storage.database import Database
from storage.faults import sqlite_errors
from storage.keyfile import KeyFile
from storage.reading import JournalReader

_ENTRY = (
    "INSERT INTO entry (seq, epoch, hash, kind, operation, body, terminal_signature, session_signature) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
_ATTACHMENT = (
    "INSERT INTO attachment (seq, n, class, retention, month, nonce, data) VALUES (?, ?, ?, ?, ?, ?, ?)"
)
_STATE = "INSERT INTO state (id, body) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body"
_ITEM = (
    "INSERT INTO item (seq, day, number, waybill, token, month, hint, who, label, copies, receipt, "
    "receipt_copies, affixed, shown) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_PAGE = (
    "UPDATE item SET label = iif(label = 'voided', label, coalesce(?, label)), copies = coalesce(?, copies), "
    "receipt = coalesce(?, receipt), receipt_copies = coalesce(?, receipt_copies), "
    "affixed = coalesce(?, affixed), hint = coalesce(?, hint), who = coalesce(?, who), "
    "shown = coalesce(?, shown) WHERE seq = ?"
)
_MARK = (
    "INSERT INTO mark (id, document, signature) VALUES (1, ?, ?) "
    "ON CONFLICT (id) DO UPDATE SET document = excluded.document, signature = excluded.signature"
)
_DAY_MARK = "INSERT OR IGNORE INTO day_mark (seq, document, signature) VALUES (?, ?, ?)"
_DRAFT = (
    "INSERT INTO draft (operator, draft, data, updated) VALUES (?, ?, ?, ?) "
    "ON CONFLICT (operator, draft) DO UPDATE SET data = excluded.data, updated = excluded.updated"
)
_DIRECTIVE = (
    "INSERT INTO directive (number, kind, subject, document, signature, nonce, attachment, fault) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
_DROP = "DELETE FROM draft WHERE operator = ? AND draft = ?"
_OPERATOR = (
    "INSERT INTO operator (operator, name, role) VALUES (?, ?, ?) "
    "ON CONFLICT (operator) DO UPDATE SET name = excluded.name, role = excluded.role"
)
_OF_MONTH = "seq BETWEEN ? AND ? AND class <> 'sealed' AND retention = ? AND month = ?"
_ERASE = f"UPDATE attachment SET nonce = NULL, data = NULL WHERE data IS NOT NULL AND {_OF_MONTH}"  # noqa: S608
_ERASE_ITEMS = f"DELETE FROM item WHERE seq IN (SELECT seq FROM attachment WHERE {_OF_MONTH})"  # noqa: S608
_ERASE_SEALED = (
    "UPDATE attachment SET nonce = NULL, data = NULL "
    "WHERE data IS NOT NULL AND seq BETWEEN ? AND ? AND class = 'sealed'"
)
# One person's item: everything of it but the chained bytes.
_ERASE_ITEM = "UPDATE attachment SET nonce = NULL, data = NULL WHERE seq = ? AND data IS NOT NULL"
_CORRECTIONS = "SELECT seq, body FROM entry WHERE kind = 'ItemCorrected' AND seq > ?"
_HAS_BYTES = (
    "SELECT 1 FROM attachment JOIN entry ON entry.seq = attachment.seq "
    "WHERE entry.hash = ? AND attachment.class <> 'sealed' AND attachment.data IS NOT NULL LIMIT 1"
)
_FORGET_ITEM = "DELETE FROM item WHERE seq = ?"
_REBUILD_BATCH = 500
# What is refused while the disk is low.  The room that is left is for labels, locks and the day's close.
_NEEDS_ROOM = {"SenderVerified", "ItemAccepted"}


def _draft_row(draft: DraftRow) -> tuple[str, str, bytes, str]:
    return draft.operator, draft.draft, draft.data, draft.updated


class SqlJournal(JournalReader):
    """``core.ports.Journal`` over the encrypted database."""

    def __init__(self, database: Database, keys: KeyFile, probe: Probe = no_probe) -> None:
        """Reads head and state, and makes look-ups of another version again.

        Raises StoreError DAMAGED where head and state do not belong together, and as writes do.
        """
        super().__init__(database, keys)
        self._probe = probe
        self._thread: int | None = None
        self._marks: tuple[bytes, bytes] | None = None
        self._kept = self._last_day_mark()
        self._state = self._load_state()
        if self._views_version() != views.VERSION:
            self.rebuild()
            self._thread = None  # whoever opens the journal need not be its writer
        self._settle_notes(lambda entry: not self._has_bytes(entry))

    # -- core.ports.Journal --------------------------------------------------------------------

    def head(self) -> Head:
        """After the last durable entry."""
        return self._state.head

    def state(self) -> State:
        """Folded up to :meth:`head`."""
        return self._state

    def commit(
        self,
        entries: Sequence[Entry],
        state: State,
        draft: DraftRow | None = None,
        gone: Sequence[DraftRow] = (),
        directives: Sequence[DirectiveRow] = (),
    ) -> None:
        """All of it or nothing; durable when it returns.

        Raises StoreError CONFLICT (operation id used, or not what follows the head), DISK_FULL,
        READ_ONLY, IO, BUSY, DAMAGED.  After IO nothing is here in this run; a power cut right then
        may still bring it back whole: ``by_operation`` tells.
        """
        self._need_follow(entries, state)
        if any(entry.header.kind in _NEEDS_ROOM for entry in entries):
            self.database.need_space()
        attachments: list[Row] = []
        for entry in entries:
            attachments += to_rows(entry, self.keys.key)
        inserts, labels, gone_items = self._changes(entries)
        for item in gone_items:  # in no backup, and durable before the bytes go; sure once they went
            self._note_erased(item)
        rows = [_entry_row(entry) for entry in entries]
        self._probe("journal.begin")
        with self._transaction() as cursor:
            cursor.executemany(_ENTRY, rows)
            self._probe("journal.entries")
            if attachments:
                cursor.executemany(_ATTACHMENT, attachments)
            self._probe("journal.attachments")
            cursor.execute(_STATE, (state.to_bytes(),))
            if inserts:
                cursor.executemany(_ITEM, [_item_row(record) for record in inserts])
            if labels:
                cursor.executemany(_PAGE, [_page_row(change) for change in labels])
            for item in gone_items:
                _erase_items(cursor, [item.seq])
            self._probe("journal.views")
            if draft is not None:
                cursor.execute(_DRAFT, _draft_row(draft))
                self._probe("journal.draft")
            if gone:
                cursor.executemany(_DROP, [(each.operator, each.draft) for each in gone])
            if directives:
                cursor.executemany(_DIRECTIVE, [_directive_row(each) for each in directives])
            self._probe("journal.before_commit")
        self._state = state
        self._probe("journal.after_commit")
        if gone_items:
            self._settle_notes(lambda _: True)

    def keep_directives(self, rows: Sequence[DirectiveRow]) -> None:
        """Adopted before this store was lost: their entries are here already.  Raises as :meth:`commit`."""
        with self._transaction() as cursor:
            cursor.executemany(_DIRECTIVE, [_directive_row(each) for each in rows])

    def keep_late(self, read: LateRead) -> None:
        """What look-ups may show of a branch beside the chain.  Raises as :meth:`commit`."""
        rows = late_items.prepare(read, self.keys.key)
        with self._transaction() as cursor:
            late_items.write(cursor, read, rows)

    def save_draft(self, draft: DraftRow) -> None:
        """Keep what is typed; the same draft again replaces it.  Raises as :meth:`commit`."""
        with self._transaction() as cursor:
            cursor.execute(_DRAFT, _draft_row(draft))

    def drop_draft(self, operator: str, draft: str) -> None:
        """Its bytes are overwritten; nothing where there is none."""
        with self._transaction() as cursor:
            cursor.execute(_DROP, (operator, draft))

    # -- for the store itself ------------------------------------------------------------------

    def put_operator(self, operator: str, name: str, role: str) -> None:
        """The name to show for a staff number."""
        self.put_operators([(operator, name, role)])

    def put_operators(self, rows: Sequence[tuple[str, str, str]]) -> None:
        """Staff number, name and role of several; nothing is written where all is so already."""
        with self.database.reading() as connection:
            here = set(map(tuple, connection.exec_driver_sql("SELECT operator, name, role FROM operator")))
        changed = [row for row in rows if row not in here]
        if changed:
            with self._transaction() as cursor:
                cursor.executemany(_OPERATOR, changed)

    def note_marks(self, document: bytes, signature: bytes) -> None:
        """From the pump, any thread: written with the next transaction, or at :meth:`flush`.

        Losing them costs nothing (HQ tells again), so they get no disk sync of their own.
        """
        self._marks = (document, signature)

    def flush(self) -> None:
        """Write noted marks, if any."""
        if self._marks is not None:
            with self._transaction():
                pass

    # -- what goes by the rules ----------------------------------------------------------------

    def erase(self, retention: str, month: str, first: int, last: int) -> int:
        """Bytes, nonces and look-ups of those entries; sealed parts where ``month`` is "".

        The chain still verifies.  Returns the attachments; the same again does nothing.
        """
        span = (first, last)
        with self._transaction() as cursor:
            if not month:
                return int(cursor.execute(_ERASE_SEALED, span).rowcount)
            cursor.execute(_ERASE_ITEMS, (*span, retention, month))
            return int(cursor.execute(_ERASE, (*span, retention, month)).rowcount)

    def erase_items(self, items: Sequence[int]) -> int:
        """What is here of persons' items whose entries say that it went; the same again does nothing."""
        with self._transaction() as cursor:
            return _erase_items(cursor, items)

    def _settle_notes(self, gone: Callable[[bytes], bool]) -> None:
        """What a power cut left pending is asked of the bytes: where they are here still, nothing was erased.

        A disk that refuses loses nothing by it: the note stays pending, and the next opening asks again.
        """
        with contextlib.suppress(StoreError):
            self.keys.settle_erased(gone)

    def _has_bytes(self, entry: bytes) -> bool:
        with self.database.reading() as connection:
            return connection.exec_driver_sql(_HAS_BYTES, (entry,)).first() is not None

    def _note_erased(self, item: views.ItemGone) -> None:
        if self.keys.find(item.retention, item.month) is None:
            return  # with the month's key everything of it is gone
        with self.database.reading() as connection:
            corrections = connection.exec_driver_sql(_CORRECTIONS, (item.seq,)).fetchall()
        for seq in (item.seq, *_of_items(corrections, {item.seq})):
            head = self.head_at(seq)
            if head is not None:
                self.keys.note_erased(item.retention, item.month, head.hash)

    def end_month(self, retention: str, month: str) -> None:
        """What stands beside the chain, then the key: while that is here, something else may be left."""
        with self._transaction() as cursor:
            cursor.execute(late_items.FORGET, (retention, month))
        self.keys.destroy(retention, month)

    def empty_log(self) -> None:
        """Raises StoreError BUSY while somebody reads what went."""
        self.database.empty_log()

    def rebuild(self) -> int:
        """Drop the look-ups and make them again from entries and attachments; returns the rows.

        The state is kept with them: a journal that came from a backup has none yet.
        """
        rows: dict[int, views.ItemRecord] = {}
        day = 0
        for entry in self.entries(1):
            day = views.day_after(entry, day)
            views.apply(rows, views.change_of(entry, day))
        records = [_item_row(record) for record in rows.values()]
        with self._transaction() as cursor:
            cursor.execute("DELETE FROM item")
            for begin in range(0, len(records), _REBUILD_BATCH):
                cursor.executemany(_ITEM, records[begin : begin + _REBUILD_BATCH])
            cursor.execute("UPDATE meta SET views = ?", (views.VERSION,))
            if self._state.head.seq:
                cursor.execute(_STATE, (self._state.to_bytes(),))
        return len(records)

    # -- inside --------------------------------------------------------------------------------

    def _need_follow(self, entries: Sequence[Entry], state: State) -> None:
        if not entries or state.head != entries[-1].head:
            raise ValueError("the state is not the one after the last entry")
        head = self._state.head
        for entry in entries:
            header = entry.header
            if header.terminal != self.terminal or header.seq != head.seq + 1 or header.previous != head.hash:
                raise StoreError(StoreFault.CONFLICT, what="head", seq=header.seq)
            head = entry.head

    def _changes(
        self, entries: Sequence[Entry]
    ) -> tuple[list[views.ItemRecord], list[views.PageChange], list[views.ItemGone]]:
        inserts: list[views.ItemRecord] = []
        labels: list[views.PageChange] = []
        gone: list[views.ItemGone] = []
        day = self._state.day
        for entry in entries:
            day = views.day_after(entry, day)
            change = views.change_of(entry, day)
            if isinstance(change, views.ItemRecord):
                inserts.append(change)
            elif isinstance(change, views.ItemGone):
                gone.append(change)
            elif change is not None:
                labels.append(change)
        return inserts, labels, gone

    @contextmanager
    def _transaction(self) -> Iterator[dbapi2.Cursor]:
        """One writing transaction with the noted marks in it; after a fault the connection is new.

        SQLAlchemy begins and ends it.  Its statements go straight to SQLite: a commit has six of them, and
        what lies between took longer than they do.
        """
        if self._thread is None:
            self._thread = threading.get_ident()
        if self._thread != threading.get_ident():
            raise RuntimeError("a second thread writes to the journal")
        marks = self._marks
        kept = None if marks is None else self._day_mark(marks)
        try:
            with sqlite_errors("journal"):
                writer = self.database.writer()
                try:
                    with writer.begin(), closing(writer.connection.cursor()) as cursor:
                        if marks is not None:
                            cursor.execute(_MARK, marks)
                        if kept is not None:
                            cursor.execute(_DAY_MARK, kept)
                        yield cursor
                except dbapi2.IntegrityError:
                    raise StoreError(StoreFault.CONFLICT, what="operation") from None
        except StoreError as error:
            if error.code is not StoreFault.CONFLICT:
                self.database.drop_writer()
            raise
        if self._marks is marks:
            self._marks = None
        self._kept = self._kept if kept is None else kept[0]

    def _day_mark(self, marks: tuple[bytes, bytes]) -> tuple[int, bytes, bytes] | None:
        """These, where they are the first that reach the open day: from then on only a number is compared."""
        day = self._state.value["days"].get(str(self._state.day))
        if day is None or day["first"] <= self._kept:
            return None
        received = marks_received(marks[0])
        return None if received < day["first"] else (received, *marks)

    def _last_day_mark(self) -> int:
        with self.database.reading() as connection:
            return int(connection.exec_driver_sql("SELECT coalesce(max(seq), 0) FROM day_mark").scalar_one())

    def _views_version(self) -> int:
        with self.database.reading() as connection:
            return int(connection.exec_driver_sql("SELECT views FROM meta").scalar_one())

    def _load_state(self) -> State:
        with self.database.reading() as connection:
            body = connection.exec_driver_sql("SELECT body FROM state").scalar_one_or_none()
        try:
            stored = None if body is None else from_bytes(body)
        except (EntryError, KeyError, TypeError):
            raise StoreError(StoreFault.DAMAGED, what="state") from None
        last = self.last_head()
        if stored is None:
            # Empty, or folded by another version of the rules: the entries are the truth.
            stored = State()
            for entry in self.entries(1):
                stored = fold(stored, entry)
        if stored.head != (last or State().head):
            raise StoreError(StoreFault.DAMAGED, what="state", seq=stored.head.seq)
        return stored


def _entry_row(entry: Entry) -> tuple[object, ...]:
    header = entry.header
    return (
        header.seq,
        header.epoch,
        entry.hash,
        header.kind,
        header.operation,
        entry.body,
        entry.terminal_signature,
        entry.session_signature,
    )


def _directive_row(row: DirectiveRow) -> tuple[object, ...]:
    signed = row.signed
    said = signed.directive
    kept = (signed.document, signed.signature, signed.nonce, signed.attachment)
    return (said.number, said.kind, said.subject, *kept, row.fault)


def _item_row(record: views.ItemRecord) -> tuple[object, ...]:
    return (
        record.seq, record.day, record.number, record.waybill, record.token, record.month, record.hint,
        record.who, record.label, record.copies, record.receipt, record.receipt_copies, record.affixed,
        record.shown,
    )  # fmt: skip


def _page_row(change: views.PageChange) -> tuple[object, ...]:
    return (*(getattr(change, name) for name in views.CHANGING), change.seq)


def _of_items(corrections: Iterable[Sequence[Any]], items: Collection[int]) -> list[int]:
    """Of rows (seq, body), those that correct one of these items."""
    return [int(seq) for seq, body in corrections if Entry(body, b"").data["item"] in items]


def _erase_items(cursor: dbapi2.Cursor, items: Sequence[int]) -> int:
    """With what was corrected of them."""
    if not items:
        return 0
    corrections = _of_items(cursor.execute(_CORRECTIONS, (min(items),)).fetchall(), set(items))
    cursor.executemany(_FORGET_ITEM, [(item,) for item in items])
    return sum(int(cursor.execute(_ERASE_ITEM, (seq,)).rowcount) for seq in (*items, *corrections))
