"""Operators' cards at this counter: what lies in the readers, whose it is, and that pulling it locks."""

from __future__ import annotations

from core.card_view import CardView
from core.devices import OperatorCardIn, OperatorCardOut
from core.errors import CardError, CardFault, RuleError, RuleFault, StoreError
from core.operator_cards import CARD_ALGORITHM
from core.ports import UnlockedOperator
from core.rule_data import CARD_ONLY
from core.station.live import Live
from core.view import Screen


def take(live: Live, event: OperatorCardIn | OperatorCardOut) -> bool:
    """Whether the session has to be locked: the card that it began with is out."""
    if isinstance(event, OperatorCardIn):
        live.cards[event.card.serial] = event.card
        return False
    live.cards.pop(event.serial, None)
    return live.screen is Screen.CLERK and event.serial == live.session_card


def need_factors(live: Live, unlocked: UnlockedOperator) -> None:
    """Raises RuleError CARD_REQUIRED where the rule data want a card of her role and she has none."""
    if not unlocked.card and live.rules.log_in.get(unlocked.role) == CARD_ONLY:
        raise RuleError(RuleFault.CARD_REQUIRED, who=f"fact.who.{unlocked.role}")


def view(live: Live) -> CardView | None:
    """The card put in last, for the log-in screen; None where none is in, or somebody works here."""
    if not live.cards or live.screen is Screen.CLERK:
        return None
    card = next(reversed(live.cards.values()))
    if card.fault:
        return CardView(fault=card.fault)
    if card.algorithm not in ("", CARD_ALGORITHM):
        return CardView(fault=CardFault.UNSUPPORTED, facts={"algorithm": card.algorithm}, left=card.left)
    if not card.signing:
        return CardView(fault=CardFault.EMPTY, left=card.left)
    try:
        holder, fault = live.vault.holder(card.signing, card.operator)
    except (StoreError, CardError):  # no vault that can be read: the log-in will say what is the matter
        return CardView(card.operator, claimed=card.operator, left=card.left)
    facts = {"operator": card.operator}
    if fault == CardFault.UNKNOWN and any(
        row["signing"] == card.signing for row in live.state.value["operators"].values()
    ):
        fault = CardFault.REMOVED  # its key counted here once
    if holder and card.left == 0:
        return CardView(fault=CardFault.PIN_BLOCKED, claimed=card.operator, left=0)
    return CardView(holder, fault, {} if holder else facts, card.operator, card.left)
