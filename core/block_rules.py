"""What a customer is warned for, how long she has to put it right, for how long she may be listed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from core.ledger.blocks import MOST_DAYS
from core.strict import Node

Sourced = Callable[..., Mapping[str, Node]]
_MOST = 9  # each is chosen by its digit


@dataclass(frozen=True, slots=True)
class BlockRules:
    """Rule data.  ``terms``: days to choose from, rising; ``appeal_days``: so soon an appeal is answered."""

    terms: tuple[int, ...]
    appeal_days: int
    correct_days: int  # to put right what she was warned for
    breaches: Mapping[str, Mapping[str, str]]  # what for: code → name by language


def read_block(node: Node, sourced: Sourced, languages: Sequence[str]) -> BlockRules:
    """The member ``block_list``; ``sourced`` reads one value with its source.  Raises ConfigError."""
    part = node.members(("terms", "appeal_days", "correct_days", "breaches"))
    terms = sourced(part["terms"], "value")["value"]
    days = [one.integer(1, MOST_DAYS) for one in terms.items()]
    if days != sorted(set(days)) or len(days) > _MOST:
        raise terms.wrong(f"at most {_MOST} terms that rise")
    listed = sourced(part["breaches"], "list")["list"]
    breaches: dict[str, Mapping[str, str]] = {}
    for row in listed.items():
        each = row.members(("code", *languages))
        code = each["code"].matching("[a-z][a-z0-9_]{0,23}", "code")
        if code in breaches or len(breaches) == _MOST:
            raise each["code"].wrong(f"once, and at most {_MOST}")
        breaches[code] = {language: each[language].text(40) for language in languages}
    appeal, correct = (
        sourced(part[name], "value")["value"].integer(1, 366) for name in ("appeal_days", "correct_days")
    )
    return BlockRules(tuple(days), appeal, correct, breaches)
