"""A disk dies with entries that headquarters never saw: the backup has them (T13, T28, R60)."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from core.late import AdoptLate
from hq.terminals import grant_epoch
from program.machine import SystemClock
from storage.recover import BEFORE, recover
from storage.restore import Restored, RestoreRequest, restore
from storage.store import RESTORED_NAME
from tests.faults.around import Headquarters
from tests.faults.counter import PASSWORD
from tests.faults.rig import Rig
from tests.faults.test_recovery import ASKS_OFTEN, accept, assert_whole, recovered, request
from tests.faults.work import day, each
from tests.guards import ExpectedLogs

pytestmark = pytest.mark.requirement("R60", "T13")

ROOT = Path(__file__).parents[2]


def backed_up(rig: Rig, shelf: Path) -> int:
    """``main.py backup`` in a process of its own, beside the running counter; entries in it."""
    shelf.mkdir()
    line = ("backup", str(shelf), "--data", str(rig.data), "--operator", rig.operator, "--json")
    done = subprocess.run(
        [sys.executable, "main.py", *line],
        cwd=ROOT,
        input=f"{PASSWORD}\n",
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert found["same_disk"] is True
    return int(found["entries"])


def brought_back(rig: Rig, shelf: Path) -> Restored:
    return restore(
        rig.data, RestoreRequest(shelf, rig.operator, PASSWORD, rig.headquarters.url), SystemClock()
    )


def test_the_journal_is_put_back_and_goes_on_in_a_new_epoch(
    headquarters: Headquarters, tmp_path: Path, expected_logs: ExpectedLogs
) -> None:
    """Two items that were never sent, and a file that cannot be read any more."""
    expected_logs.allow("storage.pump", "")
    work = each(day(8))
    with Rig(headquarters, tmp_path, 51) as rig:
        rig.log_in()
        accept(rig, work, 2)
        rig.wait_synced()
        headquarters.kill()
        accept(rig, work, 2)
        entries = backed_up(rig, tmp_path / "shelf")
        rig.stop()
        damaged = rig.data / "journal.db"
        damaged.write_bytes(bytes(damaged.stat().st_size))
        done = brought_back(rig, tmp_path / "shelf")
        assert (done.put_back, done.entries) == (True, entries)
        rig.start()
        rig.log_in()  # headquarters is still away: what came from a backup is not gone on with
        assert rig.terminal is not None
        rig.eyes.wait(lambda view: view.sync.what == "restored", "the stop")
        assert rig.terminal.station._live.stopped == "restored"
        headquarters.start()
        rig.wait_synced()  # what was not sent goes
        rig.eyes.wait(lambda view: (view.sync.state, view.sync.what) == ("ok", "restored"), "the stop stays")
        assert rig.terminal.station._live.stopped == "restored"
        rig.stop()
        rig.start()  # and at the next start too
        assert rig.terminal is not None
        rig.eyes.wait(lambda view: view.sync.what == "restored", "the stop at the next start")
        assert rig.terminal.station._live.stopped == "restored"
        rig.stop()
        back = recovered(rig)
        assert (back.epoch, back.unsent, back.before) == (2, 0, f"{BEFORE}2")
        assert (rig.data / back.before / RESTORED_NAME).exists()
        assert not (rig.data / RESTORED_NAME).exists()
        rig.start()
        rig.log_in()
        accept(rig, work, 1)
        rig.wait_synced()
        rig.stop()
        assert_whole(rig, 5)


def test_a_machine_that_burned_hands_in_what_only_its_backup_has(
    headquarters: Headquarters, tmp_path: Path, expected_logs: ExpectedLogs
) -> None:
    """The new machine has no key of the old one: the entries' own signatures are what counts."""
    expected_logs.allow("storage.pump", "")
    work = each(day(8))
    with Rig(headquarters, tmp_path, 52, pump=ASKS_OFTEN, role="supervisor") as rig:
        rig.log_in()
        accept(rig, work, 2)
        rig.wait_synced()
        headquarters.kill()
        accept(rig, work, 2)
        backed_up(rig, tmp_path / "shelf")
        rig.stop()
        shutil.rmtree(rig.data)
        headquarters.start()
        code = grant_epoch(headquarters.database, rig.terminal_name)
        recover(rig.data, request(rig, code), SystemClock())
        first, again = brought_back(rig, tmp_path / "shelf"), brought_back(rig, tmp_path / "shelf")
        assert first.handed_in == again.handed_in > 0
        assert (first.put_back, first.epoch) == (False, 1)
        (late,) = headquarters.listed(rig.terminal_name)["late"]
        assert (late["epoch"], late["count"]) == (1, first.handed_in)
        rig.start()
        rig.log_in()
        (waits,) = rig.eyes.wait(lambda view: bool(view.late), "what was handed in").late
        assert (waits.cause, waits.epoch, waits.accepted) == ("late", 1, 2)
        rig.clerk.press(AdoptLate(waits.branch))
        assert (rig.message(), rig.eyes.view.late, rig.eyes.view.today) == ("msg.late_adopted", (), 4)
        rig.wait_synced()
        rig.stop()
