"""Erasing what is kept no longer: a retention class and month at a time, on PostgreSQL by its partition.

Due is what the dated rule data say (hq/retention_rules.py).  Held back, by name, is a month in which anything
stands above its terminal's *safe* mark, or that a reference still has to be copied from.  It is written down
first (hq/erasures.py).  Chains stay as they are: they cover commitments, and verify without the bytes.
"""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from sqlalchemy import (
    ColumnElement,
    Connection,
    MetaData,
    and_,
    delete,
    exists,
    func,
    select,
    table,
    update,
)

from core.errors import StoreError, StoreFault
from core.ledger.clock import business_date
from core.ledger.entry import AttachmentClass, parse_stamp, stamp
from hq import partitions
from hq.clock import Now, utc_now
from hq.database import WAIT_SECONDS, Database
from hq.erasures import Erasure, begin, end, erased, without
from hq.partitions import SEALED, of_class
from hq.referring import LATE, WAITING
from hq.retention_rules import RetentionRules
from hq.schema import ATTACHMENTS, HEADS, REFERENCES, SIDE_ENTRIES, TERMINALS
from hq.shelves import Shelf

CLOCK = dt.timedelta(days=3)  # a counter was heard within so long of this clock, or it is not believed
_NAMED = 5  # terminals named of those that hold a month back
_TRIES, _PAUSE = 50, 0.2  # until whoever reads the write-ahead log has ended


class Standing(StrEnum):
    """Of one class and month."""

    KEPT = "kept"  # its time is not over
    DUE = "due"
    HELD = "held"  # due, and something is still owed: ``why``
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class Filed:
    """One class and month that has attachments here, or had."""

    retention: str
    month: str
    due: dt.date
    standing: Standing
    why: str = ""
    rows: int = 0  # erased attachments


class Retention:
    """Looks and erases.  One run at a time; counters go on sending meanwhile."""

    def __init__(
        self, database: Database, directory: Path, rules: RetentionRules, *, now: Now = utc_now
    ) -> None:
        """``directory``: headquarters' own, where the erasure log is."""
        self._database = database
        self._directory = directory
        self._rules = rules
        self._now = now

    def listed(self) -> list[Filed]:
        """Every class and month, in order."""
        with self._database.read() as connection:
            here = [shelf for shelf in self._shelves(connection) if _has_rows(connection, shelf)]
            found = {shelf: self._judged(connection, shelf) for shelf in here}
            for shelf, said in erased(connection).items():
                due = self._rules.due(*shelf)
                found.setdefault(shelf, Filed(*shelf, due, Standing.ERASED, said.ended or "", said.rows))
        return [found[shelf] for shelf in sorted(found)]

    def run(self) -> list[Filed]:
        """Erase what is due and not held back; what was done with each that was due.

        Raises StoreError UNSAFE where no counter confirms this clock, IO, BUSY.
        """
        check_clock(self._database, self._now)
        if self._database.is_postgresql:
            self._mend()
        done: list[Filed] = []
        cut: dict[Shelf, int] = {}
        for filed in self.listed():
            if filed.standing is Standing.DUE:
                filed = self._erase(filed)
                done.append(filed)
            elif filed.standing is Standing.HELD:
                done.append(filed)
            elif filed.standing is Standing.ERASED and not filed.why:
                cut[filed.retention, filed.month] = 0
        gone = {(each.retention, each.month): each.rows for each in done if each.standing is Standing.ERASED}
        self._beside()
        self._settle({**cut, **gone})
        return done

    # -- what is due ---------------------------------------------------------------------------------

    def _shelves(self, connection: Connection) -> list[Shelf]:
        if self._database.is_postgresql:
            tables = partitions.here(connection)
            return [(part.retention, part.month) for part in tables if part.table is ATTACHMENTS]
        wanted = select(ATTACHMENTS.c.retention, ATTACHMENTS.c.month).distinct()
        return [(row.retention, row.month) for row in connection.execute(wanted)]

    def _judged(self, connection: Connection, shelf: Shelf) -> Filed:
        due = self._rules.due(*shelf)
        if business_date(self._now()) < due:
            return Filed(*shelf, due, Standing.KEPT)
        why = self._owed(connection, shelf)
        return Filed(*shelf, due, Standing.HELD if why else Standing.DUE, why)

    def _owed(self, connection: Connection, shelf: Shelf) -> str:
        """Why it may not go yet, "" where it may."""
        above = exists().where(_on(shelf), _of_head(), ATTACHMENTS.c.seq > HEADS.c.safe_seq)
        wanted = select(HEADS.c.terminal).where(above).order_by(HEADS.c.terminal).limit(_NAMED)
        if names := list(connection.execute(wanted).scalars()):
            return f"not safe yet: {' '.join(names)}"
        if shelf[0] == SEALED and (places := _referred(connection, shelf)):
            return f"references not copied yet: {' '.join(places)}"
        return ""

    # -- erasing -------------------------------------------------------------------------------------

    def _erase(self, filed: Filed) -> Filed:
        shelf = (filed.retention, filed.month)
        with self._database.write() as connection:
            erasure = Erasure(*shelf, self._rules.version, stamp(self._now()))
            begin(connection, self._directory, erasure)
        end_it = self._drop if self._database.is_postgresql else self._delete
        rows, why = end_it(shelf)
        standing = Standing.HELD if why else Standing.ERASED
        return Filed(*shelf, filed.due, standing, why, rows)

    def _drop(self, shelf: Shelf) -> tuple[int, str]:
        """PostgreSQL: detached, looked at once more where nobody writes any more, dropped.

        Detaching waits for readers, so without the lock; a node that makes the month for what comes late may
        have attached it again by the time the lock is held.  From there on until all is dropped none does.
        """
        parts = list(of_class(*shelf))
        with self._database.alone() as connection:
            for part in parts:
                if partitions.is_attached(connection, part):
                    partitions.detach(connection, part)
            counted = select(func.count()).select_from(table(parts[0].name))
            rows = int(connection.execute(counted).scalar_one())
        with self._database.write() as connection:
            partitions.lock(connection)
            late = _late(connection, parts[0].name)
            attached = [part for part in parts if partitions.is_attached(connection, part)]
            if late or attached:
                for part in parts:
                    if part not in attached:
                        partitions.attach(connection, part)
                return 0, f"not safe yet: {' '.join(late)}" if late else "more came meanwhile"
            for part in parts:
                connection.exec_driver_sql(f'DROP TABLE "{part.name}"')
        return rows, ""

    def _delete(self, shelf: Shelf) -> tuple[int, str]:
        """SQLite: a transaction for each terminal; its pages are zeroed (secure_delete)."""
        with self._database.read() as connection:
            terminals = set(connection.execute(select(ATTACHMENTS.c.terminal).where(_on(shelf))).scalars())
            for part in of_class(*shelf):
                of_month = part.table.c.month == shelf[1]
                terminals |= set(connection.execute(select(part.table.c.terminal).where(of_month)).scalars())
        rows = 0
        for terminal in sorted(terminals):
            safe = select(HEADS.c.safe_seq).where(_of_head()).scalar_subquery()
            gone = delete(ATTACHMENTS).where(ATTACHMENTS.c.terminal == terminal, _on(shelf))
            with self._database.write() as connection:
                rows += connection.execute(gone.where(ATTACHMENTS.c.seq <= safe)).rowcount
                for part in of_class(*shelf):
                    if part.table is not ATTACHMENTS:
                        mine = (part.table.c.terminal == terminal, part.table.c.month == shelf[1])
                        connection.execute(delete(part.table).where(*mine))
        return rows, ""

    def _beside(self) -> None:
        """What stands beside the chains goes as well: its attachments lie in the entry's own JSON."""
        changed = False
        with self._database.read() as connection:
            shelves = frozenset(erased(connection))
            rows = [row for row in connection.execute(select(SIDE_ENTRIES)) if shelves]
        for row in rows:
            kept = without(row.entry, row.received_at, shelves)
            if kept != row.entry:
                mine = [column == getattr(row, column.name) for column in SIDE_ENTRIES.primary_key]
                with self._database.write() as connection:
                    connection.execute(update(SIDE_ENTRIES).where(*mine).values(entry=kept))
                changed = True
        if changed and self._database.is_postgresql:
            with self._database.alone() as connection:  # a small table; an update leaves the old bytes
                connection.exec_driver_sql(f'VACUUM FULL "{SIDE_ENTRIES.name}"')

    def _settle(self, gone: dict[Shelf, int]) -> None:
        """The bytes are on no page any more: say so.  Raises StoreError BUSY where the log still has them."""
        if not gone:
            return
        if not self._database.is_postgresql:
            empty_log(self._database)
        with self._database.write() as connection:
            for shelf, rows in gone.items():
                end(connection, shelf, rows, self._now())

    def _mend(self) -> None:
        """What a cut-off run left detached is attached again: it is judged anew."""
        with self._database.alone() as connection:
            partitions.mend(connection)
            for part in partitions.here(connection):
                if not partitions.is_attached(connection, part):
                    partitions.attach(connection, part)


def check_clock(database: Database, now: Now) -> None:
    """No erasure on a clock that nobody confirms: one that is years ahead would erase everything.

    Raises StoreError UNSAFE.
    """
    with database.read() as connection:
        newest = connection.execute(select(func.max(TERMINALS.c.contact_at))).scalar_one()
    if newest is None or abs(now() - parse_stamp(newest)) > CLOCK:
        raise StoreError(StoreFault.UNSAFE, what="clock")


def empty_log(database: Database) -> None:
    """SQLite's write-ahead log holds nothing any more.  Raises StoreError BUSY where somebody reads it."""
    for _ in range(_TRIES):
        with database.alone() as connection:
            # Without a wait: while it waits for readers nobody else could write.
            connection.exec_driver_sql("PRAGMA busy_timeout=0")
            try:
                busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0]
            finally:
                connection.exec_driver_sql(f"PRAGMA busy_timeout={WAIT_SECONDS * 1000}")
        if not busy:
            return
        time.sleep(_PAUSE)
    raise StoreError(StoreFault.BUSY, retry=True, what="write-ahead log")


def _on(shelf: Shelf) -> ColumnElement[bool]:
    return and_(ATTACHMENTS.c.retention == shelf[0], ATTACHMENTS.c.month == shelf[1])


def _of_head() -> ColumnElement[bool]:
    return and_(ATTACHMENTS.c.terminal == HEADS.c.terminal, ATTACHMENTS.c.epoch == HEADS.c.epoch)


def _has_rows(connection: Connection, shelf: Shelf) -> bool:
    return connection.execute(select(ATTACHMENTS.c.n).where(_on(shelf)).limit(1)).first() is not None


def _referred(connection: Connection, shelf: Shelf) -> list[str]:
    """Targets on the shelf of references that wait to be resolved: until then nobody has a copy."""
    waiting = REFERENCES.c.state.in_((WAITING, LATE))
    named = (REFERENCES.c.target_terminal, REFERENCES.c.target_epoch, REFERENCES.c.target_seq)
    wanted = select(*named).where(waiting, REFERENCES.c.target_seq.is_not(None)).distinct()
    found = []
    for terminal, epoch, seq in connection.execute(wanted):
        place = (ATTACHMENTS.c.terminal == terminal, ATTACHMENTS.c.epoch == epoch, ATTACHMENTS.c.seq == seq)
        sealed = ATTACHMENTS.c["class"] == AttachmentClass.SEALED.value
        here = select(ATTACHMENTS.c.n).where(*place, sealed, _on(shelf))
        if connection.execute(here.limit(1)).first() is not None:
            found.append(f"{terminal}/{epoch}/{seq}")
        if len(found) == _NAMED:
            break
    return found


def _late(connection: Connection, name: str) -> list[str]:
    """Terminals that wrote onto a shelf between the look and its end, above their *safe* mark."""
    shelf = ATTACHMENTS.to_metadata(MetaData(), name=name)
    above = exists().where(
        shelf.c.terminal == HEADS.c.terminal, shelf.c.epoch == HEADS.c.epoch, shelf.c.seq > HEADS.c.safe_seq
    )
    wanted = select(HEADS.c.terminal).where(above).order_by(HEADS.c.terminal).limit(_NAMED)
    return list(connection.execute(wanted).scalars())
