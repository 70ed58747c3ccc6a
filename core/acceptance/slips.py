"""What a person without an acceptable document takes home: no offence, only a list of what would do."""

from __future__ import annotations

import datetime as dt

from core.devices import NoPaperSlip
from core.rule_data import Rules


def no_paper_slip(rules: Rules, branch: str, day: dt.date) -> NoPaperSlip:
    """The slip of today's rules; it names nobody."""
    return NoPaperSlip(branch, day.isoformat(), tuple(rules.documents), rules.version)
