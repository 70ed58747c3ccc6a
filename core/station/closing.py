"""The day close: counted, each item that differs named, and a word said of it; what its page shows.

Opening the page and leaving it write nothing.  Each word is one entry in the day that is open, so that a
power cut loses none, and whatever was said stands when the page is opened again (T8, T9).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from core.access.rights import Action
from core.closing import (
    CloseCommand,
    CloseLine,
    CloseView,
    DifferenceView,
    DisputeDifference,
    ExplainDifference,
    FinishDifference,
    LeaveClose,
    OpenClose,
)
from core.errors import RuleError, RuleFault
from core.ledger import stock, stocktake
from core.ledger.clock import short_minute
from core.ledger.differences import DISPUTED, EXPLAINED, MEMBER
from core.ledger.entry import parse_stamp
from core.ledger.requests import Mode, may_use
from core.station import day_slips, differing, requests
from core.station.counting import Counted, first_of, lines
from core.station.live import Live
from core.station.pools import passed_over

_GAPS = 50  # gaps in number pools that are named
_LISTED = 200  # items that are named on the page; the others are counted


def handle(live: Live, command: CloseCommand) -> None:
    """Raises RuleError DIFFERENCE_GONE, DIFFERENCE_ASKED, and as :mod:`core.station.requests` does."""
    match command:
        case OpenClose():
            live.counted = differing.count(live)
            live.store.watch_branch(on=True)
        case LeaveClose():
            _leave(live)
        case ExplainDifference():
            _ask(live, command)
        case FinishDifference():
            explain(live, command.item)
        case DisputeDifference():
            _dispute(live, command)


def _leave(live: Live) -> None:
    live.counted = None
    if live.stocktake is not None:
        live.stocktake.open = False  # it stood beside this page
    live.store.watch_branch(on=False)


def explain(live: Live, item: int) -> None:
    """``DifferenceExplained`` on the request of whoever stands here, with its reason."""
    kinds = differing.need_open(live, item)
    asked = requests.need(live, Action.DIFFERENCE, item)
    row = next(each for each in live.state.value["requests"].values() if each["asked"] == asked)
    live.commit([differing.word(live, EXPLAINED, item, kinds, row["reason"], asked)])
    live.probe("difference.said")
    said = "msg.difference_explained" if row["given"] else "msg.difference_unsigned"
    live.say(said, "good", number=differing.number(live, item))


def _ask(live: Live, command: ExplainDifference) -> None:
    differing.need_open(live, command.item)
    session = live.need_session()
    for row in live.state.value["requests"].values():
        same = (row["by"], row["reason"], row["mode"]) == (session.operator, command.reason, command.mode)
        about = (row["action"], row["subject"]) == (Action.DIFFERENCE.value, command.item)
        if about and not row["used"] and not same:
            raise RuleError(RuleFault.DIFFERENCE_ASKED)
    requests.ask(live, Action.DIFFERENCE, command.item, command.reason, mode=command.mode)
    if command.mode == Mode.COUNTERSIGN:
        explain(live, command.item)
    else:
        live.say("msg.request_asked", "good", action=f"right.{Action.DIFFERENCE}")


def _dispute(live: Live, command: DisputeDifference) -> None:
    live.need_session()
    if command.reason not in [each.code for each in requests.rules_of(live, Action.DIFFERENCE).reasons]:
        raise RuleError(RuleFault.APPROVAL_REASON)
    kinds = differing.need_open(live, command.item)
    live.commit([differing.word(live, DISPUTED, command.item, kinds, command.reason)])
    live.probe("difference.said")
    live.say("msg.difference_disputed", "good", number=differing.number(live, command.item))


# -- what the page shows ---------------------------------------------------------------------------------


def shown(live: Live, faults: Mapping[int, str], parked: int) -> CloseView | None:
    """While whoever opened the page stands here; the same one as long as nothing changed."""
    counted = live.counted
    if counted is None:
        return None
    if live.session is None or counted.session != live.session.session:
        _leave(live)
        return None
    if first_of(live.state) != counted.recount.first:  # another day was opened meanwhile
        counted = live.counted = differing.count(live)
    of = (live.state.head, live.received, live.held, live.reviews, dict(faults), parked)
    if counted.shown is None or of != counted.shown_of:
        counted.follow(live.need_journal(), live.state)
        counted.shown_of, counted.shown = of, _view(live, counted, faults, parked)
    return counted.shown


def _view(live: Live, counted: Counted, faults: Mapping[int, str], parked: int) -> CloseView:
    value, recount, rules = live.state.value, counted.recount, live.rules.second[Action.DIFFERENCE.value]
    by_clerk = {who: CloseLine(who, **row) for who, row in lines(recount.pieces, live.received).items()}
    hours: dict[int, int] = {}
    for piece in recount.pieces.values():
        hours[piece.hour] = hours.get(piece.hour, 0) + 1
    said: dict[str, str] = value.get(MEMBER, {})
    differs, asked = differing.standing(live), _requested(live)
    found = _found(differs, said, asked)
    named = (
        _row(live, counted, item, kinds, state, asked.get(item), faults.get(item, ""))
        for _, item, kinds, state in found[:_LISTED]
    )
    fault, count = counted.fault, stocktake.newest(value)
    first = live.need_journal().head_at(recount.first)
    return CloseView(
        day=str(value["date"]),
        closed=bool(value["closed"]),
        total=_sum(by_clerk.values()),
        lines=tuple(by_clerk[who] for who in sorted(by_clerk)),
        differences=(*named, *_gaps(live)),
        more=max(0, len(found) - _LISTED),
        left=0 if value["closed"] else sum(str(item) not in said for item in differs),
        said={word: list(said.values()).count(word) for word in sorted(set(said.values()))},
        pending=max(0, live.state.head.seq - max(live.received, recount.first - 1)),
        earlier=day_slips.earlier(live, recount.earlier),
        earlier_count=len(recount.earlier),
        slips=day_slips.offered(live),
        unclosed=tuple(row["date"] for day, row in value["days"].items() if int(day) < live.state.day),
        requests=sum(row["action"] not in _LISTED_ACTIONS for row in value["requests"].values()),
        parked=parked,
        hours=dict(sorted(hours.items())),
        refused=dict(recount.refused.most_common()),
        first=first.hash.hex() if first is not None else "",
        last=recount.head.hash.hex(),
        counted=counted.at,
        fault=str(fault.code) if fault is not None else "",
        facts=dict(fault.facts) if fault is not None else {},
        stock=stock.figures(value),
        stocktake=count and {name: count[name] for name in stocktake.FIGURES},
        reasons={each.code: each.names for each in rules.reasons},
        modes=rules.hours,
    )


def _gaps(live: Live) -> Iterator[DifferenceView]:
    """Numbers that were passed over: given up with a cause, or used yet; headquarters counts them too."""
    for at, (first, last, count) in enumerate(islice(passed_over(live), _GAPS), 1):
        shown = first if count == 1 else f"{first}–{last}"
        yield DifferenceView(-at, "", shown, ("unused",), "", "", "unused", numbers=(first, last))


_LISTED_ACTIONS = (Action.DIFFERENCE.value, Action.VOID.value)


def _sum(rows: Iterable[CloseLine]) -> CloseLine:
    names = ("accepted", "labelled", "affixed", "receipted", "due", "at_headquarters", "voided")
    each = list(rows)
    return CloseLine("", **{name: sum(getattr(row, name) for row in each) for name in names})


_ORDER = ("open", "ready", "asked", "unsigned", "disputed", "explained")
_Found = tuple[int, int, tuple[str, ...], str]  # place of its state, item, kinds, state


def _requested(live: Live) -> dict[int, Mapping[str, Any]]:
    """By item, what a second person is asked for at the close: differences, and void items."""
    rows = live.state.value["requests"].values()
    return {row["subject"]: row for row in rows if row["action"] in _LISTED_ACTIONS}


def _found(
    differs: Mapping[int, differing.Kinds], said: Mapping[str, str], asked: Mapping[int, Any]
) -> list[_Found]:
    """Those without a word first, then what waits for a signature, then what is done."""
    found: list[_Found] = []
    for item, kinds in differs.items():
        word = said.get(str(item), "")
        state = "unsigned" if word == "explained" and item in asked else word or _asked(asked.get(item))
        found.append((_ORDER.index(state), item, tuple(map(str, kinds)), state))
    for item, row in asked.items():
        if row["action"] == Action.VOID and row["used"]:
            found.append((_ORDER.index("unsigned"), item, ("unsigned",), "unsigned"))
    return sorted(found)


def _asked(row: Mapping[str, Any] | None) -> str:
    """Void items aside: nobody explains one of those."""
    if row is None or row["action"] != Action.DIFFERENCE or row["used"]:
        return "open"
    return "ready" if may_use(row) else "asked"


def _row(
    live: Live, counted: Counted, item: int, kinds: tuple[str, ...], state: str,
    asked: Mapping[str, Any] | None, fault: str,
) -> DifferenceView:  # fmt: skip
    piece, row = counted.recount.pieces.get(item), live.item(item)
    waits = asked if state in ("asked", "ready", "unsigned") else None
    return DifferenceView(
        item=item,
        number=f"{piece.number:06d}" if piece is not None else differing.number(live, item),
        waybill=row.waybill if row is not None else "",
        kinds=tuple(map(str, kinds)),
        operator=piece.operator if piece is not None else "",
        at=piece.at if piece is not None else "",
        state=state,
        fault=fault,
        by=str(waits["by"]) if waits else "",
        until=short_minute(parse_stamp(waits["until"])) if waits else "",
    )
