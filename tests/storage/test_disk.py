"""T25: a disk that is full, read-only or failing.  Nothing is lost, and the reason is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.crypto.keys import PublicKey
from core.crypto.sealing import derive
from core.errors import StoreFault
from storage.journal import SqlJournal
from storage.keyfile import KeyFile
from storage.migrate import open_database
from storage.vault import SUBKEY_DATABASE, SUBKEY_KEYFILE
from storage.verify import verify
from tests.storage import child

pytestmark = pytest.mark.requirement("R62", "T25")


def reopen(directory: Path, facts: dict[str, str]) -> tuple[int, bool, int]:
    """(head, sound, drafts) as the next start of the program finds them."""
    data_key = bytes.fromhex(facts["data_key"])
    database = open_database(directory, derive(data_key, SUBKEY_DATABASE), low_disk_bytes=0)
    try:
        keys = KeyFile(directory, derive(data_key, SUBKEY_KEYFILE), facts["terminal"])
        journal = SqlJournal(database, keys)
        sound = verify(journal, PublicKey(facts["headquarters"]), facts["terminal"]).sound
        return journal.head().seq, sound, len(journal.drafts("OP10001"))
    finally:
        database.close()


@pytest.mark.parametrize(
    ("calls", "error", "code"),
    [
        ("fsync,fdatasync", "EIO", StoreFault.IO),
        ("pwrite64", "EIO", StoreFault.IO),
        ("pwrite64", "ENOSPC", StoreFault.DISK_FULL),
    ],
)
def test_a_commit_on_a_failing_disk_is_refused_whole(
    tmp_path: Path, calls: str, error: str, code: StoreFault
) -> None:
    """Every write or sync from here on fails, in the kernel's place."""
    _, (facts, said) = child.run("disk", tmp_path, calls, error)
    assert said == {"code": code, "again": code, "unchanged": True, "known": False, "items": 3}
    head, sound, drafts = reopen(tmp_path, facts)
    # Written but never synced: a crash may bring the whole transaction back, never a part of it.
    assert head in ({10, 12} if calls.startswith("fsync") else {10})
    assert sound
    assert drafts == 1


@pytest.mark.parametrize(
    ("calls", "error", "code"),
    [
        ("fsync", "EIO", StoreFault.IO),
        ("rename,renameat,renameat2", "ENOSPC", StoreFault.DISK_FULL),
        ("rename,renameat,renameat2", "EROFS", StoreFault.READ_ONLY),
    ],
)
def test_vault_keys_and_tries_on_a_failing_disk(
    tmp_path: Path, calls: str, error: str, code: StoreFault
) -> None:
    """No operator is half let in, no month key is used unkept, no failed try goes uncounted."""
    _, (facts, said) = child.run("vault", tmp_path, calls, error)
    assert said == {"operator": code, "key": code, "password": code}
    assert reopen(tmp_path, facts)[:2] == (10, True)


def test_a_full_disk_stops_accepting_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    _, (_, said) = child.run("full", tmp_path)
    assert said["accepted"] > 5
    assert said["code"] in (StoreFault.DISK_FULL, StoreFault.IO)
    if said["kind"] == "tmpfs":
        assert said["code"] == StoreFault.DISK_FULL
    assert (said["held"], said["later"], said["sound"]) == (True, "", True)


def test_a_read_only_directory_is_told(tmp_path: Path) -> None:
    directory = tmp_path / "store"
    directory.mkdir()
    _, (_, said) = child.run("read_only", directory)
    assert said == {"journal": StoreFault.READ_ONLY, "unlock": StoreFault.READ_ONLY}
