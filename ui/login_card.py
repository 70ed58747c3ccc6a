"""The operator's card at the log-in: whose it is, and what is asked because of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ui.text import Texts

if TYPE_CHECKING:
    from core.card_view import CardView

_FULL = 3  # tries of a PIN that are not worth a word
_EMPTY = "card.empty"
_SIGNS = {"good": "✓", "warn": "▲", "bad": "■"}


def belongs(card: CardView | None, operator: str) -> bool:
    """Whether the card in the reader opens this counter for ``operator``: her PIN is asked, no password."""
    return card is not None and bool(card.operator) and card.operator == operator


def becomes(card: CardView | None, operator: str) -> bool:
    """Whether an activation makes her keys on the card in the reader: an empty one, or one that names her."""
    return card is not None and (card.fault == _EMPTY or (bool(operator) and card.claimed == operator))


def said(texts: Texts, card: CardView | None, *, activating: bool, operator: str) -> tuple[str, str]:
    """(tone, line) about the card in the reader; ("", "") without one."""
    if card is None:
        return "", ""
    if activating and becomes(card, operator):
        tone, line = "good", texts("login.card_new")
    elif card.fault == _EMPTY:
        tone, line = "warn", texts.sentence(card.fault, card.facts)
    elif card.fault:
        tone, line = "bad", texts.sentence(card.fault, card.facts)
    elif card.left is not None and card.left < _FULL:
        tone, line = "warn", texts("login.card_left", operator=card.operator, left=card.left)
    else:
        tone, line = "good", texts("login.card", operator=card.operator)
    return tone, f"{_SIGNS[tone]} {line}"
