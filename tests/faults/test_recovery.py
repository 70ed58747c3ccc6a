"""T13, T28: a store set back, lost, replaced, its old disk coming back: found, whole, no number twice."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.commands import CloseDay, CloseLookUp, LookUp, Reprint
from core.errors import HqError, StoreError, StoreFault
from core.late import AdoptLate, DeclineLate
from core.wire import b64
from hq.days import list_days
from hq.entries import read_entries
from hq.export import export
from hq.terminals import grant_epoch
from program.machine import SystemClock
from storage.recover import BEFORE, MAKING, READY, RECOVERY_NAME, Recovered, RecoverRequest, recover
from tests.faults.around import Headquarters
from tests.faults.counter import CHEAP, PASSWORD, QUICK_PUMP
from tests.faults.rig import Rig
from tests.faults.steps import named_steps
from tests.faults.test_bad_line import until
from tests.faults.work import Item, Visit, day, each
from tests.guards import ExpectedLogs
from tests.peers.estate import Estate

pytestmark = pytest.mark.requirement("T13", "T28")

Work = Iterator[tuple[Visit, Item]]


ASKS_OFTEN = replace(QUICK_PUMP, directives_every_s=0.5)


class CutError(Exception):
    """The plug was pulled here."""


def request(rig: Rig, code: str, password: str = PASSWORD) -> RecoverRequest:
    """What the technician types."""
    headquarters = rig.headquarters
    ca = headquarters.home.authority_file
    return RecoverRequest(headquarters.url, ca, code, rig.operator, password, "2026-11-01", CHEAP)


def recovered(rig: Rig) -> Recovered:
    """``hq epoch grant`` and ``main.py recover``."""
    code = grant_epoch(rig.headquarters.database, rig.terminal_name)
    return recover(rig.data, request(rig, code), SystemClock())


def accept(rig: Rig, work: Work, count: int) -> None:
    for _ in range(count):
        rig.clerk.accept(*next(work))
    rig.clerk.wait_labels()


def told(rig: Rig, what: str) -> None:
    """Headquarters has stopped this counter, for this reason."""
    rig.eyes.wait(lambda view: (view.sync.state, view.sync.what) == ("refused", what), what)
    assert rig.terminal is not None
    assert rig.terminal.station._live.stopped == what


def assert_whole(rig: Rig, items: int) -> None:
    """Headquarters, its fold and the counter agree; every item number stands once in the chain."""
    found = rig.look()
    assert found.findings == []
    head, name = found.state.head, rig.terminal_name
    until(lambda: rig.headquarters.listed(name)["folded"] == head.seq, "headquarters does not follow")
    row = rig.headquarters.listed(name)
    assert row["received"] == {"seq": head.seq, "hash": b64(head.hash)}
    assert (row["state"], row["stopped"]) == (b64(found.state.hash()), False)
    with rig.headquarters.database.read() as connection:
        entries = list(read_entries(connection, name, 1))
    numbers = [e.data["number"] for e in entries if e.header.kind == "ItemAccepted"]
    assert numbers == list(range(1, items + 1))


def test_a_store_set_back_is_found_and_comes_back(
    headquarters: Headquarters, tmp_path: Path, expected_logs: ExpectedLogs
) -> None:
    """Yesterday's copy is put back.  The counter stops, headquarters has the fork by name."""
    expected_logs.expect("storage.pump", "hq.conflict .*(behind|fork)")
    work = each(day(8))
    with Rig(headquarters, tmp_path, 31) as rig:
        rig.log_in()
        accept(rig, work, 2)
        rig.wait_synced()
        rig.stop()
        shutil.copytree(rig.data, tmp_path / "yesterday")
        rig.start()
        rig.log_in()
        accept(rig, work, 2)
        rig.wait_synced()
        rig.stop()
        rig.data.rename(tmp_path / "today")
        (tmp_path / "yesterday").rename(rig.data)
        rig.start()
        rig.log_in()
        told(rig, "behind")
        name = rig.terminal_name
        until(lambda: headquarters.listed(name)["late"] != [], "headquarters was not told of the fork")
        rig.stop()
        rig.start()  # and it stays so at the next start, before headquarters is asked
        assert rig.terminal is not None
        live = rig.terminal.station._live
        until(lambda: live.stopped == "behind", "it does not say so at the start")
        rig.stop()
        (late,) = headquarters.listed(rig.terminal_name)["late"]
        assert late["count"] >= 1
        assert "entry.fork" in {row["fault"] for row in headquarters.listed(rig.terminal_name)["alarms"]}
        done = recovered(rig)
        assert (done.epoch, done.unsent, done.before) == (2, 0, f"{BEFORE}2")
        assert (rig.data / done.before / "vault.json").exists()
        rig.start()
        rig.log_in()
        accept(rig, work, 2)
        rig.wait_synced()
        rig.stop()
        assert_whole(rig, 6)


def test_the_old_disk_comes_back(
    headquarters: Headquarters, tmp_path: Path, expected_logs: ExpectedLogs
) -> None:
    """A new machine from nothing; the old disk then sends what it had, and may not go on.

    Union (T13): on the new machine a supervisor takes it in, once, however often that disk comes back.
    """
    expected_logs.expect("storage.pump", "hq.conflict .*replaced")
    expected_logs.allow("storage.feed", "stands still: replaced")
    work = each(day(8))
    with Rig(headquarters, tmp_path, 32, pump=ASKS_OFTEN, role="supervisor") as rig:
        rig.log_in()
        accept(rig, work, 2)
        rig.wait_synced()
        headquarters.kill()
        accept(rig, work, 2)
        rig.stop()
        headquarters.start()
        rig.data.rename(tmp_path / "old disk")
        done = recovered(rig)
        assert (done.epoch, done.before) == (2, "")
        rig.start()
        rig.log_in()
        accept(rig, work, 1)
        rig.wait_synced()
        rig.stop()
        assert_whole(rig, 3)
        rig.data.rename(tmp_path / "new machine")
        (tmp_path / "old disk").rename(rig.data)
        before = rig.look().state.head.seq
        rig.start()
        rig.log_in()
        told(rig, "replaced")
        rig.stop()
        (late,) = headquarters.listed(rig.terminal_name)["late"]
        after = rig.look().state.head.seq
        assert late["epoch"] == 1
        assert late["last"] == after > before - 1
        rig.data.rename(tmp_path / "old disk")
        (tmp_path / "new machine").rename(rig.data)
        assert_whole(rig, 3)
        rig.start()
        rig.log_in()
        (waits,) = rig.eyes.wait(lambda view: bool(view.late), "the branch").late
        assert (waits.cause, waits.epoch, waits.accepted) == ("late", 1, 2)
        rig.clerk.press(DeclineLate(waits.branch, "nothing of the sort"))
        assert rig.message() == "rule.not_allowed"
        rig.clerk.press(AdoptLate(waits.branch))
        assert (rig.message(), rig.eyes.view.late, rig.eyes.view.today) == ("msg.late_adopted", (), 5)
        rig.clerk.press(AdoptLate(waits.branch))
        assert rig.message() == "rule.late_gone"
        rig.clerk.press(LookUp("4"))  # the two machines used the same numbers
        found = rig.eyes.view.found or ()
        assert [item.notes[0].code for item in found] == ["note.late"]
        rig.clerk.press(Reprint(found[0].seq))
        assert rig.message() == "rule.late_item"
        rig.clerk.press(CloseLookUp())
        accept(rig, work, 1)
        rig.clerk.press(CloseDay())
        rig.wait_synced()
        rig.stop()
        rig.data.rename(tmp_path / "new machine")
        (tmp_path / "old disk").rename(rig.data)
        rig.start()
        rig.log_in()
        told(rig, "replaced")
        rig.stop()
        shutil.rmtree(rig.data)
        (tmp_path / "new machine").rename(rig.data)
        assert_taken_in(rig, tmp_path / "export", waits.entries)


def assert_taken_in(rig: Rig, export_file: Path, entries: int) -> None:
    """Counter, headquarters' two counts and its export agree, each item once."""
    headquarters, name = rig.headquarters, rig.terminal_name
    found_there = rig.look()
    assert found_there.state.counts["accepted"] == 6
    until(lambda: headquarters.listed(name)["folded"] == found_there.state.head.seq, "not followed")
    (closed,) = list_days(headquarters.database, name)["days"]
    assert (closed["verdict"], closed["counted"]["accepted"]) == ("agrees", 6)
    export(headquarters.database, headquarters.home.signing, export_file)
    lines = export_file.read_bytes().splitlines(keepends=True)
    read = Estate(iter(lines), headquarters.home.signing.text, None)
    (journal,) = [each for each, _said in read.journals() if each.terminal == name]
    assert journal.counts["taken in"] == entries


def test_cut_at_any_step_it_goes_on(headquarters: Headquarters, tmp_path: Path) -> None:
    """The same code and password; whatever was made before the cut is used, and the old store stays whole."""
    steps = [step for step in named_steps("storage") if step.startswith("recover.")]
    assert len(steps) >= 7
    with Rig(headquarters, tmp_path, 33) as rig:
        rig.log_in()
        accept(rig, each(day(1)), 1)
        rig.wait_synced()
        rig.stop()
        for epoch, step in enumerate(steps, 2):
            code = grant_epoch(headquarters.database, rig.terminal_name)

            def cut(name: str, /, step: str = step) -> None:
                if name == step:
                    raise CutError

            with pytest.raises(CutError):
                recover(rig.data, request(rig, code), SystemClock(), probe=cut)
            done = recover(rig.data, request(rig, code), SystemClock())
            assert (done.epoch, done.unsent, done.before) == (epoch, 0, f"{BEFORE}{epoch}"), step
            assert (rig.data / done.before / "vault.json").exists(), step
            for name in (RECOVERY_NAME, MAKING, READY):
                assert not (rig.data / name).exists(), (step, name)
        rig.start()
        rig.log_in()
        rig.wait_synced()
        rig.stop()
        assert_whole(rig, 1)


def test_a_wrong_password_or_code_changes_nothing(headquarters: Headquarters, tmp_path: Path) -> None:
    with Rig(headquarters, tmp_path, 34) as rig:
        rig.log_in()
        rig.wait_synced()
        rig.stop()
        code = grant_epoch(headquarters.database, rig.terminal_name)
        with pytest.raises(StoreError) as wrong:
            recover(rig.data, request(rig, code, PASSWORD + "x"), SystemClock())
        assert wrong.value.code is StoreFault.WRONG_KEY
        with pytest.raises(HqError) as unknown:
            recover(rig.data, request(rig, "AAAAA-AAAAA-AAAAA-AAAAA-AAAAA"), SystemClock())
        assert unknown.value.code == "hq.code_invalid"
        rig.start()
        rig.log_in()
        rig.wait_synced()
        rig.stop()
        assert headquarters.listed(rig.terminal_name)["epoch"] == 1
