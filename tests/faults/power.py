"""Power loss: the disks that may be left are rebuilt from recorded writes, and each is opened."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import CounterError
from storage.vault import VAULT_NAME
from tests.faults.replay import Disk, Record
from tests.faults.store import Snapshot, look, quick_directory

BETWEEN = 13  # of the records that are neither fsync nor mark one in so many is a moment too


@dataclass(frozen=True)
class Recording:
    """One counter's life as the recorder saw it: enrolment, work, the marks it set on the way."""

    records: Sequence[Record]
    data: Path
    marks: Path
    operator: str

    def moments(self) -> Iterator[int]:
        """After how many records: before every fsync, when most is in the air, after marks, and between."""
        for number, record in enumerate(self.records):
            if record.op in "SD" and record.path.startswith(str(self.data)):
                yield number
            elif record.op == "C" and record.path.startswith(f"{self.marks}/"):
                yield number + 1
            elif number % BETWEEN == 0:
                yield number
        yield len(self.records)

    def founded(self) -> int:
        """The moment from which the vault's name is on the disk."""
        vault = str(self.data / VAULT_NAME).encode()
        named = next(n for n, record in enumerate(self.records) if record.op == "R" and record.data == vault)
        return next(n for n, record in enumerate(self.records, 1) if n > named and record.op == "D")

    def promises(self, moment: int) -> list[list[str]]:
        """The marks that were set before a moment, as their parts."""
        return [
            Path(record.path).name.split("-")
            for record in self.records[:moment]
            if record.op == "C" and record.path.startswith(f"{self.marks}/")
        ]


def examine(recording: Recording, *, every: int = 1) -> tuple[int, list[str]]:
    """(disks looked at, what was wrong with them); every n-th moment only."""
    disk, done, count = Disk(), 0, 0
    wrong: list[str] = []
    for moment in list(recording.moments())[::every]:
        for record in recording.records[done:moment]:
            disk.follow(record)
        done = moment
        seen: set[int] = set()
        for variant, files in enumerate(disk.states(moment)):
            same = hash(tuple(sorted(files.items())))
            if same in seen:
                continue
            seen.add(same)
            count += 1
            wrong += [
                f"moment {moment} variant {variant}: {fault}" for fault in _faults(recording, moment, files)
            ]
    return count, wrong


def disk_at(recording: Recording, moment: int, variant: int) -> dict[str, bytes]:
    """One of the disks that a power loss at a moment may leave."""
    disk = Disk()
    for record in recording.records[:moment]:
        disk.follow(record)
    return list(disk.states(moment))[variant]


def rebuild(recording: Recording, files: dict[str, bytes], directory: Path) -> None:
    """Write a disk's files of the counter's directory into another one."""
    for path, content in files.items():
        if Path(path).is_relative_to(recording.data):
            target = directory / Path(path).relative_to(recording.data)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)


def _faults(recording: Recording, moment: int, files: dict[str, bytes]) -> list[str]:
    promises = recording.promises(moment)
    directory = Path(tempfile.mkdtemp(prefix="power-", dir=quick_directory()))
    try:
        rebuild(recording, files, directory)
        if not (directory / "vault.json").exists():
            return ["no vault after it was there"] if promises else []
        try:
            found = look(directory, recording.operator)
        except CounterError as error:
            return [f"does not open: {error}"]
        return list(_broken(promises, found))
    finally:
        shutil.rmtree(directory)


def _broken(promises: Sequence[Sequence[str]], found: Snapshot) -> Iterator[str]:
    yield from (str(finding) for finding in found.findings)
    if found.gone:
        yield f"{found.gone} attachments lost"
    if len(found.items) != found.kinds.count("ItemAccepted"):
        yield "an item without its annex"
    numbers = found.numbers()
    for what, *rest in promises:
        if what == "shown" and numbers.get(rest[0]) != [rest[1]]:
            yield f"shown as accepted and not there: {rest[1]}"
        elif what == "byte" and not found.started.get(int(rest[0])):
            yield f"a byte of a label was sent before its start was recorded: {rest[0]}"
