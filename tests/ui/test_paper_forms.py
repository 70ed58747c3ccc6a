"""Numbered paper forms by keys: the real window, the real station."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QLabel

from core import commands as c
from core.ledger.clock import CHINA
from tests.core.station.desk import WAYBILLS
from tests.ui.test_visits import Seat, seat
from tests.ui.typing import ALT, Key
from ui.clerk.frame import Page, Side

__all__ = ["seat"]


def _answer(seat: Seat, *digits: Key) -> None:
    for digit in digits:
        seat.wait(lambda: seat.window.clerk.side is Side.CHOICES)
        seat.hands.press(digit)


def test_a_paper_form_is_entered_late(seat: Seat, tmp_path: Path) -> None:
    """Handed out and drawn by the supervisor's keys; typed, compared by two and taken by the clerk's."""
    seat.window.clerk.forms_folder = lambda: tmp_path
    seat.hands.press(Key.Key_Z, ALT)
    seat.said("msg.paper_none")
    seat.counter.do(c.LogOut())
    seat.counter.log_in("OP20001", "si-wu-liu")
    seat.wait(lambda: seat.window.clerk.isVisible() and seat.window.clerk.language != "")
    seat.hands.press(Key.Key_Z, ALT)
    _answer(seat, Key.Key_1, Key.Key_1)
    seat.said("msg.paper_drawn")
    (drawn,) = tmp_path.iterdir()
    assert drawn.read_bytes().count(b"/Type /Page\n") == 5
    seat.counter.do(c.LogOut())
    seat.counter.log_in()
    seat.hands.press(Key.Key_Z, ALT)
    _answer(seat, Key.Key_1, Key.Key_1)
    seat.wait(lambda: seat.hands.place == "correct_figures")
    seat.hands.type("3 99:99")
    seat.hands.press(Key.Key_Return)
    seat.said("rule.paper_typed")
    assert seat.hands.place == "correct_figures"  # what is typed next belongs there
    box = seat.window.clerk.choices.value.entry
    box.clear()
    at = seat.counter.live.now().at.astimezone(CHINA)
    seat.hands.type(f"3 {at:%m-%d %H:%M}")
    seat.hands.press(Key.Key_Return)
    seat.wait(lambda: seat.view.paper.standing.startswith("000003 "))
    seat.wait(lambda: seat.window.clerk.side is Side.USUAL)
    seat.counter.sender()  # she is there again, with her card
    seat.counter.parcel(WAYBILLS[0])
    seat.hands.press(Key.Key_F9)
    seat.wait(lambda: seat.hands.place == "second_approver")
    seat.hands.type("OP20001")
    seat.hands.press(Key.Key_Return)
    seat.hands.type("si-wu-liu")
    seat.hands.press(Key.Key_Return)
    seat.said("msg.paper_compared")
    seat.hands.press(Key.Key_F9)
    seat.said("msg.accepted")
    assert seat.counter.kinds()[-3:] == ["SenderVerified", "PaperFormTaken", "ItemAccepted"]
    seat.hands.press(Key.Key_D, ALT)
    seat.wait(lambda: seat.window.clerk.page is Page.CLOSE)
    seat.hands.press(Key.Key_F9)
    seat.wait(lambda: seat.window.clerk.side is Side.CHOICES)
    read = seat.window.clerk.choices.findChild(QLabel, "choice_lines").text()
    assert "000001–000002" in read
    assert "000004–000005" in read
