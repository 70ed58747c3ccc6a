"""Headquarters had items of this counter restricted or erased for their persons: adopted by own entries.

Headquarters judged (hq/person_items.py), and this counter judges again by what it knows: what may not go yet
here is restricted.  What went already, by month or on request, stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from core.errors import EntryError, EntryFault
from core.ledger import cases, forms
from core.ledger.directives import DirectiveKind, SignedDirective
from core.ledger.entry import AttachmentClass, Commitment
from core.ledger.erasure import ASKED, ITEM_RESTRICTED, PAPER, PERSON_ERASED, is_restricted, month_name
from core.ledger.writer import Proposal
from core.station.erasing import safe_seq
from core.station.live import Live, new_id
from core.station.persons import ground_of

_FORM = {"item": forms.COUNT, "request": forms.ID, "does": forms.CODE, "ground": forms.CODE}
RESTRICT, ERASE = "restrict", "erase"


@dataclass(frozen=True, slots=True)
class Told:
    """What headquarters says of one item."""

    item: int
    request: str
    does: str
    ground: str
    directive: int


def read_told(signed: SignedDirective) -> Told:
    """Raises EntryError FORM."""
    said = signed.directive
    body = said.body
    if not forms.fits(body, _FORM) or (body["does"], body["ground"] == ASKED) not in (
        (RESTRICT, False),
        (ERASE, True),
    ):
        raise EntryError(EntryFault.FORM, what="person_item")
    return Told(body["item"], body["request"], body["does"], body["ground"], said.number)


def check(live: Live, signed: SignedDirective) -> None:
    """Raises EntryError FORM, STATE for what is no item of this counter."""
    _annex(live, read_told(signed).item)


def proposals(live: Live, sound: Iterable[SignedDirective]) -> list[Proposal]:
    """``ItemRestricted`` 2 or ``PersonErased`` 2 for each that has something here; its open case ends."""
    made: dict[int, Proposal] = {}
    for signed in sound:
        if signed.directive.kind == DirectiveKind.ITEM:
            said = read_told(signed)
            proposal = _proposal(live, said)
            if proposal is not None:
                made[said.item] = proposal  # the last word of one delivery
    rows = live.state.value.get(cases.MEMBER, {}).items()
    ended = [
        Proposal(cases.LAPSED, {"case": name, "opened": row["opened"]}, new_id())
        for name, row in rows
        if row["item"] in made
    ]
    return [*made.values(), *ended]


def tell(live: Live, signed: SignedDirective) -> None:
    """Whoever stands here hears of it; what is shown of the item is no longer."""
    said = read_told(signed)
    live.forget_rows()
    state = live.state.value
    code = "msg.item_told_restricted" if is_restricted(state, said.item) else "msg.item_told_erased"
    live.say(code, "good", entry=said.item)


def _proposal(live: Live, said: Told) -> Proposal | None:
    state, annex = live.state.value, _annex(live, said.item)
    name = month_name(annex.retention, annex.month)
    if str(said.item) in state["erased"]["items"] or name in state["erased"]["months"]:
        return None
    ground = said.ground
    if said.does == ERASE:
        entry = next(iter(live.need_journal().entries(said.item, said.item)))
        ground = ground_of(live, entry, safe_seq(live, live.need_journal()))
        if str(said.item) in state["labels"] or str(said.item) in state["receipts"]:
            ground = PAPER
    if ground != ASKED and is_restricted(state, said.item):
        return None
    data: dict[str, object] = {
        "item": said.item,
        "request": said.request,
        "ground": ground,
        "retention": annex.retention,
        "month": annex.month,
        "directive": said.directive,
    }
    kind = PERSON_ERASED if ground == ASKED else ITEM_RESTRICTED
    return Proposal(kind, data, new_id(), version=2)


def _annex(live: Live, item: int) -> Commitment:
    if 0 < item <= live.state.head.seq:
        for entry in live.need_journal().entries(item, item):
            for one in entry.header.commitments:
                if entry.header.kind == "ItemAccepted" and one.cls is AttachmentClass.ANNEX:
                    return one
    raise EntryError(EntryFault.STATE, what="person_item")
