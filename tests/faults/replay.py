"""Rebuilds what a disk may hold after a power loss, from recorded writes and fsyncs.

The model is pessimistic within what POSIX promises: a file's bytes are certain up to its last
fsync; later writes may each be there, missing, or torn; names are certain after the fsync of their
directory; a later creation, rename or removal may or may not have happened, in order.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

SECTOR = 512


@dataclass(frozen=True)
class Record:
    """One recorded operation (record.c lists them)."""

    op: str
    path: str
    offset: int
    data: bytes


def read_log(path: Path) -> list[Record]:
    """All complete records; a cut last one is left out."""
    raw, at, records = path.read_bytes(), 0, []
    while at < len(raw):
        try:
            op = chr(raw[at])
            (length,) = struct.unpack_from("<I", raw, at + 1)
            name = raw[at + 5 : at + 5 + length].decode()
            offset, size = struct.unpack_from("<QI", raw, at + 5 + length)
        except struct.error:
            break
        start = at + 17 + length
        if start + size > len(raw):
            break
        records.append(Record(op, name, offset, raw[start : start + size]))
        at = start + size
    return records


@dataclass
class _File:
    """What of one file is on the disk, and what only the kernel has."""

    durable: bytearray = field(default_factory=bytearray)
    pending: list[Record] = field(default_factory=list)

    def sync(self) -> None:
        for record in self.pending:
            _apply(self.durable, record)
        self.pending.clear()

    def after_loss(self, chance: random.Random, keep: str) -> bytes:
        content = bytearray(self.durable)
        for record in self.pending:
            fate = chance.choice(("kept", "lost", "torn")) if keep == "some" else keep
            if fate == "kept":
                _apply(content, record)
            elif fate == "torn" and len(record.data) > SECTOR:
                cut = chance.randrange(0, len(record.data), SECTOR)
                _apply(content, Record(record.op, record.path, record.offset, record.data[:cut]))
        return bytes(content)


def _apply(content: bytearray, record: Record) -> None:
    if record.op == "T":
        if record.offset < len(content):
            del content[record.offset :]
        else:
            content.extend(bytes(record.offset - len(content)))
        return
    end = record.offset + len(record.data)
    if len(content) < end:
        content.extend(bytes(end - len(content)))
    content[record.offset : end] = record.data


class Disk:
    """What has certainly reached the disk, and what may have, after the first ``n`` records."""

    def __init__(self) -> None:
        self._names: dict[str, _File] = {}  # as a running system sees them
        self._certain: dict[str, _File] = {}  # as the last fsync of their directory left them
        self._moves: list[tuple[str, str, str, _File | None]] = []

    def follow(self, record: Record) -> None:
        """Take in one record."""
        names = self._names
        if record.op == "C":
            names[record.path] = _File()
            self._moves.append(("C", record.path, "", names[record.path]))
        elif record.op in "WT":
            names.setdefault(record.path, _File()).pending.append(record)
        elif record.op == "S":
            names.setdefault(record.path, _File()).sync()
        elif record.op == "R":
            target = record.data.decode()
            moved = names.pop(record.path, None) or _File()
            names[target] = moved
            self._moves.append(("R", record.path, target, moved))
        elif record.op == "U":
            names.pop(record.path, None)
            self._moves.append(("U", record.path, "", None))
        elif record.op == "D":
            self._settle(record.path)

    def _settle(self, directory: str) -> None:
        rest = []
        for move in self._moves:
            if str(Path(move[1]).parent) == directory or (move[2] and str(Path(move[2]).parent) == directory):
                _rename(self._certain, move)
            else:
                rest.append(move)
        self._moves = rest

    def states(self, seed: int) -> Iterator[dict[str, bytes]]:
        """Some of the disks a power loss now may leave: path → content."""
        for keep in ("lost", "kept", "some", "some"):
            chance = random.Random(f"{seed}-{keep}")
            certain = dict(self._certain)
            happened = {"lost": 0, "kept": len(self._moves)}.get(keep, chance.randint(0, len(self._moves)))
            for move in self._moves[:happened]:
                _rename(certain, move)
            yield {path: file.after_loss(chance, keep) for path, file in certain.items()}


def _rename(names: dict[str, _File], move: tuple[str, str, str, _File | None]) -> None:
    op, source, target, file = move
    if op == "C" and file is not None:
        names[source] = file
    elif op == "R" and file is not None:
        names.pop(source, None)
        names[target] = file
    elif op == "U":
        names.pop(source, None)
