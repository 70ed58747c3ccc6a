"""An export is whole, in the form of docs/format.md, and others can check it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from core.errors import StoreError, StoreFault
from core.exchange import entry_from_json
from storage.export import export
from storage.journal import SqlJournal
from tests.storage.child import ROOT
from tests.storage.counters import Counter, erase_month

pytestmark = pytest.mark.requirement("T17")


def fill(counter: Counter, journal: SqlJournal) -> None:
    for _ in range(3):
        entries = counter.accept()
        journal.commit(entries, counter.book.state)
        journal.commit(counter.print_label(entries[-1].header.seq, "LabelPrinted"), counter.book.state)


def check(path: Path, key: str) -> subprocess.CompletedProcess[str]:
    """The independent checker, which imports nothing of ours."""
    return subprocess.run(
        [sys.executable, "tests/peers/checker.py", "--headquarters", key, str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_it_holds_every_entry_once(counter: Counter, journal: SqlJournal, tmp_path: Path) -> None:
    fill(counter, journal)
    path, key = tmp_path / "export.jsonl", counter.book.headquarters.public
    assert export(journal, path, key) == 16
    first, *middle, last = [json.loads(line) for line in path.read_bytes().splitlines()]
    assert first == {
        "format": "counter-export/1",
        "terminal": counter.book.terminal,
        "headquarters": key.text,
        "rolls": [],
        "first": 1,
        "last": 16,
        "entries": 16,
    }
    assert last == {"end": 16, "head": counter.book.state.head.as_json()}
    assert [entry_from_json(line) for line in middle] == counter.book.entries
    assert path.stat().st_mode & 0o777 == 0o600
    checked = check(path, key.text)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_checker_sees_what_is_missing(counter: Counter, journal: SqlJournal, tmp_path: Path) -> None:
    fill(counter, journal)
    path, key = tmp_path / "export.jsonl", counter.book.headquarters.public
    export(journal, path, key)
    lines = path.read_bytes().splitlines(keepends=True)
    for broken in (lines[:-1], lines[:5] + lines[6:], [*lines[:5], lines[5], *lines[5:]]):
        path.write_bytes(b"".join(broken))
        assert check(path, key.text).returncode == 1


def test_a_part_says_where_it_begins(counter: Counter, journal: SqlJournal, tmp_path: Path) -> None:
    fill(counter, journal)
    path = tmp_path / "export.jsonl"
    assert export(journal, path, counter.book.headquarters.public, first=10) == 7
    first, *middle, last = [json.loads(line) for line in path.read_bytes().splitlines()]
    assert (first["first"], first["last"], first["entries"]) == (10, 16, 7)
    assert [entry_from_json(line) for line in middle] == counter.book.entries[9:]
    assert last["end"] == 7
    with pytest.raises(StoreError) as caught:
        export(journal, path, counter.book.headquarters.public, first=17)
    assert caught.value.code is StoreFault.MISSING


def test_erased_attachments_are_none(counter: Counter, journal: SqlJournal, tmp_path: Path) -> None:
    fill(counter, journal)
    erase_month(journal, "acceptance", "2026-11")
    path, key = tmp_path / "export.jsonl", counter.book.headquarters.public
    export(journal, path, key)
    lines = [json.loads(line) for line in path.read_bytes().splitlines()[1:-1]]
    kinds = {part["class"] for line in lines for part in line["attachments"] if part is not None}
    assert kinds == {"sealed"}
    checked = check(path, key.text)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_a_gap_makes_no_export(counter: Counter, journal: SqlJournal, tmp_path: Path) -> None:
    fill(counter, journal)
    with journal.database.writer().begin():
        journal.database.writer().exec_driver_sql("DELETE FROM entry WHERE seq = 4")
    path = tmp_path / "export.jsonl"
    path.write_bytes(b"the one of yesterday")
    with pytest.raises(StoreError) as caught:
        export(journal, path, counter.book.headquarters.public)
    assert (caught.value.code, caught.value.facts["seq"]) == (StoreFault.DAMAGED, 4)
    assert path.read_bytes() == b"the one of yesterday"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["export.jsonl", "store"]
