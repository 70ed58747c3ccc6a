"""Complaints at the station: taken, contacted, handed on, answered, objected to; nothing of hers chained."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from core import commands as c
from core.complaints import (
    AnswerComplaint,
    AskComplainant,
    BeginComplaint,
    BeginObjection,
    ComplaintView,
    ContactComplainant,
    HandOnComplaint,
    LeaveComplaint,
    PrintComplaint,
    ShowComplainant,
    TakeComplaint,
    TakeDown,
)
from core.devices import ComplaintRecord
from core.errors import StoreError, StoreFault
from core.ledger.entry import AttachmentClass, Entry
from core.ports import StaffRow
from core.second import DecideRequest
from tests.core.station.desk import Counter

pytestmark = pytest.mark.requirement("R96", "R97", "R98", "R99", "R100", "R102", "R103", "R104")

SAID = TakeDown("示例丙", "13700137009", "", "柜台人员态度不好，说了三次才办理")
ATTITUDE = BeginComplaint(0, "service", "attitude", "other", "unknown")
EDITION = "2026-11-01"
HOUR = 3600.0


@pytest.fixture
def counter() -> Iterator[Counter]:
    """One item, looked up."""
    made = Counter(receipts=True)
    made.log_in()
    made.look_up_one()
    yield made
    made.station.stop()


def item(counter: Counter) -> int:
    return min(counter.vault.journal.records)


def only(counter: Counter) -> ComplaintView:
    (found,) = counter.shown().complaints.open
    return found


def answer(seq: int, text: str = "train", yuan: str = "") -> AnswerComplaint:
    return AnswerComplaint(seq, text, EDITION, yuan)


def entry(counter: Counter, kind: str) -> Entry:
    return next(each for each in reversed(counter.vault.journal.rows) if each.header.kind == kind)


def papers(counter: Counter, count: int) -> list[ComplaintRecord]:
    deadline = time.monotonic() + 10
    while True:
        found = [job.page for job in counter.printer.jobs if isinstance(job.page, ComplaintRecord)]
        if len(found) >= count:
            return found
        assert time.monotonic() < deadline
        time.sleep(0.01)


def over_to(counter: Counter, operator: str, password: str) -> None:
    counter.do(c.LogOut())
    counter.log_in(operator, password)


def test_taken_down_with_its_clocks_and_nothing_of_hers_in_the_chain(counter: Counter) -> None:
    view = counter.do(BeginComplaint(item(counter), "transport", "late", "recipient", "unknown"))
    form = view.complaints.form
    assert form is not None
    assert (form.number, form.names["zh"], form.again) == ("000001", "延误", "")
    view = counter.do(SAID)
    assert (counter.message(), view.complaints.form) == ("msg.complaint_opened", None)
    assert counter.kinds()[-2:] == ["CaseOpened", "ComplaintOpened"]
    opened = entry(counter, "ComplaintOpened")
    assert [part.cls for part in opened.attachments if part is not None] == [AttachmentClass.SEALED]
    bodies = b"".join(each.body for each in counter.vault.journal.rows)
    stored = b"".join(part.data for part in opened.attachments if part is not None)
    for text in ("示例丙", "13700137009", "态度不好"):
        assert text.encode() not in bodies + stored
        assert text not in repr(SAID)
    row = only(counter)
    assert (row.owner, row.step, row.state, row.mine, row.reach) == (
        "OP10001", "contact", "open", True, "kept",
    )  # fmt: skip
    assert (row.number, row.left // 60 in (23, 24)) == ("000001", True)
    (paper,) = papers(counter, 1)
    assert (paper.state, paper.reference, paper.owner) == ("opened", row.reference, "OP10001")
    assert "示例丙" not in repr(paper)


def test_she_is_reached_by_two_for_seconds_and_her_answer_ends_it(counter: Counter) -> None:
    counter.do(c.CloseLookUp(), ATTITUDE, SAID)
    seq = only(counter).complaint
    counter.do(ShowComplainant(seq))
    assert counter.message() == "rule.approval_needed"
    counter.do(AskComplainant(seq, "complaint"))
    assert only(counter).reach == "asked"
    (name,) = counter.live.state.value["requests"]
    counter.do(DecideRequest(name, "OP20001", "si-wu-liu", approved=True))
    assert only(counter).reach == "approved"
    view = counter.do(ShowComplainant(seq))
    assert view.case is not None
    assert view.found == ()
    assert (view.case.name, view.case.phone, view.case.number) == (
        "示例丙", "13700137009", only(counter).reference,
    )  # fmt: skip
    view = counter.do(ContactComplainant(seq, "phone"))
    assert (view.case, only(counter).step, only(counter).left > 6 * 24 * 60) == (None, "answer", True)
    counter.do(answer(seq))
    assert (counter.message(), counter.kinds()[-2:]) == (
        "msg.complaint_answered", ["ComplaintAnswered", "CaseClosed"],
    )  # fmt: skip
    assert not counter.live.state.value["cases"]
    taken, answered = papers(counter, 2)
    assert (taken.text, answered.state, answered.cents) == ("", "answered", 0)
    assert "道歉" in answered.text
    assert answered.until == entry(counter, "ComplaintAnswered").data["until"]


def test_it_is_hers_until_another_has_taken_it(counter: Counter) -> None:
    counter.do(ATTITUDE, TakeDown())
    assert counter.message() == "msg.complaint_unreachable"
    seq = only(counter).complaint
    for to in ("OP10001", "OP99999"):
        counter.do(HandOnComplaint(seq, to))
        assert counter.message() == "rule.complaint_staff"
    other = counter.shown().complaints.staff[0]
    counter.live.staff[other] = StaffRow(other, "")  # headquarters said that she has left
    counter.do(HandOnComplaint(seq, other))
    assert counter.message() == "rule.complaint_staff"
    del counter.live.staff[other]
    counter.do(TakeComplaint(seq))
    assert counter.message() == "rule.complaint_gone"
    counter.do(HandOnComplaint(seq, other))
    assert (only(counter).owner, only(counter).to, only(counter).handed) == ("OP10001", other, False)
    over_to(counter, "OP20001", "si-wu-liu")
    assert (counter.message(), only(counter).handed) == ("msg.complaints_handed", True)
    counter.do(TakeComplaint(seq))
    assert (only(counter).owner, only(counter).to) == ("OP20001", "")
    over_to(counter, "OP10001", "yi-er-san")
    counter.do(answer(seq))
    assert counter.message() == "rule.complaint_owner"


def test_an_answer_is_one_of_the_rules_and_money_only_a_compensation(counter: Counter) -> None:
    counter.do(BeginComplaint(item(counter), "transport", "lost", "sender", "yes"), SAID)
    seq = only(counter).complaint
    for wrong, why in (
        (answer(seq, "train"), "answer"), (AnswerComplaint(seq, "compensate", "2020"), "answer"),
        (answer(seq, "compensate"), "amount"), (answer(seq, "compensate", "25 or so"), "amount"),
        (answer(seq, "compensate", "99999"), "amount"), (answer(seq, "extend", "5"), "amount"),
    ):  # fmt: skip
        counter.do(wrong)
        assert counter.message() == f"rule.complaint_{why}"
    counter.do(answer(seq, "compensate", "25.5"))
    said = entry(counter, "ComplaintAnswered").data
    assert (said["ours"], said["measure"], said["cents"]) == ("yes", "compensate", 2550)
    assert papers(counter, 2)[-1].cents == 2550
    counter.do(answer(seq))
    assert counter.message() == "rule.complaint_gone"


def test_an_objection_opens_it_again_with_both_clocks(counter: Counter) -> None:
    counter.do(ATTITUDE, SAID)
    seq = only(counter).complaint
    counter.do(BeginObjection(seq, "facts"))
    assert counter.message() == "rule.complaint_gone"  # nothing was answered yet
    counter.do(answer(seq, "not_ours_facts"))
    assert entry(counter, "ComplaintAnswered").data["ours"] == "no"
    (done,) = counter.shown().complaints.answered
    assert (done.step, done.ours) == ("answered", "no")
    counter.do(PrintComplaint(seq))
    assert papers(counter, 3)[-1].state == "answered"
    view = counter.do(BeginObjection(seq, "facts"))
    assert view.complaints.form is not None
    assert view.complaints.form.again == done.reference
    counter.do(TakeDown("", "13700137009", "", "不是这样"))
    again = only(counter)
    assert (again.complaint, again.again, again.step, again.reach) == (seq, 1, "contact", "kept")
    assert papers(counter, 4)[-1].state == "reopened"


def test_the_first_due_stands_first_and_what_is_over_is_said_at_log_in(counter: Counter) -> None:
    counter.do(ATTITUDE, SAID)
    first = only(counter).complaint
    counter.do(ContactComplainant(first, "counter"))
    counter.vault.machine.advance(HOUR)
    counter.do(ATTITUDE, TakeDown())
    rows = counter.shown().complaints.open
    assert [row.complaint for row in rows][1] == first  # seven days; the other has to be contacted first
    counter.vault.machine.advance(21 * HOUR)
    over_to(counter, "OP10001", "yi-er-san")
    assert (counter.message(), counter.shown().complaints.open[0].state) == ("msg.complaints_soon", "soon")
    counter.vault.machine.advance(4 * HOUR)
    over_to(counter, "OP10001", "yi-er-san")
    assert (counter.message(), counter.shown().complaints.overdue) == ("msg.complaints_overdue", 1)


def test_a_disk_that_refuses_leaves_the_form(counter: Counter) -> None:
    counter.do(ATTITUDE)
    counter.vault.journal.fail = StoreError(StoreFault.DISK_FULL)
    counter.do(SAID)
    assert counter.shown().complaints.form is not None
    counter.vault.journal.fail = None
    counter.do(TakeDown(words="字" * 501))
    assert counter.message() == "rule.complaint_long"
    counter.do(LeaveComplaint(), SAID)
    assert (counter.message(), "ComplaintOpened" in counter.kinds()) == ("rule.not_allowed", False)
    counter.do(BeginComplaint(item(counter), "service", "late", "sender", "yes"))  # a reason of another class
    assert counter.message() == "rule.not_allowed"
