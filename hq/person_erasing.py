"""Headquarters' own parts of erased persons' items go at once: sealed parts, annexes, search marks, copies.

Due is what a counter's ``PersonErased`` or headquarters itself says (hq/person_items.py), once the term is
over by headquarters' own rule data and clock: a counter that says so too soon is an alarm, and its item only
restricted.  Written down first.  What came back since (a counter sent it again) goes again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    LargeBinary,
    Select,
    Table,
    bindparam,
    delete,
    exists,
    func,
    or_,
    select,
    tuple_,
    update,
)

from core.errors import CounterError, StoreError, StoreFault
from core.ledger.clock import CHINA
from core.ledger.entry import stamp
from core.ledger.erasure import ASKED, PERSON_ERASED
from hq import partitions
from hq.alarms import raise_alarm
from hq.clock import Now, utc_now
from hq.database import Database
from hq.entries import span_of
from hq.partitions import Partition, of_class
from hq.person_items import Does, PersonItem, from_row, ground_of, keep, load_term, need_item
from hq.referring import LATE, WAITING
from hq.retention import check_clock, empty_log
from hq.schema import ATTACHMENTS, CLAIMS, ENTRIES, REFERENCES
from hq.schema_beside import PERSON_ITEMS, RESTRICTED
from hq.shelves import Shelf

EARLY = "persons.early"  # a counter says that an item was erased long before its term is over
_EARLY_DAYS = 62  # between an acceptance and its coming here a counter may have been away
_AT_ONCE = 200
_BEGIN = ("", 0)
_CORRECTED = b'"kind":"ItemCorrected"'
_TABLES = (REFERENCES, CLAIMS)


@dataclass(frozen=True, slots=True)
class _Place:
    """Of one entry."""

    terminal: str
    epoch: int
    seq: int


class PersonErasing:
    """Looks and erases; several may run, what one did is nothing for the next."""

    def __init__(self, database: Database, directory: Path, *, now: Now = utc_now) -> None:
        """``directory``: headquarters' own, where the log of items is."""
        self._database = database
        self._directory = directory
        self._now = now
        self._heard = self._looked = _BEGIN  # up to where this round went; the next look goes on

    def settle(self) -> list[PersonItem]:
        """Everything that is due; what was erased.  Nothing on a clock that no counter confirms.

        Raises StoreError IO, DAMAGED, BUSY where the write-ahead log still has them: the next look goes on.
        """
        if not self._waits():
            return []
        try:
            check_clock(self._database, self._now)
        except StoreError as error:
            if error.code is StoreFault.UNSAFE:
                return []
            raise
        self._take_up()
        with self._database.read() as connection:
            due = self._due(connection)
        done, shelves = list[PersonItem](), set[Shelf]()
        for item in due:
            with self._database.write() as connection:
                if _referred(connection, item):
                    continue  # somebody's contact is "as in" this one: copied first, by the opening service
                shelves |= _erase(connection, item)
            done.append(item)
        if not done:
            return []
        self._sweep(shelves)
        return [self._end(item) for item in done]

    def _waits(self) -> bool:
        said, open_ = _unheard(), _open()
        with self._database.read() as connection:
            return any(connection.execute(wanted.limit(1)).first() is not None for wanted in (said, open_))

    def _take_up(self) -> None:
        """What counters said: judged again here, and written down."""
        with self._database.read() as connection:
            rows = list(connection.execute(_some(_unheard(), RESTRICTED, self._heard)))
        self._heard = _after(rows)
        for row in rows:
            with self._database.write() as connection:
                self._judge(connection, row.terminal, row.seq, row.epoch, row.request)

    def _judge(self, connection: Connection, terminal: str, item: int, epoch: int, request: str) -> None:
        now = self._now()
        try:
            entry, received = need_item(connection, terminal, item)
        except CounterError:
            return  # of no item: nothing of it is here
        term = load_term(now.astimezone(CHINA).date())
        ground = ground_of(connection, entry, received, term, self._now)
        if ground == ASKED:
            erase = Does.ERASE.value
            one = PersonItem(
                terminal, entry.header.epoch, item, request, erase, ground, term.version, stamp(now)
            )
            keep(connection, self._directory, one, 0)
        elif (term.over(received) - now.astimezone(CHINA).date()).days > _EARLY_DAYS:
            raise_alarm(connection, terminal, EARLY, now, epoch=epoch, seq=item, again=False)

    def _due(self, connection: Connection) -> list[PersonItem]:
        rows = list(connection.execute(_some(_open(), PERSON_ITEMS, self._looked)))
        self._looked = _after(rows)
        return [from_row(row._mapping) for row in rows]

    def _sweep(self, shelves: set[Shelf]) -> None:
        """The bytes are on no page any more, as far as the database can see to it (docs/retention.md)."""
        if not self._database.is_postgresql:
            empty_log(self._database)
            return
        with self._database.alone() as connection:
            here = set(partitions.here(connection))
            for part in sorted(here & _parts(shelves), key=lambda each: each.name):
                connection.exec_driver_sql(f'VACUUM "{part.name}"')

    def _end(self, item: PersonItem) -> PersonItem:
        ended = update(PERSON_ITEMS).where(*_row_of(item)).values(ended_at=stamp(self._now()))
        with self._database.write() as connection:
            return from_row(connection.execute(ended.returning(*PERSON_ITEMS.c)).mappings().one())


def _some(wanted: Select[Any], table: Table, after: tuple[str, int]) -> Select[Any]:
    """The next few: those that cannot be done yet do not keep the others waiting."""
    place = tuple_(table.c.terminal, table.c.seq)
    return wanted.where(place > after).order_by(table.c.terminal, table.c.seq).limit(_AT_ONCE)


def _after(rows: Sequence[Any]) -> tuple[str, int]:
    return (rows[-1].terminal, rows[-1].seq) if len(rows) == _AT_ONCE else _BEGIN


def _unheard() -> Select[Any]:
    """What counters' entries say is erased, and no row here yet."""
    mine = (PERSON_ITEMS.c.terminal == RESTRICTED.c.terminal, PERSON_ITEMS.c.seq == RESTRICTED.c.seq)
    known = exists().where(*mine, PERSON_ITEMS.c.does == Does.ERASE.value)
    wanted = select(RESTRICTED.c.terminal, RESTRICTED.c.seq, RESTRICTED.c.epoch, RESTRICTED.c.request)
    return wanted.where(RESTRICTED.c.kind == PERSON_ERASED, ~known)


def _open() -> Select[Any]:
    """Rows whose bytes are here, or here again."""
    same = (
        ATTACHMENTS.c.terminal == PERSON_ITEMS.c.terminal,
        ATTACHMENTS.c.epoch == PERSON_ITEMS.c.epoch,
        ATTACHMENTS.c.seq == PERSON_ITEMS.c.seq,
    )
    back = exists().where(*same)
    return select(PERSON_ITEMS).where(
        PERSON_ITEMS.c.does == Does.ERASE.value, or_(PERSON_ITEMS.c.ended_at.is_(None), back)
    )


def _referred(connection: Connection, item: PersonItem) -> bool:
    """Whether another item's contact still has to be copied from this one."""
    here = (
        REFERENCES.c.target_terminal == item.terminal,
        REFERENCES.c.target_epoch == item.epoch,
        REFERENCES.c.target_seq == item.seq,
    )
    wanted = select(REFERENCES.c.seq).where(*here, REFERENCES.c.state.in_((WAITING, LATE))).limit(1)
    return connection.execute(wanted).first() is not None


def _row_of(item: PersonItem) -> tuple[ColumnElement[bool], ...]:
    return PERSON_ITEMS.c.terminal == item.terminal, PERSON_ITEMS.c.seq == item.seq


def _erase(connection: Connection, item: PersonItem) -> set[Shelf]:
    """The item's own attachments and those of its corrections, counted in its row; where they lay."""
    rows, shelves = 0, set[Shelf]()
    for place in [_Place(item.terminal, item.epoch, item.seq), *_corrections(connection, item)]:
        for table in (ATTACHMENTS, *_TABLES):
            mine = (table.c.terminal == place.terminal, table.c.epoch == place.epoch)
            gone = delete(table).where(*mine, table.c.seq == place.seq)
            if table is ATTACHMENTS:
                found = connection.execute(gone.returning(table.c.retention, table.c.month)).all()
                rows += len(found)
                shelves |= {(row.retention, row.month) for row in found}
            else:
                connection.execute(gone)
    counted = update(PERSON_ITEMS).where(*_row_of(item)).values(rows=PERSON_ITEMS.c.rows + rows)
    connection.execute(counted)
    return shelves


def _corrections(connection: Connection, item: PersonItem) -> Sequence[_Place]:
    """Of this item, by what their chained bytes say (canonical JSON: docs/format.md)."""
    wanted = select(ENTRIES.c.epoch, ENTRIES.c.seq).where(
        *span_of(ENTRIES), *(_has(connection, part) for part in (_CORRECTED, b'"item":%d,' % item.seq))
    )
    asked = {"of": item.terminal, "low": item.seq + 1, "high": 2**62}
    return [_Place(item.terminal, row.epoch, row.seq) for row in connection.execute(wanted, asked)]


def erased_at(connection: Connection) -> dict[tuple[str, int, int], str]:
    """(terminal, epoch, seq) of each person's item that is erased here → since when (stamp form)."""
    wanted = select(PERSON_ITEMS).where(PERSON_ITEMS.c.does == Does.ERASE.value)
    return {(row.terminal, row.epoch, row.seq): row.at for row in connection.execute(wanted)}


def corrected_item(body: bytes) -> int | None:
    """The item that a chained ``ItemCorrected`` corrects; None for another kind of entry."""
    if _CORRECTED not in body:
        return None
    try:
        item = json.loads(body)["data"]["item"]
    except (ValueError, KeyError, TypeError):
        return None
    return item if isinstance(item, int) else None


def _has(connection: Connection, part: bytes) -> ColumnElement[bool]:
    value = bindparam(None, part, type_=LargeBinary)
    if connection.dialect.name == "postgresql":
        return func.position(value.op("IN")(ENTRIES.c.body)) > 0
    return func.instr(ENTRIES.c.body, value) > 0


def _parts(shelves: set[Shelf]) -> set[Partition]:
    return {part for retention, month in shelves for part in of_class(retention, month)}
