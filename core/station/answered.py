"""Headquarters' answers to what persons asked at this counter: adopted with the directive of each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from core.errors import EntryError, EntryFault
from core.ledger import forms
from core.ledger import persons as ledger
from core.ledger.directives import DirectiveKind, SignedDirective
from core.ledger.persons import NONE, Outcome
from core.ledger.writer import Proposal
from core.station.live import Live, new_id

_FORM = {"request": forms.ID, "outcome": forms.CODE, "ground": forms.CODE}


@dataclass(frozen=True, slots=True)
class Answered:
    """What headquarters says of one request."""

    request: str
    outcome: str
    ground: str
    directive: int


def read_answered(signed: SignedDirective) -> Answered:
    """Raises EntryError FORM."""
    said = signed.directive
    body = said.body
    if not forms.fits(body, _FORM) or body["outcome"] not in list(Outcome):
        raise EntryError(EntryFault.FORM, what="person_answer")
    if (body["ground"] == NONE) != (body["outcome"] == Outcome.DONE):
        raise EntryError(EntryFault.FORM, what="person_answer")
    return Answered(body["request"], body["outcome"], body["ground"], said.number)


def proposals(live: Live, sound: Iterable[SignedDirective]) -> list[Proposal]:
    """``PersonAnswered`` 2 for each that is open here; what was answered meanwhile changes nothing."""
    made: dict[str, Proposal] = {}
    for signed in sound:
        if signed.directive.kind != DirectiveKind.PERSON:
            continue
        said = read_answered(signed)
        if said.request in made or said.request not in ledger.open_of(live.state.value):
            continue
        data = {"request": said.request, "outcome": said.outcome, "ground": said.ground}
        data_with: dict[str, object] = {**data, "directive": said.directive}
        made[said.request] = Proposal(ledger.ANSWERED, data_with, new_id(), version=2)
    return list(made.values())


def tell(live: Live, signed: SignedDirective) -> None:
    """Whoever stands here hears of it: the person may ask, or be told when she comes."""
    said = read_answered(signed)
    live.say("msg.right_told", "good", outcome=f"person_outcome.{said.outcome}")
