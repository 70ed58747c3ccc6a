"""What was done before a log-in is taken in by it; a log that was cut or edited is named, and begins anew."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from core import commands as c
from core import gate_log
from core.errors import EntryError
from core.ledger.entry import Entry
from core.ledger.gate_log import KIND, NOTHING, STEPS, new_machine
from storage import gate_file
from storage.gate_file import ASIDE, FULL, GateFile
from tests.core.memory import MemoryVault
from tests.core.station.desk import Counter
from tests.guards import ExpectedLogs
from tests.peers.gates import Gates, heads

MOMENT = dt.datetime(2026, 11, 23, 2, 20, 11, tzinfo=dt.UTC)


class Machine:
    """One machine's log and store, from one start to the next."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / gate_log.NAME
        self.gate = GateFile(folder, lambda: MOMENT)
        self.vault = MemoryVault()
        self.peer = Gates()

    def note(self, *acts: str) -> None:
        for act in acts:
            self.gate.note(act, "scanner", "done")

    def log_in(self) -> tuple[list[tuple[int, int, str]], str]:
        """What this log-in took in, and what its operator was told."""
        before, counter = len(self.vault.journal.rows), Counter(self.vault)
        counter.live.gate = self.gate
        view = counter.log_in()
        rows = [json.loads(entry.body) for entry in self.vault.journal.rows[before:]]
        for row in rows:
            self.peer.follow(row)
        counter.do(c.LogOut())
        counter.station.stop()
        found = [row["data"] for row in rows if row["kind"] == KIND]
        message = view.message.code if view.message is not None else ""
        return [(row["lines"], row["last"], row["found"]) for row in found], message


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_it_is_taken_in_by_the_next_log_in(machine: Machine) -> None:
    assert machine.log_in()[0] == []
    machine.note("test", "take", "bundle")
    assert machine.log_in()[0] == [(3, 3, "whole")]
    assert machine.peer.head == heads(machine.path.read_bytes())[-1]
    assert machine.log_in()[0] == []
    with machine.path.open("ab") as file:
        file.write(b'{"act":"te')  # the power failed
    assert machine.log_in()[0] == []
    machine.note("rename")
    assert machine.log_in()[0] == [(1, 4, "whole")]
    assert machine.path.stat().st_mode & 0o777 == 0o600


def edited(data: bytes) -> bytes:
    return data.replace(b'"outcome":"done"', b'"outcome":"sound"', 1)


def rewritten(_data: bytes) -> bytes:
    """Another history whose lines follow each other."""
    lines: list[gate_log.GateLine] = []
    for act in ("test", "test", "rename"):
        lines.append(gate_log.next_line(lines, "2026-11-23T02:20:11Z", act, "scale", "done"))
    return b"".join(line.to_bytes() + b"\n" for line in lines)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (edited, "edited"),
        (lambda data: data[data.index(b"\n") + 1 :][data.index(b"\n") // 2 :], "edited"),
        (rewritten, "edited"),
        (lambda data: b"\n".join(data.split(b"\n")[:1]) + b"\n", "cut"),
        (lambda _data: b"", "cut"),
        (lambda _data: b"\xff\x00 nothing of ours\n", "edited"),
        (lambda data: data.replace(b"23T02", b"93T92", 1), "edited"),
    ],
)
def test_a_log_that_was_changed_behind_the_entry_is_named(
    machine: Machine, change: Callable[[bytes], bytes], found: str, expected_logs: ExpectedLogs
) -> None:
    expected_logs.expect("core.station.gating", f"found {found}")
    machine.note("test", "take", "rename")
    assert machine.log_in()[0] == [(3, 3, "whole")]
    bad = change(machine.path.read_bytes())
    machine.path.write_bytes(bad)
    taken, told = machine.log_in()
    assert [how for _, _, how in taken] == [found]
    assert told == f"msg.gate_log_{found}"
    assert machine.path.with_name(ASIDE).read_bytes() == bad
    machine.note("test")
    assert machine.log_in()[0] == [(1, 1, "whole")]


def test_it_is_bounded_and_nothing_that_is_not_taken_in_goes(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate_file, "_MOST", 9)
    monkeypatch.setattr(gate_file, "_KEPT", 3)
    machine.note(*["test"] * 12)
    lines = gate_log.read(machine.path.read_bytes()).lines
    assert (len(lines), lines[-1].act) == (9, FULL)
    assert machine.log_in()[0] == [(9, 9, "whole")]
    machine.note("take")
    assert [line.n for line in gate_log.read(machine.path.read_bytes()).lines] == [7, 8, 9, 10]
    assert machine.log_in()[0] == [(1, 10, "whole")]


def test_a_new_epoch_takes_the_log_as_it_stands() -> None:
    """The machine may be another one, or this one with a log that the epoch before has shortened."""
    lines: list[gate_log.GateLine] = []
    for _ in range(9):
        lines.append(gate_log.next_line(lines, "2026-11-23T02:20:11Z", "test", "scale", "sound"))
    seen = gate_log.read(b"".join(line.to_bytes() + b"\n" for line in lines[6:]))
    assert gate_log.found(NOTHING, seen, anew=True) == ("whole", 3)
    assert gate_log.found(NOTHING, seen) == ("cut", 3)
    data = {"lines": 3, "last": 9, "head": seen.head, "found": "whole"}
    for epoch, sound in ((2, True), (1, False)):
        entry = cast("Entry", SimpleNamespace(header=SimpleNamespace(seq=40, epoch=epoch), data=data))
        state: dict[str, Any] = {"gate": {"last": 99, "head": ""}}
        new_machine(state)
        with nullcontext() if sound else pytest.raises(EntryError):
            STEPS[KIND, 1](state, entry)
            assert state == {"gate": {"last": 9, "head": seen.head}}
