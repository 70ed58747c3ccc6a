"""Section 5 of docs/format.md, for the independent checker: incidents of personal data."""

from __future__ import annotations

from typing import Any

from tests.peers.canonical import check_time
from tests.peers.numbers import need

MEMBERS = {
    "IncidentOpened": {"kind", "tell_by"},
    "IncidentJoined": {"incident"},
    "IncidentAssessed": {"incident", "data", "cause", "harm", "persons"},
    "IncidentMeasure": {"incident", "measure"},
    "IncidentTold": {"incident", "to", "how"},
    "IncidentReviewed": {"incident", "lesson"},
}
TOLD = ("headquarters", "authority", "police", "persons")
AT_MOST, IN_A_TEAM = 50, 20


class Incidents:
    """What is open at one counter, or was reviewed today."""

    def __init__(self) -> None:
        self._rows: dict[int, dict[str, Any]] = {}

    def follow(self, body: dict[str, Any], operators: dict[str, Any]) -> dict[str, int]:
        """One entry of version 1; what it did, counted by name."""
        kind, data, who = body["kind"], body["data"], body["actor"].get("id", "")
        if kind == "DayOpened":
            self._rows = {seq: row for seq, row in self._rows.items() if not row["over"]}
        if kind not in MEMBERS:
            return {}
        need(set(data) == MEMBERS[kind], f"members of {kind}")
        if kind == "IncidentOpened":
            check_time(data["tell_by"])
            need(len(self._rows) < AT_MOST, "an incident too many")
            need(body["trusted"]["at"] <= data["tell_by"], "a clock that is over before it begins")
            self._rows[body["seq"]] = {
                "by": who, "team": {who}, "told": set(), "assessed": False, "measures": set(), "over": False,
            }  # fmt: skip
            return {"incidents": 1}
        row = self._rows.get(data["incident"])
        need(row is not None and not row["over"], "no such incident")
        assert row is not None
        if kind == "IncidentJoined":
            need(who not in row["team"] and len(row["team"]) < IN_A_TEAM, "joins twice, or too many")
            row["team"].add(who)
            return {}
        if kind == "IncidentReviewed":
            need(operators.get(who, {}).get("role") == "supervisor", "reviewed by no supervisor")
            need(who != row["by"], "reviewed by whoever opened it")
            need(row["assessed"] and row["measures"] and "headquarters" in row["told"], "reviewed too early")
            row["over"] = True
            return {}
        need(who in row["team"], "by nobody of the team")
        if kind == "IncidentAssessed":
            row["assessed"] = True
        elif kind == "IncidentMeasure":
            room = len(row["measures"]) < IN_A_TEAM
            need(data["measure"] not in row["measures"] and room, "a measure twice, or too many")
            row["measures"].add(data["measure"])
        else:
            need(data["to"] in TOLD, "told nobody")
            row["told"].add(data["to"])
        return {}
