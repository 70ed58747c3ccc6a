"""The steps of one visit, one at a time."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from core.acceptance import inputs, turns, visit
from core.acceptance.gates import Missing, missing
from core.acceptance.visit import KnownWaybill, Visit, VisitNote
from core.commands import SENDER_FIELDS, Acknowledgement, Field, RefusalReason, Security
from core.errors import RuleError, RuleFault
from core.identity.card import IdCard
from tests.core.acceptance.people import (
    EXPIRED,
    GOOD,
    JIA,
    NOT_YET,
    NOW,
    OTHER_WAYBILL,
    RULES,
    SPECIMEN,
    TODAY,
    WAYBILL,
    WRONG_CHECK,
    WRONG_SEX,
    committed,
    complete,
    fresh,
    nobody,
    read,
    typed,
)

LATER = NOW + dt.timedelta(minutes=1)


def refused(call: object, *arguments: object) -> RuleError:
    """The error of a step that must be refused."""
    assert callable(call)
    with pytest.raises(RuleError) as caught:
        call(*arguments)
    return caught.value


# -- documents --------------------------------------------------------------------------------------


def test_a_document_fills_an_empty_name_and_no_other_field() -> None:
    state = read(fresh(), SPECIMEN)
    assert state.text(Field.SENDER_NAME) == visit.FieldText("证件样本", visit.CARD)
    assert not any(state.text(name).text for name in Field if name is not Field.SENDER_NAME)
    assert state.revision > fresh().revision
    assert state.on_reader


def test_a_document_leaves_a_typed_name_alone() -> None:
    state = read(typed(fresh(), Field.SENDER_NAME, "示例甲"), SPECIMEN)
    assert state.text(Field.SENDER_NAME).text == "示例甲"
    assert visit.name_matches(state) is False
    assert refused(visit.confirm_original, state, NOW, TODAY).code == RuleFault.NAME_MISMATCH


def test_another_person_before_the_comparison_takes_the_place_whole() -> None:
    first = read(fresh(), SPECIMEN)
    step = inputs.card_read(first, JIA, LATER, TODAY, RULES)
    assert step.note == VisitNote.OTHER_CARD
    assert step.visit.text(Field.SENDER_NAME).text == "示例甲"
    assert step.visit.identity is not None
    assert (step.visit.identity.number, step.visit.identity.read_id) == (JIA.number, JIA.read_id)
    assert step.visit.shown == JIA


@pytest.mark.parametrize("state", [visit.confirm_original(read(fresh(), SPECIMEN), NOW, TODAY),
                                   committed(complete()),
                                   turns.next_item(committed(complete()), "operation-2")])  # fmt: skip
def test_another_person_after_the_comparison_is_refused(state: Visit) -> None:
    assert refused(inputs.card_read, state, JIA, LATER, TODAY, RULES).code == RuleFault.VISIT_BUSY
    renewed = replace(SPECIMEN, read_id="read-9", valid_to=dt.date(2045, 1, 1))
    assert refused(inputs.card_read, state, renewed, LATER, TODAY, RULES).code == RuleFault.VISIT_BUSY


def test_the_same_document_again_changes_nothing_that_counts() -> None:
    state = complete()
    again = inputs.card_read(
        inputs.card_lifted(state), replace(SPECIMEN, read_id="read-9"), LATER, TODAY, RULES
    )
    assert again.note == ""
    assert missing(again.visit, TODAY, RULES) == ()
    # The read on record is the one that was compared.
    assert again.visit.identity == state.identity
    assert again.visit.original_seen == NOW


def test_a_failed_read_keeps_what_was_read_and_says_why() -> None:
    state = inputs.card_failed(complete(), "device.card_unreadable", {"sw3": 0x41})
    assert missing(state, TODAY, RULES) == ()
    assert state.card_fault == "device.card_unreadable"
    assert read(state, SPECIMEN).card_fault == ""


@pytest.mark.parametrize(
    ("card", "fault"),
    [
        (EXPIRED, RuleFault.DOCUMENT_EXPIRED),
        (NOT_YET, RuleFault.DOCUMENT_NOT_YET_VALID),
        (WRONG_SEX, RuleFault.NUMBER_SEX),
        (WRONG_CHECK, RuleFault.NUMBER_CHECK),
        (replace(JIA, birth=dt.date(1990, 1, 2)), RuleFault.NUMBER_BIRTH),
    ],
)
def test_a_document_with_a_fault_is_never_confirmed(card: IdCard, fault: RuleFault) -> None:
    state = read(fresh(), card)
    assert refused(visit.confirm_original, state, NOW, TODAY).code == fault
    assert missing(state, TODAY, RULES)[0] == Missing.IDENTITY_PROBLEM


def test_a_document_that_ends_overnight_blocks_what_was_ready() -> None:
    state = complete(replace(JIA, valid_to=TODAY))
    assert missing(state, TODAY, RULES) == ()
    assert missing(state, TODAY + dt.timedelta(1), RULES) == (Missing.IDENTITY_PROBLEM,)


# -- the order --------------------------------------------------------------------------------------


def test_nothing_ordered_is_skipped() -> None:
    state = fresh()
    for name, text in GOOD.items():
        state = typed(state, name, text)
    assert refused(visit.confirm_original, state, NOW, TODAY).facts == {"needs": "identity"}
    assert refused(visit.confirm_inspected, state, NOW, RULES).facts == {"needs": "original"}
    assert refused(visit.set_security, state, Security.HERE, NOW, RULES).facts == {"needs": "inspected"}
    state = visit.confirm_original(read(state, SPECIMEN), NOW, TODAY)
    assert refused(visit.set_security, state, Security.HERE, NOW, RULES).code == RuleFault.ORDER


@pytest.mark.requirement("R15")
def test_the_original_needs_a_name_on_the_form() -> None:
    state = typed(read(fresh(), SPECIMEN), Field.SENDER_NAME, "")
    error = refused(visit.confirm_original, state, NOW, TODAY)
    assert (error.code, error.facts) == (RuleFault.FIELD_EMPTY, {"field": "sender_name"})


def test_confirming_twice_keeps_the_first_time() -> None:
    state = visit.confirm_inspected(visit.confirm_original(complete(), LATER, TODAY), LATER, RULES)
    assert (state.original_seen, state.item.inspected) == (NOW, NOW)


def test_another_name_undoes_the_comparison_and_everything_after_it() -> None:
    step = inputs.set_field(complete(), Field.SENDER_NAME, "证件样板", RULES, nobody)
    assert step.note == VisitNote.ORIGINAL_UNDONE
    assert missing(step.visit, TODAY, RULES) == (
        Missing.SENDER_NAME_PROBLEM,
        Missing.ORIGINAL,
        Missing.INSPECTED,
        Missing.SECURITY,
    )
    # Typing the right name again does not bring the comparison back.
    again = typed(step.visit, Field.SENDER_NAME, "证件样本")
    assert Missing.ORIGINAL in missing(again, TODAY, RULES)


def test_the_same_name_written_differently_undoes_nothing() -> None:
    step = inputs.set_field(complete(), Field.SENDER_NAME, " 证件　样本 ", RULES, nobody)
    assert (step.note, missing(step.visit, TODAY, RULES)) == ("", ())


@pytest.mark.parametrize(
    ("name", "text"),
    [(Field.CONTENTS, "书"), (Field.CONTENTS, ""), (Field.QUANTITY, "3"), (Field.QUANTITY, "x")],
)
def test_other_contents_undo_the_inspection(name: Field, text: str) -> None:
    step = inputs.set_field(complete(), name, text, RULES, nobody)
    assert step.note == VisitNote.INSPECTION_UNDONE
    assert {Missing.INSPECTED, Missing.SECURITY} <= set(missing(step.visit, TODAY, RULES))
    assert step.visit.original_seen == NOW


def test_contents_may_be_filled_in_after_the_inspection_and_then_stand() -> None:
    state = complete(contents="", quantity="")
    step = inputs.set_field(state, Field.CONTENTS, "衣", RULES, nobody)
    step = inputs.set_field(step.visit, Field.CONTENTS, "衣物", RULES, nobody)
    state = typed(step.visit, Field.QUANTITY, "2")
    assert missing(state, TODAY, RULES) == ()
    fixed = visit.set_security(state, Security.CENTRE, LATER, RULES)
    assert inputs.set_field(fixed, Field.CONTENTS, "书", RULES, nobody).note == VisitNote.INSPECTION_UNDONE


def test_weight_and_parties_undo_nothing() -> None:
    for name in (Field.WEIGHT, Field.RECIPIENT_NAME, Field.SENDER_PHONE, Field.WAYBILL):
        step = inputs.set_field(complete(), name, "", RULES, nobody)
        assert (step.note, len(missing(step.visit, TODAY, RULES))) == ("", 1)


# -- the waybill ------------------------------------------------------------------------------------


def test_a_scan_goes_into_the_waybill_field() -> None:
    step = inputs.waybill_scanned(fresh(), " ea473124829cn\r", RULES, nobody)
    assert step.visit.text(Field.WAYBILL) == visit.FieldText(WAYBILL, visit.SCAN)
    assert step.visit.revision > fresh().revision


def test_any_other_code_is_typed_nowhere() -> None:
    error = refused(inputs.waybill_scanned, fresh(), "6901234567892", RULES, nobody)
    assert error.code == RuleFault.WAYBILL_FORM
    assert "6901234567892" not in str(error)


def known(waybill: str) -> KnownWaybill | None:
    """The other waybill was accepted yesterday."""
    return KnownWaybill("000128", "2026-11-20 17:02") if waybill == OTHER_WAYBILL else None


@pytest.mark.parametrize("scan", [True, False])
def test_a_waybill_met_before_is_said_at_once_and_blocks(scan: bool) -> None:
    if scan:
        step = inputs.waybill_scanned(complete(), OTHER_WAYBILL, RULES, known)
    else:
        step = inputs.set_field(complete(), Field.WAYBILL, "rr 123456785 cn", RULES, known)
    assert step.note == RuleFault.WAYBILL_TWICE
    assert step.facts == {"number": "000128", "when": "2026-11-20 17:02", "where": "journal"}
    assert missing(step.visit, TODAY, RULES) == (Missing.WAYBILL_PROBLEM,)
    good = inputs.waybill_scanned(step.visit, WAYBILL, RULES, known)
    assert (good.note, missing(good.visit, TODAY, RULES)) == ("", ())


def test_the_same_waybill_twice_in_one_visit() -> None:
    state = turns.next_item(committed(complete()), "operation-2")
    step = inputs.waybill_scanned(state, WAYBILL, RULES, nobody)
    assert step.note == RuleFault.WAYBILL_TWICE
    assert step.facts == {"number": "000129", "when": "14:22", "where": "visit"}


def test_asking_again_right_before_the_commit() -> None:
    state = complete(waybill=OTHER_WAYBILL)
    assert missing(state, TODAY, RULES) == ()
    step = inputs.waybill_again(state, RULES, known)
    assert step.note == RuleFault.WAYBILL_TWICE
    assert missing(step.visit, TODAY, RULES) == (Missing.WAYBILL_PROBLEM,)
    assert inputs.waybill_again(fresh(), RULES, known).visit == fresh()


# -- notice, refusal, commit, next ------------------------------------------------------------------


def test_the_notice_is_that_of_the_rules_in_force() -> None:
    state = turns.acknowledge(fresh(), Acknowledgement.OWN_TAP, RULES)
    assert (state.acknowledged, state.notice) == (Acknowledgement.OWN_TAP, RULES.notice.id)
    after = turns.acknowledge(committed(complete()), Acknowledgement.SIGNATURE, RULES)
    assert after.acknowledged is Acknowledgement.SPOKEN  # the entry says so


def test_a_refused_item_leaves_nothing_behind() -> None:
    state = turns.refuse(complete(), RefusalReason.PROHIBITED, "operation-2")
    assert state.item == visit.ItemDraft("operation-2")
    assert state.original_seen == NOW
    assert state.text(Field.SENDER_PHONE).text


@pytest.mark.requirement("R29")
@pytest.mark.parametrize("reason", [RefusalReason.IDENTITY_MISMATCH, RefusalReason.IDENTITY_REFUSED])
def test_where_the_person_is_the_reason_nothing_of_the_person_stays(reason: RefusalReason) -> None:
    state = turns.refuse(complete(), reason, "operation-2")
    assert (state.identity, state.shown, state.original_seen, state.acknowledged) == (None,) * 4
    assert not any(state.text(name).text for name in Field)
    assert state.item.operation == "operation-2"


def test_after_the_commit_nothing_of_the_item_can_change() -> None:
    state = committed(complete())
    assert missing(state, TODAY, RULES) == (Missing.NEXT,)
    assert state.shown is None
    steps = (
        (inputs.set_field, state, Field.WEIGHT, "2", RULES, nobody),
        (inputs.waybill_scanned, state, OTHER_WAYBILL, RULES, nobody),
        (visit.confirm_inspected, state, LATER, RULES),
        (visit.set_security, state, Security.CENTRE, LATER, RULES),
        (turns.refuse, state, RefusalReason.PROHIBITED, "operation-2"),
    )
    for call, *arguments in steps:
        assert refused(call, *arguments).code == RuleFault.ITEM_ACCEPTED


def test_the_next_item_keeps_the_sender_only() -> None:
    state = turns.next_item(committed(complete()), "operation-2")
    assert state.item == visit.ItemDraft("operation-2")
    assert state.sender_entry == 4
    assert {state.text(name).source for name in SENDER_FIELDS} == {visit.KEPT}
    lacking = missing(state, TODAY, RULES)
    assert Missing.NOTICE not in lacking
    assert Missing.ORIGINAL not in lacking
    assert Missing.WAYBILL in lacking


def test_the_next_item_never_throws_typing_away() -> None:
    state = typed(fresh(), Field.CONTENTS, "衣物")
    assert refused(turns.next_item, state, "operation-2").code == RuleFault.ITEM_OPEN


def test_a_new_name_after_a_commit_needs_a_new_comparison_and_a_new_entry() -> None:
    state = turns.next_item(committed(complete()), "operation-2")
    state = typed(state, Field.SENDER_NAME, "证件样")
    assert (state.original_seen, state.sender_entry) == (None, 0)
    assert refused(inputs.card_read, state, JIA, LATER, TODAY, RULES).code == RuleFault.VISIT_BUSY
    state = visit.confirm_original(typed(read(state, SPECIMEN), Field.SENDER_NAME, "证件样本"), LATER, TODAY)
    assert state.original_seen == LATER


def test_whether_a_visit_may_be_left() -> None:
    assert fresh().empty
    assert not read(fresh(), SPECIMEN).empty
    assert not typed(fresh(), Field.RECIPIENT_NAME, "示").empty
    assert committed(complete()).empty
    after = turns.next_item(committed(complete()), "operation-2")
    assert after.empty
    assert not typed(after, Field.WEIGHT, "1").empty


def test_what_is_pasted_is_bounded_and_can_be_stored() -> None:
    state = typed(fresh(), Field.CONTENTS, "物" * 100_000)
    assert len(state.text(Field.CONTENTS).text) == 400
    assert visit.check(state, Field.CONTENTS, RULES).problem == RuleFault.FIELD_TOO_LONG
    state = typed(fresh(), Field.SENDER_NAME, "示\ud842")
    assert state.text(Field.SENDER_NAME).text == "示\ufffd"
    assert visit.check(state, Field.SENDER_NAME, RULES).problem == RuleFault.NAME_FORM


def test_no_repr_shows_a_person() -> None:
    state = committed(complete())
    shown = repr(complete()) + repr(state) + repr(turns.next_item(state, "operation-2"))
    for secret in (SPECIMEN.name, SPECIMEN.number, WAYBILL, *GOOD.values()):
        assert len(secret) < 3 or secret not in shown
