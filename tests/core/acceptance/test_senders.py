"""Who sends: each kind to its record, and what none of them may do."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from core.acceptance import consenting, record, senders, turns, visit
from core.acceptance.draft import draft_from_bytes, draft_to_bytes
from core.acceptance.gates import Missing, gates, missing, visit_view
from core.acceptance.labels import Imprint, label
from core.acceptance.said import Approval
from core.acceptance.visit import Visit
from core.commands import SENDER_FIELDS, Acknowledgement, Field, Proof, Security, SenderField, SenderKind
from core.consents import GuardianAgrees
from core.errors import RuleError, RuleFault
from core.ledger import kinds
from core.rule_data import Agreement
from core.view import GateName, GateState
from tests.core.acceptance.people import (
    CHILD,
    EXPIRED,
    GOOD,
    JIA,
    NOW,
    RULES,
    SPECIMEN,
    TODAY,
    committed,
    complete,
    fresh,
    read,
    typed,
)

pytestmark = pytest.mark.requirement("R1")

CODE = "91350100M000100Y43"  # the published specimen
IMPRINT = Imprint("520100-01", "OP10001")
WITH_AGREEMENTS = replace(
    RULES,
    agreements=(
        Agreement("AG-0001", dt.date(2026, 1, 1), TODAY),
        Agreement("AG-0002", dt.date(2025, 1, 1), dt.date(2025, 12, 31)),
    ),
)


def fault(call: object, *arguments: object) -> RuleError:
    """The error of a step that must be refused."""
    assert callable(call)
    with pytest.raises(RuleError) as caught:
        call(*arguments)
    return caught.value


def kind(which: SenderKind, **fields: str) -> Visit:
    """A fresh visit of that kind with its fields."""
    state = senders.set_kind(fresh(), which)
    for name, text in fields.items():
        state = senders.set_field(state, SenderField(name), text)
    return state


def filled(state: Visit, *leave: Field) -> Visit:
    """With the form typed, the sender's name where nothing stands there."""
    for name, text in GOOD.items():
        if name not in leave and not state.text(name).text:
            state = typed(state, name, text)
    return turns.acknowledge(state, Acknowledgement.SPOKEN, RULES)


def confirmed(state: Visit) -> Visit:
    """The three confirmations in order, those that apply."""
    if not state.exempted:
        state = visit.confirm_original(state, NOW, TODAY)
    if not state.letter:
        state = visit.confirm_inspected(state, NOW, RULES)
    return visit.set_security(state, Security.HERE, NOW, RULES)


def recorded(state: Visit) -> tuple[dict[str, object], dict[str, object], dict[str, object]]:
    """(sender's data, item's data, sealed sender), the chained ones checked against their forms."""
    sender = record.sender_data(state, TODAY, WITH_AGREEMENTS)
    item = record.item_data(state, TODAY, WITH_AGREEMENTS, sender_entry=1, number=1)
    kinds.check(record.sender_kind(state), 1, sender)
    kinds.check("ItemAccepted", 1, item)
    sealed = record.sealed_payload(state, TODAY, WITH_AGREEMENTS)["sender"]
    assert isinstance(sealed, dict)
    for secret in (CODE, "AG-0001", "示例公司", SPECIMEN.number, JIA.number):
        assert secret not in f"{sender} {item}"
        assert secret not in repr(state)
    return sender, item, sealed


def test_an_organisation_sends_through_its_handler() -> None:
    state = kind(SenderKind.ORGANISATION, organisation_name="示例公司", organisation_code=CODE.lower())
    assert missing(filled(state), TODAY, RULES)[0] == Missing.IDENTITY
    state = confirmed(filled(read(state, SPECIMEN)))
    assert missing(state, TODAY, RULES) == ()
    sender, _, sealed = recorded(state)
    assert (sender["sender_kind"], sender["document"]) == ("organisation", "resident")
    assert (sealed["organisation"], sealed["organisation_code"]) == ("示例公司", CODE)
    assert sealed["number"] == SPECIMEN.number


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, Missing.SENDER),
        ({"organisation_name": "示例公司"}, Missing.SENDER),
        ({"organisation_name": "示例公司", "organisation_code": CODE[:-1] + "4"}, Missing.SENDER_PROBLEM),
        ({"organisation_name": "\u202e", "organisation_code": CODE}, Missing.SENDER_PROBLEM),
        ({"organisation_name": "司" * 61, "organisation_code": CODE}, Missing.SENDER_PROBLEM),
    ],
)
def test_what_an_organisation_lacks(fields: dict[str, str], code: Missing) -> None:
    state = confirmed(filled(read(kind(SenderKind.ORGANISATION, **fields), SPECIMEN)))
    assert missing(state, TODAY, RULES) == (code,)
    gate = gates(state, TODAY, RULES)[0]
    assert gate.state is (GateState.PROBLEM if code is Missing.SENDER_PROBLEM else GateState.CURRENT)


def test_an_agent_shows_both_documents_and_what_proves_the_errand() -> None:
    state = read(kind(SenderKind.AGENT), JIA)
    state = senders.keep_as_principal(state, TODAY)
    assert (state.identity, state.text(Field.SENDER_NAME).text) == (None, "")
    state = read(state, SPECIMEN)
    assert missing(confirmed(filled(state)), TODAY, RULES) == (Missing.SENDER,)
    state = confirmed(filled(senders.set_proof(state, Proof.AUTHORISATION)))
    assert missing(state, TODAY, RULES) == ()
    sender, _, sealed = recorded(state)
    assert (sender["principal"], sender["proof"]) == ("resident", "authorisation")
    assert sealed["principal"] == {"document": "resident", "number": JIA.number, "name": "示例甲"}
    assert sealed["number"] == SPECIMEN.number
    shown = visit_view(state, TODAY, RULES, IMPRINT).sender_kind.principal
    assert shown is not None
    assert (shown.name, shown.number) == ("示*甲", "529999********0019")


def test_nobody_is_the_agent_of_oneself() -> None:
    state = senders.keep_as_principal(read(kind(SenderKind.AGENT), SPECIMEN), TODAY)
    state = confirmed(filled(read(senders.set_proof(state, Proof.FAMILY), replace(SPECIMEN, read_id="r"))))
    assert missing(state, TODAY, RULES) == (Missing.SENDER_PROBLEM,)
    assert gates(state, TODAY, RULES)[0].detail == RuleFault.AGENT_IS_PRINCIPAL


def test_a_principal_s_document_has_to_hold_but_a_child_may_be_one() -> None:
    state = read(kind(SenderKind.AGENT), EXPIRED)
    assert fault(senders.keep_as_principal, state, TODAY).code == RuleFault.DOCUMENT_EXPIRED
    assert fault(senders.keep_as_principal, kind(SenderKind.AGENT), TODAY).code == RuleFault.ORDER
    assert fault(senders.keep_as_principal, read(fresh(), SPECIMEN), TODAY).code == RuleFault.NOT_ALLOWED
    state = senders.keep_as_principal(read(kind(SenderKind.AGENT), CHILD), TODAY)
    state = confirmed(filled(read(senders.set_proof(state, Proof.GUARDIAN), SPECIMEN)))
    assert missing(state, TODAY, RULES) == (Missing.GUARDIAN,)
    agrees = GuardianAgrees("parent", RULES.guardians.notice.id, "spoken")
    assert missing(consenting.agree(state, agrees, RULES), TODAY, RULES) == ()
    # It runs out overnight: the agent alone is not enough.
    ends = replace(JIA, valid_to=TODAY)
    state = senders.keep_as_principal(read(kind(SenderKind.AGENT), ends), TODAY)
    state = confirmed(filled(read(senders.set_proof(state, Proof.FAMILY), SPECIMEN)))
    assert missing(state, TODAY + dt.timedelta(1), RULES) == (Missing.SENDER_PROBLEM,)


def test_a_letter_is_neither_identified_nor_opened() -> None:
    state = filled(kind(SenderKind.LETTER), Field.CONTENTS, Field.QUANTITY)
    assert fault(visit.confirm_inspected, state, NOW, RULES).code == RuleFault.LETTER_NOT_OPENED
    state = confirmed(state)
    assert missing(state, TODAY, RULES) == ()
    sender, item, sealed = recorded(state)
    assert record.sender_kind(state) == "SenderExempted"
    assert sender["ground"] == "letter"
    assert (item["inspected"], item["by_hand"], item["name_check"]) == (None, "none", "none")
    assert (sealed["document"], sealed["number"], sealed["name"]) == ("", "", GOOD[Field.SENDER_NAME])
    printed = label(state, RULES, IMPRINT)
    assert (printed.real_name, printed.inspected, printed.contents, printed.quantity) == (
        False,
        False,
        "信件",
        1,
    )
    assert {view.state for view in gates(state, TODAY, RULES)} == {GateState.DONE}


def test_of_whom_no_identity_is_asked_none_is_taken() -> None:
    state = read(read(fresh(), SPECIMEN), SPECIMEN)
    state = senders.set_kind(state, SenderKind.LETTER)
    assert (state.identity, state.shown) == (None, None)
    assert read(state, JIA).identity is None
    assert SPECIMEN.number not in draft_to_bytes(state).decode()


def test_an_agreement_has_to_stand_on_the_list_and_hold() -> None:
    for number, code in (
        ("AG-0001", ""),
        ("AG-0002", RuleFault.AGREEMENT_ENDED),
        ("AG-3", RuleFault.AGREEMENT_UNKNOWN),
    ):
        state = confirmed(filled(kind(SenderKind.AGREEMENT, agreement=number.lower())))
        assert senders.check_sender(state, TODAY, WITH_AGREEMENTS).problem == code
        # No agreement is on the list that the program comes with.
        assert missing(state, TODAY, RULES) == (Missing.SENDER_PROBLEM,)
    state = confirmed(filled(kind(SenderKind.AGREEMENT, agreement="AG-0001")))
    assert missing(state, TODAY, WITH_AGREEMENTS) == ()
    assert missing(state, TODAY + dt.timedelta(1), WITH_AGREEMENTS) == (Missing.SENDER_PROBLEM,)
    sender, item, sealed = recorded(state)
    assert (sender["ground"], sealed["agreement"]) == ("agreement", "AG-0001")
    assert item["inspected"] is not None
    assert (
        missing(filled(kind(SenderKind.AGREEMENT, agreement="")), TODAY, WITH_AGREEMENTS)[0] == Missing.SENDER
    )


def approved() -> Visit:
    """An exemption with its reason and a second person's word."""
    state = senders.set_exemption(kind(SenderKind.EXEMPT), "own_service_post", RULES)
    return replace(state, approval=Approval("OP20001", NOW, b"s" * 64))


def test_any_other_exemption_needs_a_reason_and_a_second_person() -> None:
    bare = filled(kind(SenderKind.EXEMPT))
    assert missing(bare, TODAY, RULES)[0] == Missing.SENDER
    assert fault(senders.need_exemption, bare, RULES).code == RuleFault.EXEMPTION_REASON
    assert fault(senders.set_exemption, bare, "because", RULES).code == RuleFault.EXEMPTION_REASON
    assert fault(senders.set_exemption, fresh(), "own_service_post", RULES).code == RuleFault.NOT_ALLOWED
    reasoned = senders.set_exemption(bare, "own_service_post", RULES)
    assert missing(reasoned, TODAY, RULES)[0] == Missing.SENDER
    state = confirmed(filled(approved()))
    assert missing(state, TODAY, WITH_AGREEMENTS) == ()
    sender, item, sealed = recorded(state)
    assert (sender["ground"], sender["reason"], sender["approved_by"]) == (
        "exempt", "own_service_post", "OP20001"
    )  # fmt: skip
    assert (item["name_check"], sealed["number"], sealed["kind"]) == ("none", "", "exempt")


def test_an_approval_is_of_one_reason_and_one_kind() -> None:
    state = approved()
    assert senders.set_exemption(state, "own_service_post", RULES).approval == state.approval
    assert senders.set_exemption(state, "emergency_relief", RULES).approval is None
    again = senders.set_kind(senders.set_kind(state, SenderKind.PERSON), SenderKind.EXEMPT)
    assert (again.exempt_reason, again.approval) == ("", None)
    assert senders.set_kind(state, SenderKind.EXEMPT) == state


def test_an_approval_is_in_no_draft_and_is_not_asked_twice_of_one_visit() -> None:
    state = filled(approved())
    step = draft_from_bytes(draft_to_bytes(state), NOW, RULES, visit_id="visit-new")
    assert step.visit == replace(senders.without_approval(state), revision=0)
    assert missing(step.visit, TODAY, RULES)[0] == Missing.SENDER
    recorded_before = draft_to_bytes(replace(state, sender_entry=7))
    again = draft_from_bytes(recorded_before, NOW, RULES, visit_id="visit-new").visit
    assert Missing.SENDER not in missing(again, TODAY, RULES)
    assert fault(senders.set_exemption, again, "own_service_post", RULES).code == RuleFault.VISIT_BUSY


@pytest.mark.parametrize("which", SenderKind)
def test_another_kind_opens_what_was_confirmed_and_never_after_a_commit(which: SenderKind) -> None:
    state = senders.set_kind(complete(), which)
    if which is SenderKind.PERSON:
        assert state == complete()
    else:
        assert (state.original_seen, state.item.inspected, state.item.security) == (None,) * 3
    assert fault(senders.set_kind, committed(complete()), which).code == RuleFault.VISIT_BUSY


def test_a_field_of_another_kind_is_not_there() -> None:
    error = fault(senders.set_field, fresh(), SenderField.AGREEMENT, "AG-0001")
    assert error.code == RuleFault.NOT_ALLOWED
    assert fault(senders.set_proof, fresh(), Proof.FAMILY).code == RuleFault.NOT_ALLOWED


@pytest.mark.parametrize(
    "state",
    [
        kind(SenderKind.ORGANISATION, organisation_name="示例公司", organisation_code="91"),
        senders.set_proof(senders.keep_as_principal(read(kind(SenderKind.AGENT), JIA), TODAY), Proof.FAMILY),
        kind(SenderKind.AGREEMENT, agreement="AG-0001"),
        kind(SenderKind.LETTER),
        kind(SenderKind.EXEMPT),
    ],
)
def test_a_power_cut_keeps_who_sends(state: Visit) -> None:
    step = draft_from_bytes(draft_to_bytes(state), NOW, RULES, visit_id="visit-new")
    assert step.visit == replace(state, shown=None, on_reader=False, revision=0)
    assert state.sender_kind in (SenderKind.LETTER, SenderKind.EXEMPT) or not state.empty
    late = draft_from_bytes(draft_to_bytes(state), NOW + dt.timedelta(hours=3), RULES, visit_id="visit-new")
    assert late.visit.principal is None


def test_a_gate_says_why_nothing_is_asked() -> None:
    views = {view.name: view for view in gates(kind(SenderKind.LETTER), TODAY, RULES)}
    assert views[GateName.IDENTITY].detail == "gate.identity_exempted"
    assert views[GateName.ORIGINAL].state is GateState.CURRENT  # the name on the form
    assert all(name in SENDER_FIELDS for name in (Field.SENDER_NAME, Field.SENDER_PHONE))
