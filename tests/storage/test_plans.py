"""No look-up reads through a table: SQLite's own plan of every statement that a look-up runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from storage.journal import SqlJournal
from tests.storage.counters import Counter

pytestmark = pytest.mark.requirement("R105")

LOOK_UPS: dict[str, Callable[[SqlJournal], object]] = {
    "waybill": lambda journal: journal.item_by_waybill("XA000000001CN"),
    "token": lambda journal: journal.item_by_token("t"),
    "number": lambda journal: journal.item_by_number(1),
    "hint": lambda journal: journal.items_by_hint({"2026-10": "1a2b", "2026-11": "3c4d"}, ["resident"]),
    "entry": lambda journal: journal.item(6),
    "operation": lambda journal: journal.by_operation("op-1"),
}


@contextmanager
def statements(journal: SqlJournal) -> Iterator[list[tuple[str, object]]]:
    """What is read inside, with its values."""
    seen: list[tuple[str, object]] = []
    engine = journal.database._readers

    def keep(_c: object, _cursor: object, statement: str, values: object, _x: object, _many: object) -> None:
        if statement.startswith("SELECT"):
            seen.append((statement, values))

    sa.event.listen(engine, "before_cursor_execute", keep)
    try:
        yield seen
    finally:
        sa.event.remove(engine, "before_cursor_execute", keep)


def plan(journal: SqlJournal, statement: str, values: object) -> list[str]:
    """The steps, one line each."""
    with journal.database.reading() as reader:
        rows = reader.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)  # type: ignore[arg-type]
        return [str(row.detail) for row in rows]


@pytest.mark.parametrize("way", LOOK_UPS)
def test_every_look_up_goes_by_an_index(counter: Counter, journal: SqlJournal, way: str) -> None:
    journal.commit(counter.accept(), counter.book.state)
    with statements(journal) as seen:
        LOOK_UPS[way](journal)
    assert seen
    for statement, values in seen:
        steps = plan(journal, statement, values)
        assert steps
        for step in steps:
            by_key = step.startswith("SEARCH") and "USING" in step
            # The few entries of one operation may be put in order; items come in it.
            assert by_key or (way == "operation" and step == "USE TEMP B-TREE FOR ORDER BY"), (way, step)


def test_the_newest_items_are_read_from_the_end(counter: Counter, journal: SqlJournal) -> None:
    """The list without a search: as many rows as it shows, in the order of the table itself."""
    journal.commit(counter.accept(), counter.book.state)
    with statements(journal) as seen:
        journal.items(limit=5)
    ((statement, values),) = seen
    steps = plan(journal, statement, values)
    assert steps[0] == "SCAN i"  # downwards by its key, and left after the fifth row
    assert all(step.startswith("SEARCH") for step in steps[1:]), steps


def test_days_and_epochs_are_found_without_a_walk(counter: Counter, journal: SqlJournal) -> None:
    """A year's journal has a thousand such entries among half a million."""
    journal.commit(counter.accept(), counter.book.state)
    with statements(journal) as seen:
        marks, grants = journal.day_marks(counter.book.state.head.seq, 9), journal.grants()
    assert [entry.header.kind for entry in marks] == ["DayOpened"]
    assert len(grants) == 1
    for statement, values in seen:
        assert all("ix_entry_mark" in step for step in plan(journal, statement, values)), statement
