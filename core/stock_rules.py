"""Whether a branch follows its stock and dispatches in bags by this program, and where bags go (rule data).

A branch that seals its bags by other means must not be told of hundreds of items that still lie there: so
``follows`` is false as delivered, and nothing of it is offered or counted then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.named import Names, named
from core.strict import Node

Sourced = Callable[..., Mapping[str, Node]]
_CODE = "[a-z][a-z0-9_]{0,39}"


@dataclass(frozen=True, slots=True)
class StockRules:
    """``destinations``: where a bag may go, code → name by language."""

    follows: bool
    destinations: Mapping[str, Names]


def read_stock(node: Node, sourced: Sourced, languages: tuple[str, ...]) -> StockRules:
    """The member ``stock``; ``sourced`` reads one value with its source.  Raises ConfigError."""
    part = node.members(("follows", "destinations"))
    listed = sourced(part["destinations"], "list")["list"]
    found = named(listed, languages, code=_CODE, least=0)
    return StockRules(sourced(part["follows"], "value")["value"].flag(), found)
