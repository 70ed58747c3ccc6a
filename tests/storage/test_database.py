"""The encrypted file: its promises, its key, its one writer, and what it says when it is hurt."""

from __future__ import annotations

import json
import logging
import shutil
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from core.crypto.sealing import derive
from core.errors import StoreError, StoreFault
from core.ports import DraftRow
from storage.database import DATABASE_NAME, Database, WriterLock, connect, keep_promises
from storage.journal import SqlJournal
from storage.migrate import create_database, open_database
from storage.vault import SUBKEY_DATABASE, new_data_key
from tests.storage import child
from tests.storage.counters import Counter

pytestmark = pytest.mark.requirement("R57", "R58")


@pytest.fixture
def key() -> bytes:
    return new_data_key()


@pytest.fixture
def made(tmp_path: Path, key: bytes) -> Path:
    """A directory with a fresh database in it."""
    create_database(tmp_path, key, "990100-01-03")
    return tmp_path


def pragmas(connection: sa.Connection) -> dict[str, object]:
    names = ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "temp_store", "query_only")
    return {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names}


def test_every_connection_keeps_the_promises(made: Path, key: bytes) -> None:
    database = open_database(made, key)
    promises = {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "secure_delete": 1,
        "temp_store": 2,
    }
    try:
        assert pragmas(database.writer()) == {**promises, "query_only": 0}
        database.writer().rollback()
        with database.reading() as reader, database.reading() as another:
            assert pragmas(reader) == pragmas(another) == {**promises, "query_only": 1}
        database.drop_writer()
        assert pragmas(database.writer()) == {**promises, "query_only": 0}
    finally:
        database.close()


def test_a_promise_that_does_not_hold_is_unsafe(
    made: Path, key: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite takes any number for ``synchronous`` without a word: only reading back shows it."""
    monkeypatch.setattr("storage.database._PROMISES", {"synchronous": 9})
    with pytest.raises(StoreError) as caught:
        open_database(made, key)
    assert caught.value.code is StoreFault.UNSAFE
    assert caught.value.facts["what"] == "synchronous"


def test_a_file_without_a_journal_in_wal_mode_is_unsafe(key: bytes) -> None:
    connection = connect(Path(":memory:"), key, mode="memory")
    try:
        with pytest.raises(StoreError) as caught:
            keep_promises(connection, read_only=False)
        assert caught.value.code is StoreFault.UNSAFE
    finally:
        connection.close()


def test_readers_cannot_write(made: Path, key: bytes) -> None:
    database = open_database(made, key)
    try:
        with pytest.raises(StoreError) as caught, database.reading() as reader:
            reader.exec_driver_sql("DELETE FROM meta")
        assert caught.value.code is StoreFault.READ_ONLY
    finally:
        database.close()
    reading = Database.open(made, key)
    try:
        with pytest.raises(StoreError) as caught:
            reading.writer()
        assert caught.value.code is StoreFault.READ_ONLY
    finally:
        reading.close()


def test_a_wrong_key_opens_nothing(made: Path, key: bytes, capfd: pytest.CaptureFixture[str]) -> None:
    before = (made / DATABASE_NAME).read_bytes()
    with pytest.raises(StoreError) as caught:
        open_database(made, derive(key, "another"))
    assert caught.value.code is StoreFault.DAMAGED
    with pytest.raises(StoreError) as caught:
        open_database(made, b"short")
    assert caught.value.code is StoreFault.WRONG_KEY
    assert (made / DATABASE_NAME).read_bytes() == before
    assert capfd.readouterr() == ("", "")


def test_nothing_is_readable_in_the_files(counter: Counter, journal: SqlJournal) -> None:
    """Database, WAL and shared memory while it is open, and what stays after it."""
    journal.commit(counter.accept(), counter.book.state)
    journal.save_draft(DraftRow("OP10001", "d1", "示例甲 13800138000".encode(), "2026-11-21T06:00:00.000Z"))
    item = journal.items()[0]
    wanted = [item.waybill, item.token, "13800138000", "示例甲", "OP10001", "ItemAccepted", "SQLite format"]
    open_files = b"".join(path.read_bytes() for path in counter.directory.glob("journal.db*"))
    names = {path.name for path in counter.directory.iterdir()}
    assert "journal.db-wal" in names
    journal.database.close()
    closed_files = b"".join(path.read_bytes() for path in counter.directory.glob("journal.*"))
    for text in wanted:
        assert text.encode() not in open_files + closed_files
    assert counter.subkey(SUBKEY_DATABASE).hex().encode() not in open_files + closed_files


def test_the_key_is_in_no_log_and_no_error(made: Path, key: bytes, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    database = open_database(made, key)
    try:
        with pytest.raises(sa.exc.OperationalError) as caught, database.reading() as reader:
            reader.exec_driver_sql("SELECT nothing FROM nowhere WHERE a = ?", ("示例甲",))
        assert "示例甲" not in str(caught.value)
        assert key.hex() not in str(database._readers.url)
    finally:
        database.close()
    assert key.hex() not in caplog.text


def test_one_process_writes(tmp_path: Path) -> None:
    process = child.begin("hold", tmp_path)
    with process:
        assert process.stdout is not None
        facts = json.loads(process.stdout.readline())
        database_key = derive(bytes.fromhex(facts["data_key"]), SUBKEY_DATABASE)
        try:
            with pytest.raises(StoreError) as caught:
                open_database(tmp_path, database_key)
            assert caught.value.code is StoreFault.BUSY
            # Reading beside it is allowed: ``journal verify`` on a running counter.
            reading = Database.open(tmp_path, database_key)
            with reading.reading() as reader:
                count = reader.exec_driver_sql("SELECT count(*) FROM entry").scalar_one()
            reading.close()
            assert count == facts["seq"]
        finally:
            process.communicate("\n", timeout=20)
    open_database(tmp_path, database_key).close()


def test_a_killed_writer_leaves_the_lock_free(tmp_path: Path) -> None:
    process = child.begin("hold", tmp_path)
    with process:
        assert process.stdout is not None
        facts = json.loads(process.stdout.readline())
        process.kill()
    database = open_database(tmp_path, derive(bytes.fromhex(facts["data_key"]), SUBKEY_DATABASE))
    try:
        with database.reading() as reader:
            assert reader.exec_driver_sql("SELECT count(*) FROM entry").scalar_one() == facts["seq"]
    finally:
        database.close()


def test_the_lock_is_free_again_after_a_failed_opening(made: Path, key: bytes) -> None:
    with pytest.raises(StoreError):
        open_database(made, derive(key, "another"))
    WriterLock.take(made).release()


def test_too_many_readers_wait_and_are_told(made: Path, key: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.database._READER_WAIT_SECONDS", 0.2)
    database = open_database(made, key)
    release = threading.Event()
    entered = threading.Barrier(5)

    def hold() -> None:
        with database.reading():
            entered.wait(10)
            release.wait(10)

    threads = [threading.Thread(target=hold) for _ in range(4)]
    for thread in threads:
        thread.start()
    entered.wait(10)
    try:
        with pytest.raises(StoreError) as caught, database.reading():
            pass
        assert caught.value.code is StoreFault.BUSY
    finally:
        release.set()
        for thread in threads:
            thread.join()
        database.close()


def test_a_damaged_page_is_found_by_its_mac(counter: Counter, journal: SqlJournal) -> None:
    for _ in range(20):
        journal.commit(counter.accept(), counter.book.state)
    assert journal.database.damaged_pages() == []
    journal.database.close()
    path = counter.directory / DATABASE_NAME
    data = bytearray(path.read_bytes())
    page = len(data) // 4096 - 3
    data[page * 4096 + 100] ^= 0x01
    path.write_bytes(data)
    reading = Database.open(counter.directory, counter.subkey(SUBKEY_DATABASE))
    try:
        said = reading.damaged_pages()
        assert any(str(page + 1) in line for line in said), said
    finally:
        reading.close()


def test_a_torn_checkpoint_is_no_damage(counter: Counter, journal: SqlJournal, tmp_path: Path) -> None:
    """Power failed while pages went from the write-ahead log into the file: the log still has them."""
    journal.commit(counter.accept(), counter.book.state)
    left = tmp_path / "left"
    shutil.copytree(counter.directory, left, ignore=shutil.ignore_patterns("*-shm", "left"))
    log, path = (left / f"{DATABASE_NAME}-wal").read_bytes(), left / DATABASE_NAME
    data = bytearray(path.read_bytes())
    in_log = {int.from_bytes(log[at : at + 4], "big") for at in range(32, len(log), 24 + 4096)}
    torn = [page for page in in_log if 1 < page <= len(data) // 4096]
    for page in torn:
        data[page * 4096 - 2048 : page * 4096] = bytes(2048)
    path.write_bytes(data)
    reading = Database.open(left, counter.subkey(SUBKEY_DATABASE))
    try:
        assert torn
        assert reading.damaged_pages() == []
    finally:
        reading.close()


def test_little_room_is_refused_before_anything_is_lost(made: Path, key: bytes) -> None:
    database = open_database(made, key, low_disk_bytes=2**60)
    try:
        with pytest.raises(StoreError) as caught:
            database.need_space()
        assert caught.value.code is StoreFault.DISK_FULL
        assert caught.value.facts["needed"] == 2**60
    finally:
        database.close()
