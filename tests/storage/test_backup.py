"""Backups: what is in them, what is never in them, and what a restore does with a bad one."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
from contextlib import closing
from pathlib import Path

import pytest

from core.errors import CounterError, StoreError, StoreFault
from core.ports import DraftRow, StaffRow
from storage.backup import DATA_NAME, MANIFEST_NAME, BackedUp, Backup, back_up, open_data, read_backup
from storage.database import DATABASE_NAME, connect
from storage.journal import SqlJournal
from storage.restore import BEFORE, MAKING, Restored, RestoreRequest, restore
from storage.slots import open_operator_keys
from storage.store import RESTORED_NAME, open_reader
from storage.vault import FileVault
from storage.vaultfile import OperatorRecord
from storage.verify import verify
from tests.core.books import Book
from tests.faults.steps import named_steps
from tests.storage.counters import PASSWORD, Counter

pytestmark = pytest.mark.requirement("R60")

AT = dt.datetime(2026, 11, 22, 4, 0, tzinfo=dt.UTC)


class CutError(Exception):
    """The plug was pulled here."""


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """The other disk."""
    made = tmp_path / "shelf"
    made.mkdir()
    return made


@pytest.fixture
def kept(counter: Counter, journal: SqlJournal, shelf: Path) -> BackedUp:
    """Three items, a draft; backed up beside the open journal, then the counter is shut."""
    for _ in range(3):
        journal.commit(counter.accept(), counter.book.state)
    journal.save_draft(DraftRow(counter.book.operator, "d-1", b"half a visit of somebody's", "x"))
    done = backed_up(counter, shelf)
    journal.database.close()
    return done


def backed_up(counter: Counter, shelf: Path, at: dt.datetime = AT) -> BackedUp:
    vault = opened(counter)
    reader = open_reader(counter.directory, vault)
    with closing(reader.database):
        return back_up(counter.directory, vault, reader, shelf, at, keep_days=35)


def opened(counter: Counter) -> FileVault:
    vault = counter.vault()
    vault.unlock(counter.book.operator, PASSWORD)
    return vault


def newest(counter: Counter, shelf: Path) -> Backup:
    return read_backup(shelf, counter.book.terminal, counter.book.headquarters.public)


def brought_back(counter: Counter, shelf: Path) -> Restored:
    request = RestoreRequest(shelf, counter.book.operator, PASSWORD, "https://127.0.0.1:1")
    return restore(counter.directory, request, counter.book.machine)


def refused(counter: Counter, shelf: Path) -> CounterError:
    with pytest.raises(CounterError) as found:
        brought_back(counter, shelf)
    return found.value


def test_what_is_in_a_backup_and_what_is_not(counter: Counter, kept: BackedUp) -> None:
    """Entries, attachments, names; no look-up, no draft, no state, no free page, no key in clear."""
    backup = kept.backup
    assert (backup.grant.terminal, backup.head) == (counter.book.terminal, counter.book.state.head)
    vault = opened(counter)
    record = vault.operators()[counter.book.operator]
    keys = open_operator_keys(record.operator, PASSWORD, record.signing, record.agreement, record.wrapped)
    with closing(open_data(backup, backup.open_key(record.operator, keys.agreement))) as data:
        tables = {row[0] for row in data.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        assert tables == {"meta", "entry", "attachment", "operator", "mark", "directive"}
        assert data.execute("PRAGMA freelist_count").fetchone() == (0,)
        assert data.execute("SELECT count(*) FROM entry").fetchone() == (len(counter.book.entries),)
        # An annex stands there as it stands here: under the month's key, which is in no backup.
        with closing(connect(counter.directory / DATABASE_NAME, vault.subkey("database"))) as own:
            query = "SELECT seq, n, data FROM attachment ORDER BY seq, n"
            assert data.execute(query).fetchall() == own.execute(query).fetchall()
    month_keys = json.loads((counter.directory / "month.keys").read_bytes())["keys"]
    files = b"".join(path.read_bytes() for path in backup.path.iterdir())
    assert month_keys
    for secret in (*(key.encode() for key in month_keys.values()), counter.data_key, b"half a visit"):
        assert secret not in files
    assert counter.book.key.private_bytes() not in files


def test_it_comes_back_whole_and_may_not_go_on(counter: Counter, kept: BackedUp, shelf: Path) -> None:
    """A store whose pages are gone: entries, state and look-ups stand again, and the flag that says so."""
    path = counter.directory / DATABASE_NAME
    path.write_bytes(os.urandom(path.stat().st_size))
    done = brought_back(counter, shelf)
    assert (done.put_back, done.entries, done.handed_in) == (True, kept.backup.head.seq, 0)
    assert (counter.directory / done.before / DATABASE_NAME).exists()
    assert (counter.directory / RESTORED_NAME).exists()
    assert not (counter.directory / MAKING).exists()
    journal = counter.journal()
    with closing(journal.database):
        assert (journal.head(), journal.state()) == (counter.book.state.head, counter.book.state)
        assert [item.annex["waybill"] for item in journal.items()] == [f"XA{n:09d}CN" for n in (3, 2, 1)]
        assert journal.drafts() == []
        assert verify(journal, counter.book.headquarters.public, counter.book.terminal).sound


def test_what_was_erased_stays_erased(counter: Counter, kept: BackedUp, shelf: Path) -> None:
    """The month's key was destroyed after the backup: its annexes do not come back."""
    with closing(counter.journal().database):
        keys = counter.key_file()
        for name in keys.names():
            assert keys.destroy(*name)
    (counter.directory / DATABASE_NAME).unlink()
    brought_back(counter, shelf)
    journal = counter.journal()
    with closing(journal.database):
        assert journal.items() == []
        report = verify(journal, counter.book.headquarters.public, counter.book.terminal, restored=True)
        assert (report.sound, report.gone) == (True, 3)
    with closing(connect(counter.directory / DATABASE_NAME, counter.subkey("database"))) as own:
        left = own.execute("SELECT DISTINCT class FROM attachment WHERE data IS NOT NULL").fetchall()
    assert left == [("sealed",)]


def test_a_sound_journal_that_holds_more_is_not_overwritten(
    counter: Counter, kept: BackedUp, shelf: Path
) -> None:
    error = refused(counter, shelf)
    assert error.code is StoreFault.BACKUP_OLDER
    assert error.facts["here"] == error.facts["backup"] == kept.backup.head.seq
    assert not (counter.directory / RESTORED_NAME).exists()
    journal = counter.journal()
    with closing(journal.database):
        assert journal.head() == counter.book.state.head


def test_each_changed_byte_is_found(counter: Counter, kept: BackedUp, shelf: Path) -> None:
    """Of the data file and of what it says of itself; nothing here is touched."""
    (counter.directory / DATABASE_NAME).unlink()
    for name in (DATA_NAME, MANIFEST_NAME):
        path = kept.backup.path / name
        sound = path.read_bytes()
        for at in range(7, len(sound), len(sound) // 9):
            path.write_bytes(sound[:at] + bytes([sound[at] ^ 1]) + sound[at + 1 :])
            code = refused(counter, shelf).code
            assert code in (StoreFault.BACKUP_DAMAGED, StoreFault.TOO_NEW, "entry.signature"), (name, at)
            path.write_bytes(sound)
        path.write_bytes(sound[:-1])
        assert refused(counter, shelf).code is StoreFault.BACKUP_DAMAGED
        path.rename(counter.directory / "away")
        assert refused(counter, shelf).code is StoreFault.BACKUP_DAMAGED
        path.write_bytes(sound)
    assert not (counter.directory / DATABASE_NAME).exists()
    assert brought_back(counter, shelf).put_back


def test_cut_at_any_step_the_same_call_goes_on(counter: Counter, kept: BackedUp, shelf: Path) -> None:
    steps = [step for step in named_steps("storage") if step.startswith("restore.")]
    assert len(steps) >= 4
    request = RestoreRequest(shelf, counter.book.operator, PASSWORD, "https://127.0.0.1:1")
    for step in steps:
        for path in counter.directory.glob(f"{DATABASE_NAME}*"):
            path.unlink()

        def cut(name: str, /, step: str = step) -> None:
            if name == step:
                raise CutError

        with pytest.raises(CutError):
            restore(counter.directory, request, counter.book.machine, probe=cut)
        if step == "restore.done":
            assert refused(counter, shelf).code is StoreFault.BACKUP_OLDER
        else:
            assert brought_back(counter, shelf).put_back, step
        assert (counter.directory / RESTORED_NAME).exists(), step
        assert list(counter.directory.glob(f"{BEFORE}*")) == [], step


def told(counter: Counter, at: dt.datetime) -> None:
    """Headquarters tells this boot the time."""
    journal = counter.journal()
    with closing(journal.database):
        counter.told(journal, at)


def test_old_ones_go_and_only_ours(counter: Counter, kept: BackedUp, shelf: Path) -> None:
    """After 35 days, by the newest's own time; another counter's and other folders stay."""
    stranger = shelf / "counter-990100-01-77-20200101T000000000Z-1-9"
    odd = shelf / f"counter-{counter.book.terminal}-20209999T000000000Z-1-1"  # no such day
    for path in (stranger, odd, shelf / "counter-holiday pictures"):
        path.mkdir()
    told(counter, AT + dt.timedelta(days=40))
    again = backed_up(counter, shelf, AT + dt.timedelta(days=35))
    assert (again.removed, kept.backup.path.exists()) == (0, True)
    later = backed_up(counter, shelf, AT + dt.timedelta(days=36))
    assert (later.removed, kept.backup.path.exists()) == (1, False)
    assert stranger.exists()
    assert odd.exists()
    assert newest(counter, shelf).path == later.backup.path


def test_a_clock_that_jumped_clears_no_shelf(counter: Counter, kept: BackedUp, shelf: Path) -> None:
    """Forward: headquarters' time says how old they are.  Back again: the newest is what holds most."""
    year = dt.timedelta(days=365)
    assert backed_up(counter, shelf, AT + year).removed == 0  # it never told a time
    told(counter, AT)
    ahead = backed_up(counter, shelf, AT + year)
    assert (ahead.removed, kept.backup.path.exists()) == (0, True)
    told(counter, AT + dt.timedelta(hours=1))
    back = backed_up(counter, shelf, AT + dt.timedelta(hours=1))
    # Both of next year are named by a clock that was wrong; what they hold is in the new one.
    assert (back.removed, sorted(shelf.iterdir())) == (1 + 1, sorted([kept.backup.path, back.backup.path]))
    past = backed_up(counter, shelf, AT - year)
    assert (past.removed, back.backup.path.exists()) == (0, True)


def test_one_folder_for_a_whole_branch(counter: Counter, kept: BackedUp, shelf: Path, tmp_path: Path) -> None:
    """The newest of this counter is meant; the other one's, named outright, is refused."""
    (tmp_path / "other").mkdir()
    other = Counter(tmp_path / "other", Book(terminal="XA.b_7"))  # headquarters takes such names too
    other.start().database.close()
    theirs = backed_up(other, shelf, AT + dt.timedelta(hours=1)).backup
    assert newest(other, shelf).path == theirs.path
    with pytest.raises(StoreError) as found:
        read_backup(theirs.path, counter.book.terminal, other.book.headquarters.public)
    assert found.value.code is StoreFault.BACKUP_FOREIGN
    (counter.directory / DATABASE_NAME).unlink()
    assert brought_back(counter, shelf).entries == kept.backup.head.seq


def test_everybody_of_a_large_branch_can_open_it(counter: Counter, journal: SqlJournal, shelf: Path) -> None:
    """400 slots are more than one signed document holds."""
    journal.database.close()
    vault = opened(counter)
    public, agreement = counter.book.key.public, counter.keys.agreement.public
    vault.settle(
        [StaffRow(f"OP2{n:05d}", "clerk", "", public, agreement, counter.keys.wrapped) for n in range(400)]
    )
    made = backed_up(counter, shelf).backup
    key = counter.keys.agreement
    assert made.open_key("OP200399", key) == made.open_key(counter.book.operator, key)


def test_what_a_cut_left_goes_a_day_later(counter: Counter, kept: BackedUp, shelf: Path) -> None:
    """And what is being made beside it stays."""
    left, making = (shelf / f".counter-{counter.book.terminal}-{n}.new" for n in "12")
    for path in (left, making):
        path.mkdir()
        (path / DATA_NAME).write_bytes(b"half")
    before = left.stat().st_mtime - 2 * 86400
    os.utime(left, (before, before))
    backed_up(counter, shelf, AT + dt.timedelta(hours=1))
    assert (left.exists(), making.exists()) == (False, True)


def test_the_same_second_twice_keeps_both_journals(counter: Counter, kept: BackedUp, shelf: Path) -> None:
    """The machine's clock stands still: what stood here first is not overwritten."""
    folders = []
    for kind in (b"first", b"second"):
        (counter.directory / DATABASE_NAME).write_bytes(kind)
        folders.append(brought_back(counter, shelf).before)
    assert [(counter.directory / name / DATABASE_NAME).read_bytes() for name in folders] == [
        b"first",
        b"second",
    ]


def test_where_it_cannot_lie(counter: Counter, kept: BackedUp, tmp_path: Path, shelf: Path) -> None:
    inside = counter.directory / "backups"
    inside.mkdir()
    for folder, fault in ((inside, StoreFault.BACKUP_INSIDE), (tmp_path / "no", StoreFault.BACKUP_MISSING)):
        with pytest.raises(StoreError) as found:
            backed_up(counter, folder)
        assert found.value.code is fault
    (tmp_path / "empty").mkdir()
    assert refused(counter, tmp_path / "empty").code is StoreFault.BACKUP_MISSING
    shutil.rmtree(counter.directory)
    counter.directory.mkdir()
    assert refused(counter, shelf).code is StoreFault.RECOVER_FIRST


def test_half_a_backup_is_none(
    counter: Counter, kept: BackedUp, shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that fills up on the way: said as the backup disk's fault, nothing of it stays."""
    vault = opened(counter)
    reader = open_reader(counter.directory, vault)

    def full(step: str, /) -> None:
        if step == "file.written":
            raise OSError(28, "full")

    before = sorted(shelf.iterdir())
    with closing(reader.database), pytest.raises(StoreError) as found:
        back_up(counter.directory, vault, reader, shelf, AT, keep_days=35, probe=full)
    assert (found.value.code, found.value.facts["fault"]) == (StoreFault.BACKUP_FAILED, "store.disk_full")
    assert sorted(shelf.iterdir()) == before


def test_another_key_of_hers_opens_nothing(counter: Counter, kept: BackedUp, shelf: Path) -> None:
    """She activated again since: only her old key would open it."""
    (counter.directory / DATABASE_NAME).unlink()
    other = counter.another_operator("OP10002")
    vault = opened(counter)
    vault.add_operator(
        OperatorRecord("OP10002", "clerk", other.signer.public, other.agreement.public, other.wrapped)
    )
    request = RestoreRequest(shelf, "OP10002", f"{PASSWORD}OP10002", "https://127.0.0.1:1")
    with pytest.raises(StoreError) as found:
        restore(counter.directory, request, counter.book.machine)
    assert found.value.code is StoreFault.BACKUP_KEY


def test_cut_while_it_is_made(counter: Counter, kept: BackedUp, shelf: Path) -> None:
    """Before it has its name there is none; once it has, it is whole."""
    steps = [step for step in named_steps("storage") if step.startswith("backup.")]
    assert len(steps) >= 2
    for minute, step in enumerate(steps, 1):
        before = sorted(path.name for path in shelf.iterdir())

        def cut(name: str, /, step: str = step) -> None:
            if name == step:
                raise CutError

        vault = opened(counter)
        reader = open_reader(counter.directory, vault)
        at = AT + dt.timedelta(minutes=minute)
        with closing(reader.database), pytest.raises(CutError):
            back_up(counter.directory, vault, reader, shelf, at, keep_days=35, probe=cut)
        named = step == "backup.kept"
        assert (sorted(path.name for path in shelf.iterdir()) == before) is not named
        assert (newest(counter, shelf).made_at == at) is named
