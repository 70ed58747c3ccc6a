"""The counter changes hands by keys: the real window, the real station."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from core import commands as c
from tests.core.station.desk import WAYBILLS
from tests.core.station.test_dispatching import Following
from tests.ui.conftest import Opened
from tests.ui.test_visits import Seat, sit
from tests.ui.typing import CONTROL, Key
from ui.clerk.frame import Side
from ui.clerk.questions import close_question


@pytest.fixture
def seat(qtbot: QtBot, opened: Opened) -> Iterator[Seat]:
    yield from sit(qtbot, opened, Following())


def _asks(seat: Seat, name: str) -> None:
    clerk = seat.window.clerk
    seat.wait(lambda: clerk.side is Side.CHOICES and clerk.choices.asks == name)


def test_counted_blind_and_signed_with_its_difference(seat: Seat) -> None:
    """Esc leaves it and writes nothing; the day close names what stays open."""
    counter, clerk = seat.counter, seat.window.clerk
    counter.sender()
    counter.parcel(WAYBILLS[0])
    counter.do(c.Commit())
    seat.said("msg.accepted")
    before = counter.kinds()
    seat.hands.press(Key.Key_J, CONTROL)
    _asks(seat, "shift_count")
    lines = clerk.choices.findChild(QLabel, "choice_lines")
    assert lines.text() == ""
    seat.hands.press(Key.Key_Escape)
    seat.wait(lambda: clerk.side is not Side.CHOICES)
    seat.hands.press(Key.Key_J, CONTROL)
    _asks(seat, "shift_count")
    for text in ("many", "2"):
        clerk.choices.value.entry.clear()
        seat.hands.type(text)
        seat.hands.press(Key.Key_Return)
        if text == "many":
            seat.said("rule.shift_count")
    _asks(seat, "shift")
    assert "+1" in lines.text()
    seat.hands.press(Key.Key_F9)  # the key that accepts an item does nothing here
    assert counter.kinds() == before
    seat.hands.press(Key.Key_2)
    seat.said("msg.shift_given_differs")
    seat.wait(lambda: clerk.side is not Side.CHOICES)
    assert counter.kinds()[len(before) :] == ["ShiftGiven"]
    named = [code for code, _facts in close_question(seat.view, "zh").lines]
    assert "line.shift_open_items" in named
