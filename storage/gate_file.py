"""``gate.log`` beside the store: appended to by the technician's page, taken in by the station."""

from __future__ import annotations

import datetime as dt
import fcntl
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from core import gate_log
from core.errors import StoreError, StoreFault
from core.gate_log import GateLine, GateRead
from storage.faults import os_errors
from storage.files import read_small, sync_directory, write_atomic

ASIDE = f"{gate_log.NAME}.broken"
FULL = "full"  # the last act that is written: what comes after it is not
_MOST, _KEPT = 2000, 200  # lines; of those that the journal has, so many are kept to be looked at
_PRIVATE = 0o600


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class GateFile:
    """Any thread, and beside another process: a command line writes here while the counter is open.

    ``core.gate_log.Gate``, and :meth:`note`.
    """

    def __init__(self, data: Path, clock: Callable[[], dt.datetime] = _now) -> None:
        self._path = data / gate_log.NAME
        self._clock = clock
        self._lock = threading.Lock()
        self._seen = 0  # the newest line when it was read last

    def note(self, act: str, slot: str, outcome: str) -> None:
        """One line more, durable.  Raises StoreError as a write does.

        A line that a power failure cut off is dropped first; a file that was broken is only added to.
        """
        with self._alone(), os_errors(gate_log.NAME):
            data = self._bytes()
            lines = gate_log.read(data).lines
            if len(lines) >= _MOST:
                return
            if len(lines) >= _MOST - 1:
                act, slot, outcome = FULL, "", "done"
            line = gate_log.next_line(lines, self._clock().strftime(gate_log.STAMP), act, slot, outcome)
            fresh = not self._path.exists()
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, _PRIVATE)
            try:
                end = data.rfind(b"\n") + 1
                os.ftruncate(descriptor, end)
                os.pwrite(descriptor, line.to_bytes() + b"\n", end)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            if fresh:
                sync_directory(self._path.parent)

    def newest(self, count: int) -> tuple[GateLine, ...]:
        """The newest lines, the last one first.  Raises StoreError as a read does."""
        with self._lock:
            return gate_log.read(self._bytes()).lines[: -count - 1 : -1]

    def read(self) -> GateRead:
        """See the protocol."""
        with self._lock:
            found = gate_log.read(self._bytes())
            self._seen = found.last
            return found

    def taken(self) -> None:
        """See the protocol: the newest lines stay, and all that came since it was read."""
        with self._alone():
            found = gate_log.read(self._bytes())
            keep = [line for line in found.lines if line.n > self._seen - _KEPT]
            if not found.broken and len(keep) < len(found.lines):
                write_atomic(self._path, b"".join(line.to_bytes() + b"\n" for line in keep))

    def aside(self) -> None:
        """See the protocol: the newest broken one is kept."""
        with self._alone(), os_errors(gate_log.NAME), suppress(FileNotFoundError):
            self._path.replace(self._path.with_name(ASIDE))
            sync_directory(self._path.parent)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """No other thread and no other process writes now: the directory is locked, the file is replaced."""
        with self._lock:
            with os_errors(gate_log.NAME):
                directory = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY)
            try:
                fcntl.flock(directory, fcntl.LOCK_EX)
                yield
            finally:
                os.close(directory)

    def _bytes(self) -> bytes:
        try:
            return read_small(self._path)
        except StoreError as error:
            if error.code is not StoreFault.MISSING:
                raise
            return b""
