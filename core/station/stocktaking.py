"""盘点 at the station: whatever lies here is scanned blind, then held against the books.

What was scanned is kept in memory until it is finished: a count of another moment would be worth nothing.
"""

from __future__ import annotations

from core.errors import RuleError, RuleFault
from core.ledger import stock, stocktake
from core.ledger.writer import Proposal
from core.station import dispatching
from core.station.live import Live, new_id
from core.stocktaking import (
    CountItem,
    FinishStocktake,
    LeaveStocktake,
    OpenStocktake,
    Stocktake,
    StocktakeCommand,
    StocktakeView,
)

_NEWEST = 6


def handle(live: Live, command: StocktakeCommand) -> None:
    """Raises RuleError STOCK_OFF, STOCKTAKE_MOST, NOT_ALLOWED, BAG_BEFORE, BAG_LATE; StoreError."""
    match command:
        case OpenStocktake():
            _open(live)
        case LeaveStocktake():
            if live.stocktake is not None:
                live.stocktake.open = False
        case CountItem():
            _count(live, _page(live), command.text)
        case FinishStocktake():
            _finish(live, _page(live))


def scanned(live: Live, text: str) -> bool:
    """A scan while a page stands that takes it: this one, or a bag's; whether one did, or refused it."""
    if live.stocktake is None or not live.stocktake.open or live.counted is None:
        return dispatching.scanned(live, text)
    _count(live, _page(live), text)
    return True


def _open(live: Live) -> None:
    session = live.need_session().session
    if stock.of(live.state.value) is None:
        raise RuleError(RuleFault.STOCK_OFF)
    if live.counted is None or live.state.value["closed"]:
        raise RuleError(RuleFault.NOT_ALLOWED)
    if live.stocktake is None or live.stocktake.session != session:
        live.stocktake = Stocktake(session)
    live.stocktake.open = True


def _page(live: Live) -> Stocktake:
    page = live.stocktake
    if page is None or page.session != live.need_session().session or not page.open:
        raise RuleError(RuleFault.NOT_ALLOWED)
    return page


def _count(live: Live, page: Stocktake, text: str) -> None:
    try:
        row, old = dispatching.find_item(live, text)
    except RuleError as error:
        if error.code is not RuleFault.BAG_UNKNOWN:
            raise
        page.strange.add(text.strip())
        live.say("msg.stock_strange", "warning", count=len(page.strange))
        return
    here = stock.of(live.state.value)
    if here is None or row.seq <= here["since"]:
        raise RuleError(RuleFault.BAG_BEFORE, number=row.short_number)
    if old:
        live.say("msg.old_label", "error", number=row.short_number)
    elif row.seq in page.items:
        live.say("msg.stock_twice", "info", number=row.short_number)
    else:
        page.items.append(row.seq)
        page.numbers.append(row.short_number)
        live.say("msg.stock_scanned", "good", number=row.short_number, count=len(page.items))


def _finish(live: Live, page: Stocktake) -> None:
    """One entry for the count and one for each item that differs, in one commit."""
    value = live.state.value
    row = stock.of(value)
    if row is None or value["closed"]:
        raise RuleError(RuleFault.NOT_ALLOWED)
    books, seen = set(row["items"]), {*page.items, *stock.packed(value)}
    missing, extra = sorted(books - seen), sorted(seen - books)
    if len(missing) + len(extra) > stocktake.MOST:
        raise RuleError(RuleFault.STOCKTAKE_MOST, most=stocktake.MOST)
    figures = (len(books & seen), len(missing), len(extra), len(page.strange))
    said = {"day": live.state.day, **dict(zip(stocktake.FIGURES, figures, strict=True))}
    off = [(item, stocktake.NOT_FOUND) for item in missing] + [(item, stocktake.STILL_HERE) for item in extra]
    live.commit([
        Proposal(stocktake.COUNTED, said, new_id(), by_person=True),
        *(
            Proposal(stocktake.DIFFERS, {"item": item, "what": what}, new_id(), by_person=True)
            for item, what in off
        ),
    ])  # fmt: skip
    live.probe("stock.counted")
    page.open = False
    if off or page.strange:
        live.say("msg.stock_differs", "warning", missing=figures[1], extra=figures[2], strange=figures[3])
    else:
        live.say("msg.stock_counted", "good", count=figures[0])


def shown(live: Live) -> StocktakeView | None:
    """While whoever opened the page stands here, on the day close."""
    page = live.stocktake
    if page is None or live.session is None or page.session != live.session.session:
        live.stocktake = None
        return None
    if not page.open or live.counted is None:
        return None
    inside = len(stock.packed(live.state.value))
    newest = tuple(reversed(page.numbers[-_NEWEST:]))
    return StocktakeView(len(page.items), newest, len(page.strange), inside)
