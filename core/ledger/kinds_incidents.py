"""The kinds of entry of an incident of personal data (core/ledger/incidents.py)."""

from __future__ import annotations

from core.ledger.forms import CODE, COUNT, TIME, Kind

KINDS: tuple[Kind, ...] = (
    Kind("IncidentOpened", 1, {"kind": CODE, "tell_by": TIME}, True),
    Kind("IncidentJoined", 1, {"incident": COUNT}, True),
    Kind(
        "IncidentAssessed",
        1,
        {"incident": COUNT, "data": CODE, "cause": CODE, "harm": CODE, "persons": COUNT},
        True,
    ),
    Kind("IncidentMeasure", 1, {"incident": COUNT, "measure": CODE}, True),
    Kind("IncidentTold", 1, {"incident": COUNT, "to": CODE, "how": CODE}, True),
    Kind("IncidentReviewed", 1, {"incident": COUNT, "lesson": CODE}, True),
)
