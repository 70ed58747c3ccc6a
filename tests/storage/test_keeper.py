"""Backups by plan: made while the counter is open, said where they fail, tried again."""

from __future__ import annotations

import datetime as dt
import queue
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from program.machine import SystemClock
from storage import keeper
from storage.backup import read_backup
from storage.journal import SqlJournal
from storage.keeper import LAST_NAME, BackupKeeper, BackupPlan, last_backup
from tests.guards import ExpectedLogs
from tests.storage.counters import PASSWORD, Counter

pytestmark = pytest.mark.requirement("R60")

WAIT = 20.0
SOON = dt.timedelta(seconds=1)


class Planned:
    """A keeper over a founded counter; ``said`` is what it told."""

    def __init__(self, counter: Counter, folder: Path) -> None:
        self.counter, self.folder = counter, folder
        self.clock = SystemClock()
        self.said: queue.Queue[str] = queue.Queue()
        vault = counter.vault()
        vault.unlock(counter.book.operator, PASSWORD)
        plan = BackupPlan(folder, SOON, lambda: 35, self.said.put)
        self.keeper = BackupKeeper(counter.directory, vault, self.clock, plan)
        self.keeper.start()


@pytest.fixture
def planned(
    counter: Counter, journal: SqlJournal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Planned]:
    """The backup disk is not plugged in yet."""
    monkeypatch.setattr(keeper, "_AGAIN_SECONDS", 0.1)
    made = Planned(counter, tmp_path / "second disk")
    yield made
    made.keeper.stop(WAIT)


def test_it_says_what_is_wrong_goes_on_trying_and_keeps_what_came_since(
    planned: Planned, journal: SqlJournal, expected_logs: ExpectedLogs
) -> None:
    expected_logs.expect("storage.keeper", "no backup: store.backup_missing")
    assert planned.said.get(timeout=WAIT) == "store.backup_missing"
    assert last_backup(planned.counter.directory, planned.clock.wall()) is None
    planned.folder.mkdir()
    while planned.said.get(timeout=WAIT):
        pass  # tries that were on their way
    first = read_backup(
        planned.folder, planned.counter.book.terminal, planned.counter.book.headquarters.public
    )
    assert first.head == journal.head()
    age = last_backup(planned.counter.directory, planned.clock.wall())
    assert age is not None
    assert dt.timedelta(0) <= age < dt.timedelta(seconds=WAIT)
    journal.commit(planned.counter.accept(), planned.counter.book.state)
    for _ in range(3):  # the one on its way may not have seen it
        assert planned.said.get(timeout=WAIT) == ""
    newest = read_backup(
        planned.folder, planned.counter.book.terminal, planned.counter.book.headquarters.public
    )
    assert newest.head == journal.head()


def test_a_clock_that_went_back_delays_nothing(counter: Counter) -> None:
    counter.directory.joinpath(LAST_NAME).write_text('{"at":"2031-01-01T00:00:00.000Z","format":1}', "utf-8")
    plan = BackupPlan(counter.directory, SOON, lambda: 35, lambda _fault: None)
    made = BackupKeeper(counter.directory, counter.vault(), SystemClock(), plan)
    assert made._due() == 0.0


def test_what_is_being_made_when_the_vault_shuts_is_dropped(
    counter: Counter, journal: SqlJournal, tmp_path: Path
) -> None:
    """Nobody who logs out waits for a large journal; nothing of it stays, and nothing is said."""
    vault = counter.vault()
    vault.unlock(counter.book.operator, PASSWORD)
    begun, said = threading.Event(), list[str]()

    def days() -> int:
        begun.set()
        made._stop.wait(WAIT)
        return 35

    made = BackupKeeper(
        counter.directory, vault, SystemClock(), BackupPlan(tmp_path, SOON, days, said.append)
    )
    made.start()
    assert begun.wait(WAIT)
    made.stop(WAIT)
    assert not made._thread.is_alive()
    assert (said, list(tmp_path.glob("*counter-*"))) == ([], [])
