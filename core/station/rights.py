"""A person with her document asks about her own data: access, copy, correction, explanation (PIPL 45-48).

Access and explanation are answered at once, by a printed record: the request is written first, the answer
once the printer has it, so that a paper jam leaves a request with a deadline and no false "done".  The
counter cannot open what is sealed: copy and correction wait for headquarters or a supervisor, until the day
that the rule data say.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.access.rights import Action, need
from core.devices import PersonItem, PersonRecord, PrintJob, PrintOutcome, Slot
from core.errors import CounterError, RuleError, RuleFault
from core.ledger import persons as ledger
from core.ledger.clock import business_date, minute
from core.ledger.persons import AT_ONCE, NONE, Outcome, Right
from core.ledger.writer import Proposal
from core.persons import AnswerRight, AskRight, RightsView, RightView
from core.ports import ItemRow, Printer
from core.station import consenting
from core.station.days import day_proposals
from core.station.live import Live, new_id

_LANGUAGE = "zh"  # the record is the person's, whatever the clerk's screen speaks
# What the record shows of an item, in this order: all of it is masked as the label and the receipt are.
_SHOWN = (
    "waybill", "sender_name", "sender_phone", "sender_address", "document_number", "recipient_name",
    "recipient_phone", "recipient_address", "contents", "weight_g",
)  # fmt: skip
_ON_A_LABEL = 3  # so many paragraphs fit the smallest label


@dataclass
class _Paper:
    """The pages of one record: a jam in any of them leaves the request open."""

    request: str  # that it answers, "" for none
    due: set[str]  # the jobs that have not ended
    whole: bool = True

    @property
    def out(self) -> bool:
        """Whether every page came out."""
        return self.whole and not self.due


class Rights:
    """Requests and their papers; the station's thread only."""

    def __init__(self, live: Live, printer: Printer) -> None:
        self._live = live
        self._printer = printer
        self._pages: dict[str, _Paper] = {}  # by job, the record whose page it is

    # -- asked --------------------------------------------------------------------------------------

    def ask(self, command: AskRight, shown: Collection[ItemRow], by: str) -> None:
        """The request, and its paper.  The same asked again is one request, and its paper comes again.

        Raises RuleError PERSON_ABSENT unless her document was placed for this look-up (``by`` "card"),
        NOT_ALLOWED for what it does not show or the rules do not know, LATE_ITEM, RIGHTS_FULL; StoreError.
        """
        live = self._live
        live.need_session()
        if by != "card":
            raise RuleError(RuleFault.PERSON_ABSENT)
        rows = {row.seq: row for row in shown}
        about = _about(live, command, rows)
        known = ledger.open_of(live.state.value)
        same = [name for name, row in known.items() if (row["right"], row["about"]) == (command.right, about)]
        name = same[0] if same else self._begin(command.right, about)
        self._print(name, Right(command.right) in AT_ONCE)
        due = ledger.open_of(live.state.value)[name]["due"]
        live.say("msg.right_asked", "good", right=f"person_right.{command.right}", day=due)

    def _begin(self, right: str, about: Sequence[Sequence[Any]]) -> str:
        live = self._live
        if len(ledger.open_of(live.state.value)) >= ledger.MOST:
            raise RuleError(RuleFault.RIGHTS_FULL, most=ledger.MOST)
        name = new_id()
        due = business_date(live.now().at) + dt.timedelta(days=live.rules.rights.days)
        said = {"request": name, "right": right, "due": due.isoformat()}
        live.commit([*day_proposals(live), *(
            Proposal(ledger.ASKED, {**said, "item": item, "field": field}, new_id(), by_person=True)
            for item, field in about
        )])  # fmt: skip
        live.probe("persons.asked")
        return name

    # -- answered -----------------------------------------------------------------------------------

    def answer(self, command: AnswerRight) -> None:
        """By a supervisor; the person's paper says how, and on what ground not.

        Raises RuleError ROLE, REQUEST_GONE, RIGHT_GROUND; StoreError as a commit does.
        """
        live = self._live
        session = live.need_session()
        need(session.role, Action.ANSWER_RIGHT)
        row = ledger.open_of(live.state.value).get(command.request)
        if row is None:
            raise RuleError(RuleFault.REQUEST_GONE)
        done = command.outcome == Outcome.DONE
        grounded = live.rules.rights.ground(command.ground, row["right"]) is not None
        if command.outcome not in list(Outcome) or (command.ground == NONE) != done or not (done or grounded):
            raise RuleError(RuleFault.RIGHT_GROUND)
        record = replace(
            self._record(row), outcome=command.outcome, ground=_ground(live, row, command.ground)
        )
        data = {"request": command.request, "outcome": command.outcome, "ground": command.ground}
        live.commit([*day_proposals(live), Proposal(ledger.ANSWERED, data, new_id(), by_person=True)])
        live.probe("persons.answered")
        self._send(record, "")
        live.say("msg.right_answered", "good", outcome=f"person_outcome.{command.outcome}")

    # -- paper --------------------------------------------------------------------------------------

    def is_record(self, job: PrintJob) -> bool:
        """Whether the job is one of these."""
        return isinstance(job.page, PersonRecord)

    def ended(self, job: PrintJob, outcome: PrintOutcome, fault: str) -> None:
        """What became of a page; a record that answers a request does so once every page of it is out."""
        paper, live = self._pages.pop(job.job, None), self._live
        if paper is not None:
            paper.due.discard(job.job)
            paper.whole = paper.whole and outcome is PrintOutcome.PRINTED
        if outcome is not PrintOutcome.PRINTED:
            live.say("msg.right_not_printed", "warning", fault=fault)
        elif paper is not None and paper.out and paper.request in ledger.open_of(live.state.value):
            self._answered(paper.request)

    def _answered(self, request: str) -> None:
        """By whoever stands here; where nobody does, it stays open and its paper may come again."""
        live = self._live
        try:
            live.need_session()
            data = {"request": request, "outcome": Outcome.DONE.value, "ground": NONE}
            live.commit([*day_proposals(live), Proposal(ledger.ANSWERED, data, new_id(), by_person=True)])
            live.probe("persons.answered")
        except CounterError as error:
            live.say_error(error)
            return
        live.say("msg.right_answered", "good", outcome=f"person_outcome.{Outcome.DONE}")

    def _print(self, request: str, at_once: bool) -> None:
        record = self._record(ledger.open_of(self._live.state.value)[request])
        if at_once:
            record = replace(record, outcome=Outcome.DONE.value)
        self._send(record, request if at_once else "")

    def _send(self, record: PersonRecord, request: str) -> None:
        live, settings = self._live, self._live.settings
        if not (settings.receipts or settings.labels):
            live.say("msg.right_no_printer", "warning")
            return
        slot = Slot.RECEIPT_PRINTER if settings.receipts else Slot.LABEL_PRINTER
        pages = (record,) if settings.receipts else tuple(_parts(record))
        jobs = [PrintJob(new_id(), slot, 0, page, passing=True) for page in pages]
        paper = _Paper(request, {job.job for job in jobs})
        for job in jobs:
            self._pages[job.job] = paper
            self._printer.submit(job)

    def _record(self, row: Mapping[str, Any]) -> PersonRecord:
        live, rules, right = self._live, self._live.rules, Right(row["right"])
        found = [live.item(seq) for seq in dict.fromkeys(item for item, _ in row["about"] if item)]
        rows = [each for each in found if each is not None]
        access, explain = right is Right.ACCESS, right is Right.EXPLAIN
        texts = rules.notice.texts[_LANGUAGE]
        names = [rules.rights.fields.get(each, {}).get(_LANGUAGE, each) for _, each in row["about"]]
        return PersonRecord(
            right=right.value,
            branch=live.settings.branch,
            operator=live.session.operator if live.session is not None else "",
            at=minute(live.now().at),
            reference=_reference(live, row),
            due=row["due"],
            handler=rules.rights.handler[_LANGUAGE],
            rules=rules.version,
            fields=tuple(names) if right is Right.CORRECT else (),
            items=tuple(_item(live, each, whole=access) for each in rows),
            kept=tuple(
                (one.what[_LANGUAGE], one.why[_LANGUAGE], one.long[_LANGUAGE], one.whom[_LANGUAGE])
                for one in (rules.rights.kept if access or explain else ())
            ),
            told=tuple((each.heading, each.text) for each in texts.paragraphs) if explain else (),
        )


def shown(live: Live) -> RightsView:
    """For the screen: codes, numbers and days."""
    rules = live.rules.rights
    rows = sorted(
        ledger.open_of(live.state.value).items(), key=lambda each: (each[1]["due"], each[1]["asked"])
    )
    return RightsView(tuple(_view(live, name, row) for name, row in rows), rules.fields, rules.days)


def state_of(live: Live, due: str) -> str:
    """ "open", "soon" within the days of warning, "overdue" from the day after it."""
    today = business_date(live.now().at)
    day = dt.date.fromisoformat(due)
    if today > day:
        return "overdue"
    return "soon" if today + dt.timedelta(days=live.rules.rights.warn_days) >= day else "open"


def remind(live: Live) -> None:
    """Whoever logs in hears of what is due soon, and of what is overdue."""
    states = [state_of(live, row["due"]) for row in ledger.open_of(live.state.value).values()]
    late, soon = states.count("overdue"), states.count("soon")
    if late:
        live.say("msg.rights_overdue", "error", count=late)
    elif soon:
        live.say("msg.rights_soon", "warning", count=soon)


def of_item(live: Live, seq: int) -> Iterator[tuple[str, str, str]]:
    """(right, state, due) of each open request about an item."""
    for row in ledger.open_of(live.state.value).values():
        if seq in (item for item, _ in row["about"]):
            yield row["right"], state_of(live, row["due"]), row["due"]


def _view(live: Live, name: str, row: Mapping[str, Any]) -> RightView:
    rules, items = live.rules.rights, tuple(dict.fromkeys(item for item, _ in row["about"] if item))
    found = [live.item(seq) for seq in items]
    return RightView(
        request=name,
        right=row["right"],
        due=row["due"],
        state=state_of(live, row["due"]),
        reference=_reference(live, row),
        items=items,
        numbers=tuple(each.short_number for each in found if each is not None),
        fields=tuple(
            rules.fields.get(each, {"zh": each, "en": each}) for _, each in row["about"] if each != NONE
        ),
        grounds={one.code: one.names for one in rules.grounds if row["right"] in one.rights},
    )


def _reference(live: Live, row: Mapping[str, Any]) -> str:
    return f"{live.settings.terminal} {row['asked']}"


def _ground(live: Live, row: Mapping[str, Any], code: str) -> str:
    found = live.rules.rights.ground(code, row["right"])
    return f"{found.names[_LANGUAGE]}（{found.source}）" if found is not None else ""


def _about(live: Live, command: AskRight, rows: Mapping[int, ItemRow]) -> list[list[Any]]:
    """[item, field] of each entry, as the state has them.  Raises RuleError NOT_ALLOWED, LATE_ITEM."""
    explain, correct = command.right == Right.EXPLAIN, command.right == Right.CORRECT
    known = command.right in list(Right) and set(command.items) <= set(rows)
    fields = set(command.fields) <= set(live.rules.rights.fields) and bool(command.fields) == correct
    if not (known and fields and bool(command.items) != explain):
        raise RuleError(RuleFault.NOT_ALLOWED)
    if any(rows[item].late is not None for item in command.items):
        raise RuleError(RuleFault.LATE_ITEM)
    if explain:
        return [[0, NONE]]
    items, wrong = dict.fromkeys(command.items), dict.fromkeys(command.fields or (NONE,))
    return [[item, each] for item in items for each in wrong]


def _item(live: Live, row: ItemRow, *, whole: bool) -> PersonItem:
    number, at = row.number, str(row.annex.get("accepted_at", ""))
    if not whole:
        return PersonItem(number, at)
    values = {name: row.annex.get(name) for name in _SHOWN}
    rows = tuple((name, str(value)) for name, value in values.items() if value not in (None, ""))
    said = consenting.of_item(live, row.seq, may_give=False).consents
    consents = tuple((one.titles[_LANGUAGE], one.answer, one.day) for one in said if one.answer)
    return PersonItem(number, at, rows, consents)


def _parts(record: PersonRecord) -> Iterator[PersonRecord]:
    """Of a record that is too long for one label: each item and each few paragraphs by themselves."""
    bare = replace(record, items=(), kept=(), told=())
    for at in range(0, len(record.kept), _ON_A_LABEL):
        yield replace(bare, kept=record.kept[at : at + _ON_A_LABEL])
    for at in range(0, len(record.told), _ON_A_LABEL):
        yield replace(bare, told=record.told[at : at + _ON_A_LABEL])
    if not (record.kept or record.told):
        yield replace(bare, items=record.items)
        return
    for item in record.items:
        yield replace(bare, items=(item,))
