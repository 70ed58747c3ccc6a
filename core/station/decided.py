"""Headquarters' word on disclosures that this counter asked for: adopted with the directive of each.

It names the very entry that put one before headquarters, so that nothing else is ever taken for decided.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from core import wire
from core.errors import EntryError, EntryFault
from core.ledger import disclosures as ledger
from core.ledger import forms
from core.ledger.directives import DirectiveKind, SignedDirective
from core.ledger.writer import Proposal
from core.station import disclosing
from core.station.live import Live, new_id

_FORM = {
    "filed": forms.COUNT,
    "asked": forms.COUNT,
    "body": forms.HASH,
    "outcome": forms.CODE,
    "reason": forms.CODE,
    "at": forms.TIME,
}


@dataclass(frozen=True, slots=True)
class Decided:
    """What headquarters says of one; ``body``: the hash of the ``DisclosureAsked`` that it read."""

    filed: int
    asked: int
    body: bytes
    outcome: str
    directive: int


def read_decided(signed: SignedDirective) -> Decided:
    """Raises EntryError FORM."""
    said = signed.directive
    body = said.body
    if not forms.fits(body, _FORM) or body["outcome"] not in list(ledger.Outcome):
        raise EntryError(EntryFault.FORM, what="disclosure")
    return Decided(body["filed"], body["asked"], wire.unb64(body["body"], 32), body["outcome"], said.number)


def proposals(live: Live, sound: Iterable[SignedDirective]) -> list[Proposal]:
    """``DisclosureDecided`` for each that may follow; what is over, or of a lost store, changes nothing."""
    made: list[Proposal] = []
    stands: dict[int, str] = {}
    for signed in sound:
        if signed.directive.kind != DirectiveKind.DISCLOSURE:
            continue
        said = read_decided(signed)
        row = live.state.value.get(ledger.MEMBER, {}).get(str(said.filed))
        if row is None or not _same(live, said, row["asked"]):
            continue
        before = stands.get(said.filed, row["outcome"])
        if ledger.may_follow(before, said.outcome):
            stands[said.filed] = said.outcome
            data = {"filed": said.filed, "outcome": said.outcome, "directive": said.directive}
            made.append(Proposal(ledger.DECIDED, data, new_id()))
    return made


def tell(live: Live, signed: SignedDirective) -> None:
    """Whoever filed it and every supervisor hears once; nobody else does (邮政法 36)."""
    said = read_decided(signed)
    row = live.state.value.get(ledger.MEMBER, {}).get(str(said.filed))
    if row is not None and row["asked"] == said.asked and row["outcome"] == said.outcome:
        reference = disclosing.reference(live, said.filed)
        live.tell_once("msg.disclosure_decided", "good", row["by"], reference=reference)


def _same(live: Live, said: Decided, asked: int) -> bool:
    if not asked or asked != said.asked:
        return False
    entry = next(iter(live.need_journal().entries(asked, asked)), None)
    return entry is not None and entry.hash == said.body
