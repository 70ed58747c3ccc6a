"""While a card is being read nothing that is typed counts (T14)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from core.commands import Lock, NextItem
from tests.ui.conftest import Desk
from tests.ui.typing import ALT, Key
from ui.specimens import BASE, READY

pytestmark = pytest.mark.requirement("T14")


def test_keys_are_dropped_and_said(qtbot: QtBot, desk: Desk) -> None:
    """Text, Enter, paste, confirmations and F9: nothing reaches the station, and the count is said."""
    window, hands, recorder = desk
    place = hands.place
    before = hands.focused.property("text")
    window.show_view(replace(BASE, visit=replace(READY, reading=True)))
    qtbot.keyClicks(hands.focused, "abc")
    hands.press(Key.Key_Return)
    hands.press(Key.Key_Tab)
    hands.press(Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    hands.press(Key.Key_F9)
    hands.press(Key.Key_2, ALT)
    hands.press(Key.Key_F8)
    assert recorder.commands == []
    assert (hands.place, hands.focused.property("text")) == (place, before)
    window.show_view(replace(BASE, visit=READY))
    shown = window.clerk.message.shown
    assert shown is not None
    assert (shown.code, shown.facts) == ("msg.typeahead_dropped", {"count": 9})


def test_the_lock_still_works(desk: Desk) -> None:
    """F12 protects: it is never discarded."""
    window, hands, recorder = desk
    window.show_view(replace(BASE, visit=replace(READY, reading=True)))
    hands.press(Key.Key_F12)
    assert recorder.commands == [Lock("key")]


def test_a_button_in_focus_is_not_pressed(desk: Desk) -> None:
    """Space on a confirmation during the read is dropped too."""
    window, hands, recorder = desk
    window.clerk.findChild(QWidget, "gate_inspected").setFocus()
    window.show_view(replace(BASE, visit=replace(READY, reading=True)))
    hands.press(Key.Key_Space)
    assert recorder.commands == []


def test_nothing_is_said_where_nothing_was_typed(desk: Desk) -> None:
    """A quiet read leaves no line."""
    window, _, _ = desk
    window.show_view(replace(BASE, visit=replace(READY, reading=True)))
    window.show_view(replace(BASE, visit=READY))
    assert window.clerk.message.shown is None


def test_a_read_that_never_ends_gives_the_keys_back(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every wait has a limit."""
    window, hands, recorder = desk
    now = [1000.0]
    monkeypatch.setattr(window.keyboard, "_clock", lambda: now[0])
    window.show_view(replace(BASE, visit=replace(READY, reading=True)))
    now[0] += 5
    hands.press(Key.Key_F7)
    assert recorder.commands == []
    now[0] += 5
    hands.press(Key.Key_F7)
    assert recorder.commands == [NextItem()]
