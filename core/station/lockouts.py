"""Failed tries are written down, and a supervisor who stands by ends a lockout before its time."""

from __future__ import annotations

from core import wire
from core.access.rights import Action, may
from core.errors import RuleError, RuleFault
from core.ledger.documents import Release, release_message
from core.ledger.entry import stamp
from core.ledger.writer import Proposal
from core.ports import UnlockedOperator
from core.station import people
from core.station.live import Live, new_id

_NOBODY = {"released_by": None, "released_at": None, "release": None}


def proposals(unlocked: UnlockedOperator) -> list[Proposal]:
    """That passwords were tried in vain before this one (GB/T 22239-2019, 8.1.4.3)."""
    if not unlocked.failures:
        return []
    data = {"operator": unlocked.operator, "failures": unlocked.failures, **_NOBODY}
    return [Proposal("LogInsFailed", data, new_id())]


def release(live: Live, operator: str, beside: UnlockedOperator) -> None:
    """``operator`` may try once more at once.  First the entry that says by whom, then the vault.

    Raises RuleError APPROVER_SELF, or ENDORSER where this journal has not accepted the supervisor's key;
    StoreError as a commit does.
    """
    failures = live.vault.failures(operator)
    if not failures:  # nobody of that number tried anything: of unknown numbers all tries count as one
        return
    people.need_another(live, operator, beside.operator)  # known now that the store is open
    row = live.state.value["operators"].get(beside.operator)
    known = row is not None and row["signing"] == beside.signer.public.text
    if row is None or not known or not may(row["role"], Action.RELEASE):
        raise RuleError(RuleFault.ENDORSER)
    at = live.now().at
    said = Release(live.settings.terminal, live.state.head.epoch, operator, failures, beside.operator, at)
    data = {
        "operator": operator,
        "failures": failures,
        "released_by": beside.operator,
        "released_at": stamp(at),
        "release": wire.b64(beside.signer.sign(release_message(said))),
    }
    live.commit([Proposal("LogInsFailed", data, new_id())])
    live.vault.release(operator)
