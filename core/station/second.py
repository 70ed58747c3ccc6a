"""A second person: for a void item, for going on without the reader, for requests; what is told of it."""

from __future__ import annotations

from typing import Any

from core.acceptance.visit import Visit
from core.access.rights import Action, Role, may_approve
from core.errors import RuleError, RuleFault
from core.ledger.entry import parse_stamp
from core.ledger.requests import HERE_ONLY, Decision, Mode, may_use
from core.ledger.writer import Proposal
from core.ports import ItemRow
from core.second import (
    AskReaderDown,
    AskVoid,
    BeginReaderDown,
    DecideRequest,
    RequestView,
    SecondView,
    VoidItem,
)
from core.station import (
    blocking,
    closing,
    correcting,
    differing,
    disclosing,
    dispatching,
    item_exceptions,
    paper_forms,
    people,
    reader_down,
    requests,
)
from core.station import typed as documents
from core.station.days import item_of_open_day
from core.station.live import Live, new_id


def handle(live: Live, command: AskVoid | VoidItem | AskReaderDown | BeginReaderDown | DecideRequest) -> None:
    """Raises RuleError VOID_ITEM, and as :mod:`core.station.requests` does."""
    match command:
        case AskVoid():
            row = _item(live, command.item)
            requests.ask(live, Action.VOID, row.seq, command.reason, mode=command.mode)
            if command.mode == Mode.COUNTERSIGN:
                _void(live, row)
            else:
                live.say("msg.request_asked", "good", action=f"right.{Action.VOID}")
        case VoidItem():
            _void(live, _item(live, command.item))
        case AskReaderDown():
            requests.ask(live, Action.READER_DOWN, 0, command.reason)
            live.say("msg.request_asked", "good", action=f"right.{Action.READER_DOWN}")
        case BeginReaderDown():
            reader_down.begin(live)
        case DecideRequest():
            _decide(live, command)


def _decide(live: Live, command: DecideRequest) -> None:
    """Approved on the spot for whoever stands here, it is done at once: nobody has to ask for it again."""
    session = live.need_session()
    row = live.state.value["requests"].get(command.request)
    decision = Decision.APPROVED if command.approved else Decision.DECLINED
    compares = row is not None and command.approved and row["action"] in HERE_ONLY
    if compares and command.request not in live.compared:
        raise RuleError(RuleFault.PAPER_UNSEEN)
    requests.decide(live, command.request, command.operator, command.password, decision)
    mine = row is not None and row["by"] == session.operator and not row["used"]
    if command.approved and mine and row["action"] == Action.VOID:
        _void(live, _item(live, row["subject"]))
    elif command.approved and mine and row["action"] == Action.READER_DOWN:
        reader_down.begin(live)
    elif command.approved and mine and row["action"] == Action.CORRECT:
        if not correcting.approved(live, row["subject"], command.request):
            live.say("msg.request_approved", "good", operator=command.operator)
    elif command.approved and mine and row["action"] == Action.DIFFERENCE and differing.differs(live, row):
        closing.explain(live, row["subject"])
    elif command.approved and mine and row["action"] == Action.PROPOSE_BLOCK:
        blocking.send(live, row["subject"])
    elif command.approved and mine and row["action"] == Action.HOLD:
        item_exceptions.hold(live, row["subject"])
    elif command.approved and mine and row["action"] == Action.DISCLOSE:
        disclosing.send(live, row["subject"])
    elif command.approved and mine and row["action"] == Action.PAPER_VOID:
        paper_forms.void(live, row["subject"])
    elif command.approved and row is not None and row["action"] == Action.PAPER_ENTRY:
        live.say("msg.paper_compared", "good", operator=command.operator)
    else:
        said = "msg.request_approved" if command.approved else "msg.request_declined"
        live.say(said, "good" if command.approved else "warning", operator=command.operator)


def _item(live: Live, seq: int) -> ItemRow:
    """An item that can be voided: accepted in the business day that is open, and not void yet."""
    row = item_of_open_day(live, seq)
    if row is None:
        raise RuleError(RuleFault.VOID_ITEM)
    dispatching.need_outside(live, row)
    return row


def _void(live: Live, row: ItemRow) -> None:
    """``ItemVoided``: nothing of it is printed any more, its waybill and number stay used."""
    asked = requests.need(live, Action.VOID, row.seq)
    found = live.state.value["requests"].values()
    reason = next(each["reason"] for each in found if each["asked"] == asked)
    signed = any(each["given"] for each in found if each["asked"] == asked)
    data = {"item": row.seq, "reason": reason, "asked": asked}
    live.commit([Proposal("ItemVoided", data, new_id(), by_person=True)])
    live.probe("request.used")
    number = row.short_number
    live.say("msg.item_voided" if signed else "msg.item_voided_unsigned", "good", number=number)


def remind(live: Live) -> None:
    """Whoever logs in and may decide hears how many wait for her (she cannot decide on her own)."""
    session = live.need_session()
    rows = live.state.value["requests"].values()
    waiting = [
        row
        for row in rows
        if not row["given"]
        and not people.same(live, row["by"], session.operator)
        and may_approve(session.role, Action(row["action"]))
    ]
    if waiting:
        live.say("msg.requests_wait", "warning", count=len(waiting))


def shown(live: Live, visit: Visit) -> SecondView:
    """For the screen of whoever stands here; ``visit`` is the one on it, and what is about it comes first."""
    here = live.session.operator if live.session is not None else ""
    rules = live.rules.second
    typed = correcting.shown(live)
    rows = sorted(live.state.value["requests"].items(), key=lambda each: str(each[1]["until"]))
    found = tuple(
        RequestView(
            request=name,
            action=row["action"],
            reason=_named(live, row["action"], row["reason"]),
            by=row["by"],
            about=_about(live, row["action"], row["subject"]),
            until=parse_stamp(row["until"]),
            state="signs" if row["used"] else "ready" if may_use(row) else "waits",
            mine=row["by"] == here,
            subject=row["subject"],
            days=_days(live, row),
            document=documents.document(live, row),
            where=documents.where(live, row, visit) or paper_forms.where(live, row, visit),
            change=typed if typed is not None and typed.request == name else None,
        )
        for name, row in rows
        if documents.may_count(live, row, visit)
        and paper_forms.may_count(live, row, visit)
        and (row["action"] != Action.DISCLOSE or _may_know(live, row))
    )
    found = tuple(sorted(found, key=lambda each: each.where != "here"))
    void = rules[Action.VOID.value]
    down = {each.code: each.names for each in rules[Action.READER_DOWN.value].reasons}
    correct = rules[Action.CORRECT.value]
    return SecondView(
        found,
        {each.code: each.names for each in void.reasons},
        void.hours,
        down,
        correcting.fields(live),
        {each.code: each.names for each in correct.reasons},
        correct.hours,
        typed,
    )


def _days(live: Live, row: dict[str, Any]) -> int:
    """For how long a customer shall stand on the block list; 0 for all else."""
    rows = live.state.value.get("blocks", {}) if row["action"] == Action.PROPOSE_BLOCK else {}
    return int(rows.get(str(row["subject"]), {}).get("days", 0))


def _may_know(live: Live, row: dict[str, Any]) -> bool:
    """A disclosure is told to a supervisor and to who asked, and to nobody else (邮政法 35, 36)."""
    session = live.session
    return session is not None and (session.role == Role.SUPERVISOR or row["by"] == session.operator)


def _named(live: Live, action: str, code: str) -> dict[str, str]:
    """The reason's names in the rules of today; its code where they no longer have it."""
    rules = live.rules.second.get(action)
    names = {each.code: each.names for each in rules.reasons} if rules is not None else {}
    return dict(names.get(code, {"zh": code, "en": code}))


def _about(live: Live, action: str, subject: int) -> str:
    if action in (Action.PAPER_ENTRY, Action.PAPER_VOID):
        return paper_forms.about(live, action, subject)
    if action == Action.DISCLOSE:  # the subject is the entry that filed it
        subject = live.state.value.get("disclosures", {}).get(str(subject), {}).get("item", 0)
    if action == Action.HOLD:
        subject = live.state.value.get("exceptions", {}).get(str(subject), {}).get("item", 0)
    if action == Action.PROPOSE_BLOCK:
        subject = live.state.value.get("blocks", {}).get(str(subject), {}).get("item", 0)
    if action == Action.TYPED:  # the subject is the entry that says so; its item may still be to come
        subject = live.state.value.get("typed", {}).get(str(subject), {}).get("item", 0)
    row = live.item(subject) if subject else None
    return row.short_number if row is not None else ""
