"""A document typed by hand at the station: a second person before the item, or within the time after it."""

from __future__ import annotations

import pytest

from core import commands as c
from core.devices import CardFailed, Slot
from core.errors import DeviceFault
from core.second import DecideRequest, RequestView
from tests.core.station.desk import WAYBILLS, Counter
from tests.core.station.test_other_ways import RESIDENT, form, last, typed

pytestmark = pytest.mark.requirement("R6")

TEMPORARY = {**RESIDENT, "valid_to": "2027-01-01"}


def open_one(counter: Counter) -> RequestView:
    (found,) = counter.shown().second.requests
    return found


def decide(counter: Counter, *, approved: bool = True) -> None:
    said = DecideRequest(open_one(counter).request, "OP20001", "si-wu-liu", approved=approved)
    counter.do(said)


def test_what_has_no_chip_goes_on_and_awaits_its_signature(counter: Counter) -> None:
    typed(counter, "temporary_resident", c.ManualCause.NO_CHIP, TEMPORARY)
    form(counter, WAYBILLS[0])
    assert counter.message() == "msg.accepted"
    story = ["IdentityTyped", "SenderVerified", "ApprovalAsked", "TypedTaken", "ItemAccepted"]
    assert counter.kinds()[-5:] == story
    asked = open_one(counter)
    assert (asked.state, asked.about, asked.mine) == ("signs", "000001", True)
    assert asked.reason["zh"] == "证件没有芯片"
    # A second item of the same customer rests on the same document.
    counter.do(c.NextItem())
    counter.parcel(WAYBILLS[1])
    counter.do(c.Commit())
    assert counter.kinds().count("IdentityTyped") == 1
    assert counter.kinds().count("ItemAccepted") == 2
    decide(counter)
    assert counter.message() == "msg.request_approved"
    assert counter.shown().second.requests == ()


def test_what_a_reader_should_have_read_waits_for_her(counter: Counter) -> None:
    for _ in range(3):
        counter.station.device_event(CardFailed(Slot.ID_READER, DeviceFault.CARD_UNREADABLE))
    counter.look()
    typed(counter, "resident", c.ManualCause.READER_FAILED, RESIDENT)
    form(counter, WAYBILLS[0])
    assert counter.message() == "rule.typed_unsigned"
    assert counter.visit().missing == ("missing.typed",)
    asked = open_one(counter)
    assert (asked.state, asked.about) == ("waits", "")
    counter.do(c.ConfirmOriginal())  # again: it is one request all the same
    assert open_one(counter).request == asked.request
    decide(counter, approved=False)
    counter.do(c.Commit())
    assert counter.message() == "rule.typed_unsigned"
    assert counter.visit().missing == ("missing.typed_again",)
    counter.do(c.ConfirmOriginal())  # declined: asked anew
    assert counter.visit().missing == ("missing.typed",)
    decide(counter)
    assert counter.visit().missing == ()
    counter.do(c.Commit())
    assert counter.message() == "msg.accepted"
    assert counter.kinds()[-3:] == ["SenderVerified", "TypedTaken", "ItemAccepted"]
    taken = last(counter, "TypedTaken")
    assert taken.data["sender"] == last(counter, "SenderVerified").header.seq
    assert counter.shown().second.requests == ()


def test_her_word_is_for_the_document_that_she_saw(counter: Counter) -> None:
    """Typed anew after it, somebody else's document needs a word of its own."""
    for _ in range(3):
        counter.station.device_event(CardFailed(Slot.ID_READER, DeviceFault.CARD_UNREADABLE))
    counter.look()
    typed(counter, "resident", c.ManualCause.READER_FAILED, RESIDENT)
    counter.type(sender_name="证件样本")
    counter.do(c.ConfirmOriginal())
    decide(counter)
    counter.do(c.Undo())
    typed(counter, "resident", c.ManualCause.READER_FAILED, RESIDENT)
    assert counter.shown().second.requests == ()  # nothing can rest on the one before
    counter.do(c.ConfirmOriginal())
    mine = open_one(counter)
    assert (mine.document, mine.where, mine.state) == ("resident", "here", "waits")
    form(counter, WAYBILLS[0])
    assert counter.message() == "rule.typed_unsigned"
    assert "ItemAccepted" not in counter.kinds()
    counter.do(c.Park())
    assert open_one(counter).where == "parked"
