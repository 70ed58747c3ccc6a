"""*Safe* moves only over what was backed up, read back and verified."""

from __future__ import annotations

import hashlib
import json
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from core import wire
from core.errors import StoreError, StoreFault
from hq.backup import backup, read_back
from hq.columns import METADATA
from hq.schema import BACKED_UP
from tests.guards import ExpectedLogs
from tests.hq.entries import write_items
from tests.hq.headquarters import Counter, Headquarters


def test_backup_moves_safe(headquarters: Headquarters, counter: Counter, tmp_path: Path) -> None:
    book = counter.book
    write_items(book, 3)
    counter.sent(book.entries)
    headquarters.follow()
    assert counter.marks().safe.seq == 0
    done = backup(headquarters.database, tmp_path / "elsewhere")
    assert (done.entries, done.advanced) == (len(book.entries), 1)
    marks = counter.marks()
    assert marks.safe == marks.received == book.state.head
    again = backup(headquarters.database, tmp_path / "elsewhere")
    assert again.advanced == 0
    assert counter.marks().safe == marks.safe


def test_nothing_unverified_becomes_safe(
    headquarters: Headquarters, counter: Counter, tmp_path: Path
) -> None:
    """Copied, but no follower has looked at the signatures yet; or at some of them only."""
    book = counter.book
    write_items(book, 3)
    counter.sent(book.entries)
    backup(headquarters.database, tmp_path / "one")
    assert counter.marks().safe.seq == 0
    headquarters.service.worker.follower.step(book.terminal, 7)
    backup(headquarters.database, tmp_path / "two")
    assert counter.marks().safe == book.entries[6].head
    assert counter.marks().received == book.state.head


def test_what_came_after_the_copy_is_not_safe(
    headquarters: Headquarters, counter: Counter, tmp_path: Path
) -> None:
    """Entries that arrive, and are verified, while the copy is being read back are in no backup."""
    book = counter.book
    counter.sent(book.entries)
    headquarters.follow()
    copied = book.state.head

    def meanwhile(step: str) -> None:
        assert step == "backup.written"
        write_items(book, 2)
        counter.sent(book.entries)
        headquarters.follow()

    backup(headquarters.database, tmp_path, probe=meanwhile)
    assert counter.marks().safe == copied
    assert counter.marks().received == book.state.head


def flip(table: str, at: float) -> Callable[[Path], None]:
    """One bit of a file, at a place between 0 and 1."""

    def spoil(directory: Path) -> None:
        path = directory / f"{table}.jsonl"
        data = bytearray(path.read_bytes())
        data[int(len(data) * at)] ^= 1
        path.write_bytes(data)

    return spoil


def cut(table: str) -> Callable[[Path], None]:
    """The last line."""

    def spoil(directory: Path) -> None:
        path = directory / f"{table}.jsonl"
        path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))

    return spoil


def gone(table: str) -> Callable[[Path], None]:
    """The whole file."""
    return lambda directory: (directory / f"{table}.jsonl").unlink()


def consistently_wrong(directory: Path) -> None:
    """An entry's bytes and the manifest that covers them: the chain tells."""
    path = directory / "entries.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    row = json.loads(lines[2])
    row["body"] = wire.b64(wire.unb64(row["body"]) + b" ")
    lines[2] = json.dumps(row, sort_keys=True, separators=(",", ":")).encode("ascii") + b"\n"
    path.write_bytes(b"".join(lines))
    manifest = json.loads((directory / "manifest.json").read_bytes())
    manifest["tables"]["entries"]["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    (directory / "manifest.json").write_text(json.dumps(manifest), "ascii")


@pytest.mark.parametrize(
    "spoil",
    [
        flip("entries", 0.1),
        flip("entries", 0.5),
        flip("entries", 0.999),
        flip("attachments", 0.5),
        flip("heads", 0.5),
        flip("terminals", 0.3),
        cut("entries"),
        cut("attachments"),
        gone("grants"),
        consistently_wrong,
        lambda directory: (directory / "manifest.json").unlink(),
        lambda directory: (directory / "manifest.json").write_text("{}"),
    ],
)
def test_corrupted_backup_moves_nothing(
    headquarters: Headquarters, counter: Counter, tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    write_items(counter.book, 3)
    counter.sent(counter.book.entries)
    headquarters.follow()

    def meanwhile(_step: str) -> None:
        (directory,) = tmp_path.glob("elsewhere/hq-*")
        spoil(directory)

    with pytest.raises(StoreError):
        backup(headquarters.database, tmp_path / "elsewhere", probe=meanwhile)
    assert counter.marks().safe.seq == 0
    # Nothing stands there under a name that a restore would take.
    assert [path.suffix for path in (tmp_path / "elsewhere").iterdir()] == [".partial"]
    assert backup(headquarters.database, tmp_path / "good").advanced == 1


def test_stopped_terminal_stays_where_it_was_sound(
    headquarters: Headquarters, counter: Counter, tmp_path: Path, expected_logs: ExpectedLogs
) -> None:
    expected_logs.expect("hq.follower", r"entry\.signature at 5")
    book = counter.book
    entry = write_items(book, 1)[0]
    book.entries[4] = replace(entry, session_signature=bytes(64))
    counter.sent(book.entries)
    headquarters.follow()
    backup(headquarters.database, tmp_path)
    assert counter.marks().safe == book.entries[3].head


def test_backup_holds_every_table_and_no_key(
    headquarters: Headquarters, counter: Counter, tmp_path: Path
) -> None:
    write_items(counter.book, 2)
    counter.sent(counter.book.entries)
    headquarters.follow()
    done = backup(headquarters.database, tmp_path)
    names = {path.name for path in done.directory.iterdir()}
    assert names == {f"{table.name}.jsonl" for table in BACKED_UP} | {"manifest.json"}
    # Made again from the rest, or worth nothing later.
    views = {
        "sessions",
        "follower",
        "day_ends",
        "days",
        "claims",
        "adopted",
        "directive_faults",
        "request_nonces",
        "looks",
        "sender_codes",
        "restricted",
    }
    assert {table.name for table in BACKED_UP} == set(METADATA.tables) - views
    text = b"".join(path.read_bytes() for path in done.directory.iterdir())
    for key in (headquarters.home.directory / "keys").iterdir():
        body = b"".join(key.read_bytes().splitlines()[1:-1])
        assert not body or body not in text.replace(b"\n", b"")
    assert b"PRIVATE" not in text
    for path in (done.directory, *done.directory.iterdir()):
        assert not path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    with headquarters.database.read() as connection:
        for table in BACKED_UP:
            rows = connection.execute(select(table)).all()
            assert len((done.directory / f"{table.name}.jsonl").read_bytes().splitlines()) == len(rows)


def test_backup_of_a_newer_program_is_refused(
    headquarters: Headquarters, counter: Counter, tmp_path: Path
) -> None:
    counter.sent(counter.book.entries)
    done = backup(headquarters.database, tmp_path)
    path = done.directory / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "version": 99}))
    with pytest.raises(StoreError) as caught:
        read_back(done.directory, {})
    assert caught.value.code is StoreFault.TOO_NEW


@pytest.mark.parametrize(("other", "code"), [(-1, StoreFault.TOO_OLD), (1, StoreFault.TOO_NEW)])
def test_a_backup_with_other_tables_is_of_another_program(
    headquarters: Headquarters, counter: Counter, tmp_path: Path, other: int, code: StoreFault
) -> None:
    """From before a table was there, or from after: named so, and not as damage."""
    counter.sent(counter.book.entries)
    done = backup(headquarters.database, tmp_path)
    path = done.directory / "manifest.json"
    manifest = json.loads(path.read_text())
    if other < 0:
        del manifest["tables"]["partners"]
    else:
        manifest["tables"]["unheard_of"] = {"rows": 0, "sha256": "0" * 64}
    path.write_text(json.dumps(manifest))
    with pytest.raises(StoreError) as caught:
        read_back(done.directory, {})
    assert caught.value.code is code


def test_backup_to_a_place_that_cannot_be_written(headquarters: Headquarters, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError) as caught:
        backup(headquarters.database, tmp_path / "file" / "below")
    assert caught.value.code is StoreFault.IO
