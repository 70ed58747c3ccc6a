"""Alt+J by keys over the real station: what a person asks about her own data, and the supervisor's answer."""

from __future__ import annotations

from core import commands as c
from core.devices import CardRead, PrintOutcome, Slot
from tests.core.station.desk import WAYBILLS, card
from tests.ui.test_visits import Seat, seat
from tests.ui.typing import ALT, Key
from ui.clerk.frame import Side

__all__ = ["seat"]


def _found(seat: Seat) -> None:
    """Her item, its paper out, found by her document."""
    seat.counter.sender()
    seat.counter.parcel(WAYBILLS[0])
    seat.counter.do(c.Commit())
    for job in seat.counter.paper(2):
        seat.counter.print(job)
    seat.counter.lift()
    seat.counter.do(c.NextCustomer())
    seat.hands.press(Key.Key_F3)
    seat.wait(lambda: seat.window.clerk.look_up.chosen is not None)
    seat.counter.station.device_event(CardRead(Slot.ID_READER, card()))
    seat.said("msg.found_by_card")


def _asks(seat: Seat, name: str) -> None:
    clerk = seat.window.clerk
    seat.wait(lambda: clerk.side is Side.CHOICES and clerk.choices.asks == name)


def test_access_is_printed_and_answered(seat: Seat) -> None:
    _found(seat)
    seat.hands.press(Key.Key_J, ALT)
    _asks(seat, "person")
    seat.hands.press(Key.Key_1)
    seat.said("msg.right_asked")
    seat.counter.station.ended(seat.counter.printer.jobs[-1], PrintOutcome.PRINTED)
    seat.said("msg.right_answered")
    assert seat.counter.kinds()[-2:] == ["PersonAsked", "PersonAnswered"]


def test_a_correction_is_asked_by_the_clerk_and_refused_by_the_supervisor(seat: Seat) -> None:
    _found(seat)
    seat.hands.press(Key.Key_J, ALT)
    _asks(seat, "person")
    seat.hands.press(Key.Key_4)
    _asks(seat, "person_fields")
    seat.hands.press(Key.Key_5)
    seat.said("msg.right_asked")
    assert seat.counter.vault.journal.rows[-1].data["field"] == "recipient_phone"
    seat.hands.press(Key.Key_Escape)
    seat.wait(lambda: seat.view.found is None)
    seat.hands.press(Key.Key_J, ALT)  # a clerk sees what is open, and answers nothing
    _asks(seat, "rights")
    seat.hands.press(Key.Key_1)
    seat.hands.press(Key.Key_Escape)
    seat.counter.do(c.Lock(), c.LogIn("OP20001", "si-wu-liu"))
    seat.wait(lambda: seat.window.clerk.isVisible() and seat.view.operator == "OP20001")
    seat.hands.press(Key.Key_J, ALT)
    _asks(seat, "rights")
    seat.hands.press(Key.Key_1)
    _asks(seat, "right_answer")
    seat.hands.press(Key.Key_3)
    _asks(seat, "right_ground")
    seat.hands.press(Key.Key_2)
    seat.said("msg.right_answered")
    said = seat.counter.vault.journal.rows[-1]
    assert (said.header.kind, said.data["outcome"], said.data["ground"]) == (
        "PersonAnswered",
        "refused",
        "found_correct",
    )


def test_taking_a_consent_back_is_one_of_them(seat: Seat) -> None:
    _found(seat)
    seat.hands.press(Key.Key_J, ALT)
    _asks(seat, "person")
    seat.hands.press(Key.Key_6)
    _asks(seat, "item_consents")
