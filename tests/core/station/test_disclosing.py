"""Data for an organ or a partner, at the station: filed, signed for, sent; nothing is given at a counter."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from core import commands as c
from core.consents import AnswerConsent, Answered
from core.devices import DisclosureRecord
from core.disclosing import BeginDisclosure, DisclosureMark, FileDisclosure, LeaveDisclosure, SendDisclosure
from core.errors import StoreError, StoreFault
from core.ledger.entry import AttachmentClass, Entry
from core.ledger.requests import Decision
from core.second import DecideRequest
from tests.core.station.desk import RULES, WAYBILLS, Counter

pytestmark = pytest.mark.requirement("R70", "R72")

SHARE = next(each for each in RULES.editions[0].consents if each.code == "share_delivery")
TYPED = FileDisclosure("示公（刑）调证字〔2026〕88号", "示例警官", "A10001", "示例警员", "A10002")
CONTACT = FileDisclosure("GX-2026-17", "示例联系人", "021-00000000")


def lawful(item: int, scope: str = "sender_identity", basis: str = "postal_law_36") -> BeginDisclosure:
    return BeginDisclosure(item, "public_security", basis, "criminal_case", scope)


def sharing(item: int) -> BeginDisclosure:
    return BeginDisclosure(item, "pickup_point", "consent_pipl_23", "delivery_notice", "sender_contact")


@pytest.fixture
def counter() -> Iterator[Counter]:
    """One item whose sender agreed to nothing; it is looked up."""
    made = Counter(receipts=True)
    yield from _accepted(made)


@pytest.fixture
def agreed() -> Iterator[Counter]:
    """The same, and she agreed that the partner may have her name and phone."""
    yield from _accepted(Counter(receipts=True), Answered.GIVEN)


def _accepted(made: Counter, answer: Answered | None = None) -> Iterator[Counter]:
    made.log_in()
    made.sender()
    if answer is not None:
        made.do(AnswerConsent(SHARE.code, SHARE.version, answer, "spoken"))
    made.parcel(WAYBILLS[0])
    made.do(c.Commit(), c.NextItem())
    made.lift()
    made.do(c.NextCustomer(), c.LookUp("1"))
    yield made
    made.station.stop()


def item(counter: Counter) -> int:
    return min(counter.vault.journal.records)


def entry(counter: Counter, kind: str) -> Entry:
    (found,) = [each for each in counter.vault.journal.rows if each.header.kind == kind]
    return found


def sign(counter: Counter, decision: Decision = Decision.APPROVED) -> None:
    """The supervisor beside her, on the station's own thread."""
    (name,) = counter.live.state.value["requests"]
    counter.do(DecideRequest(name, "OP20001", "si-wu-liu", approved=decision is Decision.APPROVED))


def mark(counter: Counter) -> DisclosureMark:
    (found,) = counter.shown().disclosing.marks
    return found


def records(counter: Counter) -> list[DisclosureRecord]:
    deadline = time.monotonic() + 10
    while True:
        found = [job.page for job in counter.printer.jobs if isinstance(job.page, DisclosureRecord)]
        if found:
            return found
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_an_organ_s_is_filed_signed_for_and_sent(counter: Counter) -> None:
    view = counter.do(lawful(item(counter)))
    form = view.disclosing.form
    assert form is not None
    assert (form.number, form.way, form.recipient["zh"]) == ("000001", "lawful", "公安机关")
    view = counter.do(TYPED)
    assert (view.disclosing.form, counter.message()) == (None, "msg.disclosure_filed")
    filed = entry(counter, "DisclosureFiled")
    assert filed.data["fields"] == ["sender_name", "sender_document", "item"]
    assert (filed.data["consent"], filed.data["until"]) == (0, "2026-12-21")
    assert [each.cls for each in filed.attachments if each is not None] == [AttachmentClass.SEALED]
    assert "DisclosureAsked" not in counter.kinds()
    sign(counter)
    assert (counter.message(), counter.kinds()[-1]) == ("msg.disclosure_asked", "DisclosureAsked")
    bodies = b"".join(each.body for each in counter.vault.journal.rows)
    stored = b"".join(part.data for part in filed.attachments if part is not None)
    for text in ("示例警官", "A10001", "A10002", "88号"):
        assert text.encode() not in bodies + stored
    assert "示例警官" not in repr(TYPED)


def test_a_clerk_gives_nothing_without_the_second_person(counter: Counter) -> None:
    counter.do(lawful(item(counter)), TYPED)
    seq = entry(counter, "DisclosureFiled").header.seq
    counter.do(SendDisclosure(seq))
    assert (counter.message(), "DisclosureAsked" in counter.kinds()) == ("rule.approval_needed", False)
    sign(counter, Decision.DECLINED)
    counter.do(SendDisclosure(seq))
    assert counter.message() == "rule.approval_needed"
    assert mark(counter).state == "over"
    assert [(each.state, each.number[-6:]) for each in records(counter)] == [("over", "000001")] * 2


@pytest.mark.parametrize("answer", [None, Answered.REFUSED, Answered.WITHDRAWN])
def test_nothing_is_shared_without_the_consent(answer: Answered | None) -> None:
    for here in _accepted(Counter(), Answered.GIVEN if answer is Answered.WITHDRAWN else answer):
        if answer is Answered.WITHDRAWN:
            here.do(AnswerConsent(SHARE.code, SHARE.version, Answered.WITHDRAWN, "spoken", item(here)))
        view = here.do(sharing(item(here)))
        assert (here.message(), view.disclosing.form) == ("rule.disclosure_consent", None)


def test_a_consent_that_is_withdrawn_before_it_is_sent_ends_it(agreed: Counter) -> None:
    agreed.do(sharing(item(agreed)), CONTACT)
    assert agreed.message() == "msg.disclosure_filed"
    filed, consent = entry(agreed, "DisclosureFiled"), entry(agreed, "ConsentAnswered")
    assert filed.data["consent"] == consent.header.seq
    agreed.do(AnswerConsent(SHARE.code, SHARE.version, Answered.WITHDRAWN, "spoken", item(agreed)))
    sign(agreed)
    assert (agreed.message(), "DisclosureAsked" in agreed.kinds()) == ("rule.disclosure_consent", False)


def test_a_consent_to_another_text_is_none(agreed: Counter) -> None:
    rule = RULES.editions[0]
    newer = replace(
        rule, consents=tuple(replace(each, version=f"{each.code}-2027") for each in rule.consents)
    )
    agreed.live.rulebook = replace(agreed.live.rulebook, editions=(newer,), _told={})
    agreed.do(sharing(item(agreed)))
    assert agreed.message() == "rule.disclosure_version"


@pytest.mark.parametrize(
    "asked",
    [
        lambda seq: lawful(seq, basis="consent_pipl_23"),
        lambda seq: lawful(seq, scope="sender_contact"),
        lambda seq: replace(lawful(seq), purpose="inspection"),
        lambda seq: replace(lawful(seq), recipient="police"),
        lambda seq: replace(sharing(seq), scope="whole_item"),
    ],
)
def test_what_the_basis_does_not_cover_is_not_asked_for(agreed: Counter, asked: object) -> None:
    agreed.do(asked(item(agreed)))  # type: ignore[operator]
    assert agreed.message() == "rule.disclosure_basis"


def test_of_no_item_that_the_look_up_does_not_show(counter: Counter) -> None:
    seq = item(counter)
    counter.do(c.LookUp("2"), lawful(seq))
    assert counter.message() == "rule.not_allowed"
    counter.do(TYPED)
    assert "DisclosureFiled" not in counter.kinds()


def test_two_officers_and_the_paper_s_number_are_needed(counter: Counter) -> None:
    counter.do(lawful(item(counter)), replace(TYPED, second_card=""))
    assert counter.message() == "rule.disclosure_officers"
    counter.do(replace(TYPED, document="号" * 61))
    assert (counter.message(), "DisclosureFiled" in counter.kinds()) == ("rule.disclosure_long", False)
    counter.do(TYPED)
    counter.do(lawful(item(counter)))
    assert counter.message() == "rule.disclosure_open"


def test_none_goes_first_but_where_the_rules_say_so(counter: Counter) -> None:
    counter.do(replace(lawful(item(counter)), mode="countersign"))
    assert counter.message() == "rule.approval_waits"
    rule = RULES.editions[0]
    second = {
        **rule.second,
        "disclose": replace(rule.second["disclose"], hours={"wait": 24, "countersign": 48}),
    }
    counter.live.rulebook = replace(counter.live.rulebook, editions=(replace(rule, second=second),), _told={})
    counter.do(replace(lawful(item(counter)), mode="countersign"), TYPED)
    assert (counter.message(), counter.kinds()[-1]) == ("msg.disclosure_asked", "DisclosureAsked")
    (request,) = counter.shown().second.requests
    assert request.state == "signs"


def test_another_clerk_is_not_told_and_the_supervisor_is(counter: Counter) -> None:
    """邮政法 36: whoever does not need to know of an organ's request does not."""
    counter.do(lawful(item(counter)), TYPED)
    assert mark(counter).state == "waits"
    sign(counter)
    assert mark(counter).state == "asked"
    counter.do(c.LogOut())
    counter.log_in("OP20001", "si-wu-liu")
    view = counter.do(c.LookUp("1"))
    assert [each.state for each in view.disclosing.marks] == ["asked"]
    counter.do(replace(lawful(item(counter)), recipient="procuratorate"), TYPED)
    assert [each.state for each in counter.shown().disclosing.marks] == ["asked", "waits"]
    counter.do(c.LogOut())
    counter.log_in()
    view = counter.do(c.LookUp("1"))
    assert [each.recipient["en"] for each in view.disclosing.marks] == ["Public security organ"]  # hers alone


def test_its_record_comes_twice_and_names_nobody(counter: Counter) -> None:
    counter.do(lawful(item(counter)), TYPED, LeaveDisclosure())
    sign(counter)
    made = records(counter)
    seq = entry(counter, "DisclosureFiled").header.seq
    assert [each.reference for each in made] == [f"990100-01-03/{seq}"] * 2
    assert (made[0].state, made[0].recipient, made[0].basis) == ("asked", "公安机关", "《邮政法》第三十六条")
    assert not any(text in repr(made) for text in ("示例警官", "A10001", "证件样本", "13800138000"))


def test_a_power_cut_after_either_entry_gives_nothing_and_sends_once(counter: Counter) -> None:
    """Filed and not asked for: nothing leaves; it is filed again.  Sent: it is sent once."""
    for step in ("disclosure.filed", "disclosure.asked"):

        def cut(reached: str, step: str = step) -> None:
            if reached == step:
                raise StoreError(StoreFault.IO)

        counter.live.probe = cut
        counter.do(lawful(item(counter)), TYPED)
        if step == "disclosure.asked":
            sign(counter)
        counter.live.probe = counter.steps.append
        expected = ["DisclosureFiled"] if step == "disclosure.filed" else ["DisclosureFiled"] * 2
        kinds = [kind for kind in counter.kinds() if kind.startswith("Disclosure")]
        assert kinds == (expected if step == "disclosure.filed" else [*expected, "DisclosureAsked"])
    seq = max(one.header.seq for one in counter.vault.journal.rows if one.header.kind == "DisclosureFiled")
    counter.do(SendDisclosure(seq))
    assert counter.kinds().count("DisclosureAsked") == 1
