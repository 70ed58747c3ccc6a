"""The second count: SQL over the stored bodies agrees with the fold and the counter, or says where not."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import wire
from core.errors import EntryError
from core.exchange import path_branch
from core.ledger import state as folding
from core.ledger.branch_day import BranchDay, CounterDay, read_branch_day
from core.ledger.documents import sign
from core.ledger.entry import Entry, stamp
from core.ledger.writer import Proposal
from hq.days import list_days
from hq.second_count import NAMES
from hq.terminals import new_enrol_code
from tests.core.books import Book
from tests.guards import ExpectedLogs
from tests.hq.entries import close_day, open_day, write_items
from tests.hq.headquarters import BRANCH, Counter, Headquarters
from tests.hq.test_commands import hq

pytestmark = pytest.mark.requirement("T12", "I6")

RECEIPTS, LABELS = "receipt_printer", "label_printer"


def note(book: Book, kind: str, **data: object) -> None:
    """One entry of the system, or of the clerk."""
    person = kind in ("PrintSeen", "LabelAffixed", "ItemRefused")
    book.propose(Proposal(kind, data, book.operation(), person))


def happen(book: Book, what: str, items: list[int], pick: int) -> None:
    """One thing of a day at ``book``."""
    item, job = items[pick % len(items)] if items else 0, f"job-{book.count}"
    if what == "item" or not items:
        items.append(book.item(book.sender()))
    elif what == "printed":
        book.printed(item, copy=pick % 2)
    elif what == "receipt":
        note(book, "PrintStarted", item=item, job=job, slot=RECEIPTS, copy=0, template="own")
        note(book, "ReceiptPrinted", item=item, job=job)
    elif what == "unknown":
        slot = LABELS if pick % 2 else RECEIPTS
        note(book, "PrintStarted", item=item, job=job, slot=slot, copy=0, template="own")
        note(book, "PrintUnknown", item=item, job=job, slot=slot, cause="power")
    elif what == "seen":
        note(book, "PrintSeen", item=item, job=job, slot=LABELS if pick % 2 else RECEIPTS)
    elif what == "nobodys":
        note(book, "LabelPrinted", item=900_000 + pick, job=job)
    elif what == "affixed":
        note(book, "LabelAffixed", item=item, by="scan")
    elif what == "refused":
        note(book, "ItemRefused", visit="v-1", reason="contents", told=True, item_class="none", action="none")
    elif what == "day":
        close_day(book)
        open_day(book)


WHAT = st.sampled_from(
    ["item", "printed", "receipt", "unknown", "seen", "nobodys", "affixed", "refused", "printed", "day"]
)


def test_both_counts_agree_whatever_happened(headquarters: Headquarters) -> None:
    """Reprints of earlier days, pages that were only seen, copies of nothing: both count them alike."""
    numbers = iter(range(1000))

    @settings(max_examples=12, deadline=None)
    @given(st.lists(st.tuples(WHAT, st.integers(0, 9)), min_size=5, max_size=25))
    def agree(happenings: list[tuple[str, int]]) -> None:
        counter = headquarters.counter(f"990100-01-{next(numbers):03d}")
        items: list[int] = []
        for what, pick in happenings:
            happen(counter.book, what, items, pick)
        counter.sent(counter.book.entries)
        headquarters.follow()
        found = list_days(headquarters.database, counter.book.terminal)
        assert found["followed"] == found["received"] == counter.book.state.head.seq
        for day in found["days"]:
            if day["folded"] is not None:
                assert day["folded"] == day["counted"]
        closed = [day["verdict"] for day in found["days"][:-1]]
        assert closed == ["agrees"] * len(closed)
        today = found["days"][-1]["counted"]
        assert today == {name: counter.book.state.counts[name] for name in NAMES}

    agree()


def twice(step: Callable[[dict[str, Any], Entry], None]) -> Callable[[dict[str, Any], Entry], None]:
    """The step done once more."""

    def wrong(value: dict[str, Any], entry: Entry) -> None:
        step(value, entry)
        step(value, entry)

    return wrong


def test_a_mistake_in_the_fold_that_counter_and_headquarters_share_is_named(
    headquarters: Headquarters,
    monkeypatch: pytest.MonkeyPatch,
    expected_logs: ExpectedLogs,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The state hashes agree, for both fold with the same mistake; the second count does not."""
    expected_logs.expect("hq.follower", r"day\.count")
    kind = ("LabelAffixed", 1)
    monkeypatch.setitem(folding._STEPS, kind, twice(folding._STEPS[kind]))
    counter = headquarters.counter()
    book = counter.book
    write_items(book, 3)
    note(book, "LabelAffixed", item=6, by="scan")
    close = close_day(book)
    counter.sent(book.entries)
    headquarters.follow()
    (alarm,) = headquarters.listed()["alarms"]
    assert (alarm["fault"], alarm["seq"]) == ("day.count", close.header.seq)
    assert "affixed 2≠1" in alarm["what"]
    common = ["--data", str(headquarters.home.directory), "--database", headquarters.url]
    name = ["--terminal", book.terminal]
    (day,) = json.loads(hq(capsys, "day", "list", "--json", *name, *common)[1])["days"]
    assert (day["verdict"], day["hash"]) == ("differs", True)
    assert (day["folded"]["affixed"], day["counted"]["affixed"]) == (2, 1)
    shown = hq(capsys, "day", "list", *name, *common)[1]
    assert shown.count("DIFFERS") == 1


def test_days_are_made_again(headquarters: Headquarters) -> None:
    """From the entries alone, with the verdict that came after the next day began."""
    counter = headquarters.counter()
    book = counter.book
    write_items(book, 2)
    day, last, state = book.state.day, book.state.head.seq, book.state.hash()
    open_day(book)
    write_items(book, 1)
    data = {"day": day, "last": last, "fold": 1, "state": wire.b64(state)}
    book.propose(Proposal("DayClosed", data, book.operation(), by_person=True))
    counter.sent(book.entries)
    headquarters.follow()
    before = list_days(headquarters.database, book.terminal)
    assert [row["verdict"] for row in before["days"]] == ["agrees", "open"]
    with headquarters.database.write() as connection:
        for table in ("follower", "day_ends", "days"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
    headquarters.follow()
    assert list_days(headquarters.database, book.terminal) == before


def test_a_counter_is_told_of_its_branch_in_figures_and_what_is_not_whole(headquarters: Headquarters) -> None:
    """Void items in no figure; nothing of another branch; what has arrived and is not counted yet is said."""
    here, there = headquarters.counter("990100-01-03"), headquarters.counter("990100-01-04")
    foreign = headquarters.counter("990200-01-01", code=new_enrol_code(
        headquarters.database, "990200-01-01", "990200-01", now=headquarters.now
    ))  # fmt: skip
    write_items(there.book, 2)
    note(
        there.book, "ItemRefused", visit="v-1", reason="contents", told=True, item_class="none", action="none"
    )
    for counter in (here, there, foreign):
        counter.sent(counter.book.entries)
    told = _branch(here)
    assert told.branch == BRANCH
    assert [row.terminal for row in told.counters] == ["990100-01-03", "990100-01-04"]
    assert not any(row.whole for row in told.counters)  # arrived, and counted by nobody yet
    headquarters.follow()
    row = _branch(here).counters[1]
    assert (row.whole, row.closed, row.date) == (True, False, there.book.state.value["date"])
    assert (row.accepted, row.labels, row.affixed, row.receipts) == (2, 2, 0, 0)
    assert (row.refused, row.voided, row.unscanned) == (1, 0, 2)
    before = len(there.book.entries)
    close_day(there.book)
    there.sent(there.book.entries[before:])
    headquarters.follow()
    assert _branch(here).counters[1].closed


def _branch(counter: Counter) -> BranchDay:
    answer = counter.request("GET", path_branch(counter.book.terminal)).json()
    document, signature = wire.unb64(answer["document"]), wire.unb64(answer["signature"])
    told = read_branch_day(document, signature, counter.book.headquarters.public)
    with pytest.raises(EntryError):
        read_branch_day(
            document.replace(b"990100", b"990101", 1), signature, counter.book.headquarters.public
        )
    return told


@pytest.mark.parametrize(
    "wrong", [{"accepted": -1}, {"accepted": "2"}, {"closed": 1}, {"more": 1}, {"date": 4}]
)
def test_what_is_no_figure_is_no_branch_day(headquarters: Headquarters, wrong: dict[str, object]) -> None:
    """Signed, and of another form."""
    key = headquarters.keyring.signing()
    row = {name: getattr(CounterDay("990100-01-03"), name) for name in CounterDay.__slots__}
    value = {"type": "branch-day", "branch": BRANCH, "at": stamp(headquarters.now())}
    good = sign({**value, "counters": [row]}, key)
    assert read_branch_day(*good, key.public).counters == (CounterDay("990100-01-03"),)
    bad = sign({**value, "counters": [{**row, **wrong}]}, key)
    with pytest.raises((EntryError, TypeError)):
        read_branch_day(*bad, key.public)
