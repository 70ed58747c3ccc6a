"""An operator whose key this counter's journal does not know yet, or knows under another role.

Her slot came by directive, so she opens the vault; but a key counts only from ``OperatorKeyAccepted``,
signed by it and by her old key or by a supervisor who stands by: headquarters cannot quietly swap it.
"""

from __future__ import annotations

from collections.abc import Callable

from core.access.rights import may_endorse
from core.errors import RuleError, RuleFault
from core.ledger.founding import operator_accepted
from core.ledger.writer import Proposal
from core.ports import UnlockedOperator
from core.station.live import Live, new_id

_BY_SUPERVISOR = "supervisor"  # the entry's word for how the key was accepted


def accepted(
    live: Live, unlocked: UnlockedOperator, endorser: Callable[[], UnlockedOperator | None]
) -> list[Proposal]:
    """What her log-in has to be preceded by: nothing where her key and role are known.

    Raises RuleError KEY_NEW where somebody has to stand by, ENDORSER where that one may not; StoreError
    WRONG_KEY, LOCKED_OUT as a log-in does.
    """
    known = live.state.value["operators"].get(unlocked.operator)
    signing = unlocked.signer.public.text
    if known is not None and known["signing"] == signing:
        if known["role"] == unlocked.role:
            return []
        return [_proposal(live, unlocked, "old_key", unlocked)]
    beside = endorser()
    if beside is None:
        raise RuleError(RuleFault.KEY_NEW, operator=unlocked.operator)
    if not _may_endorse(live, beside):
        raise RuleError(RuleFault.ENDORSER)
    return [_proposal(live, unlocked, _BY_SUPERVISOR, beside)]


def _may_endorse(live: Live, beside: UnlockedOperator) -> bool:
    """Whether this journal has accepted her key, and the table lets her."""
    operators = live.state.value["operators"]
    row = operators.get(beside.operator)
    if row is None or row["signing"] != beside.signer.public.text:
        return False
    return may_endorse(row["role"], [each["role"] for each in operators.values()])


def _proposal(live: Live, unlocked: UnlockedOperator, by: str, beside: UnlockedOperator) -> Proposal:
    return operator_accepted(
        live.settings.terminal,
        unlocked.operator,
        unlocked.role,
        unlocked.signer,
        unlocked.agreement,
        new_id(),
        endorsed_by=by,
        endorser=beside.operator,
        endorser_key=beside.signer,
    )
