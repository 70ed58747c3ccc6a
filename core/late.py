"""What a supervisor sees of entries beside this counter's chain, and what she may say of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class LateView:
    """A run of entries beside this counter's chain that waits for a supervisor.

    ``cause``: "late" (of a machine that was replaced) or "fork"; times are aware UTC.
    """

    branch: str
    cause: str
    epoch: int
    entries: int
    accepted: int
    refused: int
    began: dt.datetime
    ended: dt.datetime


@dataclass(frozen=True)
class AdoptLate:
    """A supervisor takes entries beside the chain in; ``branch`` as the view names it."""

    branch: str


@dataclass(frozen=True)
class DeclineLate:
    """She declines them; ``reason`` of core.ledger.branches.REASONS."""

    branch: str
    reason: str


LateCommand = AdoptLate | DeclineLate
