"""The log that a killed counter left, changed by hand: no transaction goes without being named (T16)."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

import pytest

from core.errors import StoreError, StoreFault
from storage.database import DATABASE_NAME, WriterLock, connect
from storage.journal import SqlJournal
from storage.migrate import open_database
from storage.store import open_reader
from storage.vault import SUBKEY_DATABASE
from storage.wal import SUFFIX, check_log
from tests.storage.counters import PASSWORD, Counter

pytestmark = pytest.mark.requirement("T16")

LOG = DATABASE_NAME + SUFFIX
HEADER, FRAME, PAGE = 32, 24, 4096
VISITS = 4


@pytest.fixture
def left(counter: Counter, journal: SqlJournal, tmp_path: Path) -> Path:
    """What a kill leaves: the file as it was checkpointed last, and a log with four transactions."""
    for _ in range(VISITS):
        journal.commit(counter.accept(), counter.book.state)
    path = tmp_path / "left"
    shutil.copytree(counter.directory, path, ignore=shutil.ignore_patterns("*-shm", "left"))
    return path


def entries(left: Path, key: bytes, scratch: Path) -> int:
    """How many SQLite itself finds, on a copy."""
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    for name in (DATABASE_NAME, LOG):
        shutil.copy(left / name, scratch / name)
    with closing(connect(scratch / DATABASE_NAME, key)) as connection:
        return int(connection.execute("SELECT count(*) FROM entry").fetchone()[0])


def named(left: Path) -> bool:
    """Whether the log is said to be damaged."""
    try:
        check_log(left / DATABASE_NAME)
    except StoreError as error:
        return (error.code, error.facts["what"]) == (StoreFault.DAMAGED, LOG)
    return False


def test_no_byte_of_the_log_takes_a_transaction_away_unseen(
    counter: Counter, journal: SqlJournal, left: Path, tmp_path: Path
) -> None:
    """Each byte of the log's header, each field of every frame's, and some of each page.

    Passed over is only what SQLite passes over too, or what cannot be told from a power cut: that the very
    last transaction is not there.
    """
    key, log = counter.subkey(SUBKEY_DATABASE), left / LOG
    whole, all_of_them = log.read_bytes(), journal.head().seq
    assert entries(left, key, tmp_path / "scratch") == all_of_them
    assert not named(left)
    frames = range(HEADER, len(whole), FRAME + PAGE)
    some = (0, 3, 4, 7, 8, 12, 17, 23, FRAME, FRAME + PAGE // 2, FRAME + PAGE - 1)
    places = [*range(HEADER), *(at + n for at in frames for n in some)]
    passed = []
    for at in places:
        other = bytearray(whole)
        other[at] ^= 0x10
        log.write_bytes(other)
        if not named(left):
            passed.append(at)
    assert len(passed) < len(places) / 2
    ends = [at for at in frames if int.from_bytes(whole[at + 4 : at + 8], "big")]
    before_last = next(at for at in frames if at > ends[-2])
    for at in passed[:: max(1, len(passed) // 30)]:
        other = bytearray(whole)
        other[at] ^= 0x10
        log.write_bytes(other)
        found = entries(left, key, tmp_path / "scratch")
        assert found == all_of_them or at >= before_last, at
        assert found >= all_of_them - all_of_them // VISITS, at


@pytest.mark.parametrize("how", ["a header of nothing", "cut within the last", "no log at all"])
def test_what_a_power_cut_leaves_is_no_damage(left: Path, how: str) -> None:
    log = left / LOG
    if how == "a header of nothing":
        log.write_bytes(bytes(HEADER + FRAME + PAGE))
    elif how == "cut within the last":
        log.write_bytes(log.read_bytes()[:-PAGE])
    else:
        log.unlink()
    check_log(left / DATABASE_NAME)


def test_neither_the_counter_nor_a_reader_opens_over_it(counter: Counter, left: Path) -> None:
    """And the log is still there, for whoever looks into it."""
    key, log = counter.subkey(SUBKEY_DATABASE), left / LOG
    data = bytearray(log.read_bytes())
    data[HEADER + FRAME + 100] ^= 1
    log.write_bytes(data)
    with pytest.raises(StoreError, match="damaged"):
        open_database(left, key)
    counter.directory = left
    with closing(counter.vault()) as vault:
        vault.unlock(counter.book.operator, PASSWORD)
        with pytest.raises(StoreError, match="damaged"):
            open_reader(left, vault)
        assert log.exists()
        lock = WriterLock.take(left)  # somebody writes: who writes has looked
        try:
            open_reader(left, vault).database.close()
        finally:
            lock.release()
