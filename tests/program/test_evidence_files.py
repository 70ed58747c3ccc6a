"""Her own evidence from the screen: the file lies there, and the independent checker takes it."""

from __future__ import annotations

import queue
from contextlib import closing
from pathlib import Path

import pytest

from core import commands as c
from core.own_evidence import KeepEvidence, KeptEvidence
from program.evidence_files import OwnEvidence, folder
from tests.core.station.desk import Counter as Station
from tests.peers import evidence as peer
from tests.storage.counters import PASSWORD, Counter
from tests.storage.test_evidence import told

pytestmark = pytest.mark.requirement("I9")


def test_the_file_lies_at_home_and_says_what_is_proven(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, store = tmp_path / "home", tmp_path / "store"
    home.mkdir()
    store.mkdir()
    monkeypatch.setenv("HOME", str(home))
    counter = Counter(store)
    journal = counter.start()
    answers: queue.SimpleQueue[object] = queue.SimpleQueue()
    made: list[object] = []
    with closing(journal.database), closing(counter.vault()) as vault:
        vault.unlock(counter.book.operator, PASSWORD)
        files = OwnEvidence(lambda: journal, vault, mounts=(str(tmp_path / "nothing"),))
        for headquarters_knows in (False, True):
            journal.commit(counter.accept(), counter.book.state)
            if headquarters_knows:
                told(counter, journal)
            files.begin(counter.book.operator, 1, answers.put)
            made.append(answers.get(timeout=20))
    first, second = made
    assert isinstance(first, KeptEvidence)
    assert isinstance(second, KeptEvidence)
    assert (first.proven, second.proven) == (False, True)
    assert second.entries > first.entries
    assert Path(second.file).parent == home
    lines = Path(second.file).read_bytes().splitlines(keepends=True)
    found, _proven, _at = peer.check(lines, counter.book.headquarters.public.text)
    assert len(found.hers) == second.entries


def test_no_stick_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "stick").mkdir()  # a folder, and nothing mounted on it
    assert folder((str(tmp_path),)) == Path.home()


def test_the_day_before_the_first_is_refused_by_name() -> None:
    counter = Station()
    try:
        counter.log_in()
        counter.do(KeepEvidence(1))
        assert counter.message() == "rule.not_allowed"
        counter.do(c.DismissMessage())
    finally:
        counter.station.stop()
