"""What a person asks about her own data at the counter: her record, the days it has, who answers and how."""

from __future__ import annotations

import datetime as dt

import pytest

from core import commands as c
from core.devices import CardRead, PersonRecord, PrintJob, PrintOutcome, Slot
from core.persons import AnswerRight, AskErasure, AskRight
from core.view import ItemView
from tests.core.station.desk import RULES, WAYBILLS, Counter, card
from tests.core.station.test_adopting import tell

pytestmark = pytest.mark.requirement("R8")

SUPERVISOR = ("OP20001", "si-wu-liu")
WRONG = ("recipient_phone", "weight")


def served(*, receipts: bool = False) -> Counter:
    """One item of the specimen's, its paper out; the customer has gone."""
    counter = Counter(receipts=receipts)
    counter.log_in()
    counter.sender()
    counter.parcel(WAYBILLS[0])
    counter.do(c.Commit())
    for job in counter.paper(2 if receipts else 1):
        counter.print(job)
    counter.lift()
    counter.do(c.NextCustomer())
    return counter


@pytest.fixture
def counter() -> Counter:
    return served(receipts=True)


def by_card(counter: Counter) -> list[ItemView]:
    counter.do(c.LookUp(""))
    counter.station.device_event(CardRead(Slot.ID_READER, card()))
    return list(counter.shown().found or ())


def record(job: PrintJob) -> PersonRecord:
    assert isinstance(job.page, PersonRecord)
    return job.page


def open_requests(counter: Counter) -> list[tuple[str, str, str]]:
    return [(each.right, each.state, each.due) for each in counter.views[-1].rights.requests]


def test_access_is_written_first_and_answered_once_its_record_is_out(counter: Counter) -> None:
    (item,) = by_card(counter)
    counter.do(AskRight("access", (item.seq,)))
    asked = counter.vault.journal.rows[-1]
    assert (asked.header.kind, asked.data["item"], asked.data["right"]) == ("PersonAsked", item.seq, "access")
    assert dt.date.fromisoformat(asked.data["due"]) - asked.header.trusted.at.date() >= dt.timedelta(29)
    job = counter.printer.jobs[-1]
    page = record(job)
    assert (page.right, page.outcome, job.slot) == ("access", "done", Slot.RECEIPT_PRINTER)
    ((shown,), kept) = page.items, page.kept
    rows = dict(shown.rows)
    assert rows["waybill"] == WAYBILLS[0]
    for hidden in ("证件样本", "13800138000", "11010519491231002X", "13900139021"):
        assert hidden not in repr(shown.rows)
    assert rows["document_number"].startswith("1")
    assert len(kept) == len(RULES.editions[-1].rights.kept)
    assert open_requests(counter) == [("access", "open", asked.data["due"])]
    counter.print(job, PrintOutcome.NOT_PRINTED, "device.paper_out")
    assert counter.message() == "msg.right_not_printed"
    by_card(counter)
    counter.do(AskRight("access", (item.seq,)))  # the same again is one request
    assert counter.kinds().count("PersonAsked") == 1
    counter.print(counter.printer.jobs[-1])
    answered = counter.vault.journal.rows[-1]
    assert (answered.header.kind, answered.data["outcome"]) == ("PersonAnswered", "done")
    assert answered.data["request"] == asked.data["request"]
    assert open_requests(counter) == []


def test_an_explanation_prints_the_notice_in_force(counter: Counter) -> None:
    by_card(counter)
    counter.do(AskRight("explain"))
    page = record(counter.printer.jobs[-1])
    notice = RULES.editions[-1].notice.texts["zh"]
    assert page.told == tuple((each.heading, each.text) for each in notice.paragraphs)
    counter.print(counter.printer.jobs[-1])
    assert counter.kinds()[-2:] == ["PersonAsked", "PersonAnswered"]


def test_a_correction_waits_with_its_fields_and_its_day_stands_beside_the_item(counter: Counter) -> None:
    (item,) = by_card(counter)
    counter.do(AskRight("correct", (item.seq,), WRONG))
    said = [entry.data for entry in counter.vault.journal.rows if entry.header.kind == "PersonAsked"]
    assert [(each["item"], each["field"]) for each in said] == [(item.seq, field) for field in WRONG]
    assert len({each["request"] for each in said}) == 1
    page = record(counter.printer.jobs[-1])
    names = [RULES.editions[-1].rights.fields[field]["zh"] for field in WRONG]
    assert (page.outcome, list(page.fields), page.due) == ("", names, said[0]["due"])
    counter.print(counter.printer.jobs[-1])
    assert "PersonAnswered" not in counter.kinds()
    (shown,) = by_card(counter)
    assert [note.code for note in shown.notes] == ["note.right_open"]


def test_only_a_supervisor_answers_and_a_refusal_has_a_ground_that_fits(counter: Counter) -> None:
    (item,) = by_card(counter)
    counter.do(AskRight("copy", (item.seq,)))
    (request,) = counter.views[-1].rights.requests
    counter.do(AnswerRight(request.request, "done"))
    assert counter.message() == "rule.role"
    counter.do(c.Lock())
    counter.log_in(*SUPERVISOR)
    for outcome, ground in (
        ("refused", "none"),
        ("refused", "found_correct"),
        ("done", "restricted"),
        ("gone", "none"),
    ):
        counter.do(AnswerRight(request.request, outcome, ground))
        assert counter.message() == "rule.right_ground", (outcome, ground)
    assert "PersonAnswered" not in counter.kinds()
    counter.do(AnswerRight(request.request, "refused", "state_organ"))
    assert counter.message() == "msg.right_answered"
    page = record(counter.printer.jobs[-1])
    assert (page.outcome, "35" in page.ground, "申诉" in page.handler) == ("refused", True, True)
    said = counter.vault.journal.rows[-1]
    assert (said.header.kind, said.header.actor.id, said.data["ground"]) == (
        "PersonAnswered",
        "OP20001",
        "state_organ",
    )
    counter.do(AnswerRight(request.request, "done"))
    assert counter.message() == "rule.request_gone"


def test_whoever_logs_in_is_told_before_the_day_and_after_it(counter: Counter) -> None:
    (item,) = by_card(counter)
    counter.do(AskRight("copy", (item.seq,)))
    counter.do(c.Lock())
    for days, message, state in (
        (20, "msg.welcome", "open"),
        (4, "msg.rights_soon", "soon"),
        (7.4, "msg.rights_overdue", "overdue"),
    ):
        counter.vault.machine.advance(days * 86400)
        counter.do(c.LogOut())
        counter.log_in()
        assert (counter.message(), [each[1] for each in open_requests(counter)]) == (message, [state])
        counter.do(c.Lock())


def test_not_without_her_document_nor_about_what_it_does_not_show(counter: Counter) -> None:
    (item,) = by_card(counter)
    for right, items, fields in (
        ("access", (1,), ()), ("access", (), ()), ("explain", (item.seq,), ()), ("correct", (item.seq,), ()),
        ("correct", (item.seq,), ("nonsense",)), ("copy", (item.seq,), WRONG), ("erase", (item.seq,), ()),
    ):  # fmt: skip
        counter.do(AskRight(right, items, fields))
        assert counter.message() == "rule.not_allowed", (right, items, fields)
    counter.do(c.LookUp(WAYBILLS[0]), AskRight("access", (item.seq,)))
    assert counter.message() == "rule.person_absent"
    assert "PersonAsked" not in counter.kinds()


def test_on_labels_the_record_comes_in_parts_and_the_last_one_answers() -> None:
    counter = served()
    (item,) = by_card(counter)
    before = len(counter.printer.jobs)
    counter.do(AskRight("access", (item.seq,)))
    parts = counter.printer.jobs[before:]
    assert len(parts) > 1
    assert {job.slot for job in parts} == {Slot.LABEL_PRINTER}
    kept = [row for job in parts for row in record(job).kept]
    assert len(kept) == len(RULES.editions[-1].rights.kept)
    for job in parts[:-1]:
        counter.print(job)
        assert "PersonAnswered" not in counter.kinds()
    counter.print(parts[-1])
    assert counter.kinds()[-1] == "PersonAnswered"
    counter.station.stop()


@pytest.mark.parametrize("jammed", [0, 1, -1])
def test_a_jam_in_any_part_leaves_the_request_open(jammed: int) -> None:
    counter = served()
    (item,) = by_card(counter)
    before = len(counter.printer.jobs)
    counter.do(AskRight("access", (item.seq,)))
    parts = counter.printer.jobs[before:]
    jam = parts[jammed]
    for job in parts:
        counter.print(job, PrintOutcome.NOT_PRINTED if job is jam else PrintOutcome.PRINTED)
    assert "PersonAnswered" not in counter.kinds()
    (item,) = by_card(counter)
    counter.do(AskRight("access", (item.seq,)))  # the same request, and its paper again
    for job in counter.printer.jobs[before + len(parts) :]:
        counter.print(job)
    assert [counter.kinds().count(kind) for kind in ("PersonAsked", "PersonAnswered")] == [1, 1]
    counter.station.stop()


def test_deletion_leaves_what_was_asked_before_open(counter: Counter) -> None:
    (item,) = by_card(counter)
    counter.do(AskRight("copy", (item.seq,)), AskErasure((item.seq,)))
    assert counter.kinds()[-1] == "ItemRestricted"
    assert [each[0] for each in open_requests(counter)] == ["copy"]


def test_headquarters_answer_is_adopted_once_and_said(counter: Counter) -> None:
    (item,) = by_card(counter)
    counter.do(AskRight("copy", (item.seq,)))
    (request,) = counter.views[-1].rights.requests
    body = {"request": request.request, "outcome": "partly", "ground": "others_rights"}
    tell(counter, ("person_answer", request.request, body))
    assert counter.message() == "msg.right_told"
    said = counter.vault.journal.rows[-1]
    assert (said.header.kind, said.header.kind_version, said.data["directive"]) == ("PersonAnswered", 2, 1)
    assert open_requests(counter) == []
    tell(counter, ("person_answer", request.request, body))
    assert counter.kinds().count("PersonAnswered") == 1
    tell(counter, ("person_answer", "q-9", {**body, "ground": "none"}))
    assert counter.message() == "msg.directive_parked"
