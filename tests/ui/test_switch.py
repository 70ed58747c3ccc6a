"""Language and theme change while running, and leave nothing behind of what stood before."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from core.commands import Field
from tests.ui.conftest import Opened
from tests.ui.looking import said
from tests.ui.small_station import Recorder
from tests.ui.typing import CONTROL, Hands, Key
from ui.clerk.questions import QUESTIONS
from ui.specimens import BASE, READY, VIEWS
from ui.window import MainWindow


def _opened_all(window: MainWindow) -> None:
    """Things that hold texts of their own, on a clerk's screen."""
    window.show_view(VIEWS["half"])
    window.clerk.toggle_help()
    window.clerk.toggle_help()
    for question in QUESTIONS:
        window.clerk.ask(question, date="2026-11-21", count=3)


@pytest.mark.parametrize(
    "name", ["trouble", "ready", "accepted", "look-up", "pending", "locked", "login-wrong"]
)
def test_switching_says_the_same_as_starting_in_that_language(
    qtbot: QtBot, recorder: Recorder, opened: Opened, name: str
) -> None:
    """Every widget of a window that was switched equals that of one begun in the language."""
    switched, fresh = opened(recorder), opened(Recorder(recorder.bridge), language="en")
    for window in (switched, fresh):
        _opened_all(window)
        window.show_view(VIEWS[name])
    switched.set_language("en")
    qtbot.wait(20)
    assert said(switched) == said(fresh)


def _picture(window: MainWindow) -> QImage:
    return window.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)


@pytest.mark.parametrize("name", ["trouble", "ready", "look-up", "locked", "all-devices"])
def test_switching_looks_the_same_as_starting_in_that_theme(
    qtbot: QtBot, recorder: Recorder, opened: Opened, name: str
) -> None:
    """Pixel by pixel."""
    switched, fresh = opened(recorder), opened(Recorder(recorder.bridge), theme="dark")
    for window in (switched, fresh):
        window.show_view(VIEWS[name])
        focused = window.focusWidget()
        assert focused is not None
        focused.clearFocus()  # only one window at a time can have the blinking cursor
    switched.set_theme("dark")
    qtbot.wait(50)
    assert _picture(switched) == _picture(fresh)


def test_the_keys_switch_in_the_middle_of_typing(qtbot: QtBot, recorder: Recorder, opened: Opened) -> None:
    """Ctrl+L and Ctrl+T from a field: text, cursor and focus stay."""
    window = opened(recorder)
    hands = Hands(qtbot, window)
    window.show_view(replace(BASE, visit=READY))
    entry = window.clerk.fields[Field.CONTENTS].entry
    entry.setFocus()
    hands.type("abc")
    entry.setCursorPosition(2)
    hands.press(Key.Key_L, CONTROL)
    hands.press(Key.Key_T, CONTROL)
    assert (window.language, window.theme_name) == ("en", "dark")
    assert (entry.text(), entry.cursorPosition(), hands.place) == ("衣物abc", 2, "contents")
    hands.press(Key.Key_L, CONTROL)
    hands.press(Key.Key_T, CONTROL)
    assert (window.language, window.theme_name) == ("zh", "light")
