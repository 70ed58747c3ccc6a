"""The manual lane: what may be typed when, the second look, every kind, and what becomes of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from core.acceptance import inputs, manual, record, turns, visit
from core.acceptance.draft import draft_from_bytes, draft_to_bytes
from core.acceptance.gates import Missing, missing, visit_view
from core.acceptance.labels import Imprint, label
from core.acceptance.visit import Visit
from core.commands import Acknowledgement, Field, ManualCause, ManualField, Security
from core.errors import DeviceFault, RuleError, RuleFault
from core.identity.card import DocumentKind
from core.ledger import kinds
from tests.core.acceptance.people import GOOD, NOW, RULES, SPECIMEN, TODAY, fresh, read, typed
from tests.core.identity.test_mrz import TD3

pytestmark = pytest.mark.requirement("R6")

F = ManualField
IMPRINT = Imprint("520100-01", "OP10001")
RESIDENT = {F.NUMBER: "11010519491231002x", F.NUMBER_AGAIN: "110105 19491231 002X", F.NAME: "证件样本",
            F.VALID_TO: "长期"}  # fmt: skip
PASS = {F.NUMBER: "H12345678", F.NUMBER_AGAIN: "Ｈ12345678", F.NAME: "示例甲", F.BIRTH: "1990-1-1",
        F.SEX: "男", F.VALID_TO: "2030.01.01"}  # fmt: skip
# The specimen's page with an end that lies ahead; check digits by the rule of 7 3 1.
PASSPORT = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F3204153<<<<<<<<<<<<<<<4"


def fault(call: object, *arguments: object, **named: object) -> RuleError:
    """The error of a step that must be refused."""
    assert callable(call)
    with pytest.raises(RuleError) as caught:
        call(*arguments, **named)
    return caught.value


def lane(
    kind: DocumentKind,
    fields: dict[F, str],
    cause: ManualCause = ManualCause.NO_CHIP,
    start: Visit | None = None,
) -> Visit:
    """The lane with these fields typed."""
    state = manual.start(start or fresh(), kind, cause, RULES, reader_down=cause is ManualCause.READER_DOWN)
    for name, text in fields.items():
        state = manual.set_field(state, name, text)
    return state


def finished(state: Visit) -> Visit:
    """After the last key."""
    return manual.finish(state, "typed-1", NOW, TODAY, RULES).visit


def failed(times: int) -> Visit:
    """After so many failed reads."""
    state = fresh()
    for _ in range(times):
        state = inputs.card_failed(state, DeviceFault.CARD_UNREADABLE, {})
    return state


# -- who may type -----------------------------------------------------------------------------------


def test_after_three_failed_reads_the_lane_is_offered_and_not_before() -> None:
    for times in range(5):
        offered = visit_view(failed(times), TODAY, RULES, IMPRINT).manual_offered
        assert offered == (times >= 3)
    error = fault(manual.start, failed(2), "resident", ManualCause.READER_FAILED, RULES, reader_down=True)
    assert (error.code, error.facts["cause"]) == (RuleFault.MANUAL_NOT_OFFERED, "reader_failed")
    state = finished(lane(DocumentKind.RESIDENT, RESIDENT, ManualCause.READER_FAILED, failed(3)))
    assert state.identity is not None
    assert (state.identity.method, state.identity.cause) == ("manual", "reader_failed")


def test_a_card_that_did_not_prove_itself_is_no_failure_of_the_reader() -> None:
    state = fresh()
    for fault_code in (DeviceFault.CARD_SUSPECT, DeviceFault.CARD_UNSUPPORTED) * 3:
        state = inputs.card_failed(state, fault_code, {})
    assert not manual.offered(state, RULES)


def test_a_good_read_ends_the_count_and_the_lane() -> None:
    state = read(lane(DocumentKind.RESIDENT, RESIDENT, ManualCause.READER_FAILED, failed(3)), SPECIMEN)
    assert (state.failures, state.manual) == (0, None)
    assert state.identity is not None
    assert state.identity.method == "chip"


@pytest.mark.parametrize("cause", ManualCause)
@pytest.mark.parametrize("kind", DocumentKind)
def test_a_chip_is_read_unless_the_reader_cannot_and_the_rest_is_always_typed(
    kind: DocumentKind, cause: ManualCause
) -> None:
    chip = RULES.documents[kind].chip
    for down in (False, True):
        allowed = (cause is ManualCause.NO_CHIP and not chip) or (
            cause is ManualCause.READER_DOWN and chip and down
        )
        if allowed:
            assert manual.start(fresh(), kind, cause, RULES, reader_down=down).manual is not None
        else:
            error = fault(manual.start, fresh(), kind, cause, RULES, reader_down=down)
            assert error.code == RuleFault.MANUAL_NOT_OFFERED
    assert fault(manual.start, fresh(), "library_card", cause, RULES, reader_down=True)


def test_nobody_types_over_a_document_that_was_compared() -> None:
    state = visit.confirm_original(read(fresh(), SPECIMEN), NOW, TODAY)
    error = fault(manual.start, state, "passport", ManualCause.NO_CHIP, RULES, reader_down=False)
    assert error.code == RuleFault.VISIT_BUSY


def test_outside_the_lane_nothing_is_typed_into_it() -> None:
    assert fault(manual.set_field, fresh(), F.NAME, "示例甲").facts == {"needs": "manual"}
    assert fault(manual.finish, fresh(), "r", NOW, TODAY, RULES).code == RuleFault.ORDER
    assert manual.cancel(lane(DocumentKind.PASSPORT, {F.MRZ: TD3})).manual is None


# -- what is typed ----------------------------------------------------------------------------------

NAMED = {F.NAME: "示例甲", F.VALID_TO: "长期"}
KINDS: list[tuple[DocumentKind, dict[F, str], str, str]] = [
    (DocumentKind.TEMPORARY_RESIDENT, {**RESIDENT, F.VALID_TO: "20261231"}, "11010519491231002X", "dated"),
    (
        DocumentKind.MILITARY,
        {**NAMED, F.NUMBER: "军字第1234567号", F.NUMBER_AGAIN: "军字第 1234567 号"},
        "军字第1234567号",
        "long_term",
    ),
    (
        DocumentKind.ARMED_POLICE,
        {**NAMED, F.NUMBER: "武字第7654321号", F.NUMBER_AGAIN: "武字第7654321号", F.VALID_TO: "2031年1月1日"},
        "武字第7654321号",
        "dated",
    ),
    (
        DocumentKind.HOUSEHOLD,
        {F.NUMBER: "529999201211010017", F.NUMBER_AGAIN: "529999201211010017", F.NAME: "示例丁"},
        "529999201211010017",
        "undated",
    ),
    (DocumentKind.HMT_PASS, PASS, "H12345678", "dated"),
    (
        DocumentKind.TAIWAN_PASS,
        {**PASS, F.NUMBER: "12345678", F.NUMBER_AGAIN: "12345678"},
        "12345678",
        "dated",
    ),
    (DocumentKind.PASSPORT, {F.MRZ: PASSPORT, F.NUMBER_AGAIN: "l898902c3"}, "L898902C3", "dated"),
]


@pytest.mark.parametrize(("kind", "fields", "number", "expiry"), KINDS)
def test_every_kind_goes_through_to_the_record(
    kind: DocumentKind, fields: dict[F, str], number: str, expiry: str
) -> None:
    state = lane(kind, fields)
    view = visit_view(state, TODAY, RULES, IMPRINT).manual
    assert view is not None
    assert (view.complete, [one.problem for one in view.fields.values()]) == (True, [""] * len(view.fields))
    state = finished(state)
    for name, text in GOOD.items():
        if name is not Field.SENDER_NAME:
            state = typed(state, name, text)
    state = visit.confirm_original(state, NOW, TODAY)
    state = visit.confirm_inspected(state, NOW, RULES)
    state = turns.acknowledge(
        visit.set_security(state, Security.HERE, NOW, RULES), Acknowledgement.SPOKEN, RULES
    )
    assert missing(state, TODAY, RULES) == ()
    data = record.sender_data(state, TODAY, RULES)
    kinds.check("SenderVerified", 1, data)
    assert (data["document"], data["method"], data["cause"], data["expiry"]) == (
        kind,
        "manual",
        "no_chip",
        expiry,
    )
    item = record.item_data(state, TODAY, RULES, sender_entry=1, number=1)
    kinds.check("ItemAccepted", 1, item)
    assert item["by_hand"] == "no_chip"
    assert record.sealed_payload(state, TODAY, RULES)["sender"]["number"] == number
    assert label(state, RULES, IMPRINT).manual
    assert number not in repr(state)


def test_every_kind_without_a_chip_is_among_them() -> None:
    assert {kind for kind, *_ in KINDS} == {kind for kind, rule in RULES.documents.items() if not rule.chip}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({F.NUMBER: "11010519491231003X"}, RuleFault.NUMBER_CHECK),
        ({F.NUMBER: "1101051949123100"}, RuleFault.NUMBER_FORM),
        ({F.NUMBER_AGAIN: "110105194912310020"}, RuleFault.NUMBER_DIFFERS),
        ({F.NUMBER_AGAIN: " "}, RuleFault.FIELD_EMPTY),
        ({F.NAME: "\u202e"}, RuleFault.NAME_FORM),
        ({F.NAME: "示" * 26}, RuleFault.FIELD_TOO_LONG),
        ({F.VALID_TO: "2027-02-29"}, RuleFault.DATE_FORM),
        ({F.VALID_TO: "soon"}, RuleFault.DATE_FORM),
    ],
)
def test_one_fault_at_a_time(change: dict[F, str], code: str) -> None:
    state = lane(DocumentKind.RESIDENT, {**RESIDENT, **change}, ManualCause.READER_DOWN)
    assert fault(manual.finish, state, "typed-1", NOW, TODAY, RULES).code == code
    view = manual.manual_view(state, TODAY, RULES)
    assert view is not None
    assert not view.complete
    assert code in {one.problem for one in view.fields.values()} or code == RuleFault.FIELD_EMPTY


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({F.BIRTH: "1990-13-01"}, RuleFault.DATE_FORM),
        ({F.SEX: "x"}, RuleFault.FIELD_EMPTY),
        ({F.VALID_TO: "长期"}, RuleFault.DATE_FORM),  # a permit always ends
    ],
)
def test_faults_of_a_travel_permit(change: dict[F, str], code: str) -> None:
    state = lane(DocumentKind.HMT_PASS, {**PASS, **change})
    assert fault(manual.finish, state, "typed-1", NOW, TODAY, RULES).code == code


def test_a_passport_s_number_is_looked_at_twice_and_its_check_digits_count() -> None:
    wrong = lane(DocumentKind.PASSPORT, {F.MRZ: PASSPORT, F.NUMBER_AGAIN: "L898902C4"})
    assert fault(manual.finish, wrong, "r", NOW, TODAY, RULES).code == RuleFault.NUMBER_DIFFERS
    damaged = lane(
        DocumentKind.PASSPORT, {F.MRZ: PASSPORT.replace("7408", "7409"), F.NUMBER_AGAIN: "L898902C3"}
    )
    assert fault(manual.finish, damaged, "r", NOW, TODAY, RULES).code == RuleFault.MRZ_CHECK
    expired = finished(lane(DocumentKind.PASSPORT, {F.MRZ: TD3, F.NUMBER_AGAIN: "L898902C3"}))
    assert missing(expired, TODAY, RULES)[0] == Missing.IDENTITY_PROBLEM
    assert fault(visit.confirm_original, expired, NOW, TODAY).code == RuleFault.DOCUMENT_EXPIRED


def test_a_foreigner_s_passport_is_not_for_the_country_s_own_people() -> None:
    own = PASSPORT.replace("6UTO7", "6CHN7")  # no check digit covers the nationality
    state = finished(lane(DocumentKind.PASSPORT, {F.MRZ: own, F.NUMBER_AGAIN: "L898902C3"}))
    assert fault(visit.confirm_original, state, NOW, TODAY).code == RuleFault.DOCUMENT_NOT_ACCEPTED


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("529999201301010010", RuleFault.GUARDIAN_NEEDED),
        ("529999199001010019", RuleFault.DOCUMENT_NOT_ACCEPTED),
    ],
)
def test_the_household_register_is_for_children_who_may_send(number: str, code: str) -> None:
    fields = {F.NUMBER: number, F.NUMBER_AGAIN: number, F.NAME: "示例丁"}
    state = finished(lane(DocumentKind.HOUSEHOLD, fields))
    assert fault(visit.confirm_original, state, NOW, TODAY).code == code
    # The guardian's document takes the child's place, and nothing of the child is left.
    state = read(state, SPECIMEN)
    assert visit.confirm_original(state, NOW, TODAY).identity == state.identity
    assert number not in draft_to_bytes(state).decode()


def test_the_second_look_is_blind() -> None:
    state = lane(DocumentKind.RESIDENT, {F.NUMBER: "11010519491231002X"}, ManualCause.READER_DOWN)
    view = manual.manual_view(state, TODAY, RULES)
    assert view is not None
    assert view.fields[F.NUMBER].text == "11010519491231002X"
    state = manual.set_field(state, F.NUMBER_AGAIN, "1")
    view = manual.manual_view(state, TODAY, RULES)
    assert view is not None
    assert view.fields[F.NUMBER].text == "110105********002X"
    # What the screen gives back masked is not typing.
    assert manual.set_field(state, F.NUMBER, "110105********002X") == state


def test_a_half_typed_document_survives_a_power_cut() -> None:
    state = lane(DocumentKind.HMT_PASS, PASS, start=failed(2))
    step = draft_from_bytes(draft_to_bytes(state), NOW + dt.timedelta(minutes=1), RULES, visit_id="visit-new")
    assert step.visit == replace(state, revision=0, card_fault="", card_facts={})
    assert not state.empty
    done = finished(state)
    step = draft_from_bytes(draft_to_bytes(done), NOW, RULES, visit_id="visit-new")
    assert step.visit.identity == done.identity


def test_sixty_letters_of_a_foreigner_s_name_are_not_too_long() -> None:
    long = "A" * 30 + ", " + "B" * 28
    card = replace(
        SPECIMEN, kind=DocumentKind.FOREIGNER_2017, number="KAZ110090123105", birth=dt.date(1990, 12, 31),
        name="示例甲", name_en=long,
    )  # fmt: skip
    state = read(fresh(), card)
    assert state.text(Field.SENDER_NAME).text == "示例甲"
    state = typed(state, Field.SENDER_NAME, long.replace(",", ""))
    assert visit.check(state, Field.SENDER_NAME, RULES).problem == ""
    state = visit.confirm_original(state, NOW, TODAY)
    assert visit.document_name(state) == long
    assert typed(fresh(), Field.SENDER_NAME, long) is not None
    assert visit.check(typed(fresh(), Field.SENDER_NAME, long), Field.SENDER_NAME, RULES).problem
