"""T17: headquarters' export is complete by sequence, each entry once, and says what is missing."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete

from core import wire
from hq.export import export
from hq.schema import ENTRIES
from tests.guards import ExpectedLogs
from tests.hq.entries import close_day, open_day, write_items
from tests.hq.headquarters import Counter, Headquarters
from tests.hq.server import ROOT
from tests.hq.test_claims import accept
from tests.hq.test_commands import hq
from tests.hq.test_follower import written
from tests.peers.checker import Bad
from tests.peers.estate import check_estate

pytestmark = pytest.mark.requirement("T17")

CHECKER = ROOT / "tests" / "peers" / "checker.py"


def exported(headquarters: Headquarters, path: Path) -> list[dict[str, Any]]:
    """Written and read back as lines."""
    export(headquarters.database, headquarters.home.signing, path, now=headquarters.now)
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def test_late_by_thirty_days_and_sent_twice(headquarters: Headquarters, tmp_path: Path) -> None:
    """One counter comes a month late, in pieces that overlap; nothing is missed and nothing stands twice."""
    prompt, late = headquarters.counter(), headquarters.counter("990100-01-04")
    accept(late.book)
    for _ in range(3):
        write_items(prompt.book, 1)
        close_day(prompt.book)
        open_day(prompt.book)
        write_items(late.book, 2)
        prompt.sent(prompt.book.entries)
        headquarters.now.advance(10 * 86400)
    entries = late.book.entries
    for first, last in ((0, 7), (0, 7), (4, 12), (6, len(entries)), (0, len(entries))):
        late.sent(entries[first:last])
    headquarters.follow()
    lines = exported(headquarters, tmp_path / "all.jsonl")
    ids = [line["id"] for line in lines if "id" in line]
    assert ids == [
        f"{counter.book.terminal}/1/{seq}"
        for counter in (prompt, late)
        for seq in range(1, counter.book.state.head.seq + 1)
    ]
    statements = [line for line in lines if "epochs" in line]
    assert [said["epochs"][0]["missing"] for said in statements] == [[], []]
    total = len(prompt.book.entries) + len(entries)
    assert check_estate(tmp_path / "all.jsonl", headquarters.home.signing.text, None) == (2, total)
    assert max(line["received"] for line in lines if "id" in line) > min(
        line["received"] for line in lines if "id" in line
    )


def test_what_is_parked_held_or_beside_the_chain_is_named(
    headquarters: Headquarters, tmp_path: Path, expected_logs: ExpectedLogs
) -> None:
    expected_logs.expect("hq.follower", r"entry\.form")
    expected_logs.expect("hq.ingest", r"entry\.(fork|previous)")
    first, second = headquarters.counter(), headquarters.counter("990100-01-04")
    accept(first.book)
    lost = accept(second.book)
    broken = written(second.book, "DayOpened", 1, {"nonsense": True})
    for counter in (first, second):
        counter.sent(counter.book.entries)
    other = second.book.entries[:4]
    written_twice = fork(second, other)
    headquarters.follow()
    said = exported(headquarters, tmp_path / "all.jsonl")
    statement = next(line for line in said if line.get("terminal") == second.book.terminal)
    assert [row["id"] for row in statement["parked"]] == [f"990100-01-04/1/{broken}"]
    assert statement["held"] == [{"id": f"990100-01-04/1/{lost}", "by": "990100-01-03/1/6"}]
    assert [row["id"] for row in statement["beside"]] == [f"990100-01-04/1/{written_twice}"]
    assert [line["beside"] for line in said if "body" in line and "beside" in line] == [
        f"990100-01-04/1/{written_twice}"
    ]
    check_estate(tmp_path / "all.jsonl", headquarters.home.signing.text, None)


def fork(counter: Counter, kept: list[Any]) -> int:
    """A second history after ``kept``, sent; its seq."""
    book, mine = counter.book, counter.book.entries
    book.entries = list(kept)
    seq = written(book, "DayOpened", 1, {"day": 7, "date": "2026-11-22"})
    counter.send(book.entries)
    book.entries = mine
    return seq


def test_a_lost_range_is_named_and_the_command_says_so(
    headquarters: Headquarters, counter: Counter, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_items(counter.book, 2)
    counter.sent(counter.book.entries)
    with headquarters.database.write() as connection:
        connection.execute(delete(ENTRIES).where(ENTRIES.c.seq.in_((1, 6, 7, counter.book.state.head.seq))))
    file = tmp_path / "all.jsonl"
    common = ["--data", str(headquarters.home.directory), "--database", headquarters.url]
    code, out, _ = hq(capsys, "journal", "export", str(file), *common)
    last = counter.book.state.head.seq
    assert code == 1
    assert f"epoch 1  1–{last}  MISSING 1–1, 6–7, {last}–{last}" in out
    with pytest.raises(Bad, match="missing 990100-01-03/1/1 to 1, 990100-01-03/1/6 to 7"):
        check_estate(file, headquarters.home.signing.text, None)


Change = Callable[[list[dict[str, Any]]], object]
CHANGES: dict[str, Change] = {
    "one twice": lambda lines: lines.insert(3, lines[3]),
    "one left out": lambda lines: lines.pop(4),
    "two exchanged": lambda lines: lines.insert(3, lines.pop(4)),
    "another id": lambda lines: lines[4].update(id="990100-01-03/1/99"),
    "another hash": lambda lines: lines[4].update(hash=wire.b64(bytes(32))),
    "a hole that is none": lambda lines: lines[1]["epochs"][0]["missing"].append([2, 2]),
    "cut off": lambda lines: lines.pop(),
    "another digest": lambda lines: lines[-1].update(digest=wire.b64(bytes(32))),
    "one time more": lambda lines: lines[-1].update(total=lines[-1]["total"] + 1),
}


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[dict[str, Any]], str]:
    """A sound export's lines and HQ's key."""
    directory = tmp_path_factory.mktemp("sound")
    made = Headquarters(directory / "hq", f"sqlite:///{directory / 'hq.sqlite'}")
    counter = made.counter()
    write_items(counter.book, 1)
    counter.sent(counter.book.entries)
    lines = exported(made, directory / "all.jsonl")
    key = made.home.signing.text
    made.close()
    return lines, key


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_export_is_not_sound(
    sound: tuple[list[dict[str, Any]], str], tmp_path: Path, change: str
) -> None:
    lines, key = json.loads(json.dumps(sound[0])), sound[1]
    CHANGES[change](lines)
    path = tmp_path / "changed.jsonl"
    made = [json.dumps(line, sort_keys=True, separators=(",", ":"), ensure_ascii=False) for line in lines]
    path.write_text("".join(f"{line}\n" for line in made), encoding="utf-8")
    with pytest.raises(Bad):
        check_estate(path, key, None)


def test_its_reader_imports_nothing_of_ours_but_the_checker() -> None:
    tree = ast.parse((CHECKER.parent / "estate.py").read_text(encoding="utf-8"))
    modules = {node.module or "." for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    modules |= {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    ours = {name for name in modules if name.split(".")[0] not in sys.stdlib_module_names | {"cryptography"}}
    assert ours == {"tests.peers.checker", "tests.peers.canonical", "tests.peers.rolls"}


def test_the_checker_takes_either_form(headquarters: Headquarters, tmp_path: Path) -> None:
    """One program for a counter's own export and for headquarters'."""
    counter = headquarters.counter()
    counter.sent(counter.book.entries)
    path = tmp_path / "all.jsonl"
    exported(headquarters, path)
    command = [sys.executable, str(CHECKER), str(path), "--headquarters", headquarters.home.signing.text]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"1 terminals, {len(counter.book.entries)} entries, complete" in done.stdout
