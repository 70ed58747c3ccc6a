"""Incidents of personal data (信息安全事件): what may be asked, and what is shown (R94, R95)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.records import IncidentRecord

Names = Mapping[str, str]  # by language


@dataclass(frozen=True)
class OpenIncident:
    """It happened, or may have; ``kind`` of the rules."""

    kind: str


@dataclass(frozen=True)
class JoinIncident:
    """Whoever stands here is of the team."""

    incident: int


@dataclass(frozen=True)
class AssessIncident:
    """Which data, what cause, what harm, of the rules; ``persons`` as typed, "" where nobody knows."""

    incident: int
    data: str
    cause: str
    harm: str
    persons: str = ""


@dataclass(frozen=True)
class NoteMeasure:
    """Something was done, of the rules."""

    incident: int
    measure: str


@dataclass(frozen=True)
class NoteTold:
    """Somebody was informed: ``to`` of :class:`core.ledger.incidents.To`, ``how`` as a contact's."""

    incident: int
    to: str
    how: str


@dataclass(frozen=True)
class ReviewIncident:
    """It is over, and what was learnt, of the rules."""

    incident: int
    lesson: str


@dataclass(frozen=True)
class ReportIncident:
    """Its report to a file, as it stands."""

    incident: int


INCIDENTS = (
    OpenIncident, JoinIncident, AssessIncident, NoteMeasure, NoteTold, ReviewIncident, ReportIncident,
)  # fmt: skip
IncidentCommand = (
    OpenIncident | JoinIncident | AssessIncident | NoteMeasure | NoteTold | ReviewIncident | ReportIncident
)


@dataclass(frozen=True)
class IncidentView:
    """One incident.  ``step``: of ``step_of`` in core/ledger/incidents.py; ``state`` "open" or "overdue".

    ``due`` local time, ``left`` minutes until headquarters has to be told; ``told``: codes of whom;
    ``mine``: whoever stands here is of the team; ``review``: she may end it.
    """

    incident: int
    reference: str
    names: Names
    step: str
    state: str
    due: str
    left: int
    team: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    assessed: int = 0  # the newest assessment, 0 before the first
    mine: bool = False
    review: bool = False
    closed: bool = False


@dataclass(frozen=True)
class IncidentsView:
    """What is open, the oldest in front, and was reviewed today; and what may be chosen."""

    open: tuple[IncidentView, ...] = ()
    closed: tuple[IncidentView, ...] = ()
    kinds: Mapping[str, Names] = field(default_factory=dict)
    data: Mapping[str, Names] = field(default_factory=dict)
    causes: Mapping[str, Names] = field(default_factory=dict)
    harms: Mapping[str, Names] = field(default_factory=dict)
    measures: Mapping[str, Names] = field(default_factory=dict)
    lessons: Mapping[str, Names] = field(default_factory=dict)
    plan: tuple[Names, ...] = ()
    report: tuple[int, IncidentRecord | None] = (0, None)  # to be written to a file, and how manieth
