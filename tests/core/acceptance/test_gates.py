"""The way as the screen shows it: states, details, masks and the preview."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from core.acceptance import fees, inputs, senders, turns, visit
from core.acceptance.gates import GateDetail, Missing, gates, missing, visit_view
from core.acceptance.labels import Imprint
from core.commands import Field, Route, Security, SenderField, SenderKind
from core.errors import RuleFault
from core.view import GateName, GateState, GateView
from tests.core.acceptance.people import (
    CHILD,
    EXPIRED,
    GOOD,
    JIA,
    NOW,
    RULES,
    SPECIMEN,
    TODAY,
    WAYBILL,
    committed,
    complete,
    fresh,
    nobody,
    read,
    typed,
)

IMPRINT = Imprint("520100-01", "OP10001")
DONE, CURRENT, OPEN, BLOCKED, PROBLEM = (
    GateState.DONE,
    GateState.CURRENT,
    GateState.OPEN,
    GateState.BLOCKED,
    GateState.PROBLEM,
)


def way(state: visit.Visit) -> dict[GateName, GateView]:
    """The gates by name."""
    return {view.name: view for view in gates(state, TODAY, RULES)}


def test_an_empty_visit_waits_for_a_document() -> None:
    views = gates(fresh(), TODAY, RULES)
    assert [view.name for view in views] == list(GateName)
    assert [view.state for view in views] == [CURRENT, BLOCKED, OPEN, BLOCKED, BLOCKED, OPEN, OPEN, OPEN]
    assert views[0].detail == Missing.IDENTITY
    of_others = {
        Missing.NEXT,
        Missing.SENDER,
        Missing.CONDITION,
        Missing.FEE,
        Missing.PAYMENT,
        Missing.GUARDIAN,
        Missing.TYPED,
        Missing.TYPED_AGAIN,
        Missing.PICTURE,
        Missing.PAPER_ASK,
        Missing.PAPER,
    }
    assert set(missing(fresh(), TODAY, RULES)) == {
        code for code in Missing if code.startswith("missing.") and code not in {*of_others, Missing.GUARDIAN}
    }


def test_a_complete_visit_is_all_done_and_says_how() -> None:
    views = gates(complete(), TODAY, RULES)
    assert {view.state for view in views} == {DONE}
    assert [view.detail for view in views] == [GateDetail[view.name.name] for view in views]
    by_name = {view.name: dict(view.facts) for view in views}
    at = "2026-11-21T06:26:03.120Z"
    assert by_name[GateName.IDENTITY] == {"kind": "resident", "long_term": False}
    assert by_name[GateName.ORIGINAL] == by_name[GateName.CONTENTS] == {"at": at}
    assert by_name[GateName.SECURITY] == {"security": "here", "at": at}
    assert by_name[GateName.WEIGHT] == {"grams": 1284, "source": "typed"}
    assert by_name[GateName.NOTICE] == {"how": "spoken", "version": RULES.notice.id}


def test_facts_of_gates_name_nobody() -> None:
    secrets = {SPECIMEN.name, SPECIMEN.number, WAYBILL, *(text for text in GOOD.values() if len(text) > 4)}
    for view in gates(complete(), TODAY, RULES):
        assert not secrets & {str(fact) for fact in view.facts.values()}


@pytest.mark.requirement("R21")
def test_faults_stand_in_their_gate() -> None:
    state = typed(typed(read(fresh(), EXPIRED), Field.WEIGHT, "0"), Field.RECIPIENT_PHONE, "85551234")
    views = way(state)
    assert (views[GateName.IDENTITY].state, views[GateName.IDENTITY].detail) == (
        PROBLEM,
        RuleFault.DOCUMENT_EXPIRED,
    )
    assert views[GateName.ORIGINAL].state is BLOCKED
    assert (views[GateName.WEIGHT].detail, views[GateName.WEIGHT].facts) == (
        RuleFault.WEIGHT_FORM,
        {"least": 1, "most": 50_000},
    )
    assert (views[GateName.PARTIES].state, views[GateName.PARTIES].facts) == (PROBLEM, {"what": "area_code"})
    mismatch = way(typed(read(fresh(), SPECIMEN), Field.SENDER_NAME, "示例甲"))[GateName.ORIGINAL]
    assert (mismatch.state, mismatch.detail) == (PROBLEM, RuleFault.NAME_MISMATCH)


def test_a_failed_read_is_said_until_a_document_is_there() -> None:
    state = inputs.card_failed(fresh(), "device.card_unreadable", {"sw3": 0x41})
    view = way(state)[GateName.IDENTITY]
    assert (view.state, view.detail, view.facts) == (PROBLEM, "device.card_unreadable", {"sw3": 0x41})
    assert way(read(state, SPECIMEN))[GateName.IDENTITY].state is DONE
    after = inputs.card_failed(read(fresh(), SPECIMEN), "device.card_unreadable", {})
    assert way(after)[GateName.IDENTITY].state is DONE


@pytest.mark.requirement("R14", "R16")
def test_the_gates_open_one_after_the_other() -> None:
    state = read(fresh(), SPECIMEN)
    assert way(state)[GateName.ORIGINAL].state is CURRENT
    state = visit.confirm_original(state, NOW, TODAY)
    assert (way(state)[GateName.CONTENTS].state, way(state)[GateName.SECURITY].state) == (OPEN, BLOCKED)
    state = visit.confirm_inspected(state, NOW, RULES)
    assert way(state)[GateName.SECURITY].state is OPEN
    # Inspected is not enough: what was inspected has to stand there.
    assert way(state)[GateName.CONTENTS] == GateView(GateName.CONTENTS, OPEN, Missing.CONTENTS)
    state = visit.set_security(state, Security.CENTRE, NOW, RULES)
    assert way(state)[GateName.SECURITY].facts["security"] == "centre"


# -- the view ---------------------------------------------------------------------------------------


def test_before_the_commit_the_clerk_sees_what_the_comparison_needs() -> None:
    view = visit_view(complete(), TODAY, RULES, IMPRINT, reading=True)
    assert (view.missing, view.reading) == ((), True)
    sender = view.sender
    assert sender is not None
    assert (sender.name, sender.number) == ("证件样本", "110105********002X")
    assert (sender.sex, sender.nation, sender.birth) == ("2", "01", "1949-12-31")
    assert sender.address == "北京市朝阳区样本街道***"
    assert (sender.valid_to, sender.long_term, sender.photo) == ("2040-01-01", False, "undecodable")
    assert (sender.name_matches, sender.problems, sender.still_on_reader) == (True, (), True)
    assert view.fields[Field.RECIPIENT_PHONE].text == "0851-85551234"


@pytest.mark.requirement("R75")
def test_after_the_commit_everything_is_masked() -> None:
    for state in (committed(complete()), turns.next_item(committed(complete()), "operation-2")):
        view = visit_view(state, TODAY, RULES, IMPRINT)
        assert view.sender is not None
        assert (view.sender.name, view.sender.number) == ("证**本", "1****************X")
        assert (view.sender.sex, view.sender.nation, view.sender.birth, view.sender.address) == ("",) * 4
        assert view.sender.photo == "none"
        shown = repr([value.text for value in view.fields.values()]) + repr(view.sender)
        for name in (*(name for name in GOOD if "name" in name or "phone" in name or "address" in name),):
            assert GOOD[name] not in shown
        assert view.fields[Field.SENDER_PHONE].text == "138******00"


def test_what_the_screen_gives_back_masked_is_not_typing() -> None:
    state = turns.next_item(committed(complete()), "operation-2")
    shown = visit_view(state, TODAY, RULES, IMPRINT).fields
    for name in (Field.SENDER_NAME, Field.SENDER_PHONE, Field.SENDER_ADDRESS):
        step = inputs.set_field(state, name, shown[name].text, RULES, nobody)
        assert step.visit == state
    # A real change is typing, and is shown in full.
    changed = typed(state, Field.SENDER_PHONE, "13900006021")
    assert visit_view(changed, TODAY, RULES, IMPRINT).fields[Field.SENDER_PHONE].text == "13900006021"


def test_the_preview_shows_what_is_right_so_far() -> None:
    state = typed(typed(fresh(), Field.RECIPIENT_NAME, "示例人"), Field.RECIPIENT_PHONE, "1380013800")
    preview = visit_view(state, TODAY, RULES, IMPRINT).preview
    assert preview is not None
    assert (preview.recipient_name, preview.recipient_phone, preview.waybill) == ("示*人", "", "")
    assert (preview.real_name, preview.inspected, preview.security) == (False, False, "none")
    full = visit_view(complete(), TODAY, RULES, IMPRINT).preview
    assert full is not None
    assert (full.sender_name, full.sender_phone) == ("证**本", "138******00")
    assert full.recipient_address == "上海市浦东新区世纪大道***"
    assert (full.waybill, full.contents, full.quantity, full.weight_g) == (WAYBILL, "衣物", 2, 1284)
    assert (full.real_name, full.inspected, full.security) == (True, True, "here")


@pytest.mark.requirement("R33")
def test_a_notice_that_changed_is_told_again_unless_an_entry_says_that_it_was() -> None:
    newer = replace(RULES, notice=replace(RULES.notice, id="notice-2027-01-01"))
    assert visit_view(fresh(), TODAY, newer, IMPRINT).notice_version == "notice-2027-01-01"
    stands = visit_view(complete(), TODAY, newer, IMPRINT)
    assert (stands.notice_version, stands.acknowledged) == ("notice-2027-01-01", None)
    assert stands.missing == ("missing.notice",)
    recorded = visit_view(replace(complete(), sender_entry=7), TODAY, newer, IMPRINT)
    assert (recorded.notice_version, recorded.missing) == (RULES.notice.id, ())


# Whether somebody was asked about a typed document or a paper form, and pictures, only the station knows.
@pytest.mark.parametrize(
    "name",
    [each for each in Missing if not each.startswith(("missing.typed", "missing.paper", "missing.picture"))],
)
def test_every_code_of_what_is_missing_can_occur(name: Missing) -> None:
    wrong = {field.value: "\u202e" for field in GOOD}
    states = [
        fresh(),
        committed(complete()),
        read(fresh(), EXPIRED),
        complete(JIA, **{field: text for field, text in wrong.items() if field != "sender_name"}),
        typed(fresh(), Field.SENDER_NAME, "\u202e"),
        senders.set_kind(fresh(), SenderKind.AGENT),
        typed(fresh(), Field.CONTENTS, "充电宝"),
        visit.set_route(visit.set_security(complete(), Security.NOT_REQUIRED, NOW, RULES), Route.AIR),
        senders.set_field(
            senders.set_kind(fresh(), SenderKind.AGREEMENT), SenderField.AGREEMENT, "AG-2026-0001"
        ),
        fees.set_fee(complete(), "1,200"),
        senders.keep_as_principal(read(fresh(), CHILD), TODAY),
    ]
    unpriced = replace(RULES, tariff=replace(RULES.tariff, prices={}, usual=""))
    seen = [code for state in states for code in missing(state, TODAY, RULES)]
    assert name in (*seen, *missing(complete(), TODAY, unpriced))


def test_the_name_stays_right_when_the_day_changes() -> None:
    assert missing(complete(), TODAY + dt.timedelta(days=400), RULES) == ()
