"""盘点 at the station: blind, held against the books, each item that differs named and closed by a word."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core import commands as c
from core.closing import CloseView, DisputeDifference, LeaveClose, OpenClose
from core.dispatch import CloseBag, LeaveDispatch, OpenBag, OpenDispatch, PackItem
from core.errors import RuleFault, StoreError, StoreFault
from core.ledger import stocktake
from core.station.day_slips import make_page, offered
from core.stocktaking import CountItem, FinishStocktake, LeaveStocktake, OpenStocktake, StocktakeView
from tests.core.memory import TERMINAL
from tests.core.station.desk import WAYBILLS, Counter
from tests.core.station.test_dispatching import FOURTH, follows
from tests.peers.checker import check
from tests.peers.exports import export

pytestmark = pytest.mark.requirement("I6", "T12", "T24")
EXPECTED = {"found": 2, "missing": 1, "extra": 1, "strange": 1}


@pytest.fixture
def counter() -> Iterator[tuple[Counter, list[int], list[str]]]:
    """Four items with labels; the second left in a bag.  The day close stands."""
    made = follows()
    tokens = made.labelled(*WAYBILLS, FOURTH)
    items = [entry.header.seq for entry in made.vault.journal.rows if entry.header.kind == "ItemAccepted"]
    made.do(OpenDispatch(), OpenBag("B-0001", "sorting_01"), PackItem(WAYBILLS[1]), CloseBag("S-1001"))
    assert made.message() == "msg.bag_closed"
    made.do(LeaveDispatch(), OpenClose())
    yield made, items, tokens
    made.station.stop()


def _close(made: Counter) -> CloseView:
    shown = made.shown().close
    assert shown is not None
    return shown


def _checked(made: Counter) -> dict[str, int]:
    key = made.vault.headquarters.public.text
    return dict(check(export(made.vault.journal.rows, TERMINAL, key), key).counts)


def test_what_is_missing_and_what_should_be_gone_is_named(
    counter: tuple[Counter, list[int], list[str]],
) -> None:
    """The first is not scanned, the second was left behind by its bag, a strange code lies here too."""
    made, items, tokens = counter
    before = made.kinds()
    made.do(OpenStocktake())
    assert made.shown().stocktake == StocktakeView(0)  # blind: nothing of the books
    made.scan(tokens[2])
    assert made.message() == "msg.stock_scanned"
    made.scan(tokens[2])
    assert made.message() == "msg.stock_twice"
    made.scan("999")
    made.scan("999")
    assert made.message() == "msg.stock_strange"
    made.do(CountItem(WAYBILLS[1][:-2] + " cn"), CountItem(FOURTH))
    page = made.shown().stocktake
    assert page is not None
    assert (page.count, page.strange, len(page.newest)) == (3, 1, 3)
    assert made.kinds() == before  # nothing is written before it is finished
    made.do(FinishStocktake())
    assert made.message() == "msg.stock_differs"
    assert made.shown().stocktake is None
    assert made.kinds()[len(before) :] == ["StockCounted", "StockDiffers", "StockDiffers"]
    shown = _close(made)
    assert shown.stocktake == EXPECTED
    off = [(row.item, row.kinds, row.state) for row in shown.differences]
    assert off == [(items[0], ("not_found",), "open"), (items[1], ("still_here",), "open")]
    assert (shown.left, shown.fault) == (2, "")
    assert _checked(made)["stock differences"] == 2


def test_what_is_found_after_all_is_scanned_and_the_rest_is_reported(
    counter: tuple[Counter, list[int], list[str]],
) -> None:
    """The page goes on where it was; the day closes with one word said and the other reported by itself."""
    made, items, tokens = counter
    made.do(OpenStocktake(), CountItem(tokens[0]), CountItem(tokens[1]), CountItem(tokens[2]))
    made.do(LeaveStocktake(), OpenStocktake())
    made.do(FinishStocktake())
    assert [row.item for row in _close(made).differences] == [items[1], items[3]]
    made.do(OpenStocktake(), CountItem(tokens[3]), FinishStocktake())
    assert [row.item for row in _close(made).differences] == [items[1]]
    made.do(c.CloseDay())
    assert made.message() == "msg.day_closed"
    assert made.kinds()[-3:] == ["DifferenceDisputed", "StockStated", "DayClosed"]
    (day,) = offered(made.live)
    slip = make_page(made.live, made.vault.journal.rows[day.closed - 1], 0).slip
    assert slip.stocktake == {"found": 3, "missing": 0, "extra": 1, "strange": 0}
    assert [(row.item, row.kinds, row.outcome) for row in slip.differences] == [
        (items[1], ("still_here",), "disputed")
    ]
    assert slip.differences[0].number == "000002"
    assert _checked(made)["stocks counted"] == 2


def test_an_item_of_yesterday_is_missed_today(counter: tuple[Counter, list[int], list[str]]) -> None:
    """It lies here since yesterday, so its difference is closed in the day that is open."""
    made, items, tokens = counter
    made.do(c.CloseDay())
    made.vault.machine.advance(26 * 3600)
    made.do(c.LogOut())
    made.log_in()
    made.do(OpenClose(), OpenStocktake(), CountItem(tokens[2]), CountItem(tokens[3]), FinishStocktake())
    shown = _close(made)
    assert dict(shown.stock)["opening"] == 3
    assert [(row.item, row.kinds, row.number) for row in shown.differences] == [
        (items[0], ("not_found",), "000001")
    ]
    made.do(DisputeDifference(items[0], "item_missing"))
    assert made.message() == "msg.difference_disputed"
    made.do(c.CloseDay())
    (day, _) = offered(made.live)
    slip = make_page(made.live, made.vault.journal.rows[day.closed - 1], 0).slip
    assert [(row.item, row.number, row.outcome) for row in slip.differences] == [
        (items[0], "000001", "disputed")
    ]
    assert _checked(made)["differences disputed"] == 1


def test_what_nobody_meant_writes_nothing(
    counter: tuple[Counter, list[int], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not on the page, not followed here, too much to be a finished count; a lock forgets it."""
    made, _items, tokens = counter
    before = made.kinds()
    for command in (CountItem(tokens[0]), FinishStocktake()):
        made.do(command)
        assert made.message() == RuleFault.NOT_ALLOWED
    made.do(OpenStocktake())
    monkeypatch.setattr(stocktake, "MOST", 2)
    made.do(FinishStocktake())
    assert made.message() == RuleFault.STOCKTAKE_MOST
    made.scan(tokens[0])
    made.do(LeaveClose())
    assert made.shown().stocktake is None
    made.do(OpenStocktake())
    assert made.message() == RuleFault.NOT_ALLOWED  # the day close does not stand
    made.do(OpenClose())
    assert made.shown().stocktake is None  # nobody asked for it again
    made.do(OpenStocktake())
    assert made.shown().stocktake == StocktakeView(1, ("000001",))
    assert made.kinds() == before
    made.do(c.Lock())
    made.log_in()
    made.do(OpenClose(), OpenStocktake())
    assert made.shown().stocktake == StocktakeView(0)
    plain = Counter()
    plain.log_in()
    plain.do(OpenClose(), OpenStocktake())
    assert plain.message() == RuleFault.STOCK_OFF
    plain.station.stop()


def test_a_bag_that_is_open_was_scanned_already() -> None:
    made = follows()
    made.labelled(WAYBILLS[0])
    made.do(OpenDispatch(), OpenBag("B-0001", "sorting_01"), PackItem(WAYBILLS[0]), LeaveDispatch())
    made.do(OpenClose(), OpenStocktake())
    page = made.shown().stocktake
    assert page is not None
    assert page.bagged == 1
    made.do(FinishStocktake())
    assert made.message() == "msg.stock_counted"
    assert _close(made).stocktake == {"found": 1, "missing": 0, "extra": 0, "strange": 0}
    made.station.stop()


def test_a_full_disk_takes_no_half_of_a_count(counter: tuple[Counter, list[int], list[str]]) -> None:
    """Nothing of it stands; what was scanned is there still, and goes in whole when there is room again."""
    made, _items, tokens = counter
    before = made.kinds()
    made.do(OpenStocktake(), CountItem(tokens[2]))
    made.vault.journal.fail = StoreError(StoreFault.DISK_FULL)
    made.do(FinishStocktake())
    assert made.message() == StoreFault.DISK_FULL
    assert made.kinds() == before
    made.vault.journal.fail = None
    page = made.shown().stocktake
    assert page is not None
    assert page.count == 1
    made.do(FinishStocktake())
    assert made.message() == "msg.stock_differs"
    assert made.kinds()[len(before) :] == ["StockCounted", "StockDiffers", "StockDiffers"]
