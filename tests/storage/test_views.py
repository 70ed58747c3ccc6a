"""Look-ups: what they say of each item, and that dropped and rebuilt they say the same."""

from __future__ import annotations

import secrets
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.ledger.writer import Proposal
from storage.journal import SqlJournal
from tests.storage.counters import Counter, erase_month


def table(journal: SqlJournal) -> list[tuple[object, ...]]:
    with journal.database.reading() as reader:
        return [tuple(row) for row in reader.exec_driver_sql("SELECT * FROM item ORDER BY seq")]


def accept(counter: Counter, journal: SqlJournal) -> int:
    entries = counter.accept()
    journal.commit(entries, counter.book.state)
    return entries[-1].header.seq


def test_an_item_is_found_by_what_its_label_shows(counter: Counter, journal: SqlJournal) -> None:
    first, second = accept(counter, journal), accept(counter, journal)
    row = journal.item(first)
    assert row is not None
    header = counter.book.entries[first - 1].header
    assert (row.seq, row.epoch, row.operation, row.visit) == (first, 1, header.operation, "v-1")
    assert (row.day, row.operator, row.label, row.copies) == (1, "OP10001", "due", 0)
    assert row.accepted_at == "2026-11-21T06:00:00.000Z"
    assert row.waybill == row.annex["waybill"] == "XA000000001CN"
    assert row.token == row.annex["token"]
    assert journal.item_by_waybill("XA000000001CN") == row
    assert journal.item_by_token(row.token) == row
    assert [item.seq for item in journal.items()] == [second, first]
    assert [item.seq for item in journal.items(limit=1)] == [second]
    assert journal.item(first - 1) is None
    assert journal.item_by_waybill("XA000000009CN") is None
    assert journal.item_by_token("") is None
    assert "XA" not in repr(row)


def test_an_item_is_found_by_its_number_and_by_the_hint_of_its_document(
    counter: Counter, journal: SqlJournal
) -> None:
    """Hints are compared under their own month only, the newest item first."""
    items = [accept(counter, journal) for _ in range(5)]  # hints 1, 2, 0, 1, 2
    row = journal.item_by_number(2)
    assert row is not None
    assert row.seq == items[1]
    assert journal.item_by_number(6) is None

    def hinted(month: str, hint: str, limit: int = 100, who: str = "resident 1*X 证**本") -> list[int]:
        return [item.seq for item in journal.items_by_hint({"2026-10": "0000", month: hint}, [who], limit)]

    assert hinted("2026-11", "0001") == [items[3], items[0]]
    assert hinted("2026-11", "0001", limit=1) == [items[3]]
    assert hinted("2026-12", "0001") == []
    assert hinted("2026-11", "0001", who="resident 1*X 示*") == []
    assert hinted("2026-11", "") == []
    erase_month(journal, "acceptance", "2026-11")
    assert hinted("2026-11", "0001") == []
    assert journal.item_by_number(2) is None


def test_look_ups_of_another_version_are_made_again_at_opening(counter: Counter, journal: SqlJournal) -> None:
    """After an update the rows are those of the new program, whatever stood there; then nothing is done."""
    items = [accept(counter, journal) for _ in range(3)]
    before = table(journal)
    with journal.database.writer().begin():
        journal.database.writer().exec_driver_sql("DELETE FROM item WHERE seq > ?", (items[0],))
        journal.database.writer().exec_driver_sql("UPDATE meta SET views = 1")
    journal.database.close()
    journal = counter.journal()
    assert table(journal) == before
    with journal.database.writer().begin():
        journal.database.writer().exec_driver_sql("DELETE FROM item")
    journal.database.close()
    journal = counter.journal()
    assert table(journal) == []
    journal.database.close()


def test_the_newest_item_of_a_waybill_is_the_one(counter: Counter, journal: SqlJournal) -> None:
    accept(counter, journal)
    counter.serial = 0
    again = accept(counter, journal)
    found = journal.item_by_waybill("XA000000001CN")
    assert found is not None
    assert found.seq == again


@pytest.mark.parametrize(
    ("kinds", "label"),
    [
        ((), "started"),
        (("LabelPrinted",), "printed"),
        (("PrintNotDone",), "due"),
        (("PrintUnknown",), "unknown"),
    ],
)
def test_the_label_follows_the_printer(
    counter: Counter, journal: SqlJournal, kinds: tuple[str, ...], label: str
) -> None:
    item, other = accept(counter, journal), accept(counter, journal)
    journal.commit(counter.print_label(item, *kinds), counter.book.state)
    row, beside = journal.item(item), journal.item(other)
    assert row is not None
    assert beside is not None
    assert (row.label, row.copies) == (label, 0)
    assert beside.label == "due"


def test_copies_are_counted(counter: Counter, journal: SqlJournal) -> None:
    item = accept(counter, journal)
    for copy in range(3):
        journal.commit(counter.print_label(item, "LabelPrinted", copy=copy), counter.book.state)
    row = journal.item(item)
    assert row is not None
    assert (row.label, row.copies) == ("printed", 2)


def test_items_stand_in_the_day_of_their_chain(counter: Counter, journal: SqlJournal) -> None:
    """A day opened in the same transaction counts for what follows it there."""
    from core.ledger.founding import day_opened

    accept(counter, journal)
    operation = counter.book.operation()
    state = counter.book.state
    entries, counter.book.state = counter.book.writer.compose(
        [day_opened(2, counter.book.clock, operation)], state, counter.book.session, "2026-11-01"
    )
    counter.book.entries += entries
    entries += counter.accept()
    journal.commit(entries, counter.book.state)
    assert [item.day for item in journal.items()] == [2, 1]
    before = table(journal)
    journal.rebuild()
    assert table(journal) == before


def test_an_annex_of_another_form_makes_no_row(counter: Counter, journal: SqlJournal) -> None:
    before = len(counter.book.entries)
    counter.book.item(counter.book.sender())
    journal.commit(counter.book.entries[before:], counter.book.state)
    assert journal.items() == []
    assert journal.rebuild() == 0


def test_dropped_rows_come_back(counter: Counter, journal: SqlJournal) -> None:
    items = [accept(counter, journal) for _ in range(5)]
    journal.commit(counter.print_label(items[1], "LabelPrinted"), counter.book.state)
    journal.commit(counter.print_label(items[2], "PrintUnknown"), counter.book.state)
    before = table(journal)
    assert len(before) == 5
    with journal.database.writer().begin():
        journal.database.writer().exec_driver_sql("DELETE FROM item WHERE seq > ?", (items[0],))
        journal.database.writer().exec_driver_sql("UPDATE item SET waybill = 'x'")
    assert table(journal) != before
    assert journal.rebuild() == 5
    assert table(journal) == before


_ACTS = st.lists(
    st.tuples(
        st.sampled_from(["accept", "print", "fail", "unknown", "forget", "reopen"]), st.integers(0, 20)
    ),
    max_size=25,
)


@settings(max_examples=15, deadline=None)
@given(acts=_ACTS)
def test_whatever_happens_rebuilt_rows_are_the_same(acts: list[tuple[str, int]]) -> None:
    with tempfile.TemporaryDirectory() as place:
        counter = Counter(Path(place))
        journal = counter.start()
        items: list[int] = []
        try:
            for act, number in acts:
                if act == "accept":
                    items.append(accept(counter, journal))
                elif act == "reopen":
                    journal.database.close()
                    journal = counter.journal()
                elif act == "forget":
                    erase_month(journal, "acceptance", "2026-11")
                elif items:
                    kind = {"print": "LabelPrinted", "fail": "PrintNotDone", "unknown": "PrintUnknown"}[act]
                    entries = counter.print_label(items[number % len(items)], kind, copy=number)
                    journal.commit(entries, counter.book.state)
            before = table(journal)
            journal.rebuild()
            assert table(journal) == before
            for row in journal.items():
                state = counter.book.state.value["labels"].get(str(row.seq), {"state": "printed"})
                assert row.label == state["state"]
        finally:
            journal.database.close()


def test_tokens_are_compared_exactly(counter: Counter, journal: SqlJournal) -> None:
    seq = accept(counter, journal)
    row = journal.item(seq)
    assert row is not None
    assert journal.item_by_token(row.token.swapcase()) is None
    assert journal.item_by_token(secrets.token_urlsafe(12)) is None


def test_receipt_and_label_go_their_own_ways(counter: Counter, journal: SqlJournal) -> None:
    """The receipt's outcome says nothing of the label's; a scanned label is marked."""
    counter.receipts = True
    item = accept(counter, journal)
    book = counter.book
    job = {"item": item, "job": "job-r", "slot": "receipt_printer"}
    book.propose(Proposal("PrintStarted", {**job, "copy": 0, "template": "own"}, book.operation()))
    journal.commit(book.entries[-1:], book.state)
    row = journal.item(item)
    assert row is not None
    assert (row.label, row.receipt) == ("due", "started")
    book.propose(Proposal("PrintUnknown", {**job, "cause": "restart"}, book.operation()))
    journal.commit(book.entries[-1:], book.state)
    journal.commit(counter.print_label(item, "LabelPrinted"), book.state)
    book.propose(Proposal("LabelAffixed", {"item": item, "by": "token"}, book.operation(), True))
    journal.commit(book.entries[-1:], book.state)
    row = journal.item(item)
    assert row is not None
    assert (row.label, row.receipt, row.affixed) == ("printed", "unknown", True)
    journal.rebuild()
    assert journal.item(item) == row
