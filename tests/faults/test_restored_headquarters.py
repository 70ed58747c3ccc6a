"""T3: headquarters is restored from yesterday; its counters bring back what came since, once."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from hq.backup import backup
from hq.database import Database
from program.bench_clock import BenchClock
from tests.faults.around import ROOT, Headquarters
from tests.faults.rig import Rig
from tests.faults.test_bad_line import assert_equal, until
from tests.faults.work import day, each
from tests.guards import ExpectedLogs

pytestmark = pytest.mark.requirement("T3")


@pytest.fixture
def headquarters(tmp_path: Path) -> Iterator[Headquarters]:
    """One of its own: others must not lose their entries."""
    running = Headquarters(tmp_path / "headquarters")
    running.start()
    yield running
    running.stop()


def from_backup(headquarters: Headquarters, copies: Path) -> None:
    """The machine burns; ``hq restore`` on what is left: the data directory and the newest backup."""
    headquarters.kill()
    headquarters.database.close()
    for path in headquarters.directory.glob("hq.sqlite*"):
        path.unlink()
    command = [sys.executable, "-m", "hq", "restore", str(copies), "--data", str(headquarters.directory)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    headquarters.database = Database(f"sqlite:///{headquarters.directory / 'hq.sqlite'}")
    headquarters.start()


def _followed(headquarters: Headquarters, terminal: str) -> bool:
    """Whether everything that it received is folded; asked once, for both figures grow."""
    told = headquarters.listed(terminal)
    return bool(told["folded"] == told["received"]["seq"])


def test_counters_bring_back_what_a_restored_headquarters_lost(
    headquarters: Headquarters, tmp_path: Path, expected_logs: ExpectedLogs
) -> None:
    expected_logs.expect("storage.pump", "headquarters went back from")
    work, copies = each(day(6)), tmp_path / "copies"
    with Rig(headquarters, tmp_path, 41) as rig:
        name = rig.terminal_name
        rig.log_in()
        rig.clerk.accept(*next(work))
        rig.wait_synced()
        until(lambda: _followed(headquarters, name), "fold")
        backup(headquarters.database, copies)
        yesterday = headquarters.listed(name)
        assert yesterday["safe"] == yesterday["received"]
        for _ in range(2):
            rig.clerk.accept(*next(work))
        rig.wait_synced()
        assert headquarters.listed(name)["received"]["seq"] > yesterday["received"]["seq"]
        assert rig.terminal is not None
        from_backup(headquarters, copies)
        # Never more than the copy's own mark: what the counter may have erased is there for certain.
        assert headquarters.listed(name)["safe"]["seq"] <= yesterday["safe"]["seq"]
        rig.clerk.accept(*next(work))
        rig.clerk.wait_labels()
        live = rig.terminal.station._live
        until(
            lambda: headquarters.listed(name)["received"]["seq"] == live.state.head.seq, "not all sent again"
        )
        rig.wait_synced()
        rig.stop()
        assert_equal(rig, raised={"entry.gap"})  # where the counter sent on before it asked what is there


def test_the_day_after_what_is_safe_goes(headquarters: Headquarters, tmp_path: Path) -> None:
    """Accepted, backed up at headquarters, a night over: the counter erases, and headquarters has it."""
    work, copies, clock, gone = each(day(3)), tmp_path / "copies", BenchClock(), threading.Event()

    def probe(step: str, /) -> None:
        if step == "erasing.done":
            gone.set()

    with Rig(headquarters, tmp_path, 42, clock=clock, probe=probe) as rig:
        rig.log_in()
        for _ in range(2):
            rig.clerk.accept(*next(work))
        rig.wait_synced()
        until(lambda: _followed(headquarters, rig.terminal_name), "not followed")
        backup(headquarters.database, copies)
        rig.clerk.accept(*next(work))  # not in the backup
        rig.wait_synced()
        rig.stop()
        headquarters.kill()  # else it would tell that the night is not over
        clock.jump(26 * 3600)
        rig.start()
        rig.log_in()
        assert gone.wait(20)
        rig.stop()
        found = rig.look()
        assert (found.findings, found.gone, len(found.items)) == ([], 2, 3)
        headquarters.start()
        rig.start()
        rig.log_in()
        rig.wait_synced()
        rig.stop()
        assert_equal(rig)
