"""Power loss at every fsync of an enrolment and a working counter: nothing that was shown is missing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from storage.enrol import ENROLMENT_NAME
from storage.vault import VAULT_NAME
from tests.faults.around import BRANCH, Headquarters, forks
from tests.faults.desk import Desk
from tests.faults.power import Recording, disk_at, examine, rebuild
from tests.faults.replay import read_log
from tests.faults.store import look
from tests.faults.work import day, to_json

pytestmark = pytest.mark.requirement("T1")


class Bench:
    """A desk, a headquarters, and counters that work under the recorder or without it."""

    def __init__(self, headquarters: Headquarters, library: str, directory: Path, number: int) -> None:
        self.headquarters = headquarters
        self.directory = directory
        self.operator, self.terminal = f"OP2{number:04d}", f"990100-02-{number:02d}"
        self.codes = headquarters.codes(self.terminal, self.operator)
        self._library = library

    def run(self, steps: Sequence[dict[str, Any]], root: Path | None = None) -> None:
        """Scenes one after the other; recorded below ``root`` where one is given."""
        log = str(self.directory / "writes")
        recorder = {"LD_PRELOAD": self._library, "RECORD_ROOT": str(root), "RECORD_LOG": log}
        desk = Desk(self.directory / ("desk" if root else "desk-after"))
        with desk, forks(self.directory / "errors", recorder if root else None) as server:
            common = {
                "url": self.headquarters.url,
                "operator": self.operator,
                "branch": BRANCH,
                "terminal": self.terminal,
                "links": desk.links(),
                "control": desk.control_path,
            }
            for step in steps:
                outcome = server.run({**common, **step})
                assert outcome.code == 0, (outcome, server.errors())

    def record(self, items: int, **order: Any) -> Recording:
        """An enrolment and a day's work."""
        root = self.directory / "disk"
        data, marks = root / "counter", root / "marks"
        marks.mkdir(parents=True)
        work = {"scene": "work", "visits": to_json(day(items)), "marks": str(marks), "pause_s": 0.6, **order}
        enrolment = {"scene": "enrol", **self.codes}
        self.run([{"data": str(data), **step} for step in (enrolment, work)], root)
        return Recording(read_log(self.directory / "writes"), data, marks, self.operator)

    def rebuilt(self, recording: Recording, moment: int, variant: int) -> Path:
        """A directory as one power loss may leave it."""
        data = self.directory / f"left-{moment}"
        rebuild(recording, disk_at(recording, moment, variant), data)
        return data


@pytest.fixture
def bench(
    headquarters: Headquarters,
    preload: Callable[[str], str],
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> Bench:
    """A terminal of its own for each test."""
    number = 1 + request.session.items.index(request.node) % 90
    return Bench(headquarters, preload("record"), tmp_path, number)


@pytest.mark.timeout(300)  # it opens some hundred disks
def test_a_power_loss_takes_nothing_that_was_shown(bench: Bench) -> None:
    recording = bench.record(3, synced=True, close=True)
    promised = recording.promises(len(recording.records))
    assert [what for what, *_ in promised].count("shown") == 3
    assert [what for what, *_ in promised].count("byte") == 3
    disks, wrong = examine(recording)
    assert wrong == []
    assert disks > 120


def test_a_counter_works_on_after_a_power_loss(bench: Bench) -> None:
    """On the disks left by some moments: log in, go on where the draft stands, print, verify."""
    recording = bench.record(3)
    moments = [moment for moment in recording.moments() if moment >= recording.founded()]
    some = enumerate(moments[:: max(1, len(moments) // 5)])
    left = [bench.rebuilt(recording, moment, variant % 4) for variant, moment in some]
    work = {"scene": "work", "visits": to_json(day(4)), "url": "https://127.0.0.1:9"}
    bench.run([{**work, "data": str(data)} for data in left])
    for data in left:
        found = look(data, bench.operator)
        assert found.findings == []
        assert [len(same) for same in found.numbers().values()] == [1] * 4
        assert found.state.value["labels"] == {}


def test_an_enrolment_goes_on_after_a_power_loss(bench: Bench) -> None:
    """With the codes that were used already: keys were on the disk before headquarters heard of them."""
    recording = bench.record(1)
    moments = [moment for moment in recording.moments() if moment < recording.founded()]
    left = [
        bench.rebuilt(recording, moment, variant % 4)
        for variant, moment in enumerate(moments[:: max(1, len(moments) // 6)])
    ]
    begun = [data for data in left if (data / ENROLMENT_NAME).exists() and not (data / VAULT_NAME).exists()]
    assert begun
    bench.run([{"scene": "enrol", **bench.codes, "data": str(data)} for data in begun])
    for data in begun:
        assert look(data, bench.operator).findings == []


def test_a_store_that_does_not_wait_for_the_disk_is_caught(bench: Bench) -> None:
    recording = bench.record(1, careless=True)
    _, wrong = examine(recording, every=3)
    assert any("shown as accepted and not there" in fault for fault in wrong)


def test_a_promise_before_the_commit_is_caught(bench: Bench) -> None:
    recording = bench.record(1, early=True)
    _, wrong = examine(recording, every=3)
    assert any("shown as accepted and not there" in fault for fault in wrong)
