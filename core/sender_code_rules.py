"""How long a code of a registered sender may live, and for which documents: dated rule data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.identity.card import DocumentKind
from core.strict import Node

CODE_MINUTES_MAX = 24 * 60  # the state forgets a code of a registered sender after a day


@dataclass(frozen=True, slots=True)
class SenderCodeRules:
    """``kinds``: DocumentKind codes."""

    life_minutes: int
    kinds: tuple[str, ...]


def read_sender_codes(node: Node, sourced: Callable[..., Mapping[str, Node]]) -> SenderCodeRules:
    """The member ``sender_codes``; ``sourced`` reads one value with its source.  Raises ConfigError."""
    part = sourced(node, "life_minutes", "kinds")
    kinds = tuple(one.one_of(tuple(DocumentKind)) for one in part["kinds"].items(0))
    return SenderCodeRules(part["life_minutes"].integer(1, CODE_MINUTES_MAX), kinds)
