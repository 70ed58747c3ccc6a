"""Exceptions by keys, from Ctrl+R to the report: the real window over the real station."""

from __future__ import annotations

from pathlib import Path

import pytest

from core import commands as c
from core.second import DecideRequest
from tests.core.station.desk import WAYBILLS
from tests.ui.test_visits import Seat, seat
from tests.ui.typing import ALT, CONTROL, Key
from ui.clerk.frame import Side

__all__ = ["seat"]
pytestmark = pytest.mark.requirement("R38", "R39", "R41", "R43")


def _ask(seat: Seat, *digits: Key) -> None:
    """Ctrl+R, and its answers."""
    seat.wait(lambda: seat.window.clerk.side is not Side.CHOICES)
    seat.hands.press(Key.Key_R, CONTROL)
    for digit in digits:
        seat.wait(lambda: seat.window.clerk.side is Side.CHOICES)
        seat.hands.press(digit)


def test_stopped_told_held_and_filed(seat: Seat, tmp_path: Path) -> None:
    """Without an item there is nothing to say; a stop needs a digit, a hold a second person."""
    clerk = seat.window.clerk
    seat.window.forms_folder = lambda: tmp_path
    _ask(seat)
    seat.said("msg.exception_first")
    seat.counter.sender()
    seat.counter.parcel(WAYBILLS[0])
    seat.counter.do(c.Commit())
    seat.said("msg.accepted")
    seat.hands.press(Key.Key_F3)
    seat.wait(lambda: clerk.look_up.chosen is not None)
    _ask(seat, Key.Key_1, Key.Key_7)
    seat.said("msg.exception_stopped")
    _ask(seat, Key.Key_1, Key.Key_1, Key.Key_1, Key.Key_3)
    seat.said("msg.exception_missed")
    _ask(seat, Key.Key_1, Key.Key_1, Key.Key_1, Key.Key_1, Key.Key_1)
    seat.said("msg.exception_contacted")
    _ask(seat, Key.Key_1, Key.Key_2, Key.Key_1)
    seat.wait(lambda: clerk.choices.asks == "sign")  # the second person stands beside
    (name,) = seat.counter.live.state.value["requests"]
    seat.counter.do(DecideRequest(name, "OP20001", "si-wu-liu"))
    seat.said("msg.item_held")
    assert seat.counter.kinds()[-1] == "ItemHeld"
    _ask(seat, Key.Key_1, Key.Key_4)
    seat.said("msg.report_written")
    (report,) = tmp_path.glob("exception-*.pdf")
    assert report.read_bytes().startswith(b"%PDF")
    _ask(seat, Key.Key_1, Key.Key_4)
    seat.wait(lambda: len(list(tmp_path.glob("*.pdf"))) == 2)  # what was filed is never written over
    seat.wait(lambda: clerk.side is not Side.CHOICES)
    seat.hands.press(Key.Key_I, ALT)  # its sender is warned
    for digit in (Key.Key_4, Key.Key_3):
        seat.wait(lambda: clerk.side is Side.CHOICES)
        seat.hands.press(digit)
    seat.said("msg.warned")
