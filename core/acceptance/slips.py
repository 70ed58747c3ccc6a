"""What a person without an acceptable document takes home: no offence, only a list of what would do."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from core.rule_data import Rules


@dataclass(frozen=True, slots=True)
class NoPaperSlip:
    """The content of the slip.  ``documents`` are DocumentKind codes in the order of the rule data."""

    branch: str
    day: str  # ISO date
    documents: tuple[str, ...]
    rules: str  # the edition that says so


def no_paper_slip(rules: Rules, branch: str, day: dt.date) -> NoPaperSlip:
    """The slip of today's rules; it names nobody."""
    return NoPaperSlip(branch, day.isoformat(), tuple(rules.documents), rules.version)
