"""Ingest: a batch becomes part of a terminal's chain whole, once, or not at all.

The terminal's row in ``heads`` is the authority: it is locked first, and nothing is inserted that does
not follow it.  What is here already is compared by hash and passed over, so that sending again changes
nothing.  A refusal names its fault, leaves the chain as it was, and raises an alarm; a second history
under numbers that are taken is kept beside the chain.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace

from sqlalchemy import Connection, bindparam, select, update

from core.errors import EntryError, EntryFault, Fact, HqError, HqFault, StoreError, StoreFault
from core.ledger.branches import FORK
from core.ledger.documents import Marks, make_marks
from core.ledger.entry import Entry, Head, stamp
from core.ports import Probe, no_probe
from hq import late
from hq.alarms import raise_alarm
from hq.batch import check_new, check_signature, read_batch
from hq.bulk import insert_rows
from hq.clock import Now, utc_now
from hq.database import Database
from hq.identity import Terminal, use_nonce
from hq.marks import read_marks
from hq.rolls import SigningKeys
from hq.schema import ATTACHMENTS, ENTRIES, HEADS, TERMINALS
from hq.shelves import NO_PARTITION, Shelves, file_under

_LOG = logging.getLogger(__name__)
# Built once: every batch needs them, and building one takes as long as the database does.
_MINE = (HEADS.c.terminal == bindparam("of"), HEADS.c.epoch == bindparam("in"))
_LOCKED = select(HEADS).where(*_MINE).with_for_update()
_MOVED = update(HEADS).where(*_MINE).values(seq=bindparam("to"), hash=bindparam("with"))
_SECOND_HISTORY = (EntryFault.FORK, EntryFault.PREVIOUS)


class Ingest:
    """Stores batches.  Thread-safe; one transaction for each batch, of one terminal only."""

    def __init__(
        self,
        database: Database,
        signing: SigningKeys,
        *,
        now: Now = utc_now,
        probe: Probe = no_probe,
        stored: Callable[[int], None] = lambda _count: None,
        shelves: Shelves | None = None,
    ) -> None:
        """``stored`` is told how many entries each committed batch added."""
        self._database = database
        self._signing = signing
        self._now = now
        self._probe = probe
        self._stored = stored
        self._shelves = shelves or Shelves(database)

    def take(self, terminal: Terminal, body: bytes) -> tuple[bytes, bytes]:
        """Signed marks (document, signature) after the batch.

        Raises HqError REFUSED (facts: fault, seq, received), TOO_LARGE, BUSY (another epoch by now).
        """
        entries: list[Entry] = []
        try:
            terminal, entries = self._read(terminal, body)
            marks, added = self._store(terminal, entries)
        except EntryError as error:
            received = self._refuse(terminal, error, entries).received.seq
            facts: dict[str, Fact] = {"seq": 0, **error.facts, "fault": str(error.code), "received": received}
            raise HqError(HqFault.REFUSED, retry=False, **facts) from None
        if added:
            self._stored(added)
        return make_marks(marks, self._signing.now().known(terminal.knows))

    def _read(self, terminal: Terminal, body: bytes) -> tuple[Terminal, list[Entry]]:
        """Whose epoch the batch is of, and its entries; raises as ``read_batch``.

        The present epoch may hand in what an earlier one wrote after its end, from a backup: it goes beside
        the chain, as if the earlier key itself had come.  Only that epoch's own signatures make it authentic.
        """
        entries = read_batch(body, terminal)
        epoch = entries[0].header.epoch if entries else terminal.epoch
        if epoch not in terminal.earlier:
            return terminal, entries
        next_one = select(HEADS.c.start_seq).where(
            HEADS.c.terminal == terminal.terminal, HEADS.c.epoch > epoch
        )
        with self._database.read() as connection:
            end = connection.execute(next_one.order_by(HEADS.c.epoch).limit(1)).scalar_one()
        others = [entry.header.seq for entry in entries if entry.header.epoch != epoch]
        if max(entry.header.seq for entry in entries if entry.header.epoch == epoch) <= end:
            return terminal, entries  # of the chain: what a restored headquarters lost
        if others:  # in a branch that nobody could take in
            raise EntryError(EntryFault.KEY, seq=others[0], what="epoch")
        key, present = terminal.earlier[epoch], terminal.epoch
        return replace(terminal, epoch=epoch, key=key, received=0, earlier={}, replaced=present), entries

    def _store(self, terminal: Terminal, entries: Sequence[Entry]) -> tuple[Marks, int]:
        # Checked before the lock is taken.  The head only moves forward, so whatever is beyond it under
        # the lock was beyond it when the request was admitted.
        coming = [e for e in entries if e.header.seq > terminal.received]
        check_new(coming, terminal)
        received = stamp(self._now())
        said = [(entry.header, part) for entry in coming for part in entry.header.commitments]
        months = {file_under(header, part, received)[1] for header, part in said}
        self._shelves.ensure(months)
        try:
            return self._write(terminal, entries, received)
        except StoreError as error:
            if error.facts.get("what") != NO_PARTITION:
                raise
        # A partition that was here is here no more: its month was erased, and this comes late.
        self._shelves.forget()
        self._shelves.ensure(months)
        return self._write(terminal, entries, received)

    def _write(self, terminal: Terminal, entries: Sequence[Entry], came: str) -> tuple[Marks, int]:
        with self._database.write() as connection:
            self._check_epoch(connection, terminal)
            received, safe = _head(connection, terminal)
            self._probe("ingest.locked")
            self._compare(connection, terminal, entries, received)
            new = [entry for entry in entries if entry.header.seq > received.seq]
            if new and terminal.replaced:
                return self._late(connection, terminal, new, received), 0
            if new:
                _check_follows(connection, terminal, new[0], received)
                if terminal.earlier:
                    _check_start(connection, terminal, new)
                self._insert(connection, terminal, new, came)
                received = new[-1].head
            self._probe("ingest.inserted")
        self._probe("ingest.committed")
        return Marks(terminal.terminal, received, safe, self._now(), terminal.replaced), len(new)

    def _check_epoch(self, connection: Connection, terminal: Terminal) -> None:
        """No enrolment came between the request's signature and this transaction; raises HqError.

        The terminal's row is locked by it, before the head's, as enrolment locks them: none comes until
        the end of the transaction either.
        """
        if terminal.nonce is not None:
            epoch = use_nonce(connection, terminal.terminal, terminal.nonce, self._now())
        else:
            wanted = select(TERMINALS.c.epoch).where(TERMINALS.c.terminal == terminal.terminal)
            epoch = connection.execute(wanted.with_for_update()).scalar_one_or_none()
        if epoch != (terminal.replaced or terminal.epoch):
            raise HqError(HqFault.BUSY, retry=True, what="epoch")  # it comes again, under what holds now

    def _late(self, connection: Connection, terminal: Terminal, new: Sequence[Entry], head: Head) -> Marks:
        """An earlier epoch's entries after its end: kept beside the chain, and confirmed as received."""
        late.park(connection, terminal, new, head, self._now)
        marks = read_marks(
            connection, terminal.terminal, terminal.epoch, self._now, replaced=terminal.replaced
        )
        return replace(marks, received=new[-1].head)

    def _compare(
        self, connection: Connection, terminal: Terminal, entries: Sequence[Entry], head: Head
    ) -> None:
        """What is here under the same numbers is the same; raises EntryError FORK."""
        old = [entry for entry in entries if entry.header.seq <= head.seq]
        if not old:
            return
        epochs = (*terminal.earlier, terminal.epoch)
        here = (ENTRIES.c.terminal == terminal.terminal, ENTRIES.c.epoch.in_(epochs))
        span = ENTRIES.c.seq.between(old[0].header.seq, old[-1].header.seq)
        rows = connection.execute(select(ENTRIES.c.seq, ENTRIES.c.hash).where(*here, span))
        stored: dict[int, bytes] = {row.seq: row.hash for row in rows}
        for entry in old:
            if entry.header.seq not in stored:
                raise StoreError(StoreFault.DAMAGED, what="entry missing", seq=entry.header.seq)
            if stored[entry.header.seq] != entry.hash:
                raise EntryError(EntryFault.FORK, seq=entry.header.seq)

    def _insert(
        self, connection: Connection, terminal: Terminal, entries: Sequence[Entry], came: str
    ) -> None:
        insert_rows(connection, ENTRIES, [entry_row(entry, came) for entry in entries])
        parts = [row for entry in entries for row in attachment_rows(entry, came)]
        insert_rows(connection, ATTACHMENTS, parts)
        reached = {entry.header.epoch: entry for entry in entries} | {terminal.epoch: entries[-1]}
        for epoch, last in reached.items():
            place = {"of": terminal.terminal, "in": epoch}
            connection.execute(_MOVED, {**place, "to": last.header.seq, "with": last.hash})

    def _refuse(self, terminal: Terminal, error: EntryError, entries: Sequence[Entry]) -> Marks:
        """The alarm, and the evidence of a second history; the chain, and its marks, stay as they are."""
        fault, seq = EntryFault(error.code), int(error.facts.get("seq") or 0)
        _LOG.warning("refused a batch of %s: %s at %d", terminal.terminal, fault, seq)
        now = self._now()
        side = _authentic(entries, terminal, seq) if fault in _SECOND_HISTORY else []
        with self._database.write() as connection:
            if terminal.nonce is not None:
                use_nonce(connection, terminal.terminal, terminal.nonce, now)
            raise_alarm(
                connection, terminal.terminal, fault, now, epoch=terminal.epoch, seq=seq, facts=error.facts
            )
            late.keep(connection, side, self._now, FORK)
            return read_marks(connection, terminal.terminal, terminal.epoch, self._now)


def _head(connection: Connection, terminal: Terminal) -> tuple[Head, Head]:
    """(received, safe), their row locked until the transaction ends."""
    row = connection.execute(_LOCKED, {"of": terminal.terminal, "in": terminal.epoch}).one()
    return Head(row.epoch, row.seq, row.hash), Head(row.epoch, row.safe_seq, row.safe_hash)


def _check_start(connection: Connection, terminal: Terminal, new: Sequence[Entry]) -> None:
    """What is brought back ends where the present epoch begins; raises EntryError FORK, KEY."""
    mine = (HEADS.c.terminal == terminal.terminal, HEADS.c.epoch == terminal.epoch)
    start = connection.execute(select(HEADS.c.start_seq, HEADS.c.start_hash).where(*mine)).one()
    for entry in new:
        seq = entry.header.seq
        if seq == start.start_seq and entry.hash != start.start_hash:
            raise EntryError(EntryFault.FORK, seq=seq, what="epoch start")
        if (seq <= start.start_seq) != (entry.header.epoch != terminal.epoch):
            raise EntryError(EntryFault.KEY, seq=seq, what="epoch")


def _check_follows(connection: Connection, terminal: Terminal, entry: Entry, head: Head) -> None:
    header = entry.header
    follows = header.seq == head.seq + 1 and header.previous == head.hash
    if not follows and late.goes_on(connection, terminal, entry):
        raise EntryError(EntryFault.FORK, seq=header.seq)
    if header.seq != head.seq + 1:
        raise EntryError(EntryFault.GAP, seq=header.seq, expected=head.seq + 1)
    if header.previous != head.hash:
        raise EntryError(EntryFault.PREVIOUS, seq=header.seq)


def _authentic(entries: Sequence[Entry], terminal: Terminal, first: int) -> list[Entry]:
    """The entries from ``first`` on that the terminal really signed."""
    kept = []
    for entry in entries:
        try:
            check_signature(entry, terminal)
        except EntryError:
            continue
        if entry.header.seq >= first:
            kept.append(entry)
    return kept


def _place(entry: Entry) -> dict[str, object]:
    header = entry.header
    return {"terminal": header.terminal, "epoch": header.epoch, "seq": header.seq}


def entry_row(entry: Entry, received: str) -> dict[str, object]:
    return {
        **_place(entry),
        "hash": entry.hash,
        "body": entry.body,
        "terminal_signature": entry.terminal_signature,
        "session_signature": entry.session_signature,
        "received_at": received,
    }


def attachment_rows(entry: Entry, received: str) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for number, part in enumerate(entry.attachments):
        if part is None:
            continue
        retention, month = file_under(entry.header, entry.header.commitments[number], received)
        filed = {"n": number, "retention": retention, "month": month, "class": part.cls.value}
        rows.append({**_place(entry), **filed, "nonce": part.nonce, "data": part.data})
    return rows
