"""What is seen of look-ups and of customers' data, and the commands about it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LooksView:
    """What a supervisor is told of one operator's look-ups; ``what`` of :class:`core.ledger.looks.Many`."""

    operator: str
    what: str
    count: int
