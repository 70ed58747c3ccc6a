"""Business days: opened at the first log-in of a date, closed by a verdict (bare form)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core import wire
from core.ledger import stock
from core.ledger.clock import business_date
from core.ledger.founding import day_opened
from core.ledger.state import FOLD_VERSION, State, fold
from core.ledger.writer import Proposal
from core.ports import VOIDED, ItemRow, Journal
from core.station import differing
from core.station.live import Live, new_id

if TYPE_CHECKING:
    from core.station.drafts import Drafts


def day_proposals(live: Live) -> list[Proposal]:
    """``DayOpened`` where today's date is later than the open day's, or the open day has its verdict.

    A clock that stepped back never opens a day: entries stay in the day that is open (T9).
    """
    state = live.state
    today = business_date(live.now().at).isoformat()
    if not state.value["closed"] and today <= state.value["date"]:
        return []
    return [day_opened(state.day + 1, live.clock, new_id())]


def stock_proposals(live: Live) -> list[Proposal]:
    """The stock is followed from the next log-in on where the rules want it, and no longer where they do not.

    Beside :func:`day_proposals`: what they begin is of the day that is open then.
    """
    row = stock.of(live.state.value)
    if live.rules.stock.follows is (row is not None):
        return []
    if row is not None:
        return [Proposal(stock.ENDED, {"left": len(row["items"])}, new_id())]
    return [Proposal(stock.BEGUN, lambda state: {"day": state.day}, new_id())]


def close_day(live: Live, drafts: Drafts) -> tuple[str, int]:
    """Verdicts on the open day and on every earlier one without; returns (date, items accepted).

    Visits that still wait end with the day (house.md: a draft is gone at close), inside the verdict.
    What does not agree and nobody said a word of is reported by it, item by item.  Yesterday left open never
    stops today: its verdict comes here, with the state hash of its own end.  Raises RuleError as
    :func:`core.station.differing.need_whole` where the day cannot be counted whole.
    """
    live.need_session()
    journal, state = live.need_journal(), live.state
    date, accepted = str(state.value["date"]), state.counts["accepted"]
    late = sorted(int(day) for day in state.value["days"] if int(day) < state.day)
    ended, gone = drafts.at_close() if not state.value["closed"] else ([], [])
    proposals = [_verdict(day, _state_at(journal, state.value["days"][str(day)]["last"])) for day in late]
    if not state.value["closed"]:
        differing.need_whole(live)
        ended += differing.left(live)
        if stock.of(state.value) is not None:
            proposals.append(Proposal(stock.STATED, _stated, new_id(), by_person=True))
        proposals.append(Proposal("DayClosed", lambda now: _data(now.day, now), new_id(), by_person=True))
    if proposals:
        live.commit([*ended, *proposals], gone=gone)
        drafts.look()
    return date, accepted


def _stated(now: State) -> dict[str, int]:
    """The day's equation; its flows were held against the raw entries before."""
    row = stock.of(now.value)
    assert row is not None
    counted = row["count"]["at"] if row["count"] is not None else 0
    return {"day": now.day, "since": row["since"], "counted": counted, **stock.figures(now.value)}


def _state_at(journal: Journal, seq: int) -> State:
    state = State()
    for entry in journal.entries(1, seq):
        state = fold(state, entry)
    return state


def _verdict(day: int, state: State) -> Proposal:
    return Proposal("DayClosed", _data(day, state), new_id(), by_person=True)


def _data(day: int, state: State) -> dict[str, object]:
    return {"day": day, "last": state.head.seq, "fold": FOLD_VERSION, "state": wire.b64(state.hash())}


def item_of_open_day(live: Live, seq: int) -> ItemRow | None:
    """An item that was accepted here in the business day that is open, and is not void; else None."""
    row = live.item(seq)
    if row is None or row.late is not None or row.label == VOIDED or day_proposals(live):
        return None
    return row if row.seq > live.state.value["days"][str(live.state.day)]["first"] else None
