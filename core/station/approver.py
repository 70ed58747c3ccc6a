"""The second person's own key, opened beside the session that goes on; no session of hers begins."""

from __future__ import annotations

from collections.abc import Callable

from core.errors import RuleError, RuleFault
from core.ports import UnlockedOperator
from core.station import cards, people
from core.station.live import Live


def unlock(
    live: Live, operator: str, password: str, first: str, may: Callable[[str], bool]
) -> UnlockedOperator:
    """Her key, where she is somebody else than ``first`` and ``may`` says yes to her role.

    Raises RuleError APPROVER_SELF, APPROVER_ROLE, CARD_REQUIRED; StoreError WRONG_KEY, LOCKED_OUT and
    CardError as a log-in does.
    """
    known = live.state.value["operators"].get(operator)
    people.need_another(live, operator, first)
    if known is not None and not may(known["role"]):
        raise RuleError(RuleFault.APPROVER_ROLE)
    unlocked = live.vault.unlock(operator, password)
    if known is None or known["signing"] != unlocked.signer.public.text:
        # Whoever checks the chain knows her only by the key that was accepted in it.
        raise RuleError(RuleFault.APPROVER_ROLE)
    cards.need_factors(live, unlocked)
    return unlocked
