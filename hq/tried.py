"""Tries at an administrator's password that have begun: written down before the password is looked at.

What came of a try stands in the administration log.  A process that is killed between the two, or many at the
same moment, would otherwise guess uncounted.  ``DIR/admin/NUMBER.tries`` holds the moment of each try that
has no outcome yet; one that stays without counts as wrong until its time is over.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from core.errors import StoreError, StoreFault
from core.ledger.entry import stamp


class Begun:
    """The tries of one administrator; ``window``: how long one without an outcome counts."""

    def __init__(self, folder: Path, number: str, window: dt.timedelta) -> None:
        self._path = folder / f"{number}.tries"
        self._window = window

    def begin(self, now: dt.datetime) -> tuple[str, int]:
        """One more, durable when it returns: its mark, and how many are without outcome, itself included.

        Raises StoreError IO.
        """
        mark = f"{stamp(now)} {secrets.token_hex(8)}"
        with self._held() as stream:
            lines = [*self._counting(stream, now), mark]
            _write(stream, lines)
        return mark, len(lines)

    def end(self, mark: str, now: dt.datetime) -> None:
        """Its outcome is in the log, or it was right.  Raises StoreError IO."""
        with self._held() as stream:
            _write(stream, [line for line in self._counting(stream, now) if line != mark])

    def _counting(self, stream: BinaryIO, now: dt.datetime) -> list[str]:
        """Those that still count; also what a power cut left of a line, which begins with its moment."""
        since = stamp(now - self._window)
        lines = stream.read().decode("ascii", "replace").split("\n")
        return [line for line in lines if line and line >= since]

    @contextmanager
    def _held(self) -> Iterator[BinaryIO]:
        """The file, by one process at a time."""
        try:
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
            with os.fdopen(handle, "r+b") as stream:
                fcntl.flock(stream, fcntl.LOCK_EX)
                yield stream
        except OSError as error:
            raise StoreError(StoreFault.IO, what=error.strerror or type(error).__name__) from None


def _write(stream: BinaryIO, lines: list[str]) -> None:
    data = "".join(f"{line}\n" for line in lines).encode("ascii", "replace")
    stream.seek(0)
    stream.write(data)
    stream.truncate()
    stream.flush()
    os.fsync(stream.fileno())
