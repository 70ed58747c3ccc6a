"""Separate consents at the station: asked singly, refused without harm, withdrawn; and a child's guardian."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from core import commands as c
from core.consents import AnswerConsent, Answered, AskConsents, GuardianAgrees
from core.devices import CardRead, Slot
from core.identity.card import IdCard, Sex
from core.ledger.entry import Entry
from tests.core.station.desk import RULES, WAYBILLS, Counter, card

pytestmark = pytest.mark.requirement("R54", "R56")

RULE = RULES.editions[0]
CALL, SHARE = RULE.consents
CHILD = replace(card("示例童", "529999201301010010", "r-2"), sex=Sex.MALE, birth=dt.date(2013, 1, 1))
YOUTH = replace(card("示例丙", "529999201001010019", "r-3"), sex=Sex.MALE, birth=dt.date(2010, 1, 1))
GUARDIANS = RULE.guardians.notice.id


@pytest.fixture
def counter() -> Counter:
    made = Counter()
    made.log_in()
    return made


def said(
    answer: Answered, consent: str = CALL.code, version: str = CALL.version, item: int = 0
) -> AnswerConsent:
    return AnswerConsent(consent, version, answer, "spoken", item)


def answers(counter: Counter) -> list[tuple[str, str]]:
    """(consent, answer) of every entry, in order."""
    return [(one.data["consent"], one.data["answer"]) for one in entries(counter, "ConsentAnswered")]


def entries(counter: Counter, kind: str) -> list[Entry]:
    return [entry for entry in counter.vault.journal.rows if entry.header.kind == kind]


def place(counter: Counter, document: IdCard) -> None:
    """On the reader, while whatever stands stays."""
    counter.station.device_event(CardRead(Slot.ID_READER, document))
    counter.shown()


def test_nobody_asked_is_no_consent_and_a_refusal_hinders_nothing(counter: Counter) -> None:
    counter.sender()
    assert [each.answer for each in counter.visit().said.consents] == ["", ""]
    counter.do(said(Answered.REFUSED))
    counter.parcel(WAYBILLS[0])
    assert counter.visit().missing == ()
    counter.do(c.Commit())
    assert counter.kinds()[-3:] == ["SenderVerified", "ConsentAnswered", "ItemAccepted"]
    assert answers(counter) == [(CALL.code, "refused")]  # nobody was asked for the other
    sender, consent, item = counter.vault.journal.rows[-3:]
    assert consent.data["sender"] == item.data["sender"] == sender.header.seq
    assert (consent.data["version"], consent.data["how"]) == (CALL.version, "spoken")


def test_an_answer_after_f9_is_an_entry_at_once_and_the_same_again_is_none(counter: Counter) -> None:
    counter.sender()
    counter.parcel(WAYBILLS[0])
    counter.do(c.Commit(), said(Answered.GIVEN), said(Answered.GIVEN))
    assert answers(counter) == [(CALL.code, "given")]
    counter.do(said(Answered.REFUSED))
    assert answers(counter)[1:] == [(CALL.code, "withdrawn")]
    counter.do(c.NextItem())
    counter.parcel(WAYBILLS[1])
    counter.do(c.Commit())
    assert len(answers(counter)) == 2  # the second item has no sender of its own


def test_an_answer_to_another_text_than_the_one_in_force_does_not_count(counter: Counter) -> None:
    counter.sender()
    counter.do(said(Answered.GIVEN, version="satisfaction-call-2025-01-01"))
    assert counter.message() == "rule.consent_version"
    counter.do(said(Answered.GIVEN, consent="everything"))
    assert counter.message() == "rule.consent_unknown"
    counter.do(AnswerConsent(CALL.code, CALL.version, Answered.GIVEN, "presumed"))
    assert counter.message() == "rule.not_allowed"
    # One that was given to the text of yesterday is not recorded to the one of today.
    counter.do(said(Answered.GIVEN))
    newer = replace(RULE, consents=(replace(CALL, version="satisfaction-call-2027"), SHARE))
    counter.live.rulebook = replace(counter.live.rulebook, editions=(newer,), _told={})
    counter.parcel(WAYBILLS[0])
    counter.do(c.Commit())
    assert counter.message() == "msg.accepted"
    assert answers(counter) == []


def test_what_one_person_said_is_never_the_next_one_s(counter: Counter) -> None:
    counter.place()
    counter.do(c.AcknowledgeNotice(c.Acknowledgement.SPOKEN), said(Answered.GIVEN))
    place(counter, card("样本甲", "110105194912310046", "r-9"))
    visit = counter.visit()
    assert visit.acknowledged is None
    assert {each.answer for each in visit.said.consents} == {""}


def test_undone_and_kept_over_the_lock(counter: Counter) -> None:
    counter.sender()
    counter.do(said(Answered.GIVEN), said(Answered.GIVEN, SHARE.code, SHARE.version))
    counter.do(c.Undo())
    assert [each.answer for each in counter.visit().said.consents] == ["given", ""]
    counter.do(c.Lock())
    counter.log_in()
    assert [each.answer for each in counter.visit().said.consents] == ["given", ""]


def test_withdrawn_at_a_look_up_as_easily_as_given(counter: Counter) -> None:
    counter.sender()
    counter.do(said(Answered.GIVEN))
    counter.parcel(WAYBILLS[0])
    counter.do(c.Commit(), c.NextCustomer())
    item = entries(counter, "ItemAccepted")[0].header.seq
    counter.do(AskConsents(item))
    assert counter.message() == "rule.not_allowed"  # no look-up shows it
    counter.do(said(Answered.WITHDRAWN, item=item))
    assert (counter.message(), answers(counter)) == ("rule.not_allowed", [(CALL.code, "given")])
    counter.do(c.LookUp(WAYBILLS[0]), AskConsents(item))
    told = counter.views[-1].consents
    assert told is not None
    assert [(each.code, each.answer) for each in told.consents] == [(CALL.code, "given"), (SHARE.code, "")]
    counter.do(said(Answered.WITHDRAWN, item=item))
    assert counter.message() == "msg.consent_withdrawn"
    assert answers(counter)[-1] == (CALL.code, "withdrawn")
    # Given again only where the person's own document found the item.
    counter.do(said(Answered.GIVEN, item=item))
    assert counter.message() == "rule.consent_person"
    place(counter, card())
    counter.do(said(Answered.GIVEN, item=item))
    assert counter.message() == "msg.consent_given"
    assert [answer for _, answer in answers(counter)] == ["given", "withdrawn", "given"]
    assert counter.do(c.CloseLookUp()).consents is None


def test_what_is_taken_back_at_a_look_up_is_taken_back_in_the_visit_that_goes_on(counter: Counter) -> None:
    """Standing there, and waiting among the parked; given again it is an entry, and not what was before."""
    counter.sender()
    counter.do(said(Answered.GIVEN), said(Answered.GIVEN, SHARE.code, SHARE.version))
    counter.parcel(WAYBILLS[0])
    counter.do(c.Commit(), c.NextItem())
    item = entries(counter, "ItemAccepted")[0].header.seq
    counter.do(c.LookUp(WAYBILLS[0]), said(Answered.WITHDRAWN, item=item))
    assert counter.message() == "msg.consent_here_too"
    counter.do(c.CloseLookUp())
    assert [each.answer for each in counter.visit().said.consents] == ["withdrawn", "given"]
    counter.do(said(Answered.GIVEN))
    assert [answer for _, answer in answers(counter)] == ["given", "given", "withdrawn", "given"]
    counter.do(c.SetField(c.Field.CONTENTS, "衣物"), c.Park())
    parked = counter.views[-1].parked[0].draft
    counter.do(c.LookUp(WAYBILLS[0]), said(Answered.WITHDRAWN, SHARE.code, SHARE.version, item))
    counter.do(c.CloseLookUp(), c.Resume(parked))
    assert [each.answer for each in counter.visit().said.consents] == ["given", "withdrawn"]


def test_what_is_taken_back_of_an_older_item_is_not_recorded_for_the_next_one(counter: Counter) -> None:
    """The same person stands here with a yes that no entry holds yet; somebody else keeps hers."""
    counter.sender()
    counter.do(said(Answered.GIVEN))
    counter.parcel(WAYBILLS[0])
    counter.do(c.Commit(), c.NextCustomer())
    item = entries(counter, "ItemAccepted")[0].header.seq
    counter.lift()
    place(counter, card("样本甲", "110105194912310046", "r-9"))
    counter.do(said(Answered.GIVEN), c.LookUp(WAYBILLS[0]), said(Answered.WITHDRAWN, item=item))
    assert counter.message() == "msg.consent_withdrawn"
    counter.do(c.CloseLookUp())
    assert [each.answer for each in counter.visit().said.consents] == ["given", ""]
    counter.do(c.NextCustomer(), c.LookUp(WAYBILLS[0]))
    place(counter, card())
    counter.do(said(Answered.GIVEN, item=item), c.CloseLookUp())
    counter.lift()
    counter.sender()
    counter.do(said(Answered.GIVEN), said(Answered.GIVEN, SHARE.code, SHARE.version))
    counter.do(c.LookUp(WAYBILLS[0]), said(Answered.WITHDRAWN, item=item))
    assert counter.message() == "msg.consent_here_too"
    counter.do(c.CloseLookUp())
    assert [each.answer for each in counter.visit().said.consents] == ["", "given"]
    counter.parcel(WAYBILLS[1])
    counter.do(c.Commit())
    assert answers(counter)[-2:] == [(CALL.code, "withdrawn"), (SHARE.code, "given")]


@pytest.mark.parametrize("after", [False, True])
def test_what_is_taken_back_while_a_visit_waits_does_not_come_back_with_it(
    counter: Counter, after: bool
) -> None:
    counter.sender()
    counter.do(said(Answered.GIVEN))
    counter.parcel(WAYBILLS[0])
    counter.do(c.Commit(), c.NextCustomer())
    item = entries(counter, "ItemAccepted")[0].header.seq
    back = (c.LookUp(WAYBILLS[0]), said(Answered.WITHDRAWN, item=item), c.CloseLookUp())
    counter.lift()
    if not after:
        counter.do(*back)
    counter.vault.machine.advance(60)
    counter.sender()
    counter.do(said(Answered.GIVEN), c.SetField(c.Field.CONTENTS, "衣物"), c.Park())
    counter.lift()
    if after:
        counter.do(*back)
    counter.do(c.Resume(counter.views[-1].parked[0].draft))
    assert [each.answer for each in counter.visit().said.consents] == ["" if after else "given", ""]


def test_the_same_notice_again_is_known_by_its_day(counter: Counter) -> None:
    counter.sender()
    counter.parcel(WAYBILLS[0])
    counter.do(c.Commit())
    counter.lift()
    counter.do(c.NextCustomer())
    counter.place()
    counter.station._known.rest()
    counter.look()
    assert counter.visit().said.told_on == counter.views[-1].day
    assert counter.visit().acknowledged is None  # told before is not acknowledged now
    counter.place(card("样本甲", "110105194912310046", "r-9"))
    counter.station._known.rest()
    counter.look()
    assert counter.visit().said.told_on == ""


# -- a child -----------------------------------------------------------------------------------------


def child(counter: Counter) -> None:
    """The child's document lies there; one key makes it the principal's."""
    counter.place(CHILD)
    assert counter.visit().sender is not None
    counter.do(c.KeepAsPrincipal())


def test_a_child_sends_through_a_guardian_who_agrees(counter: Counter) -> None:
    child(counter)
    assert counter.visit().sender_kind.kind is c.SenderKind.AGENT
    agrees = GuardianAgrees("parent", GUARDIANS, "signature")
    counter.do(agrees)
    assert counter.message() == "rule.order"  # nobody's document lies there yet
    counter.sender()
    counter.parcel(WAYBILLS[0])
    counter.do(c.SetProof(c.Proof.EMPLOYMENT))
    assert counter.visit().missing == ("problem.sender", "missing.guardian")
    counter.do(c.SetProof(c.Proof.FAMILY), c.Commit())
    assert counter.message() == "msg.not_ready"
    counter.do(GuardianAgrees("parent", "guardian-2020", "signature"))
    assert counter.message() == "rule.consent_version"
    counter.do(GuardianAgrees("friend", GUARDIANS, "signature"))
    assert counter.message() == "rule.guardian_relation"
    counter.do(agrees)
    assert counter.visit().missing == ()
    counter.do(c.Commit())
    sender, guardian, item = counter.vault.journal.rows[-3:]
    assert guardian.header.kind == "GuardianConsented"
    assert guardian.data == {
        "visit": item.data["visit"], "sender": sender.header.seq, "relation": "parent",
        "notice": GUARDIANS, "how": "signature",
    }  # fmt: skip
    printed = counter.printer.jobs[0].label
    assert printed.sender_name == "证**本"  # whoever stands here, as with any agent; nothing of the child
    assert "示例童" not in repr(printed)


def test_a_guardian_is_of_age_and_another_guardian_is_asked_anew(counter: Counter) -> None:
    child(counter)
    counter.place(YOUTH)
    counter.do(c.SetProof(c.Proof.FAMILY), GuardianAgrees("sibling", GUARDIANS, "spoken"))
    assert counter.message() == "rule.guardian_not_adult"
    assert "problem.sender" in counter.visit().missing
    counter.place()
    counter.do(GuardianAgrees("parent", GUARDIANS, "spoken"))
    assert "missing.guardian" not in counter.visit().missing
    counter.place(card("样本甲", "110105194912310046", "r-9"))
    assert "missing.guardian" in counter.visit().missing


def test_without_a_guardian_the_item_is_refused_by_name(counter: Counter) -> None:
    counter.place(CHILD)
    counter.do(c.Refuse(c.RefusalReason.GUARDIAN_ABSENT, told=True))
    assert entries(counter, "ItemRefused")[-1].data["reason"] == "guardian_absent"
    assert counter.visit().sender is None
