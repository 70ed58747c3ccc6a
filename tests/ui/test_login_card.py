"""The log-in screen with an operator's card: who it is, what is asked, and what a pulled card leaves."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from core.commands import Activate, LogIn
from tests.ui.conftest import Opened
from tests.ui.small_station import Recorder
from tests.ui.typing import Hands, Key
from ui.specimens import LOGIN, VIEWS
from ui.window import MainWindow

Door = tuple[MainWindow, Hands, Recorder]
CARD = VIEWS["login-card"]


@pytest.fixture
def door(qtbot: QtBot, recorder: Recorder, opened: Opened) -> Door:
    """The log-in screen."""
    window = opened(recorder)
    window.show_view(LOGIN)
    return window, Hands(qtbot, window), recorder


def _on_card(window: MainWindow) -> str:
    label = window.findChild(QLabel, "login_on_card")
    assert isinstance(label, QLabel)
    return label.text() if label.isVisible() else ""


def test_card_in_and_only_the_pin_is_asked(door: Door) -> None:
    window, hands, recorder = door
    assert _on_card(window) == ""
    window.show_view(CARD)
    assert "OP10002 已插好" in _on_card(window)
    assert (hands.place, window.login.password.accessibleName()) == ("password", "PIN")
    hands.type("246810")
    hands.press(Key.Key_Return)
    assert recorder.commands == [LogIn("OP10002", "246810")]
    assert window.login.password.text() == ""


def test_a_pulled_card_leaves_no_digit_of_its_pin(door: Door) -> None:
    window, hands, recorder = door
    window.show_view(CARD)
    hands.type("2468")
    window.show_view(LOGIN)
    assert window.login.password.text() == ""
    assert window.login.password.accessibleName() == "密码"
    hands.press(Key.Key_Return)
    assert recorder.commands == []


def test_what_is_typed_for_somebody_else_asks_for_a_password(door: Door) -> None:
    """A supervisor with a password at a counter where a clerk's card lies in the reader."""
    window, hands, recorder = door
    window.show_view(CARD)
    window.login.operator.setText("OP20001")
    assert window.login.password.accessibleName() == "密码"
    window.login.password.setFocus()
    window.show_view(replace(CARD, message=VIEWS["login-wrong"].message))  # her number stays
    assert window.login.operator.text() == "OP20001"
    hands.type("a long password")
    hands.press(Key.Key_Return)
    assert recorder.commands == [LogIn("OP20001", "a long password")]


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("login-card-pin", "还可试 2 次"),
        ("login-card-old", "旧卡不能再用"),
        ("login-card-empty", "还没有开通"),
        ("locked-card-in", "OP10002 已插好"),
    ],
)
def test_each_card_is_named_for_what_it_is(door: Door, state: str, said: str) -> None:
    window, _, _ = door
    window.show_view(VIEWS[state])
    assert said in _on_card(window)


def test_an_activation_on_a_card_asks_for_its_pin_once(door: Door) -> None:
    window, hands, recorder = door
    window.show_view(VIEWS["login-card-empty"])
    hands.press(Key.Key_F2)
    hands.type("OP10002")
    assert not window.login.again.isVisible()
    assert window.login.password.accessibleName() == "PIN"
    for text in ("CODE-1", "246810", "OP20001", "a long password"):
        hands.press(Key.Key_Return)
        hands.type(text)
    hands.press(Key.Key_Return)
    assert recorder.commands == [
        Activate("OP10002", "CODE-1", "246810", "OP20001", "a long password", card=True)
    ]
    window.show_view(LOGIN)  # without the card it would be a password: twice
    hands.press(Key.Key_Escape)
    hands.press(Key.Key_F2)
    assert window.login.again.isVisible()
