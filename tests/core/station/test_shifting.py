"""The counter goes from one person to another: counted blind, the difference seen, then signed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core import commands as c
from core.errors import RuleFault, StoreError, StoreFault
from core.paper_forms import HandOutForms
from core.shift import CountShift, LeaveShift, OpenShift, ShiftView, SignShift
from tests.core.memory import TERMINAL
from tests.core.station.desk import WAYBILLS, Counter
from tests.core.station.test_dispatching import follows
from tests.peers.checker import check
from tests.peers.exports import export


@pytest.fixture
def made() -> Iterator[Counter]:
    """Two items lie here; nobody ever handed over."""
    made = follows()
    made.sender()
    for place, waybill in enumerate(WAYBILLS[:2]):
        if place:
            made.do(c.NextItem())
        made.parcel(waybill)
        made.do(c.Commit())
    yield made
    made.station.stop()


def _page(made: Counter) -> ShiftView:
    page = made.shown().shift
    assert page is not None
    return page


def _sign(made: Counter, count: str, *, gives: bool) -> None:
    made.do(OpenShift())
    assert (_page(made).asks, dict(_page(made).books)) == ("items", {})  # blind
    made.do(CountShift("items", count))
    made.do(SignShift(gives, tuple(_page(made).books.items())))


def test_given_and_taken_with_a_difference_that_stays_until_one_without(made: Counter) -> None:
    _sign(made, "2", gives=True)
    assert made.message() == "msg.shift_given"
    before = len(made.kinds())
    made.do(OpenShift())
    made.do(CountShift("items", "2"))
    assert _page(made).mine
    made.do(SignShift(False, tuple(_page(made).books.items())))
    assert made.message() == RuleFault.SHIFT_OWN
    assert len(made.kinds()) == before
    made.do(c.LogOut())
    made.log_in("OP20001", "si-wu-liu")
    assert made.message() == "msg.shift_waits"
    made.do(OpenShift())
    made.do(CountShift("items", " １ "))
    page = _page(made)
    assert (page.by, dict(page.said), dict(page.differs)) == ("OP10001", {"items": 2}, {"items": -1})
    assert (page.books["items"], page.books["labels"], page.books["complaints"]) == (2, 2, 0)
    made.do(SignShift(False, tuple(page.books.items())))
    assert (made.message(), made.shown().shift_differs) == ("msg.shift_taken_differs", {"items": -1})
    _sign(made, "2", gives=False)  # counted once more: it was there after all
    assert (made.message(), made.shown().shift_differs) == ("msg.shift_taken", {})
    key = made.vault.headquarters.public.text
    result = check(export(made.vault.journal.rows, TERMINAL, key), key)
    assert (result.counts["shifts given"], result.counts["shifts taken"]) == (1, 2)


def test_what_is_no_number_is_asked_again_and_leaving_writes_nothing(made: Counter) -> None:
    before = made.kinds()
    made.do(OpenShift())
    for text in ("", "two", "-1", "5001", "1.5", "²", "000000000" + "9" * 40, "0" * 30 + "1"):
        made.do(CountShift("items", text))
        assert made.message() == RuleFault.SHIFT_COUNT, text
    for command in (CountShift("forms", "1"), SignShift(True, ())):  # none is out; nothing is counted
        made.do(command)
        assert made.message() == RuleFault.NOT_ALLOWED
    made.do(LeaveShift())
    assert (made.shown().shift, made.kinds()) == (None, before)


def test_what_changed_since_she_saw_it_is_shown_before_she_signs(made: Counter) -> None:
    made.do(OpenShift())
    made.do(CountShift("items", "3"))
    seen = tuple(_page(made).books.items())
    made.do(c.NextItem())
    made.parcel(WAYBILLS[2])
    made.do(c.Commit())
    made.do(SignShift(True, seen))
    assert (made.message(), dict(_page(made).differs)) == ("msg.shift_changed", {})
    made.do(SignShift(True, tuple(_page(made).books.items())))
    assert made.kinds()[-1] == "ShiftGiven"


def test_where_nothing_can_be_counted_the_books_stand_at_once() -> None:
    made = Counter()
    made.log_in("OP20001", "si-wu-liu")
    made.do(OpenShift())
    assert _page(made).asks == ""
    made.do(HandOutForms(3))
    assert _page(made).asks == "forms"
    made.station.stop()


def test_a_disk_that_refuses_leaves_the_page(made: Counter) -> None:
    made.do(OpenShift())
    made.do(CountShift("items", "2"))
    made.vault.journal.fail = StoreError(StoreFault.DISK_FULL)
    made.do(SignShift(True, tuple(_page(made).books.items())))
    assert (made.message(), _page(made).asks) == (StoreFault.DISK_FULL, "")
    made.do(SignShift(True, tuple(_page(made).books.items())))
    assert made.message() == "msg.shift_given"
