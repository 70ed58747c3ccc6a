"""The store as the station has it, with a real headquarters (``python -m hq``) in a process of its own."""

from __future__ import annotations

import datetime as dt
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.errors import RuleError, StoreError, StoreFault
from core.ledger.clock import TrustedClock
from core.ledger.founding import day_opened
from core.ledger.writer import EntryWriter
from core.view import SyncView
from storage.database import DATABASE_NAME
from storage.enrol import EnrolRequest, enrol
from storage.journal import SqlJournal
from storage.pump import PumpSettings
from storage.store import RESTORED_NAME, FileStore, Replication, open_reader
from storage.vault import FileVault
from storage.verify import verify
from tests.core.machine import SetClock
from tests.guards import ExpectedLogs
from tests.storage.child import ROOT
from tests.storage.counters import CHEAP, PASSWORD, Counter, erase_month
from tests.storage.pumping import LONG, Heard

TERMINAL = "990100-01-03"


class MachineClock:
    """The machine's own clocks."""

    def wall(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC)

    def boottime_ns(self) -> int:
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME)

    def boot_id(self) -> str:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


@dataclass
class Office:
    """A real headquarters on loopback."""

    directory: Path
    url: str
    process: subprocess.Popen[bytes]

    def ask(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "hq", *arguments, "--data", str(self.directory)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    directory = tmp_path_factory.mktemp("headquarters") / "hq"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    made = Office(directory, f"https://127.0.0.1:{port}", None)  # type: ignore[arg-type]
    made.ask("init", "--demonstration")
    log = (directory.parent / "log").open("wb")
    serve = [sys.executable, "-m", "hq", "serve", "--data", str(directory), "--listen", f"127.0.0.1:{port}"]
    made.process = subprocess.Popen(serve, cwd=ROOT, stdout=log, stderr=log)
    end = time.monotonic() + LONG
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        assert made.process.poll() is None, (directory.parent / "log").read_text()
        assert time.monotonic() < end
        time.sleep(0.05)
    yield made
    made.process.terminate()
    made.process.wait(LONG)
    log.close()


@pytest.fixture(scope="module")
def enrolled(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory of a terminal that headquarters knows."""
    directory = tmp_path_factory.mktemp("terminal") / "store"
    code = office.ask("enrol-code", "--branch", "990100-01", "--terminal", TERMINAL).split()[-1]
    activation = office.ask("operator", "add", "OP10001", "--name", "示例甲", "--role", "clerk").split()[-1]
    request = EnrolRequest(
        office.url, office.directory / "ca.pem", code, "OP10001", activation, PASSWORD, "2026-11-01", CHEAP
    )
    done = enrol(directory, request, MachineClock())
    assert (done.terminal, done.branch, done.role, done.name) == (TERMINAL, "990100-01", "clerk", "示例甲")
    return directory


def unlocked(directory: Path) -> FileVault:
    vault = FileVault(directory, MachineClock())
    vault.unlock("OP10001", PASSWORD)
    return vault


def test_what_is_written_here_arrives_there(office: Office, enrolled: Path) -> None:
    heard = Heard()
    vault = unlocked(enrolled)
    replication = Replication(office.url, heard.listeners(), PumpSettings(heartbeat_s=600))
    store = FileStore(enrolled, vault, MachineClock(), replication)
    journal = store.open()
    try:
        assert store.open() is journal
        assert store.staff_name("OP10001") == "示例甲"
        heard.wait(lambda view, received: view.state == "ok" and received >= 3)
        machine = MachineClock()
        clock = TrustedClock(machine)
        keys = vault.headquarters_keys()
        writer = EntryWriter(TERMINAL, 1, vault.terminal_signer(), keys.opening, clock)
        for number in range(5):
            proposal = day_opened(journal.state().day + 1, clock, f"{time.time_ns()}-{number}")
            entries, state = writer.compose([proposal], journal.state(), None, "2026-11-01")
            journal.commit(entries, state)
            store.nudge()
        last = journal.head().seq
        heard.wait(lambda view, received: view.unsent == 0 and received == last)
        told = heard.times[0]
        assert abs((told.anchor.at - machine.wall()).total_seconds()) < 60
        assert told.anchor.boot == machine.boot_id()
        assert told.signer == keys.signing.id
    finally:
        store.close()
        vault.close()
    lines = office.ask("journal", "list", "--terminal", TERMINAL).splitlines()
    assert len(lines) == last


def test_marks_are_kept_when_the_store_is_shut(office: Office, enrolled: Path) -> None:
    heard = Heard()
    vault = unlocked(enrolled)
    store = FileStore(enrolled, vault, MachineClock(), Replication(office.url, heard.listeners()))
    store.open()
    heard.wait(lambda view, _: view.state == "ok" and view.unsent == 0)
    store.close()
    store.close()
    reader = open_reader(enrolled, vault)
    try:
        assert reader.marks() is not None
        report = verify(reader, vault.headquarters_keys().signing, TERMINAL)
        assert report.sound, report.findings
        assert report.entries >= 3
    finally:
        reader.database.close()


def test_a_reader_stands_beside_a_running_counter(office: Office, enrolled: Path) -> None:
    vault = unlocked(enrolled)
    store = FileStore(enrolled, vault, MachineClock())
    store.open()
    try:
        reader = open_reader(enrolled, unlocked(enrolled))
        assert verify(reader, vault.headquarters_keys().signing, TERMINAL).sound
        reader.database.close()
        with pytest.raises(StoreError) as caught:
            FileStore(enrolled, vault, MachineClock()).open()
        assert caught.value.code is StoreFault.BUSY
    finally:
        store.close()


def test_lost_tls_files_stop_replication_and_not_the_counter(
    office: Office, enrolled: Path, expected_logs: ExpectedLogs
) -> None:
    expected_logs.expect("storage.store", "replication cannot start: store.missing")
    (enrolled / "tls").rename(enrolled / "away")
    heard = Heard()
    store = FileStore(
        enrolled, unlocked(enrolled), MachineClock(), Replication(office.url, heard.listeners())
    )
    try:
        assert store.open().head().seq >= 3
        store.nudge()
        store.resume()
        assert heard.views == [(SyncView(state="stopped", fault="hq.tls"), 0)]
    finally:
        store.close()
        (enrolled / "away").rename(enrolled / "tls")


def test_what_came_from_a_backup_is_stopped_before_the_pump_and_without_it(
    counter: Counter, journal: SqlJournal, expected_logs: ExpectedLogs
) -> None:
    """Its TLS files are gone too: nobody may take the numbers again for want of a line."""
    expected_logs.expect("storage.store", "replication cannot start: store.missing")
    journal.database.close()
    (counter.directory / RESTORED_NAME).write_text("{}", "utf-8")
    vault, heard = counter.vault(), Heard()
    vault.unlock(counter.book.operator, PASSWORD)
    store = FileStore(
        counter.directory,
        vault,
        MachineClock(),
        Replication("https://127.0.0.1:1", heard.listeners()),
        low_disk_bytes=0,
    )
    store.open()
    store.close()
    assert [(view.state, view.what) for view, _ in heard.views] == [
        ("trying", "restored"),
        ("stopped", "restored"),
    ]


def test_a_shut_vault_opens_nothing(counter: Counter) -> None:
    counter.create()
    store = FileStore(counter.directory, counter.vault(), SetClock())
    with pytest.raises(RuleError):
        store.open()
    assert store.staff_name("OP10001") == "OP10001"
    store.nudge()
    store.close()
    with pytest.raises(StoreError):
        store.hint_key("2026-11")


def test_a_database_of_another_terminal_is_refused(counter: Counter) -> None:
    journal = counter.start()
    with journal.database.writer().begin():
        journal.database.writer().exec_driver_sql("UPDATE meta SET terminal = '990100-01-09'")
    journal.database.close()
    vault = counter.vault()
    vault.unlock("OP10001", PASSWORD)
    store = FileStore(counter.directory, vault, SetClock(), low_disk_bytes=0)
    with pytest.raises(StoreError) as caught:
        store.open()
    assert caught.value.code is StoreFault.DAMAGED
    again = counter.database()  # and the lock is free again
    again.close()


def test_hint_keys_live_and_die_with_their_month(counter: Counter) -> None:
    journal = counter.start()
    journal.database.close()
    vault = counter.vault()
    vault.unlock("OP10001", PASSWORD)
    store = FileStore(counter.directory, vault, SetClock(), low_disk_bytes=0)
    opened = store.open()
    try:
        november, december = store.hint_key("2026-11"), store.hint_key("2026-12")
        assert november != december
        assert len(november) == 32
        assert store.hint_key("2026-11") == november
        assert isinstance(opened, SqlJournal)
        assert opened.keys.find("acceptance", "2026-11") not in (november, None)
        erase_month(opened, "acceptance", "2026-11")
        assert store.hint_key("2026-11") != november
        assert store.hint_key("2026-12") == december
        erase_month(opened, "acceptance", "2026-11")
        assert store.hint_keys() == {"2026-12": december}  # asking made no key
        assert store.hint_keys() == {"2026-12": december}
    finally:
        store.close()
    assert store.hint_keys() == {}


@pytest.mark.parametrize(("revision", "fault"), [("0009", StoreFault.TOO_NEW), ("0000", StoreFault.UNSAFE)])
def test_a_reader_takes_only_the_present_schema(counter: Counter, revision: str, fault: StoreFault) -> None:
    journal = counter.start()
    with journal.database.writer().begin():
        journal.database.writer().exec_driver_sql("UPDATE alembic_version SET version_num = ?", (revision,))
    journal.database.close()
    before = (counter.directory / DATABASE_NAME).read_bytes()
    vault = counter.vault()
    vault.unlock("OP10001", PASSWORD)
    with pytest.raises(StoreError) as caught:
        open_reader(counter.directory, vault)
    assert caught.value.code is fault
    assert (counter.directory / DATABASE_NAME).read_bytes() == before
    (counter.directory / DATABASE_NAME).unlink()
    with pytest.raises(StoreError) as caught:
        open_reader(counter.directory, vault)
    assert caught.value.code is StoreFault.MISSING
