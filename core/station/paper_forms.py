"""Numbered paper forms at the station: handed out, one entered late by two, one void, and what is still out.

The clerk types what the form says into an acceptance as any other; ``F9`` then puts it before a second
person, who compares form and screen.  Her word counts for exactly what stood there: what is changed after it
is put before her anew.  Only who stands here can compare, so headquarters never signs for it.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from core import wire
from core.acceptance import record
from core.acceptance.gates import Missing
from core.acceptance.paper_note import PaperNote, read_number, read_typed
from core.acceptance.paper_note import shown as shown_number
from core.acceptance.visit import Visit, need_open_item
from core.access.rights import Action
from core.errors import RuleError, RuleFault
from core.ledger import paper_forms as ledger
from core.ledger import ranges
from core.ledger import requests as asked_for
from core.ledger.clock import business_date, short_minute
from core.ledger.entry import NONCE_BYTES, parse_stamp, stamp
from core.ledger.rows import request_about
from core.ledger.state import State
from core.ledger.writer import Proposal
from core.paper_forms import (
    AskVoidForm,
    DrawForms,
    HandOutForms,
    LeaveForm,
    NoteForm,
    PaperFormsView,
    VoidForm,
)
from core.station import paper_pictures, requests, typed
from core.station.days import day_proposals
from core.station.live import Live, new_id
from core.view import VisitView

_MINUTE = dt.timedelta(minutes=1)


def handle(live: Live, command: HandOutForms | DrawForms | AskVoidForm | VoidForm) -> None:
    """Raises RuleError PAPER_OFF, PAPER_MOST, PAPER_NUMBER, PAPER_ELSEWHERE, PAPER_GONE.

    And as :mod:`core.station.requests` does; StoreError as a commit does.
    """
    live.need_session()
    match command:
        case HandOutForms():
            _hand_out(live, command.count)
        case DrawForms():
            live.drawn = (live.drawn[0] + 1, tuple(ledger.out(live.state.value)))
        case AskVoidForm():
            form = read_number(command.text, live.settings.terminal)
            _need_out(live, form)
            requests.ask(live, Action.PAPER_VOID, form, command.reason)
            live.say("msg.request_asked", "good", action=f"right.{Action.PAPER_VOID}")
        case VoidForm():
            void(live, command.form)


def _hand_out(live: Live, count: int) -> None:
    most, standing = live.rules.paper_forms.most_out, ranges.size(ledger.out(live.state.value))
    if not most:
        raise RuleError(RuleFault.PAPER_OFF)
    if not 0 < count <= ledger.MOST_AT_ONCE or standing + count > most:
        raise RuleError(RuleFault.PAPER_MOST, most=most, count=standing)
    first = ledger.next_number(live.state.value)
    data = {"first": first, "last": first + count - 1}
    live.commit([*day_proposals(live), Proposal(ledger.HANDED_OUT, data, new_id(), by_person=True)])
    live.probe("forms.handed_out")
    live.drawn = (live.drawn[0] + 1, ((first, first + count - 1),))
    named = {"first": shown_number(first), "last": shown_number(first + count - 1)}
    live.say("msg.paper_handed", "good", count=count, **named)


def void(live: Live, form: int) -> None:
    """``PaperFormVoided``, on the request that was approved.  Raises PAPER_GONE, APPROVAL_NEEDED."""
    _need_out(live, form)
    asked = requests.need(live, Action.PAPER_VOID, form)
    reason = next(row["reason"] for row in live.state.value["requests"].values() if row["asked"] == asked)
    data = {"form": form, "reason": reason, "asked": asked}
    live.commit([*day_proposals(live), Proposal(ledger.VOIDED, data, new_id(), by_person=True)])
    live.probe("request.used")
    live.say("msg.paper_voided", "good", number=shown_number(form))


# -- the acceptance on the screen ------------------------------------------------------------------------


def note(live: Live, visit: Visit, command: NoteForm | LeaveForm) -> Visit:
    """The item on the screen is a form's, or is not.  Raises as :func:`need_fit` and ``read_typed`` do."""
    need_open_item(visit)
    found = None
    if isinstance(command, NoteForm):
        if command.cause not in [each.code for each in requests.rules_of(live, Action.PAPER_ENTRY).reasons]:
            raise RuleError(RuleFault.APPROVAL_REASON)
        form, at = read_typed(command.text, live.settings.terminal, live.now().at)
        handed = parse_stamp(_need_out(live, form))
        at = handed if at < handed < at + _MINUTE else at  # a paper has no seconds
        found = PaperNote(form, at, command.cause, secrets.token_bytes(NONCE_BYTES))
        need_fit(live, visit, found)
        live.say("msg.paper_noted", "info", number=shown_number(form), when=short_minute(at))
    return replace(visit, item=replace(visit.item, paper=found), revision=visit.revision + 1)


def need_fit(live: Live, visit: Visit, said: PaperNote) -> None:
    """Raises RuleError PAPER_GONE, PAPER_EARLY, PAPER_FUTURE, PAPER_LATE, PAPER_LONG, PAPER_STANDS."""
    rules, now, number = live.rules.paper_forms, live.now().at, shown_number(said.form)
    handed = parse_stamp(_need_out(live, said.form))
    if said.at < handed:
        raise RuleError(RuleFault.PAPER_EARLY, at=short_minute(handed))
    if said.at > now:
        raise RuleError(RuleFault.PAPER_FUTURE)
    if now - said.at > dt.timedelta(hours=rules.enter_hours):
        raise RuleError(RuleFault.PAPER_LATE, number=number, hours=rules.enter_hours)
    today = ledger.of(live.state.value)["today"]
    ends = [parse_stamp(each) for each in (today["first"], today["last"]) if each]
    if any(abs(said.at - end) > dt.timedelta(hours=rules.longest_hours) for end in ends):
        raise RuleError(RuleFault.PAPER_LONG, hours=rules.longest_hours)
    row = ledger.of(live.state.value)["entering"].get(str(said.form))
    if row is not None and row["visit"] != visit.id and _open_request(live, row) is not None:
        raise RuleError(RuleFault.PAPER_STANDS, number=number)


def waits(live: Live, visit: Visit) -> bool:
    """F9, before the item is committed: whether a second person has to be waited for.

    Of a form she is asked here, about all that stands there now.  Raises RuleError PAPER_NEEDED, as
    :func:`need_fit`, :func:`core.station.typed.check` and :mod:`core.station.requests` do.
    """
    typed.check(live, visit)
    paper_pictures.check(live, visit)
    said = visit.item.paper
    if said is None:
        if visit.identity is not None and visit.identity.cause == ledger.CAUSE:
            raise RuleError(RuleFault.PAPER_NEEDED)
        return False
    need_fit(live, visit, said)
    request = _request(live, visit, said)
    if request is not None and asked_for.may_use(request):
        return False
    if request is None:
        _ask(live, visit, said)
    live.say("msg.paper_compare", "warning", number=shown_number(said.form))
    return True


def taken(live: Live, visit: Visit) -> list[Proposal]:
    """``PaperFormTaken``, to stand right before the item's entry; nothing for an item of no form."""
    said = visit.item.paper
    if said is None:
        return []
    request = _request(live, visit, said)
    if request is None:
        raise RuleError(RuleFault.APPROVAL_NEEDED, action=f"right.{Action.PAPER_ENTRY}")
    data = {"form": said.form, "entered": request["subject"], "cause": said.cause, "asked": request["asked"]}
    return [Proposal(ledger.TAKEN, data, new_id(), by_person=True)]


def shown_visit(live: Live, visit: Visit, view: VisitView) -> VisitView:
    """The view of a form's item that is complete: what F9 does next."""
    said = visit.item.paper
    if said is None or view.missing:
        return view
    request = _request(live, visit, said)
    if request is None:
        return replace(view, missing=(Missing.PAPER_ASK.value,))
    return view if asked_for.may_use(request) else replace(view, missing=(Missing.PAPER.value,))


def _ask(live: Live, visit: Visit, said: PaperNote) -> None:
    """``PaperFormEntered`` and the request about it; raises RuleError REQUESTS_FULL."""
    requests.lapse(live)
    _, request = requests.form(live, Action.PAPER_ENTRY, said.cause)
    data = {"visit": visit.id, "form": said.form, "at": stamp(said.at), "cause": said.cause}

    def about(state: State) -> dict[str, Any]:
        return {**request, "subject": ledger.of(state.value)["entering"][str(said.form)]["seq"]}

    live.commit([
        *day_proposals(live),
        Proposal(ledger.ENTERED, {**data, "content": _content(live, visit, said)}, new_id(), by_person=True),
        Proposal("ApprovalAsked", about, new_id(), by_person=True),
    ])  # fmt: skip
    live.probe("request.asked")


def _content(live: Live, visit: Visit, said: PaperNote) -> str:
    """A digest of all that is compared: what the law wants recorded, the paper's own word, the boxes."""
    item = visit.item
    boxes = {
        "inspected": item.inspected is not None,
        "security": item.security.value if item.security else "",
    }
    paper = {"form": said.form, "at": stamp(said.at), "cause": said.cause, "route": item.route.value}
    whole = record.sealed_payload(visit, business_date(live.now().at), live.rules)
    return wire.b64(asked_for.digest_of(said.nonce, {"record": whole, **boxes, **paper}))


def _request(live: Live, visit: Visit, said: PaperNote) -> Mapping[str, Any] | None:
    """The request about this very item as it stands, of whoever stands here, in its time."""
    row = ledger.of(live.state.value)["entering"].get(str(said.form))
    if row is None or live.session is None or row["by"] != live.session.operator:
        return None
    if row["visit"] != visit.id or row["content"] != _content(live, visit, said):
        return None
    return _open_request(live, row)


def _open_request(live: Live, row: Mapping[str, Any]) -> Mapping[str, Any] | None:
    request = request_about(live.state.value, Action.PAPER_ENTRY, row["seq"])
    if request is None or request["used"] or live.now().at > parse_stamp(request["until"]):
        return None
    return request


# -- what is listed --------------------------------------------------------------------------------------


def where(live: Live, request: Mapping[str, Any], visit: Visit) -> str:
    """Of a form that is put before a second person: "here" on the screen as it was then, else "parked"."""
    if request["action"] != Action.PAPER_ENTRY:
        return ""
    return "here" if _is_here(live, request, visit) else "parked"


def may_count(live: Live, request: Mapping[str, Any], visit: Visit) -> bool:
    """Not where the form was entered anew or is void, or what stands on the screen was changed since."""
    if request["action"] != Action.PAPER_ENTRY:
        return True
    row = _entering(live, request)
    return bool(row) and (row["visit"] != visit.id or _is_here(live, request, visit))


def about(live: Live, action: str, subject: int) -> str:
    """The form that a request is about, with the time on it; "" where it is about something else."""
    if action == Action.PAPER_VOID:
        return shown_number(subject)
    rows = ledger.of(live.state.value)["entering"].items() if action == Action.PAPER_ENTRY else ()
    found = ((int(form), row["at"]) for form, row in rows if row["seq"] == subject)
    return next((f"{shown_number(form)} {short_minute(parse_stamp(at))}" for form, at in found), "")


def _is_here(live: Live, request: Mapping[str, Any], visit: Visit) -> bool:
    row, said = _entering(live, request), visit.item.paper
    if not row or said is None or visit.item.accepted or row["visit"] != visit.id:
        return False
    try:
        return bool(row["content"] == _content(live, visit, said))
    except RuleError:  # not complete any more
        return False


def _entering(live: Live, request: Mapping[str, Any]) -> Mapping[str, Any]:
    rows = ledger.of(live.state.value)["entering"].values()
    return next((row for row in rows if row["seq"] == request["subject"]), {})


def shown(live: Live, visit: Visit) -> PaperFormsView:
    """Those of this counter, for the screen of whoever stands here."""
    value, rules = live.state.value, live.rules
    free = ledger.out(value)
    out, said = ranges.size(free), visit.item.paper if not visit.item.accepted else None
    return PaperFormsView(
        out=tuple(
            (shown_number(first), shown_number(last), short_minute(parse_stamp(ledger.since(value, first))))
            for first, last in free
        ),
        count=out,
        entered=ledger.of(value)["today"]["entered"],
        standing=said.words if said is not None else "",
        most=max(0, rules.paper_forms.most_out - out),
        causes={each.code: each.names for each in rules.second[Action.PAPER_ENTRY].reasons},
        reasons={each.code: each.names for each in rules.second[Action.PAPER_VOID].reasons},
        enter_hours=rules.paper_forms.enter_hours,
        longest_hours=rules.paper_forms.longest_hours,
        drawn=live.drawn,
    )


def _need_out(live: Live, form: int) -> str:
    """When it was handed out; raises RuleError PAPER_GONE for a form that is not out."""
    handed = ledger.since(live.state.value, form)
    if not handed:
        raise RuleError(RuleFault.PAPER_GONE, number=shown_number(form))
    return handed
