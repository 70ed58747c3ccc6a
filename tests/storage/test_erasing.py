"""What may no longer be here goes: from the database, its free pages, the log and every look-up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from core.errors import EntryFault, StoreError, StoreFault
from core.ledger.clock import Anchor
from core.ledger.documents import Marks, make_marks
from core.ledger.entry import EMPTY_HEAD, Head
from core.ledger.erasure import over_on
from core.ledger.inspection import InspectionReader
from core.ledger.writer import EntryWriter, Proposal
from core.ports import LateItem, LateRead
from core.rules import load_rules
from core.station.erasing import Erasing
from core.station.live import Live, StationSettings
from core.view import Screen
from storage.database import DATABASE_NAME
from storage.journal import SqlJournal
from storage.store import FileStore
from storage.vault import SUBKEY_DATABASE, FileVault
from storage.verify import Report, verify
from tests.faults.steps import named_steps
from tests.guards import ExpectedLogs
from tests.storage.counters import PASSWORD, Counter, erase_month

pytestmark = pytest.mark.requirement("R61", "R68", "R76")

RULE_BOOK = load_rules(Path(__file__).parents[2] / "resources" / "rules")
DAY = dt.timedelta(days=1)


@pytest.fixture
def counter(tmp_path: Path) -> Counter:
    """Two items of one day."""
    counter = Counter(tmp_path)
    journal = counter.start()
    counter.told(journal, counter.book.machine.wall())
    for _ in range(2):
        journal.commit(counter.accept(), counter.book.state)
    journal.database.close()
    return counter


@dataclass
class Running:
    """The station's part that erases, over a real store."""

    counter: Counter
    live: Live
    erasing: Erasing
    steps: list[str] = field(default_factory=list)

    @property
    def journal(self) -> SqlJournal:
        assert isinstance(self.live.journal, SqlJournal)
        return self.live.journal

    def safe(self, seq: int, head: Head | None = None, terminal: str = "") -> None:
        """Headquarters says up to where it has the chain safe."""
        safe = head or self.journal.head_at(seq)
        assert safe is not None
        book = self.counter.book
        made = make_marks(
            Marks(terminal or book.terminal, safe, safe, book.machine.wall()), book.headquarters
        )
        self.journal.note_marks(*made)
        self.journal.flush()

    def told(self, at: dt.datetime) -> None:
        """The time, as the pump brings it."""
        self.live.clock.anchor(
            Anchor(at, self.live.machine.boot_id(), self.live.machine.boottime_ns() // 1_000_000)
        )

    def tick(self, count: int = 4) -> None:
        for _ in range(count):
            self.erasing.tick()

    def kinds(self) -> list[tuple[str, object]]:
        """What was said of erasing."""
        names = ("MonthErased", "SealedErased")
        return [(e.header.kind, dict(e.data)) for e in self.journal.entries(1) if e.header.kind in names]

    def here(self) -> list[tuple[int, str]]:
        """(entry, class) of each attachment that is still here."""
        with self.journal.database.reading() as connection:
            rows = connection.exec_driver_sql("SELECT seq, class FROM attachment WHERE data IS NOT NULL")
            return sorted((row.seq, row[1]) for row in rows)

    def report(self) -> Report:
        return verify(self.journal, self.counter.book.headquarters.public, self.counter.book.terminal)


@contextmanager
def running(counter: Counter, at: dt.datetime | None = None, dies_at: str = "") -> Iterator[Running]:
    """Opened as at a log-in; ``at``: the time that headquarters told."""
    vault = FileVault(counter.directory, counter.book.machine)
    vault.unlock(counter.book.operator, PASSWORD)
    store = FileStore(counter.directory, vault, counter.book.machine, low_disk_bytes=0)
    steps: list[str] = []

    def probe(step: str) -> None:
        steps.append(step)
        if step == dies_at:
            raise KeyboardInterrupt

    settings = StationSettings("990100-01", counter.book.terminal)
    live = Live(settings, vault, store, counter.book.machine, RULE_BOOK, probe)
    journal = store.open()
    live.journal, live.state = journal, journal.state()
    live.writer = EntryWriter(
        counter.book.terminal, 1, vault.terminal_signer(), counter.book.opening.public, live.clock
    )
    last = journal.head().seq
    live.clock.restore(live.state.value["time"], journal.time_of(last).at)
    here = Running(counter, live, Erasing(live), steps)
    if at is not None:
        here.told(at)
    try:
        yield here
    finally:
        store.close()
        vault.close()


def tomorrow(counter: Counter) -> dt.datetime:
    return counter.book.machine.wall() + DAY


def items(counter: Counter) -> list[int]:
    return [e.header.seq for e in counter.book.entries if e.header.kind == "ItemAccepted"]


def pages(counter: Counter) -> bytes:
    """Every page of the database and its log, decrypted: also what no table names any more."""
    key = counter.subkey(SUBKEY_DATABASE)
    database = (counter.directory / DATABASE_NAME).read_bytes()
    log_file = counter.directory / f"{DATABASE_NAME}-wal"
    log = log_file.read_bytes() if log_file.exists() else b""
    size, reserve = 4096, 80  # SQLCipher 4: IV of 16 bytes and HMAC of 64 at each page's end
    held = [database[at : at + size] for at in range(0, len(database), size)]
    held += [log[at + 24 : at + 24 + size] for at in range(32, len(log), size + 24)]
    found = []
    for number, page in enumerate(held):
        body, iv = page[16 if number == 0 else 0 : size - reserve], page[size - reserve : size - reserve + 16]
        found.append(Cipher(algorithms.AES(key), modes.CBC(iv)).decryptor().update(body))
    return b"".join(found)


def sealed_of(counter: Counter, seq: int) -> bytes:
    part = counter.book.entries[seq - 1].attachments[0]
    assert part is not None
    return part.data


def test_sealed_parts_go_the_day_after(counter: Counter) -> None:
    """Not those that headquarters has not safe yet; the annexes stay, and so does what finds them."""
    first, second = items(counter)
    assert sealed_of(counter, first)[:200] in pages(counter)  # so that the search is known to find
    with running(counter, tomorrow(counter)) as here:
        here.safe(first)
        here.tick()
        assert here.kinds() == [("SealedErased", {"through": first, "count": 1})]
        kept = [seq for seq, name in here.here() if name == "sealed"]
        assert second in kept
        assert not [seq for seq in kept if seq <= first]
        assert (first, "annex") in here.here()
        assert here.report().sound
        here.safe(here.journal.head().seq)
        here.erasing._at = 0.0
        here.tick()
        assert [name for _seq, name in here.here()] == ["annex", "annex"]
        assert [row.seq for row in here.journal.items()] == [second, first]
        assert here.report().sound
        left = pages(counter)  # while it runs: closing it would empty the log by itself
        assert sealed_of(counter, first)[:200] not in left
        assert sealed_of(counter, second)[:200] not in left


def test_the_destruction_log_says_what_went_by_which_rule_and_how_many(counter: Counter) -> None:
    """Counted from the raw entries, for the inspection pack: two days of sealed parts, then the month."""
    month = "2026-11"
    days = RULE_BOOK.at(over_on(month, 0)).retention["acceptance"]
    due = dt.datetime.combine(over_on(month, days), dt.time(4), dt.UTC)
    first, second = items(counter)
    with running(counter, tomorrow(counter)) as here:
        here.safe(first)
        here.tick()
        here.safe(here.journal.head().seq)
        here.erasing._at = 0.0
        here.tick()
        here.told(due)
        here.erasing._at = 0.0
        here.tick()
        reader = InspectionReader(EMPTY_HEAD)
        for entry in here.journal.entries(1):
            reader.add(entry)
        days_said = tomorrow(counter).date().isoformat(), over_on(month, days).isoformat()
        found = reader.result(("branch", "terminal"), days_said, "rules", (), ()).erased
    assert [(row.day, row.what, row.of, row.count) for row in found] == [
        (days_said[0], "sealed", "", 2),
        (days_said[1], "month", f"acceptance/{month}", 2),
    ]
    assert second < found[0].first < found[0].last < found[1].first == found[1].last


def test_a_second_look_says_nothing_again(counter: Counter) -> None:
    with running(counter, tomorrow(counter)) as here:
        here.safe(items(counter)[-1])
        here.tick()
        here.erasing._at = 0.0
        here.tick()
        assert len(here.kinds()) == 1


def test_a_month_goes_a_year_after_its_end(counter: Counter) -> None:
    """Annexes, what finds them, and the key under which an old backup holds them."""
    month = "2026-11"
    days = RULE_BOOK.at(over_on(month, 0)).retention["acceptance"]
    due = dt.datetime.combine(over_on(month, days), dt.time(4), dt.UTC)
    with running(counter, due - DAY) as here:
        here.safe(here.journal.head().seq)
        here.tick()
        assert ("acceptance", month) in here.journal.held_months()
        here.live.screen = Screen.CLERK
        first = items(counter)[0]
        assert here.live.item(first) is not None  # kept for the screen from now on
        head = here.journal.head().seq
        here.told(due)
        here.safe(first)  # its second item is not safe yet
        here.erasing._at = 0.0
        here.tick()
        assert ("acceptance", month) in here.journal.held_months()
        here.safe(head)
        here.erasing._at = 0.0
        here.tick()
        assert here.live.item(first) is None
        assert ("MonthErased", {"retention": "acceptance", "month": month, "count": 2}) in here.kinds()
        assert (here.here(), here.journal.items(), here.journal.held_months()) == ([], [], [])
        report = here.report()
        assert (report.sound, report.gone) == (True, report.attachments)
    annex = counter.book.entries[items(counter)[0] - 1].attachments[1]
    assert annex is not None
    assert annex.data not in pages(counter)
    assert b"EA47312" not in pages(counter)


@pytest.mark.parametrize("why", ["time", "stopped", "marks", "fork", "terminal", "today"])
def test_nothing_goes(counter: Counter, why: str, expected_logs: ExpectedLogs) -> None:
    """On unconfirmed time, while the counter is stopped, on marks that are forged or of another history."""
    when = {"time": None, "today": counter.book.machine.wall()}.get(why, tomorrow(counter))
    with running(counter, when) as here:
        before, last = here.here(), items(counter)[-1]
        here.safe(last)
        if why == "time":
            counter.book.machine.reboot(tomorrow(counter))
        elif why == "stopped":
            here.live.stopped = "fork"
        elif why == "fork":
            here.safe(last, Head(1, last, b"\x01" * 32))
        elif why == "terminal":
            here.safe(last, terminal="990100-01-04")
        elif why == "marks":
            expected_logs.expect("core.station.erasing", "marks do not verify: entry.signature")
            document, signature = here.journal.marks() or (b"", b"")
            here.journal.note_marks(document, signature[:-1] + bytes([signature[-1] ^ 1]))
            here.journal.flush()
        here.tick()
        assert (here.kinds(), here.here()) == ([], before)


def test_a_dead_battery_dates_nothing_away(tmp_path: Path) -> None:
    """Accepted in what the clock called 2020: kept until it is surely a year old."""
    counter = Counter(tmp_path)
    counter.book.machine.moment = dt.datetime(2020, 1, 5, 4, tzinfo=dt.UTC)
    journal = counter.start()
    journal.commit(counter.accept(), counter.book.state)
    now = dt.datetime(2026, 11, 21, 4, tzinfo=dt.UTC)
    counter.told(journal, now)
    journal.database.close()
    with running(counter, now + 2 * DAY) as here:
        here.safe(here.journal.head().seq)
        here.tick()
        assert ("acceptance", "2020-01") in here.journal.held_months()
        here.told(now + 366 * DAY)
        here.erasing._at = 0.0
        here.tick()
        assert ("acceptance", "2020-01") in here.journal.held_months()
        here.told(now + 368 * DAY)
        here.erasing._at = 0.0
        here.tick()
        assert ("acceptance", "2020-01") not in here.journal.held_months()


@pytest.mark.parametrize("step", [step for step in named_steps("core") if step.startswith("erasing.")])
def test_a_crash_goes_on_at_the_next_opening(counter: Counter, step: str) -> None:
    with running(counter, tomorrow(counter), dies_at=step) as here:
        here.safe(items(counter)[-1])
        with pytest.raises(KeyboardInterrupt):
            here.tick()
        assert len(here.kinds()) == 1
    with running(counter) as here:  # also before headquarters told the time
        here.tick()
        assert [name for _seq, name in here.here()] == ["annex", "annex"]
        assert len(here.kinds()) == 1
        assert here.report().sound


def test_a_refusing_disk_keeps_it_for_later(counter: Counter, expected_logs: ExpectedLogs) -> None:
    expected_logs.expect("core.station.erasing", "nothing can be erased now: store.io")
    with running(counter, tomorrow(counter)) as here:
        here.safe(items(counter)[-1])
        here.tick(1)
        erase = here.journal.erase

        def refuses(*_arguments: object) -> int:
            raise StoreError(StoreFault.IO)

        here.journal.erase = refuses  # type: ignore[method-assign, assignment]
        here.tick()
        here.journal.erase = erase  # type: ignore[method-assign]
        here.erasing._at = 0.0
        here.tick()
        assert [name for _seq, name in here.here()] == ["annex", "annex"]


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("UPDATE attachment SET nonce = NULL, data = NULL WHERE class = 'sealed'", "sealed"),
        ("UPDATE attachment SET nonce = NULL, data = NULL WHERE class = 'annex'", "acceptance/2026-11"),
    ],
)
def test_what_somebody_else_took_away_is_found(counter: Counter, statement: str, what: str) -> None:
    """With the data key and by hand: no entry says that the rules ended it."""
    journal = counter.journal()
    with closing(journal.database):
        with journal._transaction() as cursor:
            cursor.execute(statement)
        first = verify(journal, counter.book.headquarters.public, counter.book.terminal).first
    assert first is not None
    assert (first.code, first.what) == (EntryFault.GONE, what)


def test_what_stands_beside_the_chain_ends_with_its_month(counter: Counter, tmp_path: Path) -> None:
    """An item of the machine that was here before, fetched from headquarters for look-ups."""
    (tmp_path / "beside").mkdir()
    other = Counter(tmp_path / "beside")
    other.start().database.close()
    late = other.accept()[-1]
    journal = counter.journal()
    with closing(journal.database):
        journal.keep_late(LateRead(bytes(32), late.hash, late.header.seq, [LateItem(late, "printed")]))
        assert len(journal.late_items("number", 1)) == 1
        erase_month(journal, "acceptance", "2026-11")
        with journal.database.reading() as connection:  # its waybill stands there in clear
            assert connection.exec_driver_sql("SELECT count(*) FROM late_item").scalar_one() == 0


def test_an_empty_head_is_no_mark(counter: Counter) -> None:
    with running(counter, tomorrow(counter)) as here:
        here.safe(0, EMPTY_HEAD)
        here.tick()
        assert here.kinds() == []


def test_what_was_said_is_not_taken_back(counter: Counter) -> None:
    """An entry that names less than an earlier one changes nothing."""
    journal = counter.journal()
    with closing(journal.database):
        for through in (5, 3):
            said = Proposal("SealedErased", {"through": through, "count": 0}, counter.book.operation())
            journal.commit(counter.book.propose(said), counter.book.state)
        assert journal.state().value["erased"] == {"sealed": 5, "months": [], "items": {}}
