"""The thread behind the server: one terminal's trouble is not the others', nor the database's for ever."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import func, select, text, update

from core import wire
from hq.schema import GRANTS, NONCES
from hq.worker import Worker
from tests.guards import ExpectedLogs
from tests.hq.entries import write_items
from tests.hq.headquarters import Headquarters


@pytest.fixture
def worker(headquarters: Headquarters) -> Iterator[Worker]:
    """Not started yet."""
    made = headquarters.service.worker
    yield made
    made.stop()


def until(happened: Callable[[], bool]) -> None:
    """Within a minute."""
    deadline = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_follows_what_arrives(headquarters: Headquarters, worker: Worker) -> None:
    counters = [headquarters.counter(f"990100-01-{number:02d}") for number in (3, 4, 5)]
    worker.start()
    for counter in counters:
        write_items(counter.book, 5)
        counter.sent(counter.book.entries)
    states = {counter.book.terminal: wire.b64(counter.book.state.hash()) for counter in counters}
    until(lambda: all(headquarters.listed(name)["state"] == state for name, state in states.items()))
    assert worker.alive()


def test_damaged_terminal_does_not_hold_up_the_others(
    headquarters: Headquarters, worker: Worker, expected_logs: ExpectedLogs
) -> None:
    expected_logs.expect("hq.worker", r"passes over 990100-01-03: entry\.signature")
    first, second = headquarters.counter("990100-01-03"), headquarters.counter("990100-01-04")
    for counter in (first, second):
        counter.sent(counter.book.entries)
    with headquarters.database.write() as connection:
        place = GRANTS.c.terminal == "990100-01-03"
        connection.execute(update(GRANTS).where(place).values(signature=bytes(64)))
    worker.start()
    until(lambda: headquarters.listed("990100-01-04")["folded"] == 4)
    assert headquarters.listed("990100-01-03")["folded"] == 0
    assert worker.alive()


def test_comes_back_with_the_database(
    headquarters: Headquarters,
    worker: Worker,
    expected_logs: ExpectedLogs,
    caplog: pytest.LogCaptureFixture,
) -> None:
    expected_logs.expect("hq.worker", r"waits: store\.io")
    counter = headquarters.counter()
    counter.sent(counter.book.entries)
    rename = text("ALTER TABLE grants RENAME TO away")
    with headquarters.database.write() as connection:
        connection.execute(rename)
    worker.start()
    until(lambda: bool(waited(caplog)))
    with headquarters.database.write() as connection:
        connection.execute(text("ALTER TABLE away RENAME TO grants"))
    until(lambda: headquarters.listed()["folded"] == 4)


def waited(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the worker said while it waited."""
    return [
        message for name, _, message in caplog.record_tuples if name == "hq.worker" and "waits" in message
    ]


def test_old_nonces_are_forgotten(headquarters: Headquarters, worker: Worker) -> None:
    counter = headquarters.counter()
    counter.sent(counter.book.entries)
    headquarters.now.advance(3600)
    worker.start()

    def none_left() -> bool:
        with headquarters.database.read() as connection:
            return connection.execute(select(func.count()).select_from(NONCES)).scalar_one() == 0

    until(none_left)
