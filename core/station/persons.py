"""A person asks that what is kept of her items be deleted: it is where the law lets it, else only stored.

Whoever placed her document for the look-up is here.  Until a year is over an item can be asked about (邮政法
49), so its record may not be deleted: it is restricted (PIPL 47), which means that nothing here shows, prints
or uses it, and it ends with its month as ever.  After that year annex, nonce and look-up go with the entry.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from core.errors import RuleError, RuleFault
from core.ledger.clock import CONFIRMED, business_date
from core.ledger.entry import AttachmentClass, Entry
from core.ledger.erasure import (
    ASKED,
    ENQUIRY,
    ITEM_RESTRICTED,
    NOT_SAFE,
    PERSON_ERASED,
    TIME,
    is_restricted,
    over_on,
    split,
)
from core.ledger.writer import Proposal
from core.ports import ItemRow
from core.station.days import day_proposals
from core.station.erasing import safe_seq
from core.station.live import Live, new_id


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many went, and how many are only stored from now on."""

    erased: int
    restricted: int


def ask_erasure(
    live: Live,
    items: Sequence[int],
    shown: Collection[ItemRow],
    by: str,
    ends: Callable[[Collection[int]], list[Proposal]] = lambda _: [],
) -> Outcome:
    """One request for these items, an entry for each; their open cases end with it (``ends``).

    Raises RuleError PERSON_ABSENT unless her document was placed for this look-up (``by`` "card"),
    NOT_ALLOWED for an item that it does not show, LATE_ITEM, PERSON_PAPER while a label or receipt is still
    to come; StoreError as a commit does.
    """
    live.need_session()
    if by != "card":
        raise RuleError(RuleFault.PERSON_ABSENT)
    rows = {row.seq: row for row in shown}
    if not items or not set(items) <= set(rows):
        raise RuleError(RuleFault.NOT_ALLOWED)
    state = live.state.value
    for item in items:
        if rows[item].late is not None:
            raise RuleError(RuleFault.LATE_ITEM)
        if str(item) in state["labels"] or str(item) in state["receipts"]:
            raise RuleError(RuleFault.PERSON_PAPER)
    request, safe = new_id(), safe_seq(live, live.need_journal())
    wanted = dict.fromkeys(items)
    made = [one for item in wanted if (one := _proposal(live, item, request, safe)) is not None]
    ended = ends(wanted)
    if made or ended:
        live.commit([*day_proposals(live), *made, *ended])
        live.probe("persons.said")
        live.forget_rows()
    erased = sum(1 for one in made if one.kind == PERSON_ERASED)
    return Outcome(erased, len(made) - erased)


def until(live: Live, seq: int) -> dt.date | None:
    """The day on which what is stored of a restricted item goes; None for an item that is not."""
    name = live.state.value["restricted"].get(str(seq))
    if name is None:
        return None
    retention, month = split(name)
    return over_on(month, live.rules.retention[retention])


def _proposal(live: Live, item: int, request: str, safe: int) -> Proposal | None:
    """None where it is restricted already and has to stay so."""
    entry = next(iter(live.need_journal().entries(item, item)))
    annex = next(one for one in entry.header.commitments if one.cls is AttachmentClass.ANNEX)
    ground = ground_of(live, entry, safe)
    if ground != ASKED and is_restricted(live.state.value, item):
        return None
    data = {
        "item": item,
        "request": request,
        "ground": ground,
        "retention": annex.retention,
        "month": annex.month,
    }
    kind = PERSON_ERASED if ground == ASKED else ITEM_RESTRICTED
    return Proposal(kind, data, new_id(), by_person=True)


def ground_of(live: Live, entry: Entry, safe: int) -> str:
    """Why the item may not go yet; ``asked`` where it may."""
    now, accepted = live.now(), entry.header.trusted
    if now.quality != CONFIRMED or accepted.quality != CONFIRMED:
        return TIME
    if business_date(now.at) < business_date(accepted.at) + dt.timedelta(live.rules.limits.enquiry_days):
        return ENQUIRY
    return ASKED if entry.header.seq <= safe else NOT_SAFE
