"""Incidents of personal data at the station: begun by one key, told, assessed, measured, reviewed (R94, R95).

The entries reach headquarters as all do, and the first raises an alarm there; without the network people
call, which is what the plan says first.  Codes and counts alone are written: nobody whose data it is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from core.access.rights import Action, Role
from core.errors import RuleError, RuleFault
from core.incidents import (
    AssessIncident,
    IncidentCommand,
    IncidentsView,
    IncidentView,
    JoinIncident,
    NoteMeasure,
    NoteTold,
    OpenIncident,
    ReportIncident,
    ReviewIncident,
)
from core.ledger import incidents as ledger
from core.ledger.clock import minute
from core.ledger.complaints import How
from core.ledger.entry import Entry, parse_stamp, stamp
from core.ledger.incidents import To
from core.ledger.writer import Proposal
from core.records import IncidentRecord
from core.station.days import day_proposals
from core.station.live import Live, new_id

_LANGUAGE = "zh"  # the report is an authority's, whatever the clerk's screen speaks
_MOST_PERSONS = 10_000_000


def handle(live: Live, command: IncidentCommand) -> None:
    """Raises RuleError as each says; StoreError as a commit does: then nothing has happened."""
    live.need_session()
    rules = live.rules.incidents
    match command:
        case OpenIncident():
            _open(live, command.kind)
        case JoinIncident():
            row = _need(live, command.incident)
            if live.need_session().operator in row["team"]:
                raise RuleError(RuleFault.NOT_ALLOWED)
            _say(live, ledger.JOINED, command.incident, {}, "msg.incident_joined")
        case AssessIncident():
            _assess(live, command)
        case NoteMeasure():
            row = _need_team(live, command.incident)
            if command.measure not in rules.measures or command.measure in row["measures"]:
                raise RuleError(RuleFault.NOT_ALLOWED)
            data = {"measure": command.measure}
            _say(live, ledger.MEASURED, command.incident, data, "msg.incident_noted")
        case NoteTold():
            _need_team(live, command.incident)
            if command.to not in list(To) or command.how not in list(How):
                raise RuleError(RuleFault.NOT_ALLOWED)
            data = {"to": command.to, "how": command.how}
            _say(live, ledger.TOLD, command.incident, data, "msg.incident_noted")
        case ReviewIncident():
            _review(live, command)
        case ReportIncident():
            if str(command.incident) not in live.state.value.get(ledger.MEMBER, {}):
                raise RuleError(RuleFault.INCIDENT_GONE)
            live.incident = (live.incident[0] + 1, record(live, command.incident))


def _open(live: Live, kind: str) -> None:
    """``IncidentOpened``.  Raises RuleError NOT_ALLOWED, INCIDENTS_FULL."""
    rules = live.rules.incidents
    if kind not in rules.kinds:
        raise RuleError(RuleFault.NOT_ALLOWED)
    if len(live.state.value.get(ledger.MEMBER, {})) >= ledger.MOST:
        raise RuleError(RuleFault.INCIDENTS_FULL, most=ledger.MOST)
    until = live.now().at + dt.timedelta(minutes=rules.tell_minutes)
    data = {"kind": kind, "tell_by": stamp(until)}
    said = Proposal(ledger.OPENED, data, new_id(), by_person=True)
    seq = live.commit([*day_proposals(live), said])[-1].header.seq
    live.probe("incident.recorded")
    live.say("msg.incident_opened", "error", reference=reference(live, seq), when=minute(until)[5:])


def _assess(live: Live, command: AssessIncident) -> None:
    """``IncidentAssessed``.  Raises RuleError INCIDENT_GONE, INCIDENT_TEAM, NOT_ALLOWED, INCIDENT_PERSONS."""
    _need_team(live, command.incident)
    rules, typed = live.rules.incidents, command.persons.strip()
    chosen = ((command.data, rules.data), (command.cause, rules.causes), (command.harm, rules.harms))
    if any(code not in names for code, names in chosen):
        raise RuleError(RuleFault.NOT_ALLOWED)
    if typed and not (typed.isascii() and typed.isdigit() and len(typed) < 9):
        raise RuleError(RuleFault.INCIDENT_PERSONS)
    persons = int(typed or 0)
    if persons > _MOST_PERSONS:
        raise RuleError(RuleFault.INCIDENT_PERSONS)
    data = {"data": command.data, "cause": command.cause, "harm": command.harm, "persons": persons}
    _say(live, ledger.ASSESSED, command.incident, data, "msg.incident_noted")


def _review(live: Live, command: ReviewIncident) -> None:
    """``IncidentReviewed``.  Raises RuleError INCIDENT_GONE, ROLE, APPROVER_SELF, INCIDENT_EARLY."""
    row, session = _need(live, command.incident), live.need_session()
    if command.lesson not in live.rules.incidents.lessons:
        raise RuleError(RuleFault.NOT_ALLOWED)
    if session.role != Role.SUPERVISOR:
        raise RuleError(RuleFault.ROLE, action=f"right.{Action.INCIDENT}", who="fact.who.supervisor")
    if session.operator == row["by"]:
        raise RuleError(RuleFault.APPROVER_SELF)
    if ledger.step_of(row) != "review":
        raise RuleError(RuleFault.INCIDENT_EARLY)
    _say(live, ledger.REVIEWED, command.incident, {"lesson": command.lesson}, "msg.incident_reviewed")


def _say(live: Live, kind: str, incident: int, data: Mapping[str, Any], code: str) -> None:
    said = Proposal(kind, {"incident": incident, **data}, new_id(), by_person=True)
    live.commit([*day_proposals(live), said])
    live.probe("incident.recorded")
    live.say(code, "good", reference=reference(live, incident))


def remind(live: Live) -> None:
    """Whoever logs in hears that one is open."""
    if count := len(ledger.open_of(live.state.value)):
        live.say("msg.incidents_open", "error", count=count)


def reference(live: Live, seq: int) -> str:
    """What everybody calls it by."""
    return f"{live.settings.terminal} {seq}"


# -- what is shown and filed -------------------------------------------------------------------------------


def shown(live: Live) -> IncidentsView:
    """For whoever stands here: codes, staff numbers and times."""
    if live.session is None:
        return IncidentsView()
    rules, rows = live.rules.incidents, live.state.value.get(ledger.MEMBER, {})
    views = {int(name): _view(live, int(name), row) for name, row in rows.items()}
    return IncidentsView(
        open=tuple(each for each in views.values() if not each.closed),
        closed=tuple(each for each in views.values() if each.closed),
        kinds=rules.kinds,
        data=rules.data,
        causes=rules.causes,
        harms=rules.harms,
        measures=rules.measures,
        lessons=rules.lessons,
        plan=rules.plan,
        report=live.incident,
    )


def _view(live: Live, seq: int, row: Mapping[str, Any]) -> IncidentView:
    session, due = live.need_session(), parse_stamp(row["tell_by"])
    left = int((due - live.now().at).total_seconds() // 60)
    step = ledger.step_of(row)
    return IncidentView(
        incident=seq,
        reference=reference(live, seq),
        names=live.rules.incidents.kinds.get(row["kind"], {"zh": row["kind"], "en": row["kind"]}),
        step=step,
        state="overdue" if step == "tell" and left < 0 else "open",
        due=minute(due),
        left=left,
        team=tuple(row["team"]),
        told=tuple(sorted(row["told"])),
        measures=tuple(row["measures"]),
        assessed=row["assessed"],
        mine=session.operator in row["team"],
        review=step == "review" and session.role == Role.SUPERVISOR and session.operator != row["by"],
        closed=bool(row["reviewed"]),
    )


def record(live: Live, seq: int) -> IncidentRecord:
    """Its report as it stands: every code in its words, who and when."""
    return IncidentRecord(reference(live, seq), tuple(_lines(live, seq)))


def _lines(live: Live, seq: int) -> Iterator[tuple[str, str]]:
    row, rules = live.state.value[ledger.MEMBER][str(seq)], live.rules.incidents

    def word(names: Mapping[str, Mapping[str, str]], code: str) -> str:
        return names.get(code, {}).get(_LANGUAGE, code)

    opened = _entry(live, seq)
    yield "reference", reference(live, seq)
    yield "kind", word(rules.kinds, row["kind"])
    yield "opened", f"{minute(opened.header.trusted.at)}  {row['by']}"
    yield "team", "、".join(row["team"])
    if row["assessed"]:
        what = _entry(live, row["assessed"]).data
        yield "data", word(rules.data, what["data"])
        yield "cause", word(rules.causes, what["cause"])
        yield "harm", word(rules.harms, what["harm"])
        if what["persons"]:
            yield "persons", str(what["persons"])
    if row["measures"]:
        yield "measures", "；".join(word(rules.measures, code) for code in row["measures"])
    if row["assessed"]:
        yield "advice", word(rules.advice, _entry(live, row["assessed"]).data["harm"])
    yield "contact", rules.contact[_LANGUAGE]
    for to in To:
        if to in row["told"]:
            yield f"told_{to.value}", minute(_entry(live, row["told"][to]).header.trusted.at)
    if row["reviewed"]:
        end = _entry(live, row["reviewed"])
        lesson = word(rules.lessons, end.data["lesson"])
        yield "review", f"{minute(end.header.trusted.at)}  {end.header.actor.id}  {lesson}"
    yield "branch", live.settings.branch
    yield "at", f"{minute(live.now().at)}  {live.need_session().operator}"


def _entry(live: Live, seq: int) -> Entry:
    return next(iter(live.need_journal().entries(seq, seq)))


def _need(live: Live, incident: int) -> dict[str, Any]:
    """Raises RuleError INCIDENT_GONE."""
    row: dict[str, Any] | None = live.state.value.get(ledger.MEMBER, {}).get(str(incident))
    if row is None or row["reviewed"]:
        raise RuleError(RuleFault.INCIDENT_GONE)
    return row


def _need_team(live: Live, incident: int) -> dict[str, Any]:
    """Raises RuleError INCIDENT_GONE, INCIDENT_TEAM."""
    row = _need(live, incident)
    if live.need_session().operator not in row["team"]:
        raise RuleError(RuleFault.INCIDENT_TEAM)
    return row
