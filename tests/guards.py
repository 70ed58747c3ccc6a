"""What makes a test fail besides its own assertions: log lines, threads and objects left behind.

Warnings, Qt warnings and exceptions in threads are turned into failures by ``pyproject.toml``
(``filterwarnings``, ``qt_log_level_fail``) and pytest's own plugins.  ``tests/architecture/test_guards.py``
shows that each of them bites.
"""

from __future__ import annotations

import gc
import logging
import re
import threading
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field

import pytest

LONGEST_ID = 40
GRACE_SECONDS = 3.0  # what a thread that was told to stop may still need on a busy machine


@dataclass
class LogGuard:
    """Sees every record of WARNING and above, whatever handlers and propagation say.

    It stands in the record factory, because a logger with ``propagate = False`` (a web server's)
    never reaches a handler of the root logger.  Records may come from any thread.
    """

    records: list[logging.LogRecord] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._make = logging.getLogRecordFactory()

    def install(self) -> None:
        """From now on every record passes here first."""
        logging.setLogRecordFactory(self._record)

    def remove(self) -> None:
        """Put back what stood there before."""
        logging.setLogRecordFactory(self._make)

    def _record(self, *args: object, **kwargs: object) -> logging.LogRecord:
        record = self._make(*args, **kwargs)
        if record.levelno >= logging.WARNING:
            with self._lock:
                self.records.append(record)
        return record

    def take(self) -> list[logging.LogRecord]:
        """What came since the last call."""
        with self._lock:
            taken, self.records = self.records, []
        return taken


@dataclass
class ExpectedLogs:
    """The log lines of WARNING and above that one test may or must cause."""

    required: list[tuple[str, re.Pattern[str]]] = field(default_factory=list)
    allowed: list[tuple[str, re.Pattern[str]]] = field(default_factory=list)

    def expect(self, logger: str, pattern: str = "") -> None:
        """A line of ``logger`` (or below it) that matches the regular expression must come."""
        self.required.append((logger, re.compile(pattern)))

    def allow(self, logger: str, pattern: str = "") -> None:
        """Such a line may come: for what depends on who is faster."""
        self.allowed.append((logger, re.compile(pattern)))

    def faults(self, records: list[logging.LogRecord]) -> list[str]:
        """A sentence for each line that nobody announced and each that did not come."""
        known = self.required + self.allowed
        found = [
            f"unexpected log line: {record.levelname} {record.name}: {record.getMessage()}"
            for record in records
            if not any(_matches(record, logger, pattern) for logger, pattern in known)
        ]
        found += [
            f"expected log line did not come: {logger}: {pattern.pattern}"
            for logger, pattern in self.required
            if not any(_matches(record, logger, pattern) for record in records)
        ]
        return found


def _matches(record: logging.LogRecord, logger: str, pattern: re.Pattern[str]) -> bool:
    below = record.name == logger or record.name.startswith(f"{logger}.")
    return below and pattern.search(record.getMessage()) is not None


_LOG_GUARD = pytest.StashKey[LogGuard]()
_EXPECTED = pytest.StashKey[ExpectedLogs]()


def pytest_configure(config: pytest.Config) -> None:
    """Begin to watch before anything is collected."""
    guard = LogGuard()
    guard.install()
    config.stash[_LOG_GUARD] = guard
    config.add_cleanup(guard.remove)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Long texts do not name a test: a fresh key would name it differently in each of two workers."""
    if isinstance(val, str | bytes) and len(val) > LONGEST_ID:
        return f"{argname}-of-{len(val)}"
    return None


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, None, None]:
    """After the test and all its fixtures: no log line that was not announced."""
    yield
    expected = item.stash.get(_EXPECTED, ExpectedLogs())
    faults = expected.faults(item.config.stash[_LOG_GUARD].take())
    if faults:
        pytest.fail("\n".join(faults), pytrace=False)


@pytest.fixture
def expected_logs(request: pytest.FixtureRequest) -> ExpectedLogs:
    """Announce log lines: ``expected_logs.expect("storage.pump", "refused")``."""
    expected = ExpectedLogs()
    request.node.stash[_EXPECTED] = expected
    return expected


def _left(before: set[threading.Thread], lasting: list[str]) -> list[threading.Thread]:
    return [
        thread
        for thread in threading.enumerate()
        if thread not in before
        and not thread.daemon
        and not any(thread.name.startswith(prefix) for prefix in lasting)
    ]


def _watch_threads(lasting: list[str]) -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    deadline = time.monotonic() + GRACE_SECONDS
    while (left := _left(before, lasting)) and time.monotonic() < deadline:
        left[0].join(0.05)
    if left:
        names = ", ".join(sorted(thread.name for thread in left))
        pytest.fail(f"threads left running: {names}", pytrace=False)


@pytest.fixture(scope="session")
def lasting_threads() -> list[str]:
    """Name prefixes of threads that belong to a module or session fixture and may appear in any test."""
    return []


@pytest.fixture(autouse=True, scope="module")
def _module_leaves_nothing(lasting_threads: list[str]) -> Iterator[None]:
    """Threads of the module's fixtures; objects that only the collector finds (unclosed files)."""
    yield from _watch_threads(lasting_threads)
    gc.collect()


@pytest.fixture(autouse=True)
def _test_leaves_no_thread(_module_leaves_nothing: None, lasting_threads: list[str]) -> Iterator[None]:
    yield from _watch_threads(lasting_threads)
