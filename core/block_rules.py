"""For how long a customer may be proposed for the block list, and when an appeal is answered: rule data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.ledger.blocks import MOST_DAYS
from core.strict import Node

Sourced = Callable[..., Mapping[str, Node]]
_MOST = 9  # each is chosen by its digit


@dataclass(frozen=True, slots=True)
class BlockRules:
    """``terms``: days to choose from, rising; ``appeal_days``: so soon an appeal is answered."""

    terms: tuple[int, ...]
    appeal_days: int


def read_block(node: Node, sourced: Sourced) -> BlockRules:
    """The member ``block_list``; ``sourced`` reads one value with its source.  Raises ConfigError."""
    part = node.members(("terms", "appeal_days"))
    terms = sourced(part["terms"], "value")["value"]
    days = [one.integer(1, MOST_DAYS) for one in terms.items()]
    if days != sorted(set(days)) or len(days) > _MOST:
        raise terms.wrong(f"at most {_MOST} terms that rise")
    return BlockRules(tuple(days), sourced(part["appeal_days"], "value")["value"].integer(1, 366))
