"""The ways beside a card on the reader: typed documents, the mode without a reader, other senders, routes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core import commands as c
from core.devices import CardFailed, Slot
from core.errors import DeviceFault
from core.ledger.entry import Entry
from core.second import AskReaderDown, BeginReaderDown, DecideRequest
from tests.core.station.desk import RULES, WAYBILLS, Counter

RESIDENT = {
    "number": "11010519491231002X",
    "number_again": "11010519491231002X",
    "name": "证件样本",
    "valid_to": "长期",
}


def typed(counter: Counter, kind: str, cause: c.ManualCause, fields: dict[str, str]) -> None:
    """A document through the manual lane."""
    counter.do(c.StartManual(kind, cause))
    counter.do(*(c.SetManualField(c.ManualField(name), text) for name, text in fields.items()))
    counter.do(c.FinishManual())


def form(counter: Counter, waybill: str) -> None:
    """The rest of an item, F9 included."""
    counter.type(sender_name="证件样本", sender_phone="13800138000", sender_address="北京市朝阳区样本街道1号")
    counter.do(c.ConfirmOriginal(), c.AcknowledgeNotice(c.Acknowledgement.SPOKEN))
    counter.parcel(waybill)
    counter.do(c.Commit())


def last(counter: Counter, kind: str) -> Entry:
    """The last entry of a kind."""
    return [entry for entry in counter.vault.journal.rows if entry.header.kind == kind][-1]


def test_three_failed_reads_then_the_document_is_typed(counter: Counter) -> None:
    for _ in range(3):
        assert not counter.visit().manual_offered
        counter.station.device_event(CardFailed(Slot.ID_READER, DeviceFault.CARD_UNREADABLE))
        counter.look()
    assert counter.visit().manual_offered
    typed(counter, "resident", c.ManualCause.READER_FAILED, RESIDENT)
    form(counter, WAYBILLS[0])
    assert counter.message() == "rule.typed_unsigned"
    request = counter.shown().second.requests[0].request
    counter.do(DecideRequest(request, "OP20001", "si-wu-liu"), c.Commit())
    assert counter.message() == "msg.accepted"
    assert last(counter, "SenderVerified").data["cause"] == "reader_failed"
    assert last(counter, "ItemAccepted").data["by_hand"] == "reader_failed"
    assert counter.printer.jobs[0].label.manual
    retention = [part.retention for part in last(counter, "ItemAccepted").attachments if part is not None]
    assert retention == ["sealed", "acceptance"]


@pytest.mark.requirement("R9")
def test_the_mode_without_a_reader_is_approved_by_another_and_runs_out(counter: Counter) -> None:
    counter.do(BeginReaderDown())
    assert counter.message() == "rule.approval_needed"
    counter.do(AskReaderDown("reader_broken"))
    assert counter.message() == "msg.request_asked"
    counter.do(c.StartManual("resident", c.ManualCause.READER_DOWN))
    assert counter.message() == "rule.manual_not_offered"
    request = counter.shown().second.requests[0].request
    counter.do(DecideRequest(request, "OP10001", "yi-er-san"))
    assert counter.message() == "rule.approver_self"
    counter.do(DecideRequest(request, "OP20001", "si-wu-liu"))
    entry = last(counter, "ReaderDownApproved")
    assert (entry.data["hours"], entry.header.actor.id) == (4, "OP10001")
    assert last(counter, "ApprovalGiven").data["by"] == "OP20001"
    left = counter.visit().reader_down
    assert left is not None
    assert left.left == entry.data["items"]
    typed(counter, "resident", c.ManualCause.READER_DOWN, RESIDENT)
    form(counter, WAYBILLS[0])
    standing = counter.visit().reader_down
    assert standing is not None
    assert standing.left == left.left - 1
    # Hours pass with another document typed: the mode is over when F9 comes.
    counter.do(c.NextCustomer())
    typed(counter, "resident", c.ManualCause.READER_DOWN, RESIDENT)
    counter.vault.machine.advance(4 * 3600)
    form(counter, WAYBILLS[1])
    assert counter.message() == "rule.reader_down_ended"
    assert counter.visit().reader_down is None
    assert counter.kinds().count("ItemAccepted") == 1


def test_a_letter_has_an_entry_that_says_why_nobody_was_identified(counter: Counter) -> None:
    counter.do(c.SetSenderKind(c.SenderKind.LETTER))
    counter.scan(WAYBILLS[0])
    counter.type(
        sender_name="示例甲", sender_phone="13800138000", sender_address="北京市朝阳区样本街道1号",
        weight="0.02", recipient_name="示例乙", recipient_phone="13900139021",
        recipient_address="上海市浦东新区世纪大道100号2楼",
    )  # fmt: skip
    counter.do(c.SetSecurity(c.Security.NOT_REQUIRED), c.AcknowledgeNotice(c.Acknowledgement.SPOKEN))
    counter.do(c.Commit())
    assert counter.message() == "msg.accepted"
    assert counter.kinds()[-2:] == ["SenderExempted", "ItemAccepted"]
    item = last(counter, "ItemAccepted")
    assert (item.data["inspected"], item.data["sender"]) == (None, last(counter, "SenderExempted").header.seq)
    # The next one of the same customer rests on the same entry.
    counter.do(c.NextItem())
    assert counter.kinds().count("SenderExempted") == 1


def test_an_organisation_s_handler(counter: Counter) -> None:
    counter.do(
        c.SetSenderKind(c.SenderKind.ORGANISATION),
        c.SetSenderField(c.SenderField.ORGANISATION_NAME, "示例公司"),
        c.SetSenderField(c.SenderField.ORGANISATION_CODE, "91350100M000100Y43"),
    )
    counter.place()
    form(counter, WAYBILLS[0])
    assert counter.message() == "msg.accepted"
    assert last(counter, "SenderVerified").data["sender_kind"] == "organisation"


def test_an_agent_with_two_documents(counter: Counter) -> None:
    counter.do(c.SetSenderKind(c.SenderKind.AGENT))
    typed(counter, "passport", c.ManualCause.NO_CHIP, {
        "mrz": "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F3204153<<<<<<<<<<<<<<<4",
        "number_again": "L898902C3",
    })  # fmt: skip
    counter.do(c.KeepAsPrincipal(), c.SetProof(c.Proof.AUTHORISATION))
    counter.place()
    form(counter, WAYBILLS[0])
    data = last(counter, "SenderVerified").data
    assert (data["principal"], data["proof"], data["document"]) == ("passport", "authorisation", "resident")


@pytest.mark.requirement("R17")
def test_what_is_prohibited_is_refused_and_reported(counter: Counter) -> None:
    counter.type(contents="手枪")
    assert counter.visit().finding[0].action == "refuse_report"
    counter.do(c.Refuse(c.RefusalReason.PROHIBITED, told=True))
    assert counter.message() == "msg.refused_report"
    data = last(counter, "ItemRefused").data
    assert (data["item_class"], data["action"], data["told"]) == ("class_01", "refuse_report", True)
    assert counter.visit().fields[c.Field.CONTENTS].text == ""


@pytest.mark.requirement("R27")
def test_a_condition_a_route_and_a_centre(counter: Counter) -> None:
    counter.sender()
    counter.parcel(WAYBILLS[0])
    counter.type(contents="充电宝")
    counter.do(c.ConfirmInspected(), c.SetRoute(c.Route.AIR), c.SetSecurity(c.Security.NOT_REQUIRED))
    assert counter.message() == "rule.security_required"
    counter.do(c.SetSecurity(c.Security.CENTRE, "centre_01"), c.Commit())
    assert "missing.condition" in counter.visit().missing
    counter.do(c.ConfirmCondition(), c.Commit())
    assert counter.message() == "msg.accepted"
    data = last(counter, "ItemAccepted").data
    assert (data["route"], data["centre"], data["condition"]) == ("air", "centre_01", "confirmed")


@pytest.mark.requirement("R38")
def test_nobody_without_a_document_is_an_offender(counter: Counter) -> None:
    counter.place()
    counter.do(c.Refuse(c.RefusalReason.NO_VALID_DOCUMENT, told=True))
    data = last(counter, "ItemRefused").data
    assert (data["reason"], data["item_class"]) == ("no_valid_document", "none")
    visit = counter.visit()
    assert (visit.sender, visit.fields[c.Field.SENDER_NAME].text) == (None, "")
    assert set(visit.manual_kinds) >= {"temporary_resident", "passport"}


def test_the_mode_without_a_reader_is_over_with_its_last_item(counter: Counter) -> None:
    rule = RULES.editions[0]
    rule = replace(rule, limits=replace(rule.limits, reader_down_items=1))
    counter.live.rulebook = replace(counter.live.rulebook, editions=(rule,), _told={})
    counter.do(AskReaderDown("reader_broken"))
    request = counter.shown().second.requests[0].request
    counter.do(DecideRequest(request, "OP20001", "si-wu-liu"))
    assert counter.visit().reader_down is not None
    typed(counter, "resident", c.ManualCause.READER_DOWN, RESIDENT)
    form(counter, WAYBILLS[0])
    assert counter.message() == "msg.accepted"
    assert counter.visit().reader_down is None
