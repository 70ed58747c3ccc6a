"""What differs at the close of a day, at the station: found, named, and a word said of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.errors import RuleError, RuleFault
from core.ledger.differences import DISPUTED, LEFT, MEMBER, Difference, code_of
from core.ledger.differences import standing as chain_standing
from core.ledger.recount import Recount
from core.ledger.writer import Proposal
from core.station.counting import Counted, count_on, first_of
from core.station.live import Live, new_id

Kinds = tuple[Difference, ...]


def count(live: Live) -> Counted:
    """The open day from its raw entries, held against fold and look-ups.  Raises as reads do."""
    session, journal = live.need_session(), live.need_journal()
    counted = Counted(session.session, live.now().at, Recount(journal.entries, first_of(live.state)))
    counted.fault = count_on(counted.recount, journal, live.state)
    return counted


def need_whole(live: Live) -> None:
    """Before a verdict: counted anew.  Raises RuleError DAY_INCOMPLETE, DAY_FIGURES, DAY_ITEM."""
    counted = count(live)
    if counted.fault is not None:
        raise counted.fault


def standing(live: Live) -> dict[int, Kinds]:
    """What the chain shows, and what headquarters told of items of the open day."""
    value, epoch = live.state.value, live.state.head.epoch
    found = dict(chain_standing(value))
    first = value["days"].get(str(value["day"]), {"first": 0})["first"]
    for told, kind in ((live.held, Difference.HELD), (live.reviews, Difference.ASIDE)):
        for where, seq in told:
            if where == epoch and seq > first and str(seq) not in value["voided"] and _is_item(live, seq):
                found[seq] = (*found.get(seq, ()), kind)
    return dict(sorted(found.items()))


def need_open(live: Live, item: int) -> Kinds:
    """What differs about it.  Raises RuleError DIFFERENCE_GONE where nothing does, or a word was said."""
    value = live.state.value
    kinds = standing(live).get(item)
    if kinds is None or value["closed"] or str(item) in value.get(MEMBER, {}):
        raise RuleError(RuleFault.DIFFERENCE_GONE)
    return kinds


def differs(live: Live, row: Mapping[str, Any]) -> bool:
    """Whether the item of a request still differs, and nobody said a word of it."""
    item = int(row["subject"])
    return item in standing(live) and str(item) not in live.state.value.get(MEMBER, {})


def left(live: Live) -> list[Proposal]:
    """What nobody said a word of: reported as disputed, item by item, by whoever closes the day (T24)."""
    said = live.state.value.get(MEMBER, {})
    rows = standing(live).items()
    return [word(live, DISPUTED, item, kinds, LEFT) for item, kinds in rows if str(item) not in said]


def word(live: Live, kind: str, item: int, kinds: Kinds, reason: str, asked: int = 0) -> Proposal:
    """The entry of one word; ``asked``: the request on which an explanation rests."""
    data = {"day": live.state.day, "item": item, "what": code_of(kinds), "reason": reason}
    return Proposal(kind, {**data, "asked": asked} if asked else data, new_id(), by_person=True)


def number(live: Live, item: int) -> str:
    """The item's number, "" where its look-up row is gone."""
    row = live.item(item)
    return row.short_number if row is not None else ""


def _is_item(live: Live, seq: int) -> bool:
    return live.item(seq) is not None
