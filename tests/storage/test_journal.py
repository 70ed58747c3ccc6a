"""The journal: one transaction or nothing, one effect per operation, one writing thread."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from core.crypto.sealing import derive
from core.errors import EntryFault, StoreError, StoreFault
from core.ledger.entry import AttachmentClass
from core.ledger.erasure import MONTH_ERASED
from core.ledger.state import State, fold
from core.ledger.writer import Proposal
from core.ports import DraftRow
from storage.journal import SqlJournal
from storage.keyfile import KeyFile
from storage.migrate import open_database
from storage.vault import SUBKEY_DATABASE, SUBKEY_KEYFILE
from storage.verify import verify
from tests.storage import child
from tests.storage.counters import Counter, erase_month

pytestmark = pytest.mark.requirement("T1", "I1")

STEPS = (
    "journal.begin",
    "journal.entries",
    "journal.attachments",
    "journal.views",
    "journal.before_commit",
    "journal.after_commit",
)


class CutError(Exception):
    """Something of ours breaks here."""


def test_what_was_committed_is_read_back_whole(counter: Counter, journal: SqlJournal) -> None:
    entries = counter.accept()
    journal.commit(entries, counter.book.state)
    assert journal.head() == entries[-1].head == journal.last_head()
    assert journal.state() == counter.book.state
    assert list(journal.entries(1)) == counter.book.entries
    assert list(journal.entries(5, 5)) == counter.book.entries[4:5]
    assert list(journal.entries(6)) == counter.book.entries[5:]
    assert list(journal.entries(7)) == []
    journal.database.close()
    again = counter.journal()
    try:
        assert again.head() == entries[-1].head
        assert again.state() == counter.book.state
        assert list(again.entries(1)) == counter.book.entries
    finally:
        again.database.close()


def test_many_entries_are_read_in_pieces(counter: Counter, journal: SqlJournal) -> None:
    for _ in range(130):
        journal.commit(counter.accept(), counter.book.state)
    assert list(journal.entries(1)) == counter.book.entries
    assert [entry.header.seq for entry in journal.entries(3, 230)] == list(range(3, 231))


def test_a_slow_reader_holds_nobody_up(counter: Counter, journal: SqlJournal) -> None:
    """Five half-read iterators, and the sixth question still gets its connection."""
    for _ in range(3):
        journal.commit(counter.accept(), counter.book.state)
    halves = [journal.entries(1) for _ in range(6)]
    assert [next(half).header.seq for half in halves] == [1] * 6
    journal.commit(counter.accept(), counter.book.state)
    assert journal.last_head() == counter.book.state.head


@pytest.mark.parametrize("step", STEPS[:-1])
def test_cut_at_any_step_nothing_is_there(counter: Counter, step: str) -> None:
    armed: list[str] = []

    def probe(name: str) -> None:
        if name in armed:
            raise CutError

    journal = counter.start(probe)
    try:
        journal.commit(counter.accept(), counter.book.state)
        before, state = list(journal.entries(1)), counter.book.state
        entries = counter.accept()
        armed.append(step)
        with pytest.raises(CutError):
            journal.commit(entries, counter.book.state)
        assert list(journal.entries(1)) == before
        assert journal.state() == state
        assert journal.head() == journal.last_head() == state.head
        assert len(journal.items()) == 1
        armed.clear()
        journal.commit(entries, counter.book.state)  # the same entries again, as a retry makes them
        assert len(journal.items()) == 2
    finally:
        journal.database.close()


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_any_step_it_is_there_or_not(tmp_path: Path, step: str) -> None:
    """T1 for the store: SIGKILL in a process of its own; durable once ``commit`` has returned."""
    code, said = child.run("kill", tmp_path, step)
    assert code == -9
    facts, operation = said
    data_key = bytes.fromhex(facts["data_key"])
    database = open_database(tmp_path, derive(data_key, SUBKEY_DATABASE), low_disk_bytes=0)
    try:
        keys = KeyFile(tmp_path, derive(data_key, SUBKEY_KEYFILE), facts["terminal"])
        journal = SqlJournal(database, keys)
        there = step == "journal.after_commit"
        assert journal.head().seq == (operation["last"] if there else facts["seq"])
        found = journal.by_operation(operation["operation"])
        assert (found is not None) == there
        from core.crypto.keys import PublicKey

        report = verify(journal, PublicKey(facts["headquarters"]), facts["terminal"])
        assert report.sound, report.findings
        assert journal.drafts("OP10001")[0].data == "示例甲".encode()
    finally:
        database.close()


def test_an_operation_has_one_effect(counter: Counter, journal: SqlJournal) -> None:
    """I1: the same operation again, composed anew after a lost answer, is refused whole."""
    before = counter.book.state
    entries = counter.accept()
    operation = entries[-1].header.operation
    journal.commit(entries, counter.book.state)
    found = journal.by_operation(operation)
    assert found == entries[-1].head
    counter.book.count -= 1  # the same operation id once more
    again = counter.accept()
    assert again[0].header.operation == operation
    with pytest.raises(StoreError) as caught:
        journal.commit(again, counter.book.state)
    assert caught.value.code is StoreFault.CONFLICT
    assert journal.last_head() == entries[-1].head
    assert len(journal.items()) == 1
    assert before.head.seq + 2 == journal.head().seq
    assert journal.by_operation("never") is None
    assert journal.by_operation("") is None


def test_entries_that_do_not_follow_are_refused(counter: Counter, journal: SqlJournal) -> None:
    before = counter.book.state
    first = counter.accept()
    behind = counter.book.state
    second = counter.accept()
    with pytest.raises(StoreError) as caught:
        journal.commit(second, counter.book.state)
    assert caught.value.code is StoreFault.CONFLICT
    with pytest.raises(ValueError, match="state"):
        journal.commit(first, counter.book.state)
    journal.commit(first, behind)
    with pytest.raises(StoreError) as caught:
        journal.commit(first, behind)
    assert caught.value.code is StoreFault.CONFLICT
    assert journal.head().seq == before.head.seq + 2


def test_another_terminals_entries_are_refused(counter: Counter, tmp_path: Path) -> None:
    place = tmp_path / "other"
    place.mkdir()
    other = Counter(place)
    other.book.terminal = "990100-01-04"
    other.__post_init__()
    other.book.__post_init__()
    counter.create()
    journal = counter.journal()
    try:
        with pytest.raises(StoreError) as caught:
            journal.commit(other.founding(), other.book.state)
        assert caught.value.code is StoreFault.CONFLICT
    finally:
        journal.database.close()


def test_a_second_writing_thread_is_a_bug_that_is_told(counter: Counter, journal: SqlJournal) -> None:
    entries = counter.accept()
    raised: list[BaseException] = []

    def write() -> None:
        try:
            journal.commit(entries, counter.book.state)
        except RuntimeError as error:
            raised.append(error)

    thread = threading.Thread(target=write)
    thread.start()
    thread.join()
    assert len(raised) == 1
    assert journal.last_head() == counter.book.entries[-3].head
    journal.commit(entries, counter.book.state)


def test_readers_see_whole_commits_while_one_is_written(counter: Counter, journal: SqlJournal) -> None:
    """Entries, state and look-ups appear together, never one without the others."""
    stop = threading.Event()
    wrong: list[object] = []

    def read() -> None:
        while not stop.is_set():
            with journal.database.reading() as reader:
                entries = reader.exec_driver_sql(
                    "SELECT count(*) FROM entry WHERE kind = 'ItemAccepted'"
                ).scalar_one()
                items = reader.exec_driver_sql("SELECT count(*) FROM item").scalar_one()
                parts = reader.exec_driver_sql("SELECT count(*) FROM attachment").scalar_one()
            if entries != items or parts != 2 * entries:
                wrong.append((entries, items, parts))

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(60):
            journal.commit(counter.accept(), counter.book.state)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert wrong == []


def test_state_of_another_fold_is_folded_again(
    counter: Counter, journal: SqlJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal.commit(counter.accept(), counter.book.state)
    journal.database.close()
    monkeypatch.setattr("core.ledger.state.FOLD_VERSION", 77)
    again = counter.journal()
    try:
        state = State()
        for entry in counter.book.entries:
            state = fold(state, entry)
        assert again.state() == state
        again.commit(counter.accept(), counter.book.state)
    finally:
        again.database.close()


def test_a_state_that_is_not_the_heads_stops_the_opening(counter: Counter, journal: SqlJournal) -> None:
    old = journal.state().to_bytes()
    journal.commit(counter.accept(), counter.book.state)
    with journal.database.writer().begin():
        journal.database.writer().exec_driver_sql("UPDATE state SET body = ?", (old,))
    with pytest.raises(StoreError) as caught:
        SqlJournal(journal.database, counter.key_file())
    assert caught.value.code is StoreFault.DAMAGED


def test_drafts_are_kept_per_operator_and_leave(counter: Counter, journal: SqlJournal) -> None:
    journal.save_draft(DraftRow("OP10001", "b", b"two", "2026-11-21T06:02:00.000Z"))
    journal.save_draft(DraftRow("OP10001", "a", b"one", "2026-11-21T06:01:00.000Z"))
    journal.save_draft(DraftRow("OP10002", "c", b"her", "2026-11-21T06:00:00.000Z"))
    journal.save_draft(DraftRow("OP10001", "b", b"three", "2026-11-21T06:03:00.000Z"))
    journal.database.close()
    again = counter.journal()
    try:
        assert again.drafts("OP10001") == [
            DraftRow("OP10001", "a", b"one", "2026-11-21T06:01:00.000Z"),
            DraftRow("OP10001", "b", b"three", "2026-11-21T06:03:00.000Z"),
        ]
        again.drop_draft("OP10001", "a")
        again.drop_draft("OP10001", "never")
        assert [draft.draft for draft in again.drafts("OP10001")] == ["b"]
        assert again.drafts("OP10002")[0].data == b"her"
        assert again.drafts("OP10003") == []
    finally:
        again.database.close()


def test_a_draft_comes_with_its_entries_or_not_at_all(counter: Counter, journal: SqlJournal) -> None:
    typed = DraftRow("OP10001", "a", b"typed", "2026-11-21T06:01:00.000Z")
    left = DraftRow("OP10001", "a", b"left", "2026-11-21T06:02:00.000Z")
    journal.save_draft(typed)
    entries = counter.accept()
    journal.commit(entries, counter.book.state, left)
    assert journal.drafts("OP10001") == [left]
    with pytest.raises(StoreError):
        journal.commit(entries, counter.book.state, typed)  # not what follows the head
    assert journal.drafts("OP10001") == [left]


def test_a_draft_ends_with_its_entries_or_not_at_all(counter: Counter, journal: SqlJournal) -> None:
    hers = DraftRow("OP10001", "a", b"typed", "2026-11-21T06:01:00.000Z")
    other = DraftRow("OP10002", "a", b"other", "2026-11-21T06:02:00.000Z")
    for draft in (hers, other):
        journal.save_draft(draft)
    entries = counter.accept()
    journal.commit(entries, counter.book.state, gone=[hers])
    assert journal.drafts() == [other]
    with pytest.raises(StoreError):
        journal.commit(entries, counter.book.state, gone=[other])  # not what follows the head
    assert journal.drafts() == [other]


def test_staff_names_are_kept(counter: Counter, journal: SqlJournal) -> None:
    journal.put_operator("OP10001", "示例甲", "clerk")
    assert journal.staff_name("OP10001") == "示例甲"
    journal.put_operator("OP10001", "示例乙", "clerk")
    assert journal.staff_name("OP10001") == "示例乙"
    assert journal.staff_name("OP10009") == "OP10009"


def test_marks_ride_with_the_next_transaction(counter: Counter, journal: SqlJournal) -> None:
    assert journal.marks() is None
    journal.note_marks(b"first", b"1")
    journal.note_marks(b"document", b"signature")
    assert journal.marks() is None
    journal.commit(counter.accept(), counter.book.state)
    assert journal.marks() == (b"document", b"signature")
    journal.note_marks(b"later", b"2")
    journal.flush()
    assert journal.marks() == (b"later", b"2")
    journal.flush()


def test_a_destroyed_month_leaves_the_chain(counter: Counter, journal: SqlJournal) -> None:
    old = counter.accept()
    journal.commit(old, counter.book.state)
    item = journal.item(old[-1].header.seq)
    assert item is not None
    counter.book.machine.advance(20 * 86400)  # next month
    new = counter.book.propose(*counter.proposals()) if counter.book.log_in() else []
    journal.commit(counter.book.entries[-3:], counter.book.state)
    said = Proposal(
        MONTH_ERASED, {"retention": "acceptance", "month": "2026-11", "count": 0}, counter.book.operation()
    )
    journal.commit(counter.book.propose(said), counter.book.state)
    assert erase_month(journal, "acceptance", "2026-11") == 1
    assert journal.keys.find("acceptance", "2026-11") is None
    assert journal.item(old[-1].header.seq) is None
    assert journal.item_by_waybill(item.waybill) is None
    assert journal.item_by_token(item.token) is None
    assert [row.seq for row in journal.items()] == [new[-1].header.seq]
    (erased,) = journal.entries(old[-1].header.seq, old[-1].header.seq)
    kept = [part.cls if part is not None else None for part in erased.attachments]
    assert kept == [AttachmentClass.SEALED, None]
    report = verify(journal, counter.book.headquarters.public, counter.book.terminal)
    assert report.sound, report.findings
    assert (report.attachments, report.gone) == (4, 1)
    assert journal.rebuild() == 1
    assert erase_month(journal, "acceptance", "2026-11") == 0


def test_a_destroyed_key_alone_is_enough(counter: Counter, journal: SqlJournal) -> None:
    """An older copy of the database with the ciphertext in it: without the key nothing is readable."""
    entries = counter.accept()
    journal.commit(entries, counter.book.state)
    assert journal.keys.destroy("acceptance", "2026-11")
    seq = entries[-1].header.seq
    assert journal.item(seq) is None
    assert journal.items() == []
    (erased,) = journal.entries(seq, seq)
    assert erased.attachments[1] is None
    assert journal.rebuild() == 0
    report = verify(journal, counter.book.headquarters.public, counter.book.terminal)
    assert report.gone == 1
    # No entry says that the rules ended it: somebody did.
    assert [(found.code, found.what) for found in report.findings] == [
        (EntryFault.GONE, "acceptance/2026-11")
    ]


def test_an_annex_belongs_to_its_own_entry(counter: Counter, journal: SqlJournal) -> None:
    """Ciphertext moved to another entry does not open, though class, month and key are the same."""
    for _ in range(2):
        journal.commit(counter.accept(), counter.book.state)
    with journal.database.writer().begin():
        writer = journal.database.writer()
        writer.exec_driver_sql(
            "UPDATE attachment SET data = (SELECT data FROM attachment WHERE seq = 6 AND n = 1) "
            "WHERE seq = 8 AND n = 1"
        )
    assert journal.item(6) is not None
    with pytest.raises(StoreError) as caught:
        journal.item(8)
    assert caught.value.code is StoreFault.DAMAGED
    assert caught.value.facts["seq"] == 8
