"""Exceptions of accepted items at the station: opened, every try to reach the customer, held by two, ended.

A stop is at once, for what is suspected must not travel while somebody is asked (快递暂行条例 33); it becomes
a hold by a second person's word, and ends by a supervisor's.  Nothing else stops an item (42).  How to reach
the customer is a case (core/station/cases.py), or a text through headquarters (Alt+N).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from core.access.rights import Action, Role
from core.errors import RuleError, RuleFault
from core.item_exceptions import (
    AskHold,
    CloseException,
    ContactCustomer,
    ExceptionCommand,
    ExceptionsView,
    ExceptionView,
    HoldItem,
    OpenException,
    PrintException,
)
from core.ledger import cases, stock
from core.ledger import item_exceptions as ledger
from core.ledger.clock import minute, short_minute
from core.ledger.entry import parse_stamp, stamp
from core.ledger.item_exceptions import ENDS, End, How, Stop, Try
from core.ledger.requests import may_use
from core.ledger.stops import MEMBER, NOTHING, stopped
from core.ledger.writer import Proposal
from core.ports import VOIDED, ItemRow
from core.records import ExceptionRecord
from core.station import requests
from core.station.days import day_proposals
from core.station.live import Live, new_id

_LANGUAGE = "zh"  # the paper is the customer's and the organ's, whatever the clerk's screen speaks
_SAID: Mapping[End, str] = {
    End.GOES_ON: "msg.exception_goes_on",
    End.HANDED_BACK: "msg.exception_handed_back",
    End.MISTAKEN: "msg.exception_mistaken",
    End.RELEASED: "msg.exception_released",
    End.HANDED_OVER: "msg.exception_handed_over",
}
_CASES = (cases.Cause.EXCEPTION, cases.Cause.HOLD)


def handle(live: Live, command: ExceptionCommand) -> None:
    """Raises RuleError as each says; StoreError as a commit does: then nothing has happened."""
    live.need_session()
    match command:
        case OpenException():
            _open(live, command)
        case ContactCustomer():
            _contact(live, command)
        case AskHold():
            row = _need(live, command.exception)
            if row["stop"] == Stop.NONE:
                raise RuleError(RuleFault.EXCEPTION_NO_HOLD)
            requests.ask(live, Action.HOLD, command.exception, row["stop"])
            live.say("msg.request_asked", "good", action=f"right.{Action.HOLD}")
        case HoldItem():
            hold(live, command.exception)
        case CloseException():
            _close(live, command)
        case PrintException():
            _print(live, command)


def _open(live: Live, command: OpenException) -> None:
    """``ExceptionOpened``.

    Raises RuleError NOT_ALLOWED, LATE_ITEM, ITEM_VOIDED, EXCEPTION_STANDS, EXCEPTION_LEFT for a stop of what
    has left, EXCEPTIONS_FULL.
    """
    value, rules = live.state.value, live.rules.exceptions
    row, reason = live.item(command.item), rules.reason(command.reason)
    organ = command.organ or NOTHING
    if row is None or reason is None or (reason.stop == Stop.ORDER) != (organ in rules.organs):
        raise RuleError(RuleFault.NOT_ALLOWED)
    if row.late is not None or row.seq < 0:
        raise RuleError(RuleFault.LATE_ITEM)
    if row.label == VOIDED:
        raise RuleError(RuleFault.ITEM_VOIDED)
    if ledger.of_item(value, row.seq) is not None:
        raise RuleError(RuleFault.EXCEPTION_STANDS, number=row.short_number)
    if reason.stop != Stop.NONE and stock.left(value, row.seq):
        raise RuleError(RuleFault.EXCEPTION_LEFT, number=row.short_number)
    if len(value.get(MEMBER, {})) >= ledger.MOST:
        raise RuleError(RuleFault.EXCEPTIONS_FULL, most=ledger.MOST)
    until = rules.contact_by(live.now().at)
    data = {"item": row.seq, "reason": reason.code, "stop": reason.stop, "organ": organ}
    seq = _commit(live, ledger.OPENED, {**data, "contact_by": stamp(until)})
    code = "msg.exception_opened" if reason.stop == Stop.NONE else "msg.exception_stopped"
    level = "good" if reason.stop == Stop.NONE else "warning"
    live.say(code, level, reference=reference(live, seq), number=row.short_number, when=short_minute(until))


def _contact(live: Live, command: ContactCustomer) -> None:
    """``ExceptionContacted``.  Raises RuleError EXCEPTION_GONE, NOT_ALLOWED."""
    row = _need(live, command.exception)
    heard = command.outcome != Try.MISSED
    said = live.rules.exceptions.said(stops=row["stop"] != Stop.NONE)
    sound = command.how in list(How) and command.outcome in list(Try)
    if not sound or heard != (command.solution in said):
        raise RuleError(RuleFault.NOT_ALLOWED)
    data = {"exception": command.exception, "how": command.how, "outcome": command.outcome}
    _commit(live, ledger.CONTACTED, {**data, "solution": command.solution or NOTHING})
    code = "msg.exception_contacted" if heard else "msg.exception_missed"
    live.say(code, "good" if heard else "warning", reference=reference(live, command.exception))


def hold(live: Live, exception: int) -> None:
    """``ItemHeld``, and the notice for the customer on paper.

    Raises RuleError EXCEPTION_GONE, APPROVAL_NEEDED.
    """
    row = _need(live, exception)
    asked = requests.need(live, Action.HOLD, exception)
    until = live.now().at + dt.timedelta(hours=live.rules.exceptions.hold_hours)
    data = {"exception": exception, "basis": row["stop"], "until": stamp(until), "asked": asked}
    _commit(live, ledger.HELD, data)
    live.records.append(record(live, exception))
    live.say("msg.item_held", "warning", reference=reference(live, exception), when=short_minute(until))


def _close(live: Live, command: CloseException) -> None:
    """``ExceptionClosed``, and of a stop the report on paper; the cases for it end with it.

    Raises RuleError EXCEPTION_GONE, NOT_ALLOWED, ROLE, EXCEPTION_UNTOLD, EXCEPTION_UNHELD, EXCEPTION_UNVOID,
    EXCEPTION_BAGGED.
    """
    row, session = _need(live, command.exception), live.need_session()
    stops, over = row["stop"] != Stop.NONE, command.outcome == End.HANDED_OVER
    if command.outcome not in ENDS[stops] or over != (command.organ in live.rules.exceptions.organs):
        raise RuleError(RuleFault.NOT_ALLOWED)
    if stops and session.role != Role.SUPERVISOR:
        raise RuleError(RuleFault.ROLE, action=f"right.{Action.HOLD}", who="fact.who.supervisor")
    if over and not row["held"]:
        raise RuleError(RuleFault.EXCEPTION_UNHELD)
    heard = row["told"] or row["stop"] == Stop.ORDER or not row["held"]
    if not (heard if stops else row["contacted"] or command.outcome == End.MISTAKEN):
        raise RuleError(RuleFault.EXCEPTION_UNTOLD)
    item = live.item(row["item"])
    if command.outcome == End.HANDED_BACK and item is not None and item.label != VOIDED:
        raise RuleError(RuleFault.EXCEPTION_UNVOID, number=item.short_number)
    if over and row["item"] in stock.packed(live.state.value):
        raise RuleError(RuleFault.EXCEPTION_BAGGED, number=_number(item))
    data = {"exception": command.exception, "outcome": command.outcome, "organ": command.organ or NOTHING}
    closed = Proposal(ledger.CLOSED, data, new_id(), by_person=True)
    live.commit([*day_proposals(live), closed, *_cases_end(live, row["item"])])
    live.probe("exception.recorded")
    if stops:
        live.records.append(record(live, command.exception))
    live.say(_SAID[End(command.outcome)], "good", reference=reference(live, command.exception))


def _cases_end(live: Live, item: int) -> list[Proposal]:
    return [
        Proposal(cases.CLOSED, {"case": name, "opened": row["opened"]}, new_id(), by_person=True)
        for name, row in live.state.value.get(cases.MEMBER, {}).items()
        if row["item"] == item and row["cause"] in _CASES
    ]


def _print(live: Live, command: PrintException) -> None:
    if str(command.exception) not in live.state.value.get(MEMBER, {}):
        raise RuleError(RuleFault.EXCEPTION_GONE)
    page = record(live, command.exception)
    if command.file:
        live.report = (live.report[0] + 1, page)
        return
    live.records.append(page)
    live.say("msg.exception_printed", reference=page.reference)


def need_free(live: Live, row: ItemRow) -> None:
    """Before an item goes into a bag, or back to its sender.  Raises RuleError ITEM_STOPPED."""
    if row.seq in stopped(live.state.value):
        seq = ledger.of_item(live.state.value, row.seq) or 0
        raise RuleError(RuleFault.ITEM_STOPPED, number=row.short_number, reference=reference(live, seq))


def reference(live: Live, seq: int) -> str:
    """What its papers say, and what everybody calls it by."""
    return f"{live.settings.terminal} {seq}"


def remind(live: Live) -> None:
    """Whoever logs in hears of what is due soon, and of what is overdue."""
    states = [state_of(live, row) for row in ledger.open_of(live.state.value).values()]
    late, soon = states.count("overdue"), states.count("soon")
    if late:
        live.say("msg.exceptions_overdue", "error", count=late)
    elif soon:
        live.say("msg.exceptions_soon", "warning", count=soon)


def state_of(live: Live, row: Mapping[str, Any]) -> str:
    """ "open", "soon" within the minutes of warning, "overdue" after the clock that runs now."""
    due = ledger.due_of(row)
    if not due:
        return "open"
    left = parse_stamp(due) - live.now().at
    if left < dt.timedelta(0):
        return "overdue"
    return "soon" if left <= dt.timedelta(minutes=live.rules.exceptions.warn_minutes) else "open"


# -- what is shown and printed -----------------------------------------------------------------------------


def shown(live: Live) -> ExceptionsView:
    """For whoever stands here: codes, numbers and times."""
    if live.session is None:
        return ExceptionsView()
    rules, rows = live.rules.exceptions, live.state.value.get(MEMBER, {})
    ended = sorted((int(name) for name, row in rows.items() if row["closed"]), reverse=True)
    return ExceptionsView(
        open=tuple(_view(live, seq, row) for seq, row in ledger.open_of(live.state.value).items()),
        closed=tuple(_view(live, seq, rows[str(seq)]) for seq in ended),
        reasons=rules.reasons,
        solutions=rules.solutions,
        notices=rules.notices,
        organs=rules.organs,
        minutes=rules.contact_minutes,
        hours=rules.hold_hours,
        supervisor=live.session.role == Role.SUPERVISOR,
        report=live.report,
    )


def record(live: Live, seq: int) -> ExceptionRecord:
    """Its report: no customer's name, for whoever reads it finds the item by its numbers."""
    row, session = live.state.value[MEMBER][str(seq)], live.need_session()
    item, rules = live.item(row["item"]), live.rules.exceptions
    opened = next(iter(live.need_journal().entries(seq, seq)))
    over, approved = row["organ"], ""
    if row["closed"]:
        over = next(iter(live.need_journal().entries(row["closed"], row["closed"]))).data["organ"]
    if row["held"]:
        held = next(iter(live.need_journal().entries(row["held"], row["held"])))
        approved = _approver(live, held.data["asked"], row["held"])
    return ExceptionRecord(
        reference=reference(live, seq),
        branch=live.settings.branch,
        operator=session.operator,
        at=minute(live.now().at),
        state=row["outcome"]
        or ("held" if row["held"] else "stopped" if row["stop"] != Stop.NONE else "open"),
        reason=_reason(live, row["reason"])[_LANGUAGE],
        number=_number(item),
        waybill=item.waybill if item is not None else "",
        opened=minute(opened.header.trusted.at),
        by=opened.header.actor.id,
        tries=row["tries"],
        told=_said(live, row["told"] if row["held"] else row["contacted"]),
        approved=approved,
        until=minute(parse_stamp(row["until"])) if row["until"] else "",
        organ=rules.organs.get(over, {}).get(_LANGUAGE, "" if over == NOTHING else over),
    )


def _said(live: Live, seq: int) -> str:
    """When the entry ``seq`` was written, "" for 0."""
    for entry in live.need_journal().entries(seq, seq) if seq else ():
        return minute(entry.header.trusted.at)
    return ""


def _approver(live: Live, asked: int, before: int) -> str:
    """Who approved the request that ``asked`` asked for, by staff number."""
    for entry in live.need_journal().entries(asked, before):
        if entry.header.kind == "ApprovalGiven" and entry.data["asked"] == asked:
            return str(entry.data["by"])
    return ""


def _view(live: Live, seq: int, row: Mapping[str, Any]) -> ExceptionView:
    due = parse_stamp(ledger.due_of(row)) if ledger.due_of(row) else None
    return ExceptionView(
        exception=seq,
        reference=reference(live, seq),
        item=row["item"],
        number=_number(live.item(row["item"])),
        names=_reason(live, row["reason"]),
        stop=row["stop"],
        step=ledger.step_of(row),
        state=state_of(live, row),
        due=minute(due) if due is not None else "",
        left=int((due - live.now().at).total_seconds() // 60) if due is not None else 0,
        tries=row["tries"],
        contacted=bool(row["contacted"]),
        hold=_hold(live, seq, row),
        until=minute(parse_stamp(row["until"])) if row["until"] else "",
        told=bool(row["told"]),
        organ=live.rules.exceptions.organs.get(row["organ"], {}),
        closed=row["outcome"],
    )


def _hold(live: Live, seq: int, row: Mapping[str, Any]) -> str:
    """An open request of whoever stands here comes first: also one for a later end."""
    who = live.session.operator if live.session is not None else ""
    about = (Action.HOLD.value, seq, who)
    for each in live.state.value["requests"].values():
        if (each["action"], each["subject"], each["by"]) == about:
            return "ready" if may_use(each) else "asked"
    return "held" if row["held"] else "none"


def _reason(live: Live, code: str) -> Mapping[str, str]:
    """Its code where the edition in force has it no longer."""
    found = live.rules.exceptions.reason(code)
    return found.names if found is not None else {"zh": code, "en": code}


def _number(item: ItemRow | None) -> str:
    return item.short_number if item is not None else ""


def _need(live: Live, exception: int) -> dict[str, Any]:
    """Raises RuleError EXCEPTION_GONE."""
    row: dict[str, Any] | None = live.state.value.get(MEMBER, {}).get(str(exception))
    if row is None or row["closed"]:
        raise RuleError(RuleFault.EXCEPTION_GONE)
    return row


def _commit(live: Live, kind: str, data: Mapping[str, Any]) -> int:
    """The entry's seq."""
    said = Proposal(kind, data, new_id(), by_person=True)
    seq = live.commit([*day_proposals(live), said])[-1].header.seq
    live.probe("exception.recorded")
    return seq
