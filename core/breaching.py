"""What may be asked about a customer who is warned, and what is shown of it (R41, R42)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class WarnSender:
    """The sender of that item is warned for ``breach`` of the rules, and shall put it right."""

    item: int
    breach: str


@dataclass(frozen=True)
class SettleWarning:
    """It was put right, or is taken back; ``outcome`` of :class:`core.ledger.breaches.Settled`."""

    warning: int
    outcome: str


@dataclass(frozen=True)
class PrintWarning:
    """The written warning once more."""

    warning: int


WARNING = (WarnSender, SettleWarning, PrintWarning)
WarningCommand = WarnSender | SettleWarning | PrintWarning


@dataclass(frozen=True)
class WarningMark:
    """An open warning of an item that was found; ``due`` an ISO date, ``over``: that day has passed."""

    warning: int
    item: int
    breach: Mapping[str, str]  # by language
    due: str
    over: bool
