"""Decisions of headquarters on requests of this counter: adopted with the directive that brings them."""

from __future__ import annotations

from collections.abc import Iterable

from core import wire
from core.errors import EntryError, EntryFault
from core.ledger.deciding import Decided, read_decided
from core.ledger.directives import DirectiveKind, SignedDirective
from core.ledger.documents import approval_message, given_data
from core.ledger.entry import parse_stamp
from core.ledger.requests import HERE_ONLY, Decision
from core.ledger.writer import Proposal
from core.station import people
from core.station.live import Live, new_id


def check(live: Live, signed: SignedDirective) -> None:
    """Raises EntryError FORM, or SIGNATURE where none of headquarters' keys signed the decision itself."""
    decided = read_decided(signed)
    if not live.vault.headquarters_keys().chain.verify(decided.signature, approval_message(decided.approval)):
        raise EntryError(EntryFault.SIGNATURE, what="approval")


def proposals(live: Live, sound: Iterable[SignedDirective]) -> list[Proposal]:
    """``ApprovalGiven`` for each that speaks of an open request; the others change nothing.

    What came too late, was decided meanwhile, or is of an earlier epoch was kept as a directive all the same.
    """
    made: dict[str, Proposal] = {}
    for signed in sound:
        if signed.directive.kind != DirectiveKind.APPROVAL:
            continue
        decided = read_decided(signed)
        if decided.approval.request not in made and _fits(live, decided):
            data = {**given_data(decided.approval), "directive": decided.directive}
            data["approval"] = wire.b64(decided.signature)
            made[decided.approval.request] = Proposal("ApprovalGiven", data, new_id())
    return list(made.values())


def tell(live: Live, signed: SignedDirective) -> None:
    """What became of it, for whoever stands here."""
    said = read_decided(signed).approval
    if said.decision == Decision.APPROVED:
        live.say("msg.request_approved", "good", operator=said.by)
    else:
        live.say("msg.request_declined", "warning", operator=said.by)


def _fits(live: Live, decided: Decided) -> bool:
    said = decided.approval
    row = live.state.value["requests"].get(said.request)
    if row is None or row["given"] or said.epoch != live.state.head.epoch:
        return False
    if row["action"] in HERE_ONLY:
        return False
    same = (row["asked"], row["body"]) == (said.asked, wire.b64(said.body))
    other = not people.same(live, said.by, row["by"])
    return same and other and said.decision in list(Decision) and said.at <= parse_stamp(row["until"])
