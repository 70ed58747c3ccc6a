"""What the counters' own entries say of their directives: how far each adopted, and what it set aside.

The follower keeps it (a view: made again from the entries), ``hq directive list`` shows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, exists, func, select

from core import wire
from core.errors import Fact
from core.ledger.entry import Entry
from hq.alarms import insert_if_new, raise_alarm, upsert
from hq.clock import Now
from hq.database import Database
from hq.schema import ADOPTED, DIRECTIVE_FAULTS, DIRECTIVES, ESTATE, PUBLICATIONS, TERMINALS

OTHER_DIRECTIVE = "directive.other"  # adopted, and not what headquarters has under that number
_KINDS = (("DirectivesAdopted", 1), ("DirectiveParked", 1))


def speaks_of_directives(entry: Entry) -> bool:
    """Whether :func:`keep_adopted` has to see it."""
    return (entry.header.kind, entry.header.kind_version) in _KINDS


def keep_adopted(connection: Connection, terminal: str, entries: Sequence[Entry], now: Now) -> None:
    """Note what these entries of ``terminal``, in sequence, say; in the follower's transaction."""
    for entry in entries:
        number = int(entry.data["number"])
        if entry.header.kind == "DirectiveParked":
            row = {"terminal": terminal, "number": number, "cause": entry.data["cause"]}
            insert_if_new(connection, DIRECTIVE_FAULTS, row)
            continue
        head = wire.unb64(entry.data["head"])
        same = (DIRECTIVES.c.terminal == terminal, DIRECTIVES.c.number == number)
        ours = connection.execute(select(DIRECTIVES.c.hash).where(*same)).scalar_one_or_none()
        if ours is not None and ours != head:
            # The old one stands at the counter; ours came after a restore (T5, house.md "One idea").
            facts: dict[str, Fact] = {"number": number}
            epoch, seq = entry.header.epoch, entry.header.seq
            raise_alarm(connection, terminal, OTHER_DIRECTIVE, now(), epoch=epoch, seq=seq, facts=facts)
        values = {"number": number, "hash": head, "seq": entry.header.seq}
        statement = upsert(connection, ADOPTED).values(terminal=terminal, **values)
        connection.execute(statement.on_conflict_do_update(index_elements=["terminal"], set_=values))


def on_its_way() -> tuple[ColumnElement[bool], ...]:
    """Of publications to one counter: those that were not halted, and that it has not adopted."""
    delivered: Any = DIRECTIVES.c.publication == PUBLICATIONS.c.number
    adopted: Any = (ADOPTED.c.terminal == DIRECTIVES.c.terminal) & (ADOPTED.c.number >= DIRECTIVES.c.number)
    gone = exists().where(delivered, adopted)
    return PUBLICATIONS.c.terminal == ESTATE, PUBLICATIONS.c.halted_at.is_(None), ~gone


@dataclass(frozen=True, slots=True)
class PublicationRow:
    """One publication: to how many terminals it goes by now, has gone, counts at, and was set aside by."""

    number: int
    kind: str
    subject: str
    scope: str
    at: str
    halted: str | None
    terminals: int
    delivered: int
    adopted: int
    parked: int


def list_publications(database: Database) -> list[PublicationRow]:
    """Every publication, the newest last."""
    with database.read() as connection:
        sizes = _sizes(connection)
        far = _counts(connection)
        rows = connection.execute(
            select(PUBLICATIONS).where(PUBLICATIONS.c.terminal == ESTATE).order_by(PUBLICATIONS.c.number)
        )
        return [
            PublicationRow(
                int(row.number),
                row.kind,
                row.subject,
                row.scope,
                row.published_at,
                row.halted_at,
                sizes.get(row.scope, 1 if row.scope.startswith("terminal:") else 0),
                *far.get(int(row.number), (0, 0, 0)),
            )
            for row in rows
        ]


def _sizes(connection: Connection) -> dict[str, int]:
    """Scope → its terminals."""
    counted = select(TERMINALS.c.branch, func.count()).group_by(TERMINALS.c.branch)
    branches = {f"branch:{branch}": int(count) for branch, count in connection.execute(counted)}
    return {**branches, "*": sum(branches.values())}


def _counts(connection: Connection) -> dict[int, tuple[int, int, int]]:
    """Publication → (delivered, adopted, parked)."""
    at_counter: Any = (ADOPTED.c.terminal == DIRECTIVES.c.terminal) & (
        ADOPTED.c.number >= DIRECTIVES.c.number
    )
    faulty: Any = (DIRECTIVE_FAULTS.c.terminal == DIRECTIVES.c.terminal) & (
        DIRECTIVE_FAULTS.c.number == DIRECTIVES.c.number
    )
    wanted = (
        select(
            DIRECTIVES.c.publication,
            func.count(DIRECTIVES.c.number),
            func.count(ADOPTED.c.number),
            func.count(DIRECTIVE_FAULTS.c.number),
        )
        .outerjoin(ADOPTED, at_counter)
        .outerjoin(DIRECTIVE_FAULTS, faulty)
        .group_by(DIRECTIVES.c.publication)
    )
    return {int(number): (int(a), int(b), int(c)) for number, a, b, c in connection.execute(wanted)}
