"""What a customer is warned for, how long she has to put it right, for how long she may be listed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from core.access.second import SecondRules
from core.ledger.blocks import MOST_DAYS
from core.named import MOST, Names, named
from core.strict import Node

Sourced = Callable[..., Mapping[str, Node]]


@dataclass(frozen=True, slots=True)
class BlockRules:
    """Rule data.  ``terms``: days to choose from, rising; ``appeal_days``: so soon an appeal is answered."""

    terms: tuple[int, ...]
    appeal_days: int
    correct_days: int  # to put right what she was warned for
    breaches: Mapping[str, Names]  # what for


def read_block(node: Node, sourced: Sourced, languages: Sequence[str], proposing: SecondRules) -> BlockRules:
    """The member ``block_list``; ``sourced`` reads one value with its source.  Raises ConfigError, also
    where so many reasons of ``proposing`` stand that the warning, which is asked after them, has no digit.
    """
    if len(proposing.reasons) >= MOST:
        raise node.wrong(f"with at most {MOST - 1} reasons in second.propose_block")
    part = node.members(("terms", "appeal_days", "correct_days", "breaches"))
    terms = sourced(part["terms"], "value")["value"]
    days = [one.integer(1, MOST_DAYS) for one in terms.items()]
    if days != sorted(set(days)) or len(days) > MOST:
        raise terms.wrong(f"at most {MOST} terms that rise")
    breaches = named(sourced(part["breaches"], "list")["list"], languages, least=0)
    appeal, correct = (
        sourced(part[name], "value")["value"].integer(1, 366) for name in ("appeal_days", "correct_days")
    )
    return BlockRules(tuple(days), appeal, correct, breaches)
