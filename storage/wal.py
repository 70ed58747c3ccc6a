"""The write-ahead log that a dead process left: whether anything in its middle was changed.

SQLite reads the log up to the first frame that does not fit and takes what follows for the end of a power
cut.  So one byte changed by hand would take every later transaction away, and nobody would be told: the file
stays sound.  Each transaction here was on the disk before the next one began (``synchronous`` is FULL).  So
behind a frame that does not fit a power cut leaves the rest of one transaction at the most; more than that
was changed afterwards.  The layout is SQLite's file format, section 4 ("The Write-Ahead Log").
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

from core.errors import StoreError, StoreFault
from storage.database import DATABASE_NAME, WriterLock
from storage.faults import os_errors

SUFFIX = "-wal"
_HEADER, _FRAME = struct.Struct(">8I"), struct.Struct(">6I")
_LITTLE, _BIG = 0x377F0682, 0x377F0683  # the byte order of the words that are summed
_WORD = 0xFFFFFFFF
_Sum = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Log:
    """A log and what its header says: the ``order`` of summed words, ``start`` its own sum."""

    data: bytes
    order: str
    page: int
    salts: tuple[int, int]
    start: _Sum


def check_log(path: Path) -> None:
    """Raises StoreError DAMAGED where transactions of the log beside the file at ``path`` would be lost.

    To be asked before SQLite opens the file, by whoever holds the writer's lock: opening it forgets what does
    not fit.  Only a change within the very last transaction cannot be told from a power cut; what
    headquarters has of it shows there.
    """
    log = path.with_name(path.name + SUFFIX)
    with os_errors(log.name):
        try:
            data = log.read_bytes()
        except FileNotFoundError:
            return
    if len(data) >= _HEADER.size + _FRAME.size and _lost(data):
        raise StoreError(StoreFault.DAMAGED, what=log.name)


def check_log_if_alone(directory: Path) -> None:
    """The same for a reader: it may be the last to close the file, and that ends the log too.

    Where somebody writes, the log changes under the eyes, and who writes has looked.
    """
    path = directory / DATABASE_NAME
    try:
        if not path.with_name(path.name + SUFFIX).stat().st_size:
            return
        lock = WriterLock.take(directory)
    except (OSError, StoreError):  # no log; somebody writes; a disk on which nobody can
        return
    try:
        check_log(path)
    finally:
        lock.release()


def _lost(data: bytes) -> bool:
    log = _read_header(data)
    if log is None:
        # SQLite would pass over all of it.  Of a log that was never begun there is nothing behind the header.
        return any(data[_HEADER.size :])
    step = _FRAME.size + log.page
    behind = _fitting(log, step)
    ends = []  # of the frames of this log that SQLite passes over: whether a transaction ends there
    for at in range(behind, len(data) - step + 1, step):
        _, size, one, other, *_ = _FRAME.unpack_from(data, at)
        # What an earlier round left has two other salts.
        if one == log.salts[0] or other == log.salts[1]:
            ends.append(size > 0)
    return any(ends[:-1])


def _fitting(log: _Log, step: int) -> int:
    """Where the frames that fit end, as SQLite goes through them."""
    total = log.start
    for at in range(_HEADER.size, len(log.data) - step + 1, step):
        _, _, *salts, one, other = _FRAME.unpack_from(log.data, at)
        if tuple(salts) != log.salts:
            return at
        total = _add(log.data[at : at + 8], total, log.order)
        total = _add(log.data[at + _FRAME.size : at + step], total, log.order)
        if total != (one, other):
            return at
    return len(log.data)


def _read_header(data: bytes) -> _Log | None:
    magic, _, page, _, *salts, one, other = _HEADER.unpack_from(data)
    if magic not in (_LITTLE, _BIG) or not 512 <= page <= 65536:
        return None
    order = "<" if magic == _LITTLE else ">"
    start = _add(data[:24], (0, 0), order)
    if start != (one, other):
        return None
    return _Log(data, order, page, (salts[0], salts[1]), start)


def _add(data: bytes, total: _Sum, order: str) -> _Sum:
    one, other = total
    words = struct.unpack(f"{order}{len(data) // 4}I", data)
    for at in range(0, len(words), 2):
        one = (one + words[at] + other) & _WORD
        other = (other + words[at + 1] + one) & _WORD
    return one, other
