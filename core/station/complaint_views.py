"""Complaints as whoever stands at the counter sees them, and the complainant's paper: codes and times."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from core.access.rights import Action, Role
from core.complaints import ComplaintForm, ComplaintsView, ComplaintView
from core.devices import ComplaintRecord
from core.ledger import cases
from core.ledger import complaints as ledger
from core.ledger.clock import minute
from core.ledger.entry import parse_stamp
from core.station.live import Live

_LANGUAGE = "zh"  # the paper is the complainant's, whatever the clerk's screen speaks


def shown(live: Live, form: ComplaintForm | None) -> ComplaintsView:
    """For whoever stands here: codes, numbers and times."""
    if live.session is None:
        return ComplaintsView()
    rules, rows = live.rules.complaints, live.state.value.get(ledger.MEMBER, {})
    done = sorted((int(name) for name, row in rows.items() if row["answered"]), reverse=True)
    return ComplaintsView(
        open=tuple(_view(live, seq, row) for seq, row in ledger.open_of(live.state.value).items()),
        answered=tuple(_view(live, seq, rows[str(seq)]) for seq in done),
        form=form,
        reasons=rules.reasons,
        objections=rules.objections,
        staff=tuple(each for each in staff_of(live) if each != live.session.operator),
        purposes=live.rules.second[Action.UNMASK].reasons,
        seconds=live.rules.cases.seconds,
        hours=rules.contact_hours,
        days=rules.close_days,
    )


def record(live: Live, seq: int, operator: str) -> ComplaintRecord:
    """Her paper as the complaint stands: codes by their words, and the answer in the words of then."""
    row, settings = live.state.value[ledger.MEMBER][str(seq)], live.settings
    text, cents = None, 0
    if row["answered"]:
        entry = next(iter(live.need_journal().entries(row["answered"], row["answered"])))
        answers, cents = live.rulebook.edition(entry.header.rules).complaints.answers, entry.data["cents"]
        text = next((one for one in answers if one.code == entry.data["text"]), None)
    return ComplaintRecord(
        reference=reference(live, seq),
        branch=settings.branch,
        operator=operator,
        owner=row["owner"],
        at=minute(live.now().at),
        state="answered" if row["answered"] else "reopened" if row["reopened"] else "opened",
        cls=row["class"],
        reason=names_of(live, row["class"], row["reason"])[_LANGUAGE],
        number=number_of(live, row["item"]),
        contact_by=minute(parse_stamp(row["contact_by"])),
        close_by=minute(parse_stamp(row["close_by"])),
        measure=text.names[_LANGUAGE] if text is not None else "",
        text=text.texts[_LANGUAGE] if text is not None else "",
        cents=cents,
        until=row["until"],
    )


def reference(live: Live, seq: int) -> str:
    """What the complainant's paper says, and what everybody calls it by."""
    return f"{live.settings.terminal} {seq}"


def remind(live: Live) -> None:
    """Whoever logs in hears of what was handed on to her, of what is due soon, and of what is overdue."""
    states = [state_of(live, row) for row in ledger.open_of(live.state.value).values()]
    late, soon = states.count("overdue"), states.count("soon")
    who = live.session.operator if live.session is not None else ""
    handed = sum(row["to"] == who for row in ledger.open_of(live.state.value).values())
    if late:
        live.say("msg.complaints_overdue", "error", count=late)
    elif soon:
        live.say("msg.complaints_soon", "warning", count=soon)
    elif handed:
        live.say("msg.complaints_handed", "warning", count=handed)


def state_of(live: Live, row: Mapping[str, Any]) -> str:
    """ "open", "soon" within the hours of warning, "overdue" after the clock that runs now."""
    left = parse_stamp(ledger.due_of(row)) - live.now().at
    if left < dt.timedelta(0):
        return "overdue"
    return "soon" if left <= dt.timedelta(hours=live.rules.complaints.warn_hours) else "open"


def _view(live: Live, seq: int, row: Mapping[str, Any]) -> ComplaintView:
    due = parse_stamp(ledger.due_of(row))
    answered = bool(row["answered"])
    return ComplaintView(
        complaint=seq,
        reference=reference(live, seq),
        cls=row["class"],
        reason=row["reason"],
        names=names_of(live, row["class"], row["reason"]),
        party=row["party"],
        ours=row["ours"],
        owner=row["owner"],
        step="answered" if answered else "answer" if row["contacted"] else "contact",
        state="answered" if answered else state_of(live, row),
        due=minute(due),
        left=int((due - live.now().at).total_seconds() // 60),
        to=row["to"],
        handed=live.session is not None and row["to"] == live.session.operator,
        item=row["item"],
        number=number_of(live, row["item"]),
        reach=_reach(live, row),
        again=row["reopened"],
        until=row["until"],
        mine=is_mine(live, row),
        answers=live.rules.complaints.answers_to(row["class"]),
    )


def _reach(live: Live, row: Mapping[str, Any]) -> str:
    known = live.state.value.get(cases.MEMBER, {}).get(row["case"])
    if known is None:
        return "none"
    who = live.session.operator if live.session is not None else ""
    about = (Action.UNMASK.value, known["opened"], who)
    mine = [
        each["given"]
        for each in live.state.value["requests"].values()
        if (each["action"], each["subject"], each["by"]) == about
    ]
    return "approved" if any(mine) else "asked" if mine else "kept"


def is_mine(live: Live, row: Mapping[str, Any]) -> bool:
    session = live.session
    return session is not None and (session.operator == row["owner"] or session.role == Role.SUPERVISOR)


def staff_of(live: Live) -> tuple[str, ...]:
    """Who was accepted here and works at counters, by number; nobody who has left by headquarters' word."""
    works, told = (Role.CLERK, Role.SUPERVISOR), live.staff
    operators = live.state.value["operators"].items()
    here = (who for who, row in operators if row["role"] in works)
    return tuple(sorted(who for who in here if who not in told or told[who].role in works))


def names_of(live: Live, cls: str, code: str) -> Mapping[str, str]:
    """Of a reason; its code where the edition in force has it no longer."""
    for one in live.rules.complaints.reasons:
        if (one.cls, one.code) == (cls, code):
            return one.names
    return {"zh": code, "en": code}


def number_of(live: Live, item: int) -> str:
    row = live.item(item) if item else None
    return row.short_number if row is not None else ""
