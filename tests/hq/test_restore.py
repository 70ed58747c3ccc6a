"""A backup becomes a database again: whole, once, into an empty one of the same headquarters."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from core.errors import StoreError, StoreFault
from hq.backup import backup
from hq.database import Database
from hq.restore import restore
from hq.schema import BACKED_UP
from tests.hq.entries import write_items
from tests.hq.headquarters import Counter, Headquarters


def rows(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table that a restore could not make again."""
    with database.read() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in BACKED_UP
            if table.name != "store"  # it says when these tables were made
        }


def test_a_restore_brings_every_row_back(
    headquarters: Headquarters, counter: Counter, tmp_path: Path
) -> None:
    write_items(counter.book, 3)
    counter.sent(counter.book.entries)
    headquarters.follow()
    backup(headquarters.database, tmp_path / "copies", now=headquarters.now)
    first = rows(headquarters.database)
    headquarters.now.advance(60)
    counter.sent(write_items(counter.book, 1))
    headquarters.follow()
    done = backup(headquarters.database, tmp_path / "copies", now=headquarters.now)
    whole = rows(headquarters.database)
    with pytest.raises(StoreError) as there:
        restore(headquarters.home, headquarters.database, tmp_path / "copies")
    assert there.value.code is StoreFault.EXISTS
    fresh = Database(f"sqlite:///{tmp_path / 'fresh.sqlite'}")
    try:
        restored = restore(headquarters.home, fresh, tmp_path / "copies")  # the newest of them
        assert (restored.directory, restored.entries) == (done.directory, len(counter.book.entries))
        fresh.check(headquarters.home.signing.text)
        back = rows(fresh)
        assert back["entries"] == whole["entries"]
        assert back["attachments"] == whole["attachments"]
        # The mark that the second backup moved is not in it, the one that the first moved is.
        assert [row for row in back["heads"] if row not in whole["heads"]] != []
        assert first["terminals"][0][:4] == back["terminals"][0][:4]
    finally:
        fresh.close()


def test_another_headquarters_backup_is_refused(
    headquarters: Headquarters, counter: Counter, tmp_path: Path
) -> None:
    counter.sent(counter.book.entries)
    done = backup(headquarters.database, tmp_path / "copies", now=headquarters.now)
    other = Headquarters(tmp_path / "other", f"sqlite:///{tmp_path / 'other.sqlite'}")
    empty = Database(f"sqlite:///{tmp_path / 'empty.sqlite'}")
    try:
        for home, directory, code in (
            (other.home, done.directory, StoreFault.WRONG_KEY),
            (headquarters.home, tmp_path / "nothing", StoreFault.MISSING),
        ):
            with pytest.raises(StoreError) as caught:
                restore(home, empty, directory)
            assert caught.value.code is code
        (done.directory / "entries.jsonl").write_bytes(b"")
        with pytest.raises(StoreError) as damaged:
            restore(headquarters.home, empty, done.directory)
        assert damaged.value.code is StoreFault.DAMAGED
    finally:
        empty.close()
        other.close()
