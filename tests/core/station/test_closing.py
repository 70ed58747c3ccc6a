"""The day close at the station: what differs is named, a word closes it, nothing is forced (T7–T9, T24)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core import commands as c
from core.closing import (
    CloseView,
    DisputeDifference,
    ExplainDifference,
    FinishDifference,
    LeaveClose,
    OpenClose,
)
from core.devices import Label, PrintOutcome
from core.errors import StoreError, StoreFault
from core.second import AskVoid, DecideRequest
from core.station import days
from storage import views
from tests.core.station.desk import WAYBILLS, Counter
from tests.core.station.test_second import PASSWORD, SUPERVISOR, sound

pytestmark = pytest.mark.requirement("T7", "T8", "T9", "T10", "T24", "I7")

REASON = "device_failed"


@pytest.fixture
def counter() -> Iterator[Counter]:
    """Three items: one whole, one whose label was not scanned back, one whose print is unknown."""
    made = Counter()
    made.log_in()
    made.sender()
    for place, waybill in enumerate(WAYBILLS):
        if place:
            made.do(c.NextItem())
        made.parcel(waybill)
        made.do(c.Commit())
        job = made.paper(place + 1)[place]
        made.print(job, PrintOutcome.UNKNOWN if place == 2 else PrintOutcome.PRINTED, "device.gone")
        if not place:
            assert isinstance(job.page, Label)
            made.scan(job.page.token)
    made.do(OpenClose())
    yield made
    made.station.stop()


def page(counter: Counter) -> CloseView:
    shown = counter.shown().close
    assert shown is not None
    return shown


def items(counter: Counter) -> list[int]:
    return [row.item for row in page(counter).differences]


def test_figures_and_differences_are_named(counter: Counter) -> None:
    shown = page(counter)
    total = shown.total
    assert (total.accepted, total.labelled, total.affixed, total.due, shown.left) == (3, 2, 1, 0, 2)
    assert [(row.number, row.kinds, row.state) for row in shown.differences] == [
        ("000002", ("not_affixed",), "open"), ("000003", ("label_unknown",), "open")]  # fmt: skip
    assert [(line.operator, line.accepted) for line in shown.lines] == [("OP10001", 3)]
    assert (shown.fault, shown.closed, sum(shown.hours.values())) == ("", False, 3)


def test_opening_and_leaving_write_nothing(counter: Counter) -> None:
    """T8."""
    kinds = counter.kinds()
    counter.do(LeaveClose(), OpenClose(), LeaveClose())
    assert counter.kinds() == kinds
    assert counter.views[-1].close is None


def test_put_right_it_is_gone(counter: Counter) -> None:
    _, unknown = items(counter)
    counter.do(c.LabelSeen(unknown))
    shown = page(counter)
    assert [row.kinds for row in shown.differences] == [("not_affixed",)] * 2
    assert shown.total.labelled == 3


def test_explained_by_two(counter: Counter) -> None:
    loose, unknown = items(counter)
    counter.do(ExplainDifference(loose, REASON, "wait"))
    assert [row.state for row in page(counter).differences] == ["open", "asked"]
    counter.do(FinishDifference(loose))
    assert counter.message() == "rule.approval_needed"
    request = counter.shown().second.requests[0].request
    counter.do(DecideRequest(request, SUPERVISOR, PASSWORD))
    assert counter.message() == "msg.difference_explained"
    counter.do(ExplainDifference(unknown, REASON, "countersign"))
    assert counter.message() == "msg.difference_unsigned"
    assert [row.state for row in page(counter).differences] == ["unsigned", "explained"]
    assert (page(counter).left, sound(counter)["differences explained"]) == (0, 2)
    counter.do(DisputeDifference(loose, REASON))
    assert counter.message() == "rule.difference_gone"


def test_disputed_alone_and_the_rest_reported_by_the_close(counter: Counter) -> None:
    """T24: no second person, no forced balance; the day closes and every item has its word."""
    loose, unknown = items(counter)
    counter.do(DisputeDifference(loose, "item_missing"))
    assert counter.message() == "msg.difference_disputed"
    counter.do(c.CloseDay())
    assert counter.message() == "msg.day_closed"
    words = [entry for entry in counter.vault.journal.rows if entry.header.kind == "DifferenceDisputed"]
    assert [(w.data["item"], w.data["what"], w.data["reason"]) for w in words] == [
        (loose, "not_affixed", "item_missing"), (unknown, "label_unknown", "left_open")]  # fmt: skip
    shown = page(counter)
    assert (shown.closed, shown.left, shown.said) == (True, 0, {"disputed": 2})
    assert sound(counter)["differences disputed"] == 2
    counter.do(DisputeDifference(loose, REASON))
    assert counter.message() == "rule.difference_gone"


def test_another_reason_while_one_waits(counter: Counter) -> None:
    loose, _ = items(counter)
    counter.do(ExplainDifference(loose, REASON, "wait"), ExplainDifference(loose, "unexplained", "wait"))
    assert counter.message() == "rule.difference_asked"
    counter.do(ExplainDifference(loose, "no_such_reason", "wait"))
    assert counter.kinds().count("ApprovalAsked") == 1


def test_a_void_item_that_waits_for_its_signature_is_listed(counter: Counter) -> None:
    loose, _ = items(counter)
    counter.do(AskVoid(loose, "customer_withdrew", "countersign"))
    rows = {row.item: row for row in page(counter).differences}
    assert (rows[loose].kinds, rows[loose].state) == (("unsigned",), "unsigned")
    assert (page(counter).total.accepted, page(counter).total.voided, page(counter).left) == (2, 1, 1)


def test_after_midnight_it_is_still_the_day_that_is_open(counter: Counter) -> None:
    """T9: neither a word nor its approval opens the next day over the head of whoever closes."""
    loose, unknown = items(counter)
    counter.vault.machine.advance(10 * 3600)
    assert days.day_proposals(counter.live)
    counter.do(ExplainDifference(loose, REASON, "wait"))
    counter.do(DecideRequest(counter.shown().second.requests[0].request, SUPERVISOR, PASSWORD))
    counter.do(DisputeDifference(unknown, REASON), c.CloseDay())
    assert counter.message() == "msg.day_closed"
    rows = counter.vault.journal.rows
    assert [entry.data["day"] for entry in rows if entry.header.kind in ("DayClosed", "DayOpened")][-1] == 1
    assert counter.kinds().count("DayOpened") == 1


def test_refused_where_something_is_missing(counter: Counter) -> None:
    """T7: and named; nothing was written."""
    kinds = counter.kinds()
    loose, _ = items(counter)
    views.apply(counter.vault.journal.records, views.PageChange(loose, affixed=True))
    counter.do(c.CloseDay())
    assert counter.message() == "rule.day_item"
    assert counter.kinds() == [*kinds, "ActsRefused"] or counter.kinds() == kinds
    counter.do(OpenClose())
    assert (page(counter).fault, page(counter).facts["number"]) == ("rule.day_item", "000002")


def test_a_disk_that_fails_changes_nothing(counter: Counter) -> None:
    kinds = counter.kinds()
    counter.vault.journal.fail = StoreError(StoreFault.IO)
    counter.do(c.CloseDay())
    assert counter.kinds() == kinds
    assert (page(counter).closed, page(counter).left) == (False, 2)
    counter.do(c.CloseDay())
    assert counter.message() == "msg.day_closed"


def test_behind_the_lock_nothing_of_it_stands(counter: Counter) -> None:
    counter.do(c.Lock())
    assert counter.views[-1].close is None
    counter.log_in()
    assert counter.views[-1].close is None  # whoever comes back opens it anew
    counter.do(OpenClose())
    assert page(counter).left == 2


@pytest.mark.parametrize("explained", [True, False])
def test_a_power_cut_after_the_word_says_it_once(counter: Counter, explained: bool) -> None:
    def cut(step: str) -> None:
        if step == "difference.said":
            raise StoreError(StoreFault.IO)

    loose = items(counter)[0]
    word = ExplainDifference(loose, REASON, "countersign") if explained else DisputeDifference(loose, REASON)
    counter.live.probe = cut
    counter.do(word)
    counter.live.probe = counter.steps.append
    counter.do(word)
    assert counter.message() == "rule.difference_gone"
    assert sum(kind.startswith("Difference") for kind in counter.kinds()) == 1
