"""Persons' items that headquarters restricts or erases (PIPL 44, 47): judged here, written down, told.

Until a year is over an item can be asked about (邮政法 49), and its record may not be deleted: restricted, it
is opened by nobody and ends with its month.  After that headquarters' own parts go at once
(hq/person_erasing.py).  The term is headquarters' own rule data and counted by its own clock from the day on
which it received the entry, so that no counter's word can shorten it.  Each request stands twice, as month
erasures do: in the table, and in a file beside the keys, because a restored backup may be older.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from core.errors import HqError, HqFault
from core.ledger import cases, forms
from core.ledger.clock import CHINA
from core.ledger.directives import DirectiveKind
from core.ledger.entry import AttachmentClass, Entry, parse_stamp, stamp
from core.ledger.erasure import ASKED, ENQUIRY, NOT_SAFE, OBJECTION, PERSON_ERASED
from core.strict import read_json
from hq.adoption import on_its_way
from hq.alarms import upsert
from hq.clock import Now, utc_now
from hq.database import Database
from hq.directives import Publication, publish, to_terminal
from hq.entries import read_received
from hq.erasures import append_line, read_lines
from hq.followed import state_of
from hq.retention import check_clock
from hq.retention_rules import DIRECTORY, MARKS, PARTS
from hq.schema import HEADS, PUBLICATIONS
from hq.schema_beside import PERSON_ITEMS, RESTRICTED

FILE = "person-items.jsonl"
_MOST_BYTES = 100_000


class Does(StrEnum):
    """What becomes of the item; codes go into the directive."""

    RESTRICT = "restrict"
    ERASE = "erase"


@dataclass(frozen=True, slots=True)
class PersonItem:
    """One item; ``at`` in stamp form.  ``seq`` is its acceptance's."""

    terminal: str
    epoch: int
    seq: int
    request: str
    does: str
    ground: str
    rules: str
    at: str
    told: int = 0
    ended_at: str | None = None
    rows: int = 0


@dataclass(frozen=True, slots=True)
class Term:
    """How long an item's record may not be deleted, after the day on which headquarters received it."""

    version: str
    days: int

    def over(self, received: str) -> dt.date:
        """The first day on which it may go."""
        return parse_stamp(received).astimezone(CHINA).date() + dt.timedelta(days=self.days)


def load_term(day: dt.date, directory: Path = DIRECTORY) -> Term:
    """Of the edition in force on ``day``, or of the first one; raises ConfigError (file, key, expected)."""
    editions = []
    for path in sorted(directory.glob("*.json")):
        part = read_json(path.read_bytes(), path.name, _MOST_BYTES).members(PARTS)
        keep = part["persons"].members(("keep",))["keep"].members(("value", "mark", "source"))
        keep["mark"].one_of(MARKS)
        keep["source"].text()
        term = Term(part["version"].text(), keep["value"].integer(1, 3660))
        editions.append((part["effective_from"].date(), term))
    editions.sort(key=lambda each: each[0])
    in_force = [term for effective, term in editions if effective <= day]
    return in_force[-1] if in_force else editions[0][1]


def ask(
    database: Database,
    directory: Path,
    terminal: str,
    items: Sequence[int],
    does: Does,
    request: str = "",
    now: Now = utc_now,
) -> list[PersonItem]:
    """Write down what is asked of these items and tell their counter; what becomes of each.

    ``request`` "": one is made up.  Raises StoreError UNSAFE where no counter confirms this clock; HqError
    CONFLICT (facts: what) for what is no item or not followed yet, while a label or receipt is still to come
    or a case is open, and for what was asked already.  Then nothing is written.
    """
    check_clock(database, now)
    request = request or f"h-{secrets.token_hex(8)}"
    if not forms.ID(request):
        raise HqError(HqFault.CONFLICT, what="a request's number is letters, digits, . _ : - and at most 64")
    with database.write() as connection:
        made = [_judged(connection, terminal, item, does, request, now) for item in dict.fromkeys(items)]
        done = []
        for one in made:
            body = {"item": one.seq, "request": one.request, "does": one.does, "ground": one.ground}
            said = Publication(DirectiveKind.ITEM.value, str(one.seq), body, to_terminal(terminal))
            done.append(keep(connection, directory, one, publish(connection, said, now)))
    return done


def _judged(
    connection: Connection, terminal: str, item: int, does: Does, request: str, now: Now
) -> PersonItem:
    entry, received = need_item(connection, terminal, item)
    _need_done(connection, terminal, item)
    earlier = found(connection, terminal, item)
    again = earlier is not None and (earlier.does == Does.ERASE or does == Does.RESTRICT)
    if earlier is not None and again and _heard(connection, earlier):
        raise HqError(HqFault.CONFLICT, what=f"item {item}: {earlier.does} was asked already")
    term = load_term(now().astimezone(CHINA).date())
    ground = OBJECTION if does is Does.RESTRICT else ground_of(connection, entry, received, term, now)
    becomes = Does.ERASE if ground == ASKED else Does.RESTRICT
    if earlier is not None and becomes is Does.RESTRICT and not (again and earlier.does == Does.RESTRICT):
        raise HqError(HqFault.CONFLICT, what=f"item {item}: restricted, and has to stay so ({ground})")
    if earlier is not None and earlier.request == request:
        request = (
            f"{request[:59]}.{secrets.token_hex(2)}"  # the same words once more would be no new directive
        )
    header = entry.header
    return PersonItem(
        terminal, header.epoch, item, request, becomes.value, ground, term.version, stamp(now())
    )


def _heard(connection: Connection, one: PersonItem) -> bool:
    """Whether its counter did what was asked, or still will.

    It did not where the publication was halted or went with a restored database, or where a counter that
    was told to erase could only restrict: then it is told again.
    """
    mine = (RESTRICTED.c.terminal == one.terminal, RESTRICTED.c.seq == one.seq)
    said = set(connection.execute(select(RESTRICTED.c.kind).where(*mine)).scalars())
    if PERSON_ERASED in said or (said and one.does == Does.RESTRICT):
        return True
    its_own = (PUBLICATIONS.c.number == one.told, PUBLICATIONS.c.subject == str(one.seq))
    wanted = select(PUBLICATIONS.c.number).where(*its_own, *on_its_way())
    return connection.execute(wanted).first() is not None


def need_item(connection: Connection, terminal: str, item: int) -> tuple[Entry, str]:
    """(its acceptance, when that came); raises HqError CONFLICT for what is no item."""
    for entry, received in read_received(connection, terminal, item, item):
        annexes = [one for one in entry.header.commitments if one.cls is AttachmentClass.ANNEX]
        if entry.header.kind == "ItemAccepted" and annexes:
            return entry, received
    raise HqError(HqFault.CONFLICT, what=f"entry {item} is no item's acceptance")


def ground_of(connection: Connection, entry: Entry, received: str, term: Term, now: Now) -> str:
    """Why it may not go yet; ``asked`` where it may."""
    if now().astimezone(CHINA).date() < term.over(received):
        return ENQUIRY
    mine = (HEADS.c.terminal == entry.header.terminal, HEADS.c.safe_seq >= entry.header.seq)
    safe = connection.execute(select(HEADS.c.epoch).where(*mine).limit(1)).first() is not None
    return ASKED if safe else NOT_SAFE


def _need_done(connection: Connection, terminal: str, item: int) -> None:
    """Nothing is still being done with it at the counter, as far as that is followed."""
    state = state_of(connection, terminal)
    if state is None or state.head.seq < item:
        raise HqError(HqFault.CONFLICT, what=f"item {item}: not followed yet")
    value = state.value
    if str(item) in value["labels"] or str(item) in value["receipts"]:
        raise HqError(HqFault.CONFLICT, what=f"item {item}: a label or receipt is still to come")
    if any(row["item"] == item for row in value.get(cases.MEMBER, {}).values()):
        raise HqError(HqFault.CONFLICT, what=f"item {item}: a case is open; its counter closes it first")


def keep(connection: Connection, directory: Path, one: PersonItem, told: int) -> PersonItem:
    """In the file first, then in the table; a restricted item may be erased later, never the reverse."""
    row = {**asdict(one), "told": told}
    said = {name: row[name] for name in row if name not in ("told", "ended_at", "rows")}
    append_line(directory / FILE, said)
    statement = upsert(connection, PERSON_ITEMS).values(row)
    keys = [key.name for key in PERSON_ITEMS.primary_key]
    changed = {name: value for name, value in row.items() if name not in keys}
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed))
    return PersonItem(**row)


def found(connection: Connection, terminal: str, item: int) -> PersonItem | None:
    """What the table says of one item."""
    mine = (PERSON_ITEMS.c.terminal == terminal, PERSON_ITEMS.c.seq == item)
    row = connection.execute(select(PERSON_ITEMS).where(*mine)).mappings().one_or_none()
    return None if row is None else from_row(row)


def from_row(row: Mapping[Any, Any]) -> PersonItem:
    """A row of the table, or of a backup of it."""
    return PersonItem(**{name: row[name] for name in PersonItem.__slots__})


def read_items(directory: Path) -> list[PersonItem]:
    """What the file beside the keys says, in order.  Raises StoreError IO, DAMAGED."""
    return read_lines(directory / FILE, lambda said: PersonItem(**said))
