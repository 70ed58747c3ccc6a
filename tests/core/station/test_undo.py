"""Ctrl+Z: the clerk's own steps, one after the other, never a device's fact, never past a commit."""

from __future__ import annotations

import pytest

from core import commands as c
from core.commands import Field
from tests.core.station.desk import WAYBILLS, Counter, card
from tests.core.station.test_parking import OTHER, texts
from tests.core.station.test_station import verified


def undo(counter: Counter) -> str:
    """What was taken back."""
    counter.do(c.Undo())
    message = counter.views[-1].message
    assert message is not None
    return str(message.facts.get("what", message.code))


def test_step_by_step_to_the_beginning(counter: Counter) -> None:
    counter.sender()
    counter.parcel(WAYBILLS[0])
    before = counter.visit()
    counter.do(c.SetRoute(c.Route.AIR), c.SetSecurity(c.Security.CENTRE), c.SetFee("12"))
    assert [undo(counter) for _ in range(3)] == ["undone.fee", "undone.security", "undone.route"]
    after = counter.visit()
    assert (after.missing, after.security, after.route, after.fee) == (
        before.missing, before.security, before.route, before.fee,
    )  # fmt: skip
    assert [undo(counter) for _ in range(2)] == ["undone.security", "undone.inspected"]
    assert counter.visit().missing == ("missing.inspected", "missing.security")
    assert undo(counter) == "undone.recipient_address"
    assert Field.RECIPIENT_ADDRESS.value not in texts(counter)
    taken = [undo(counter) for _ in range(9)]
    assert taken[5:] == [
        "undone.notice", "undone.original", "undone.sender_address", "undone.sender_phone",
    ]  # fmt: skip
    assert undo(counter) == "msg.nothing_to_undo"
    # The scan and the document are facts.
    assert texts(counter) == {"sender_name": "证件样本", "waybill": WAYBILLS[0]}


def test_typing_in_one_field_is_one_step(counter: Counter) -> None:
    counter.type(contents="书")
    counter.type(quantity="1")
    for text in ("", "衣", "衣物"):
        counter.type(contents=text)
    assert undo(counter) == "undone.contents"
    assert texts(counter) == {"contents": "书", "quantity": "1"}


def test_what_a_device_changed_since_stands(counter: Counter) -> None:
    counter.type(contents="书")
    counter.type(waybill="EA4731")
    counter.scan(WAYBILLS[0])
    assert undo(counter) == "undone.contents"
    assert texts(counter) == {"waybill": WAYBILLS[0]}


def test_a_confirmation_undone_by_typing_is_not_given_back(counter: Counter) -> None:
    counter.sender()
    counter.type(sender_name="证件样")
    assert counter.message() == "msg.original_undone"
    assert undo(counter) == "undone.sender_name"
    assert texts(counter)["sender_name"] == "证件样本"
    assert "missing.original" in counter.visit().missing


def test_never_past_a_commit(counter: Counter) -> None:
    counter.sender()
    counter.parcel(WAYBILLS[0])
    counter.do(c.Commit())
    assert undo(counter) == "msg.nothing_to_undo"
    counter.do(c.NextItem())
    counter.type(contents="书")
    assert [undo(counter), undo(counter)] == ["undone.contents", "msg.nothing_to_undo"]
    assert len(counter.visit().items) == 1
    assert verified(counter)


def test_a_visit_thrown_away_comes_back_whole(counter: Counter) -> None:
    counter.sender()
    counter.parcel(WAYBILLS[0])
    before = texts(counter)
    counter.do(c.NewAcceptance(discard=True))
    assert texts(counter) == {}
    assert undo(counter) == "undone.discard"
    assert (texts(counter), counter.visit().missing) == (before, ())
    counter.do(c.Lock())
    counter.log_in()
    assert texts(counter) == before, "its draft came back with it"
    counter.do(c.Commit())
    assert counter.message() == "msg.accepted"


@pytest.mark.parametrize("since", ["card", "scan"])
def test_a_visit_thrown_away_does_not_cover_what_came_since(counter: Counter, since: str) -> None:
    counter.sender()
    counter.lift()
    counter.do(c.NewAcceptance(discard=True))
    if since == "card":
        counter.place(OTHER)
    else:
        counter.scan(WAYBILLS[0])
    stands = texts(counter)
    assert undo(counter) == "msg.nothing_to_undo"
    assert texts(counter) == stands


@pytest.mark.parametrize("leaving", [c.Lock(), c.Park(), c.NextCustomer()])
def test_no_customers_steps_are_taken_back_in_anothers_visit(counter: Counter, leaving: c.Command) -> None:
    counter.sender()
    if isinstance(leaving, c.NextCustomer):
        counter.parcel(WAYBILLS[0])
        counter.do(c.Commit())
    counter.do(leaving)
    if isinstance(leaving, c.Lock):
        counter.log_in()
    before = texts(counter)
    assert undo(counter) == "msg.nothing_to_undo"
    assert texts(counter) == before


def test_another_kind_of_sender_is_taken_back_with_the_document(counter: Counter) -> None:
    counter.sender()
    counter.do(c.SetSenderKind(c.SenderKind.LETTER))
    assert counter.visit().sender is None
    assert undo(counter) == "undone.sender_kind"
    sender = counter.visit().sender
    assert sender is not None
    assert sender.number == "110105********002X"
    assert "missing.original" in counter.visit().missing
    counter.do(c.SetSenderKind(c.SenderKind.AGENT))
    counter.do(c.KeepAsPrincipal())
    counter.place(OTHER)
    assert undo(counter) not in ("undone.principal",), "the agent's own document has come since"
    kept = counter.visit().sender
    assert kept is not None
    assert kept.name == "示例丙"


def test_an_approval_is_not_given_back(counter: Counter) -> None:
    counter.do(c.SetSenderKind(c.SenderKind.EXEMPT))
    first, second = list(counter.live.rules.exemptions.reasons)[:2]
    counter.do(c.SetExemption(first.code), c.ApproveExemption("OP20001", "si-wu-liu"))
    counter.do(c.SetExemption(second.code))
    assert undo(counter) == "undone.exemption"
    exemption = counter.visit().sender_kind.exemption
    assert exemption is not None
    assert (exemption.reason, exemption.approved_by) == (first.code, "")


def test_the_same_card_again_is_no_reason_to_lose_steps(counter: Counter) -> None:
    counter.sender()
    counter.lift()
    counter.place(card(read="r-9"))
    assert undo(counter) == "undone.notice"
