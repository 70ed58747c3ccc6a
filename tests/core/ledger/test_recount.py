"""Random days: the figures of the fold, of the raw entries and of the look-ups are one (T11, T12, T21)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import EntryError, EntryFault, RuleError
from core.ledger.differences import DISPUTED, Difference, open_items, standing
from core.ledger.entry import Entry
from core.ledger.recount import NAMES, Recount
from core.ledger.writer import Proposal
from core.station.counting import count_on
from storage import views
from tests.core.books import Book

pytestmark = pytest.mark.requirement("T7", "T11", "T12", "T21")

ACTS = st.lists(st.tuples(st.sampled_from(
    ("item", "print", "fail", "lose", "seen", "affix", "void", "receipt", "copy", "refuse", "day", "word")
), st.integers(0, 5)), min_size=1, max_size=40)  # fmt: skip


class Day:
    """A counter's days by hand: what the station would not write is left out."""

    def __init__(self) -> None:
        self.book = Book(role="supervisor").found().log_in()
        self.sender = self.book.sender()
        self.items: list[int] = []
        self.today: list[int] = []
        self.void: set[int] = set()

    def write(self, kind: str, data: Mapping[str, Any], *, person: bool = False) -> Entry:
        made = Proposal(kind, data, self.book.operation(), by_person=person)
        return self.book.propose(made)[0]

    def page(self, item: int, slot: str, outcome: str) -> None:
        job = f"j-{self.book.count}"
        if item in self.void:
            return
        self.write("PrintStarted", {"item": item, "job": job, "slot": slot, "copy": 0, "template": "own"})
        data = {"item": item, "job": job}
        self.write(outcome, data if outcome.endswith("Printed") else {**data, "slot": slot, "cause": "lost"})

    def act(self, name: str, which: int) -> None:
        if name == "item":
            annex = b'{"waybill":"X"}'
            item = self.book.item(self.sender, annex=annex, receipt=bool(which % 2))
            self.items.append(item)
            self.today.append(item)
        elif name == "day":
            value = self.book.state.value
            opened = {"day": value["day"] + 1, "date": f"2026-12-{value['day'] + 1:02d}"}
            self.write("DayOpened", opened)
            self.today = []
        elif name == "refuse":
            data = {
                "visit": "v",
                "reason": "prohibited",
                "told": True,
                "item_class": "none",
                "action": "none",
            }
            self.write("ItemRefused", data, person=True)
        elif self.items:
            self._of(name, self.items[which % len(self.items)])

    def _of(self, name: str, item: int) -> None:
        label, receipt, value = "label_printer", "receipt_printer", self.book.state.value
        if name in ("print", "copy"):
            self.page(item, label, "LabelPrinted")
        elif name == "fail":
            self.page(item, label, "PrintNotDone")
        elif name == "lose":
            self.page(item, label, "PrintUnknown")
        elif name == "receipt":
            self.page(item, receipt, "ReceiptPrinted")
        elif name == "seen" and value["labels"].get(str(item), {}).get("state") == "unknown":
            self.write("PrintSeen", {"item": item, "job": "j", "slot": label}, person=True)
        elif name == "affix" and str(item) in value["unscanned"]:
            self.write("LabelAffixed", {"item": item, "by": "token"}, person=True)
        elif name == "void" and item in self.today and str(item) not in value["voided"]:
            self._void(item)
        elif name == "word" and item in (found := open_items(value)):
            data = {"day": value["day"], "item": item, "what": ".".join(found[item]), "reason": "unexplained"}
            self.write(DISPUTED, data, person=True)

    def _void(self, item: int) -> None:
        self.void.add(item)
        until = "2027-01-01T00:00:00.000Z"
        about = {"action": "void", "subject": item, "reason": "customer_withdrew", "mode": "countersign"}
        asked = {"request": f"r-{item}", "digest": "", "until": until, **about}
        seq = self.write("ApprovalAsked", asked, person=True).header.seq
        self.write("ItemVoided", {"item": item, "reason": "customer_withdrew", "asked": seq}, person=True)


class Stored:
    """As the journal gives it back."""

    def __init__(self, rows: list[Entry]) -> None:
        self.rows, self.records = rows, dict[int, views.ItemRecord]()
        self.lost = 0
        day = 0
        for entry in rows:
            day = views.day_after(entry, day)
            views.apply(self.records, views.change_of(entry, day))

    def entries(self, first: int, last: int | None = None) -> list[Entry]:
        return [entry for entry in self.rows[first - 1 : last] if entry.header.seq != self.lost]

    def pages(self, first: int, last: int) -> dict[int, tuple[str, str, bool]]:
        found = (row for row in self.records.values() if first <= row.seq <= last)
        return {row.seq: (row.label, row.receipt, row.affixed) for row in found}


def counted(day: Day, stored: Stored | None = None) -> tuple[Recount, RuleError | None]:
    stored = stored or Stored(day.book.entries)
    recount = Recount(stored.entries, day.book.state.value["days"][str(day.book.state.day)]["first"])
    return recount, count_on(recount, stored, day.book.state)


@settings(max_examples=25, deadline=None)
@given(ACTS)
def test_random_days(acts: list[tuple[str, int]]) -> None:
    day = Day()
    for name, which in acts:
        day.act(name, which)
    recount, fault = counted(day)
    assert fault is None
    assert recount.figures == {name: day.book.state.counts[name] for name in NAMES}
    # What is not void came out and was scanned, or is named: nothing is forgotten, nothing named twice.
    named = standing(day.book.state.value)
    for seq, piece in recount.pieces.items():
        whole = piece.labelled and piece.affixed and (piece.receipted or not piece.receipt)
        assert (seq in named) is not (whole or piece.voided)


@pytest.fixture
def day() -> Day:
    made = Day()
    for name, which in (("item", 0), ("print", 0), ("item", 2), ("affix", 0)):
        made.act(name, which)
    return made


def test_a_missing_entry_is_named(day: Day) -> None:
    """T7: whichever is lost, from the day's first on."""
    first = day.book.state.value["days"]["1"]["first"]
    for gone in range(first, len(day.book.entries) + 1):
        rows = [entry for entry in day.book.entries if entry.header.seq != gone]
        stored = Stored(day.book.entries)
        stored.rows = rows
        stored.entries = lambda low, high=None, rows=rows: [  # type: ignore[method-assign,misc]
            entry for entry in rows if low <= entry.header.seq <= (high or 10**9)
        ]
        fault = counted(day, stored)[1]
        assert fault is not None
        assert (fault.code, fault.facts["seq"]) == ("rule.day_incomplete", gone if gone > first else first)


def test_an_entry_from_another_history_is_named(day: Day) -> None:
    other = Day()
    for _ in range(3):
        other.act("item", 0)
    recount = Recount(lambda _first, _last: [], 1)
    recount.add(day.book.entries[0])
    with pytest.raises(EntryError) as caught:
        recount.add(other.book.entries[1])
    assert caught.value.code is EntryFault.PREVIOUS


def test_a_look_up_row_that_is_lost_or_changed_is_named(day: Day) -> None:
    item = day.items[1]
    lost, changed = Stored(day.book.entries), Stored(day.book.entries)
    del lost.records[item]
    views.apply(changed.records, views.PageChange(item, affixed=True))
    for stored in (lost, changed):
        fault = counted(day, stored)[1]
        assert fault is not None
        assert (fault.code, fault.facts["number"]) == ("rule.day_item", "000002")


def test_a_word_is_said_once_and_of_what_differs(day: Day) -> None:
    whole, item = day.items
    data = {"day": 1, "item": item, "what": Difference.NO_LABEL, "reason": "unexplained"}
    for false in ({"item": whole}, {"day": 2}, {"what": "not_affixed"}, {"what": "no_label.no_label"},
                  {"what": "no_label.not_affixed"}, {"item": 10**6}, {"what": "unknown"}):  # fmt: skip
        with pytest.raises(EntryError):
            day.write(DISPUTED, {**data, **false}, person=True)
    day.write(DISPUTED, {**data, "what": "no_label.held"}, person=True)
    with pytest.raises(EntryError):
        day.write(DISPUTED, data, person=True)
    assert day.book.state.value["differences"] == {str(item): "disputed"}
    day.act("day", 0)
    assert "differences" not in day.book.state.value
