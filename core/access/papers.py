"""What an operator must have signed and learnt before she may log in, where the rule data ask for it.

The days are headquarters' word (its directive about her); for how long one counts, and how much longer she
may work after it ended, are dated rule data.  Sources: R85 (confidentiality agreement), R86 (training),
GB/T 22239-2019, 8.1.4.1 (what identifies somebody is changed regularly).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Paper(StrEnum):
    """Codes of directives and rule data."""

    CONFIDENTIALITY = "confidentiality"  # 保密协议: the day on which she signed
    TRAINING = "training"  # 培训: the day of the last one
    PASSWORD = "password"  # noqa: S105 - 密码: the day on which she made it, with the keys that it wraps


ENTERED = (
    Paper.CONFIDENTIALITY,
    Paper.TRAINING,
)  # by people; a password's day headquarters knows itself


class State(StrEnum):
    """How one stands on a day, the best first."""

    FINE = "fine"
    SOON = "soon"  # it ends within the days of warning
    GRACE = "grace"  # it has ended, and she may log in for some days more
    ENDED = "ended"
    MISSING = "missing"  # headquarters knows no day


@dataclass(frozen=True, slots=True)
class PaperRules:
    """Days for which each counts, 0 where it is not asked for; days of warning and of grace."""

    days: Mapping[str, int]
    warn_days: int
    grace_days: int


@dataclass(frozen=True, slots=True)
class Standing:
    """One paper on one day; ``last`` is the last day on which it counts, with grace where it has ended."""

    paper: Paper
    state: State
    last: dt.date | None = None


def standing(known: Mapping[str, dt.date], rules: PaperRules, today: dt.date) -> Standing | None:
    """The worst of those that are asked for; None where none is."""
    asked = [paper for paper in Paper if rules.days[paper]]
    if Paper.PASSWORD not in known:  # her keys are on a card
        asked = [paper for paper in asked if paper is not Paper.PASSWORD]
    all_of_them = [_one(paper, known.get(paper), rules, today) for paper in asked]
    return max(all_of_them, key=lambda one: list(State).index(one.state), default=None)


def _one(paper: Paper, since: dt.date | None, rules: PaperRules, today: dt.date) -> Standing:
    if since is None:
        return Standing(paper, State.MISSING)
    last = since + dt.timedelta(days=rules.days[paper])
    if today <= last:
        soon = last - today < dt.timedelta(days=rules.warn_days)
        return Standing(paper, State.SOON if soon else State.FINE, last)
    graced = last + dt.timedelta(days=rules.grace_days)
    return Standing(paper, State.GRACE, graced) if today <= graced else Standing(paper, State.ENDED, last)
