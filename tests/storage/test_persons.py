"""One person's item goes with its entry: from the database, its pages, every look-up, and old backups."""

from __future__ import annotations

import datetime as dt
from contextlib import closing
from pathlib import Path

import pytest

from core import wire
from core.acceptance.again import shown_of
from core.crypto.keys import new_signer
from core.errors import RuleError, RuleFault
from core.ledger.directives import Directive, DirectiveKind, SignedDirective, make_directive
from core.ledger.documents import SessionCertificate, make_session
from core.ledger.entry import ZERO_HASH
from core.ledger.erasure import is_restricted
from core.ledger.writer import LiveSession, Proposal
from core.station import persons, told_items
from core.station.live import Live
from core.view import Screen
from storage.backup import back_up
from storage.database import DATABASE_NAME
from storage.restore import RestoreRequest, restore
from storage.store import open_reader
from storage.verify import verify
from tests.core.books import Book
from tests.storage.counters import PASSWORD, Counter
from tests.storage.test_erasing import DAY, RULE_BOOK, Running, items, pages, running

pytestmark = pytest.mark.requirement("R68")

ENQUIRY = RULE_BOOK.editions[0].limits.enquiry_days


@pytest.fixture
def counter(tmp_path: Path) -> Counter:
    """Two items of one day, their labels printed."""
    counter = Counter(tmp_path)
    journal = counter.start()
    counter.told(journal, counter.book.machine.wall())
    for _ in range(2):
        entries = counter.accept()
        journal.commit(entries, counter.book.state)
        journal.commit(counter.print_label(entries[-1].header.seq, "LabelPrinted"), counter.book.state)
    journal.database.close()
    return counter


def asked(here: Running, *wanted: int, by: str = "card") -> persons.Outcome:
    """Her document was placed, and she asks."""
    live, book = here.live, here.counter.book
    if live.session is None:
        log_in(live, book)
    return persons.ask_erasure(here.live, wanted, here.journal.items(), by)


def log_in(live: Live, book: Book) -> None:
    """A session of that day: the one of a year ago is over."""
    signer, end = new_signer(), live.now().at + DAY
    live.session, live.screen = LiveSession(book.operator, book.role, "s-later", signer, end), Screen.CLERK
    body, signature = make_session(
        SessionCertificate(
            book.terminal, 1, live.state.head, book.operator, book.role, "s-later", signer.public, end
        ),
        book.person,
    )
    data = {"certificate": wire.b64(body), "certificate_signature": wire.b64(signature)}
    live.commit([Proposal("OperatorLoggedIn", data, "op-later", by_person=True)])


def annex_of(counter: Counter, seq: int) -> bytes:
    part = counter.book.entries[seq - 1].attachments[1]
    assert part is not None
    return part.data


def year_later(counter: Counter) -> dt.datetime:
    return counter.book.machine.wall() + ENQUIRY * DAY


def test_within_the_year_it_is_restricted_and_no_document_finds_it(counter: Counter) -> None:
    first, second = items(counter)
    with running(counter, year_later(counter) - 2 * DAY) as here:
        here.safe(second)
        row = here.journal.item(first)
        assert row is not None
        hints, who = {"2026-11": str(row.annex["hint"])}, [shown_of(row.annex)]
        assert [each.seq for each in here.journal.items_by_hint(hints, who)] == [first]
        assert asked(here, first) == persons.Outcome(0, 1)
        value = here.live.state.value
        assert is_restricted(value, first)
        assert not is_restricted(value, second)
        assert persons.until(here.live, first) == dt.date(2027, 12, 2)
        assert here.journal.items_by_hint(hints, who) == []
        assert (first, "annex") in here.here()  # stored, until its month ends
        assert asked(here, first) == persons.Outcome(0, 0)  # the same again says nothing
        assert here.report().sound
        assert here.journal.rebuild() == 2
        assert here.report().sound


def test_after_the_year_its_bytes_go_with_the_entry(counter: Counter) -> None:
    first, second = items(counter)
    with running(counter, year_later(counter)) as here:
        here.safe(second)
        assert asked(here, first) == persons.Outcome(1, 0)
        assert here.journal.item(first) is None
        assert (first, "annex") not in here.here()
        here.tick(1)  # the write-ahead log is emptied at once
        report = here.report()
        assert (report.sound, report.items) == (True, 1)
    left = pages(counter)
    assert b"XA000000001CN" not in left
    assert b"XA000000003CN" in left  # her neighbour's stays
    with running(counter) as here:
        here.tick()
        assert here.journal.rebuild() == 1
        assert here.report().sound


@pytest.mark.parametrize("why", ["not_safe", "unconfirmed_time"])
def test_what_is_not_sure_is_restricted_only(counter: Counter, why: str) -> None:
    first, second = items(counter)
    with running(counter, year_later(counter)) as here:
        here.safe(first - 1 if why == "not_safe" else second)
        if why == "unconfirmed_time":
            counter.book.machine.reboot(year_later(counter))
        assert asked(here, first) == persons.Outcome(0, 1)
        said = list(here.journal.entries(1))[-1]
        assert (said.header.kind, said.data["ground"]) == ("ItemRestricted", why)


def test_restricted_first_and_erased_when_its_year_is_over(counter: Counter) -> None:
    first, second = items(counter)
    with running(counter, year_later(counter) - DAY) as here:
        here.safe(second)
        asked(here, first)
        here.told(year_later(counter))
        assert asked(here, first) == persons.Outcome(1, 0)
        assert here.live.state.value["restricted"] == {}
        assert here.report().sound


def test_an_old_backup_does_not_bring_her_back(
    counter: Counter, tmp_path_factory: pytest.TempPathFactory
) -> None:
    first, second = items(counter)
    shelf = tmp_path_factory.mktemp("shelf")
    vault = counter.vault()
    vault.unlock(counter.book.operator, PASSWORD)
    reader = open_reader(counter.directory, vault)
    with closing(reader.database):
        back_up(counter.directory, vault, reader, shelf, counter.book.machine.wall(), keep_days=35)
    vault.close()
    with running(counter, year_later(counter)) as here:
        here.safe(second)
        asked(here, first)
    (counter.directory / DATABASE_NAME).unlink()
    restore(
        counter.directory,
        RestoreRequest(shelf, counter.book.operator, PASSWORD, "https://127.0.0.1:1"),
        counter.book.machine,
    )
    journal = counter.journal()
    with closing(journal.database):
        assert [row.seq for row in journal.items()] == [second]
        assert verify(journal, counter.book.headquarters.public, counter.book.terminal, restored=True).sound
    assert b"XA000000001CN" not in pages(counter)
    assert annex_of(counter, first) not in pages(counter)


def test_somebody_s_hand_is_not_taken_for_her_request(counter: Counter) -> None:
    """Bytes that went beside the ones that an entry names are still found."""
    first, second = items(counter)
    with running(counter, year_later(counter)) as here:
        here.safe(second)
        asked(here, first)
        with here.journal._transaction() as cursor:
            cursor.execute("UPDATE attachment SET nonce = NULL, data = NULL WHERE seq = ?", (second,))
        found = here.report().first
        assert found is not None
        assert found.seq == second


def test_nobody_asks_for_another(counter: Counter) -> None:
    first, _second = items(counter)
    with running(counter, year_later(counter)) as here:
        for by, wanted, code in (
            ("text", first, RuleFault.PERSON_ABSENT),
            ("card", 1, RuleFault.NOT_ALLOWED),
        ):
            with pytest.raises(RuleError) as refused:
                asked(here, wanted, by=by)
            assert refused.value.code == code
        assert here.live.state.value["restricted"] == {}


def test_headquarters_word_erases_without_anybody_at_the_counter(counter: Counter) -> None:
    """After the year, by the counter's own judgement; nobody is logged in, and no page holds it."""
    first, second = items(counter)
    with running(counter, year_later(counter)) as here:
        here.safe(first)
        told = [_told(counter, number, seq) for number, seq in enumerate((first, second), 1)]
        made = told_items.proposals(here.live, told)
        assert [(one.kind, one.version) for one in made] == [("PersonErased", 2), ("ItemRestricted", 2)]
        here.live.commit(made)
        assert told_items.proposals(here.live, told[:1]) == []
        assert here.journal.item(first) is None
        here.tick(1)
        assert here.report().sound
    left = pages(counter)
    assert b"XA000000001CN" not in left
    assert b"XA000000003CN" in left  # headquarters had it not safe


def _told(counter: Counter, number: int, seq: int) -> SignedDirective:
    body = {"item": seq, "request": "h-1", "does": "erase", "ground": "asked"}
    at, kind = counter.book.machine.wall(), DirectiveKind.ITEM.value
    said = Directive(counter.book.terminal, number, ZERO_HASH, kind, str(seq), at, number, body)
    return make_directive(said, counter.book.headquarters)


@pytest.mark.parametrize(
    ("dies_at", "gone"), [("journal.before_commit", False), ("journal.after_commit", True)]
)
def test_a_power_cut_between_note_and_bytes_is_told_correctly(
    counter: Counter, dies_at: str, gone: bool
) -> None:
    """The note is pending until the transaction is through; the next opening says which it was."""
    first, second = items(counter)

    def dies(step: str) -> None:
        if step == dies_at:
            raise KeyboardInterrupt

    with running(counter, year_later(counter)) as here:
        here.safe(second)
        log_in(here.live, counter.book)
        here.journal._probe = dies
        with pytest.raises(KeyboardInterrupt):
            asked(here, first)
        assert len(here.journal.keys.pending()) == 1
    with running(counter, year_later(counter)) as here:
        assert (len(here.journal.keys.erased()), here.journal.keys.pending()) == (int(gone), [])
        assert ((first, "annex") in here.here(), here.report().sound) == (not gone, True)
