"""What an entry tells headquarters that somebody should look at: a configuration or a gate log that was
changed, an incident of personal data, refused acts, what a person asked and nobody answered in time, a clock
that was turned back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.errors import Fact, StoreFault
from core.ledger import configured, gate_log, incidents, persons
from core.ledger.clock import BACK, turned_back
from core.ledger.entry import Entry

REFUSED_KIND, REFUSED = "ActsRefused", "acts.refused"
INCIDENT = "incident.opened"  # of personal data: somebody at headquarters is called, or calls
OVERDUE = "persons.overdue"  # a person's request is past the day by which it had to be answered
# Where each session begins and ends: a clock that was turned back is told there, and not with each entry.
_AROUND = ("OperatorLoggedIn", "OperatorLocked", "OperatorLoggedOut")
_SLIPS = 3  # fewer mistyped passwords are nothing to tell


def told_of(state: Mapping[str, Any], entry: Entry) -> tuple[str, dict[str, Fact]] | None:
    """The alarm and its facts, given the state before ``entry``; None where there is nothing to tell."""
    kind, data = (entry.header.kind, entry.header.kind_version), entry.data
    if kind == (configured.KIND, 1):
        parts = configured.changed(state, data)
        return (configured.CHANGED, {"parts": ",".join(parts)}) if parts else None
    if kind == (gate_log.KIND, 1):
        return (gate_log.ALARM, {"found": data["found"]}) if data["found"] != gate_log.WHOLE else None
    if kind[0] in _AROUND:
        minutes = turned_back(entry.header.wall, entry.header.trusted)
        return (BACK, {"minutes": minutes}) if minutes else None
    if kind == (incidents.OPENED, 1):
        return INCIDENT, {"kind": data["kind"], "tell_by": data["tell_by"]}
    if kind == ("DayOpened", 1):
        return _overdue(state, str(data["date"]))
    if kind == (REFUSED_KIND, 1):
        slip = data["cause"] == StoreFault.WRONG_KEY and data["count"] < _SLIPS
        facts: dict[str, Fact] = {name: data[name] for name in ("operator", "action", "cause", "count")}
        return None if slip else (REFUSED, facts)
    return None


def _overdue(state: Mapping[str, Any], date: str) -> tuple[str, dict[str, Fact]] | None:
    """What was not overdue on the business day before, and is on this one: each is told once."""
    rows = persons.open_of(state).values()
    late = [row for row in rows if str(state["date"]) <= row["due"] < date]
    return (OVERDUE, {"count": len(late), "asked": min(row["asked"] for row in late)}) if late else None
