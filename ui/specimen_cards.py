"""Invented views of the way in: cards, newcomers, papers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from core.card_view import CardView
from core.errors import CardFault, Fact, RuleFault
from core.view import CounterView, Message, Screen

_HERS = CardView("OP10002", claimed="OP10002", left=3)


def entry_views(login: CounterView, base: CounterView) -> Mapping[str, CounterView]:
    """On top of the log-in and of a counter that is in use."""

    def said(code: str, level: str = "error", **facts: Fact) -> Message:
        return Message(code, facts, level, 1)

    locked = replace(base, screen=Screen.LOCKED, visit=None, message=said("msg.locked_card", "info"))
    wrong = said(CardFault.PIN_WRONG, left=2)
    return {
        "login-paper": replace(login, message=said("rule.paper_missing", paper="training")),
        "login-newcomer": replace(login, message=said(RuleFault.KEY_NEW, operator="OP10002")),
        "login-card": replace(login, card=_HERS),
        "login-card-pin": replace(login, card=replace(_HERS, left=2), message=wrong),
        "login-card-old": replace(
            login,
            card=CardView(fault=CardFault.REPLACED, facts={"operator": "OP10002"}, claimed="OP10002", left=3),
        ),
        "login-card-newcomer": replace(
            login, card=_HERS, message=said(RuleFault.KEY_NEW, operator="OP10002")
        ),
        "login-card-empty": replace(login, card=CardView(fault=CardFault.EMPTY, left=3)),
        "locked-card-out": locked,
        "locked-card-in": replace(locked, card=_HERS, message=None),
    }
