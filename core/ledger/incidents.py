"""Incidents of personal data (信息安全事件) in the chain: begun by anybody, met by a team, told, reviewed.

``IncidentOpened`` starts the plan and its clock; whoever is of the team says so herself (``IncidentJoined``).
``IncidentAssessed`` has what PIPL 57 asks in codes: which data, what cause, what harm; said again, the last
one counts.  ``IncidentMeasure`` is one thing that was done, ``IncidentTold`` somebody who was informed, and
``IncidentReviewed``, by a supervisor who did not open it, ends it.  Nobody whose data it is is named.
Sources: R94, R95; 个人信息保护法 57; docs/format.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from core.access.rights import Role
from core.ledger.entry import Entry, parse_stamp
from core.ledger.rows import need, put, row_of

MEMBER = "incidents"  # of the state: seq of IncidentOpened → how it stands; none where there never was one
OPENED, JOINED, ASSESSED = "IncidentOpened", "IncidentJoined", "IncidentAssessed"
MEASURED, TOLD, REVIEWED = "IncidentMeasure", "IncidentTold", "IncidentReviewed"
MOST = 50  # at one counter: the state is written with every commit
TEAM = 20
_WHAT = "incident"


class To(StrEnum):
    """Who was informed; codes go into the journal."""

    HEADQUARTERS = "headquarters"
    AUTHORITY = "authority"  # 履行个人信息保护职责的部门, 邮政管理部门
    POLICE = "police"
    PERSONS = "persons"  # whose data it is


def opened(value: dict[str, Any], entry: Entry) -> None:
    """``IncidentOpened``.  Raises EntryError STATE for one too many, a clock that is over."""
    data, rows, who = entry.data, value.get(MEMBER, {}), entry.header.actor.id
    need(_WHAT, entry, len(rows) < MOST and entry.header.trusted.at <= parse_stamp(data["tell_by"]))
    row = {"kind": data["kind"], "tell_by": data["tell_by"], "by": who, "team": [who]}
    fresh = {"assessed": 0, "measures": [], "told": {}, "reviewed": 0}
    value[MEMBER] = {**rows, str(entry.header.seq): {**row, **fresh}}


def joined(value: dict[str, Any], entry: Entry) -> None:
    """``IncidentJoined``: by herself, once.  Raises EntryError STATE."""
    name, row = _open(value, entry)
    who = entry.header.actor.id
    need(_WHAT, entry, who not in row["team"] and len(row["team"]) < TEAM)
    put(value, MEMBER, name, {**row, "team": [*row["team"], who]})


def assessed(value: dict[str, Any], entry: Entry) -> None:
    """``IncidentAssessed`` by one of the team.  Raises EntryError STATE."""
    name, row = _open(value, entry)
    need(_WHAT, entry, entry.header.actor.id in row["team"])
    put(value, MEMBER, name, {**row, "assessed": entry.header.seq})


def measured(value: dict[str, Any], entry: Entry) -> None:
    """``IncidentMeasure`` by one of the team, each once.  Raises EntryError STATE."""
    name, row = _open(value, entry)
    measure, sound = entry.data["measure"], entry.header.actor.id in row["team"]
    need(_WHAT, entry, sound and measure not in row["measures"] and len(row["measures"]) < TEAM)
    put(value, MEMBER, name, {**row, "measures": [*row["measures"], measure]})


def told(value: dict[str, Any], entry: Entry) -> None:
    """``IncidentTold`` by one of the team; the first time counts.  Raises EntryError STATE."""
    name, row = _open(value, entry)
    to, sound = entry.data["to"], entry.header.actor.id in row["team"]
    need(_WHAT, entry, sound and to in list(To))
    put(value, MEMBER, name, {**row, "told": {to: entry.header.seq, **row["told"]}})


def reviewed(value: dict[str, Any], entry: Entry) -> None:
    """``IncidentReviewed``: by a supervisor who did not open it, once headquarters was told and all is
    assessed.  Raises EntryError STATE.
    """
    name, row = _open(value, entry)
    who = entry.header.actor.id
    role = value["operators"].get(who, {}).get("role", "")
    need(_WHAT, entry, role == Role.SUPERVISOR and who != row["by"])
    need(_WHAT, entry, row["assessed"] and row["measures"] and To.HEADQUARTERS in row["told"])
    put(value, MEMBER, name, {**row, "reviewed": entry.header.seq})


STEPS = {
    (OPENED, 1): opened,
    (JOINED, 1): joined,
    (ASSESSED, 1): assessed,
    (MEASURED, 1): measured,
    (TOLD, 1): told,
    (REVIEWED, 1): reviewed,
}


def new_day(value: dict[str, Any]) -> None:
    """What is open stays however old it is."""
    if MEMBER in value:
        value[MEMBER] = {name: row for name, row in value[MEMBER].items() if not row["reviewed"]}


def open_of(value: Mapping[str, Any]) -> dict[int, Mapping[str, Any]]:
    """seq → row of what is not reviewed, the oldest in front."""
    return {int(name): row for name, row in value.get(MEMBER, {}).items() if not row["reviewed"]}


def step_of(row: Mapping[str, Any]) -> str:
    """What has to be done next: "tell" (headquarters, under the clock), "assess", "measure", "review"."""
    if To.HEADQUARTERS not in row["told"]:
        return "tell"
    if not row["assessed"]:
        return "assess"
    return "review" if row["measures"] else "measure"


def _open(value: Mapping[str, Any], entry: Entry) -> tuple[str, dict[str, Any]]:
    name, row = row_of(_WHAT, value, MEMBER, entry, entry.data["incident"])
    need(_WHAT, entry, not row["reviewed"])
    return name, row
