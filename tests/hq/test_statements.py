"""What ingest says to the database: every statement of a batch is about one terminal, and few they are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import event

from tests.hq.entries import write_items
from tests.hq.headquarters import Headquarters

TABLES = ("terminals", "heads", "entries", "attachments", "request_nonces")


@contextmanager
def watched(headquarters: Headquarters) -> Iterator[list[list[tuple[str, Any]]]]:
    """Transactions, each a list of (statement, parameters)."""
    seen: list[list[tuple[str, Any]]] = []
    engine = headquarters.database.engine

    def begun(_connection: object) -> None:
        seen.append([])

    def said(_c: object, _k: object, statement: str, parameters: Any, _x: object, _m: object) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            seen[-1].append((statement, parameters))

    event.listen(engine, "begin", begun)
    event.listen(engine, "before_cursor_execute", said)
    try:
        yield seen
    finally:
        event.remove(engine, "begin", begun)
        event.remove(engine, "before_cursor_execute", said)


def _named(parameters: Any) -> set[str]:
    """Terminals among the values of a statement."""
    rows = parameters if isinstance(parameters, list) else [parameters]
    values = [value for row in rows for value in (row.values() if isinstance(row, dict) else row)]
    return {value for value in values if isinstance(value, str) and value.startswith("990100-01-")}


def test_no_transaction_spans_terminals(headquarters: Headquarters) -> None:
    """So that, distributed by terminal, each batch is one node's own affair."""
    first, second = headquarters.counter("990100-01-03"), headquarters.counter("990100-01-04")
    for counter in (first, second):
        write_items(counter.book, 3)
    with watched(headquarters) as seen:
        for at in (0, 5):
            for counter in (first, second):
                counter.sent(counter.book.entries[at : at + 5])
        first.sent(first.book.entries)  # known in part
    assert len(seen) == 10, "who asks, and the batch: two transactions for each request"
    for transaction in seen:
        for statement, parameters in transaction:
            assert any(table in statement for table in TABLES), statement
            assert len(_named(parameters)) == 1, statement
        assert len(set().union(*(_named(parameters) for _, parameters in transaction))) == 1


def test_round_trips_do_not_grow_with_the_batch(headquarters: Headquarters) -> None:
    counter = headquarters.counter()
    write_items(counter.book, 20)
    with watched(headquarters) as seen:
        counter.sent(counter.book.entries[:9])
        small = [len(transaction) for transaction in seen]
        seen.clear()
        counter.sent(counter.book.entries[9:])
    assert [len(transaction) for transaction in seen] == small


def test_copy_names_one_terminal(headquarters: Headquarters) -> None:
    """COPY goes round SQLAlchemy: what it wrote is looked at in the table."""
    first, second = headquarters.counter("990100-01-03"), headquarters.counter("990100-01-04")
    first.sent(first.book.entries)
    second.sent(second.book.entries)
    if not headquarters.database.is_postgresql:
        return
    conninfo = headquarters.url.replace("postgresql+psycopg://", "postgresql://")
    with psycopg.connect(conninfo) as connection:
        by = connection.execute(
            "SELECT xmin::text, count(DISTINCT terminal) FROM entries GROUP BY xmin::text"
        ).fetchall()
    assert len(by) == 2
    assert {count for _, count in by} == {1}
