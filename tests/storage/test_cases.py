"""A case's data: under a key of its own, nowhere but here, and gone with its end."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from core import wire
from core.errors import EntryFault
from core.ledger import cases
from core.ledger.entry import AttachmentClass
from core.ledger.writer import Part, Proposal
from storage.journal import SqlJournal
from storage.keyfile import KEYFILE_NAME
from storage.vault import SUBKEY_KEYFILE
from storage.verify import verify
from tests.storage.counters import Counter
from tests.storage.test_erasing import DAY, Running, items, pages, running

TEXTS = {"name": "示例乙", "phone": "13900139021", "address": "上海市浦东新区世纪大道100号2楼"}


@pytest.fixture
def counter(tmp_path: Path) -> Counter:
    """One item, and a case about it that ends on 21 December."""
    counter = Counter(tmp_path)
    journal = counter.start()
    counter.told(journal, counter.book.machine.wall())
    journal.commit(counter.accept(), counter.book.state)
    opened(counter, journal)
    journal.database.close()
    return counter


def opened(counter: Counter, journal: SqlJournal, random: bytes = b"r" * 12) -> int:
    """Its entry's place."""
    name = cases.case_name(random)
    data = {"case": name, "item": items(counter)[0], "cause": "complaint", "party": "recipient"}
    part = Part(AttachmentClass.CASE, name, wire.encode(TEXTS))
    entries = counter.book.propose(
        Proposal(cases.OPENED, {**data, "until": "2026-12-21"}, counter.book.operation(), True, (part,))
    )
    journal.commit(entries, counter.book.state)
    return entries[-1].header.seq


def closed(counter: Counter, here: Running) -> None:
    """By whoever is logged in, as the station does it."""
    ((name, row),) = here.live.state.value[cases.MEMBER].items()
    said = {"case": name, "opened": row["opened"]}
    entries = counter.book.propose(Proposal(cases.CLOSED, said, counter.book.operation(), True))
    here.journal.commit(entries, counter.book.state)
    here.live.state = counter.book.state


def stored(journal: SqlJournal) -> bytes:
    """What the database holds of the case, under its key."""
    query = "SELECT data FROM attachment WHERE class = 'case'"
    with journal.database.reading() as connection:
        return bytes(connection.exec_driver_sql(query).scalar_one())


def wrapped(counter: Counter) -> list[str]:
    """The case keys as the key file has them."""
    text = (counter.directory / KEYFILE_NAME).read_bytes()
    keys: dict[str, str] = wire.decode(text)["keys"] if text else {}
    return [name for name in keys if name.startswith("case.")]


def test_it_is_asked_for_by_name_only(counter: Counter) -> None:
    """Whoever reads the journal for headquarters, an export or evidence never has it."""
    with running(counter) as here:
        seq = counter.book.entries[-1].header.seq
        (entry,) = here.journal.entries(seq, seq)
        assert entry.attachments == (None,)
        assert wire.decode(here.journal.case_data(seq) or b"") == TEXTS
        assert here.journal.case_data(items(counter)[0]) is None
        assert here.report().sound
        assert TEXTS["phone"].encode() not in pages(counter)
        assert stored(here.journal) in pages(counter)


def test_the_key_is_there_before_the_bytes(tmp_path: Path) -> None:
    """A power cut leaves a key without bytes, never bytes without a key; the next opening sweeps it."""
    counter = Counter(tmp_path)
    journal = counter.start()
    journal.commit(counter.accept(), counter.book.state)
    journal.keys.key("case." + "0" * 24, "2026-11")
    journal.database.close()
    assert len(wrapped(counter)) == 1
    with running(counter) as here:
        here.tick()
        assert wrapped(counter) == []
        assert here.report().sound


def test_closed_it_is_gone_from_file_log_free_pages_and_key_file(counter: Counter) -> None:
    with running(counter) as here:
        seq, kept = counter.book.entries[-1].header.seq, stored(here.journal)
        key_file = (counter.directory / KEYFILE_NAME).read_bytes()
        closed(counter, here)
        here.tick()
        assert here.journal.case_data(seq) is None
        assert kept not in pages(counter)
        assert wrapped(counter) == []
        assert (counter.directory / KEYFILE_NAME).read_bytes() != key_file
        assert [name for name, _ in here.journal.held_months()] == ["acceptance"]
        report = here.report()
        assert (report.sound, report.gone) == (True, 1)
    assert counter.subkey(SUBKEY_KEYFILE)  # whoever has the data key has the file's, and finds no case's


def test_a_power_cut_after_the_end_is_finished_at_the_next_opening(counter: Counter) -> None:
    with running(counter) as here:
        closed(counter, here)
        assert len(wrapped(counter)) == 1
    with running(counter) as here:
        here.tick()
        assert wrapped(counter) == []
        assert here.report().sound


@pytest.mark.parametrize(("days", "told", "over"), [(30, True, False), (31, True, True), (31, False, False)])
def test_it_lapses_after_its_last_day_on_confirmed_time(
    counter: Counter, days: int, told: bool, over: bool
) -> None:
    """Opened on 21 November, until 21 December."""
    at = counter.book.machine.wall() + days * DAY
    if not told:
        counter.book.machine.reboot(at)
    with running(counter, at if told else None) as here:
        here.tick(6)
        kinds = [entry.header.kind for entry in here.journal.entries(1)]
        assert (cases.LAPSED in kinds) is over
        assert (wrapped(counter) == []) is over
        assert here.report().sound
    assert dt.date(2026, 12, 21) == (counter.book.entries[0].header.trusted.at + 30 * DAY).date()


def test_what_goes_while_it_is_open_is_found(counter: Counter) -> None:
    """By whoever has the data key: bytes taken away, and bytes changed."""
    journal = counter.journal()
    with journal._transaction() as cursor:
        cursor.execute("UPDATE attachment SET data = NULL WHERE class = 'case'")
    report = verify(journal, counter.book.headquarters.public, counter.book.terminal)
    assert report.first is not None
    assert report.first.code == EntryFault.GONE
    journal.database.close()
