"""What ingest says to the database: every statement of a batch is about one terminal, and few they are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import event, text

from tests.hq.entries import close_day, write_items
from tests.hq.headquarters import Headquarters

# How the two databases say in a plan that they go to a place in an index, and leave it at another.
_SERVER_BOUNDS = ("ROW(epoch, seq) >= ROW(", "ROW(epoch, seq) <= ROW(")
_FILE_BOUNDS = ("(epoch,seq)>(?,?)", "(epoch,seq)<(?,?)")
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
    headquarters.service.shelves.ahead(headquarters.now())  # as the worker does, once a minute
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
    headquarters.service.shelves.ahead(headquarters.now())  # as the worker does, once a minute
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


def test_reading_goes_to_its_place_in_the_index(headquarters: Headquarters) -> None:
    """A step costs the same after a million entries: neither the terminal's earlier entries nor its later
    ones are passed on the way, also by the second count at a close.
    """
    counter = headquarters.counter()
    write_items(counter.book, 3)
    close_day(counter.book)
    counter.sent(counter.book.entries)
    with watched(headquarters) as seen:
        headquarters.follow()
    reads = ("FROM entries", "FROM attachments")
    asked = [each for transaction in seen for each in transaction if any(read in each[0] for read in reads)]
    assert len(asked) >= 4  # entries, annexes, and both questions of the second count
    on_server = headquarters.database.is_postgresql
    with headquarters.database.read() as connection:
        if on_server:
            connection.execute(text("SET LOCAL enable_seqscan = off"))
            connection.execute(text("SET LOCAL enable_bitmapscan = off"))
        for statement, parameters in asked:
            explain = "EXPLAIN" if on_server else "EXPLAIN QUERY PLAN"
            plan = str(connection.exec_driver_sql(f"{explain} {statement}", parameters).all())
            for bound in _SERVER_BOUNDS if on_server else _FILE_BOUNDS:
                assert bound in plan, plan
