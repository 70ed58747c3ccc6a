"""Complaints: taken by whoever is asked first, with two clocks, until each has its answer (R96 to R104).

What names somebody, and every word she said, goes sealed to headquarters; how to reach her stands here as a
case (``core/station/cases.py``) until it is answered, and is seen as any case is.  Nothing refuses a
complaint: where no case may be kept she is still written down, and the clerk is told.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from core import wire
from core.acceptance.fees import cents_of
from core.complaint_rules import ComplaintAnswer
from core.complaints import (
    AnswerComplaint,
    AskComplainant,
    BeginComplaint,
    BeginObjection,
    ComplaintForm,
    ContactComplainant,
    HandOnComplaint,
    LeaveComplaint,
    PrintComplaint,
    ShowComplainant,
    TakeComplaint,
    TakeDown,
)
from core.devices import ComplaintRecord, DisclosureRecord
from core.errors import RuleError, RuleFault
from core.identity.characters import storable
from core.ledger import cases
from core.ledger import complaints as ledger
from core.ledger.cases import Cause
from core.ledger.clock import business_date, short_minute
from core.ledger.complaints import Measure, Ours
from core.ledger.entry import AttachmentClass, stamp
from core.ledger.writer import Part, Proposal
from core.seeing import AskToSee
from core.station.cases import Cases
from core.station.complaint_views import is_mine, names_of, number_of, record, reference, staff_of
from core.station.days import day_proposals
from core.station.live import Live, new_id

_LIMITS = {"name": 50, "phone": 32, "address": 200, "words": 500}  # characters
_REACH = ("name", "phone", "address")  # what stands here; the words do not
_SEALED = "sealed"
Print = Callable[[ComplaintRecord], None]
Printer = Callable[[ComplaintRecord | DisclosureRecord], None]


class Complaints:
    """Belongs to the station's thread.  ``form`` is what is typed into."""

    def __init__(self, live: Live, seen: Cases, printed: Print) -> None:
        self._live = live
        self._cases = seen
        self._print = printed
        self._asked: BeginComplaint | BeginObjection | None = None
        self.form: ComplaintForm | None = None
        self._serial = 0

    def handle(self, command: object) -> bool:
        """Whether it is about a complaint, and was done.  Raises as what it does."""
        match command:
            case BeginComplaint():
                self.begin(command)
            case BeginObjection():
                self.object(command)
            case TakeDown():
                self.take_down(command)
            case LeaveComplaint():
                self.leave()
            case ContactComplainant():
                self._say(
                    ledger.CONTACTED, command.complaint, {"how": command.how}, "msg.complaint_contacted"
                )
            case HandOnComplaint():
                self.hand_on(command)
            case TakeComplaint():
                self.take(command.complaint)
            case AnswerComplaint():
                self.answer(command)
            case PrintComplaint():
                self.print(command.complaint)
            case AskComplainant():
                item, case = self._case(command.complaint)
                self._cases.ask(AskToSee(item, command.reason, case))
            case ShowComplainant():
                self._cases.show(*self._case(command.complaint))
            case _:
                return False
        return True

    def begin(self, asked: BeginComplaint) -> None:
        """Fields to type into.  Raises RuleError NOT_ALLOWED, COMPLAINTS_FULL."""
        live = self._live
        live.need_session()
        self.leave()
        row = live.item(asked.item) if asked.item > 0 else None
        party = asked.party == cases.OTHER if row is None else asked.party in ledger.PARTIES
        sound = (row is not None) == (asked.item != 0) and party and asked.ours in list(Ours)
        if not (sound and live.rules.complaints.has(asked.cls, asked.reason)):
            raise RuleError(RuleFault.NOT_ALLOWED)
        if len(live.state.value.get(ledger.MEMBER, {})) >= ledger.MOST:
            raise RuleError(RuleFault.COMPLAINTS_FULL, most=ledger.MOST)
        number = row.short_number if row is not None else ""
        self._stand(asked, ComplaintForm(names_of(live, asked.cls, asked.reason), number))

    def object(self, asked: BeginObjection) -> None:
        """The same for one that was answered.  Raises RuleError NOT_ALLOWED, COMPLAINT_GONE."""
        live = self._live
        live.need_session()
        self.leave()
        row = self._need(asked.complaint, answered=True)
        names = live.rules.complaints.objections.get(asked.objection)
        if names is None:
            raise RuleError(RuleFault.NOT_ALLOWED)
        again = reference(live, asked.complaint)
        self._stand(asked, ComplaintForm(names, number_of(live, row["item"]), again))

    def take_down(self, typed: TakeDown) -> None:
        """``ComplaintOpened`` or ``ComplaintReopened``, its sealed part, and the case beside it.

        Raises RuleError NOT_ALLOWED where nothing is being typed, COMPLAINT_LONG, COMPLAINT_GONE; StoreError
        as a commit does: then what was typed stands.
        """
        live, asked = self._live, self._asked
        session = live.need_session()
        if asked is None:
            raise RuleError(RuleFault.NOT_ALLOWED)
        texts = {name: storable(getattr(typed, name)) for name in _LIMITS}
        for name, most in _LIMITS.items():
            if len(texts[name]) > most:
                raise RuleError(RuleFault.COMPLAINT_LONG, field=f"complaint.{name}", most=most)
        contact, close = live.rules.complaints.clocks(live.now().at)
        clocks = {"contact_by": stamp(contact), "close_by": stamp(close), "case": ledger.NO_CASE}
        if isinstance(asked, BeginObjection):
            row = self._need(asked.complaint, answered=True)
            kind, item, party = ledger.REOPENED, row["item"], row["party"]
            data = {"complaint": asked.complaint, "reason": asked.objection, **clocks}
        else:
            kind, item, party = ledger.OPENED, asked.item, asked.party
            data = {
                "item": item,
                "class": asked.cls,
                "reason": asked.reason,
                "party": party,
                "ours": asked.ours,
            }
            data |= clocks
        case = self._case_for(texts)
        data |= {"case": case} if case else {}
        opened = [self._case_opens(case, item, party, texts)] if case else []
        sealed = Part(AttachmentClass.SEALED, _SEALED, wire.encode({"form": 1, "complaint": texts}))
        said = Proposal(kind, data, new_id(), by_person=True, parts=(sealed,))
        seq = live.commit([*day_proposals(live), *opened, said])[-1].header.seq
        live.probe("complaint.opened")
        self.leave()
        seq = asked.complaint if isinstance(asked, BeginObjection) else seq
        code = "msg.complaint_opened" if case else "msg.complaint_unreachable"
        due = short_minute(contact)
        live.say(code, "good" if case else "warning", reference=reference(live, seq), when=due)
        self._print(record(live, seq, session.operator))

    def hand_on(self, command: HandOnComplaint) -> None:
        """``ComplaintHandedOn``.  Raises RuleError COMPLAINT_GONE, COMPLAINT_OWNER, COMPLAINT_STAFF."""
        row = self._need(command.complaint)
        self._need_mine(row)
        if command.to not in staff_of(self._live) or command.to == row["owner"]:
            raise RuleError(RuleFault.COMPLAINT_STAFF)
        self._say(ledger.HANDED_ON, command.complaint, {"to": command.to}, "msg.complaint_handed")

    def take(self, complaint: int) -> None:
        """``ComplaintTaken``.  Raises RuleError COMPLAINT_GONE where it was handed on to somebody else."""
        if self._need(complaint)["to"] != self._live.need_session().operator:
            raise RuleError(RuleFault.COMPLAINT_GONE)
        self._say(ledger.TAKEN, complaint, {}, "msg.complaint_taken")

    def answer(self, command: AnswerComplaint) -> None:
        """``ComplaintAnswered``; the case ends with it, and the written answer is printed.

        Raises RuleError COMPLAINT_GONE, COMPLAINT_OWNER, COMPLAINT_ANSWER for a text that is not in force or
        of another class, COMPLAINT_AMOUNT; StoreError as a commit does.
        """
        live = self._live
        session, row = live.need_session(), self._need(command.complaint)
        self._need_mine(row)
        rules = live.rules.complaints
        text = next(
            (one for one in rules.answers_to(row["class"])
             if (one.code, one.version) == (command.text, command.version)), None,
        )  # fmt: skip
        if text is None:
            raise RuleError(RuleFault.COMPLAINT_ANSWER)
        cents = _cents(command.yuan, text, rules.most_cents)
        until = business_date(live.now().at) + dt.timedelta(days=rules.objection_days)
        ours = Ours.NO if text.measure == Measure.EXPLAIN else Ours.YES
        data = {"complaint": command.complaint, "ours": ours.value, "measure": text.measure, "cents": cents}
        data |= {"text": text.code, "version": text.version, "until": until.isoformat()}
        answered = Proposal(ledger.ANSWERED, data, new_id(), by_person=True)
        live.commit([*day_proposals(live), answered, *self._case_ends(row)])
        live.probe("complaint.answered")
        named = reference(live, command.complaint)
        live.say("msg.complaint_answered", "good", reference=named, day=until.isoformat())
        self._print(record(live, command.complaint, session.operator))

    def print(self, complaint: int) -> None:
        """Its paper once more, as it stands.  Raises RuleError COMPLAINT_GONE."""
        live = self._live
        operator = live.need_session().operator
        if str(complaint) not in live.state.value.get(ledger.MEMBER, {}):
            raise RuleError(RuleFault.COMPLAINT_GONE)
        live.say("msg.complaint_printed", reference=reference(live, complaint))
        self._print(record(live, complaint, operator))

    def leave(self) -> None:
        """Nothing is typed any more."""
        self._asked = self.form = None

    # -- inside ------------------------------------------------------------------------------------

    def _stand(self, asked: BeginComplaint | BeginObjection, form: ComplaintForm) -> None:
        self._serial += 1
        self._asked = asked
        self.form = ComplaintForm(form.names, form.number, form.again, self._serial)

    def _say(self, kind: str, complaint: int, data: Mapping[str, Any], code: str) -> None:
        live = self._live
        live.need_session()
        self._need(complaint)
        said = Proposal(kind, {"complaint": complaint, **data}, new_id(), by_person=True)
        live.commit([*day_proposals(live), said])
        live.probe("complaint.said")
        live.say(code, "good", reference=reference(live, complaint))

    def _need(self, complaint: int, *, answered: bool = False) -> dict[str, Any]:
        """Raises RuleError COMPLAINT_GONE."""
        row: dict[str, Any] | None = self._live.state.value.get(ledger.MEMBER, {}).get(str(complaint))
        if row is None or bool(row["answered"]) != answered:
            raise RuleError(RuleFault.COMPLAINT_GONE)
        return row

    def _need_mine(self, row: Mapping[str, Any]) -> None:
        if not is_mine(self._live, row):
            raise RuleError(RuleFault.COMPLAINT_OWNER, operator=row["owner"])

    def _case_for(self, texts: Mapping[str, str]) -> str:
        """The name of a case with how to reach her; "" where she said no way, or too many are open."""
        live = self._live
        full = len(live.state.value.get(cases.MEMBER, {})) >= live.rules.cases.open_most
        if full or not (texts["phone"] or texts["address"]):
            return ""
        return cases.case_name(secrets.token_bytes(12))

    def _case_opens(self, name: str, item: int, party: str, texts: Mapping[str, str]) -> Proposal:
        live = self._live
        until = live.rules.cases.last_day(business_date(live.now().at)).isoformat()
        data = {"case": name, "item": item, "cause": Cause.COMPLAINT.value, "party": party, "until": until}
        reach = {each: texts[each] for each in _REACH}
        part = Part(AttachmentClass.CASE, name, wire.encode(reach))
        return Proposal(cases.OPENED, data, new_id(), by_person=True, parts=(part,))

    def _case_ends(self, row: Mapping[str, Any]) -> list[Proposal]:
        known = self._live.state.value.get(cases.MEMBER, {}).get(row["case"])
        if known is None:
            return []
        data = {"case": row["case"], "opened": known["opened"]}
        return [Proposal(cases.CLOSED, data, new_id(), by_person=True)]

    def _case(self, complaint: int) -> tuple[int, str]:
        """(item, case) of one that is open.  Raises RuleError COMPLAINT_GONE."""
        row = self._need(complaint)
        return row["item"], row["case"]


def _cents(yuan: str, text: ComplaintAnswer, most: int) -> int:
    """Raises RuleError COMPLAINT_AMOUNT for money without a compensation, none with one, or too much."""
    cents = cents_of(yuan) if yuan.strip() else 0
    pays = text.measure == Measure.COMPENSATE
    if cents is None or cents > most or bool(cents) != pays:
        raise RuleError(RuleFault.COMPLAINT_AMOUNT, most=most // 100)
    return cents
