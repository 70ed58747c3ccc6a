"""The table of keys is the keys: what works is in it, what is in it works, and the help shows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.commands import CloseLookUp, Lock, LookUp
from tests.ui.conftest import Desk, Opened, Seated
from tests.ui.small_station import Recorder
from tests.ui.typing import Hands
from ui.clerk.confirmations import BY_CHORD, CONFIRMATIONS
from ui.clerk.frame import Side
from ui.clerk.shortcuts import BY_NAME, HELPED, SHORTCUTS, Chord
from ui.specimens import BASE, READY, item
from ui.text import LANGUAGES, Texts
from ui.window import MainWindow

_LETTERS = [Qt.Key(code) for code in range(ord("A"), ord("Z") + 1)]
_DIGITS = [Qt.Key(code) for code in range(ord("0"), ord("9") + 1)]
_FUNCTIONS = [Qt.Key(Qt.Key.Key_F1.value + number) for number in range(24)]
_BY_ITSELF = {Qt.Key.Key_Return, Qt.Key.Key_Tab, Qt.Key.Key_Space}  # each control's own: see test_keys


def _every_key() -> Iterator[Chord]:
    """Whatever a keyboard has that is no plain typing."""
    for key in (*_LETTERS, *_DIGITS):
        yield Chord(key, alt=True)
        yield Chord(key, control=True)
    for key in (Qt.Key.Key_Equal, Qt.Key.Key_Minus):
        yield Chord(key, control=True)
    for key in (*_FUNCTIONS, Qt.Key.Key_Escape, Qt.Key.Key_Up, Qt.Key.Key_Down):
        yield Chord(key)
    yield Chord(Qt.Key.Key_PageUp)
    yield Chord(Qt.Key.Key_PageDown)


def _taken(window: MainWindow, chord: Chord) -> bool:
    """Whether the window takes this key, as Qt delivers it from a field that leaves it alone."""
    modifiers = Qt.KeyboardModifier.NoModifier
    if chord.alt:
        modifiers |= Qt.KeyboardModifier.AltModifier
    if chord.control:
        modifiers |= Qt.KeyboardModifier.ControlModifier
    event = QKeyEvent(QEvent.Type.KeyPress, chord.key, modifiers)
    QApplication.sendEvent(window, event)
    return event.isAccepted()


def test_the_table_is_exactly_what_the_window_takes(seated: Seated) -> None:
    """Every key that exists is pressed; those that something happens to are those of the table."""
    listed = {chord for each in SHORTCUTS for chord in each.chords} - {Chord(key) for key in _BY_ITSELF}
    view = replace(BASE, visit=READY, found=(item(1), item(2)))
    window, _, _ = seated(view)
    taken = set()
    for chord in _every_key():
        window.clerk.side = Side.USUAL
        window.show_view(view)
        if _taken(window, chord):
            taken.add(chord)
    assert sorted(map(str, taken)) == sorted(map(str, listed))


def test_no_key_stands_twice() -> None:
    """Neither in the table nor among the confirmations; two have another meaning on the panel of a paste."""
    panel, others = (
        [chord for each in SHORTCUTS if (each.group == "panel") is on for chord in each.chords]
        for on in (True, False)
    )
    assert len(panel) == len(set(panel))
    assert len(others) == len(set(others))
    assert set(panel) & set(others) == {*BY_NAME["correct"].chords, *BY_NAME["notify"].chords}
    assert len(BY_CHORD) == len(CONFIRMATIONS)


def test_a_button_says_the_key_that_presses_it(desk: Desk) -> None:
    """From the same table."""
    window, _, _ = desk
    for name, confirmation in CONFIRMATIONS.items():
        button = window.clerk.findChild(type(window.clerk.item_card.refuse), name)
        assert button.key_name == str(confirmation.chord)


@pytest.mark.parametrize("language", LANGUAGES)
def test_f1_lists_every_key_once(opened: Opened, recorder: Recorder, language: str) -> None:
    """The lines of the panel are the lines of the table, each with words."""
    window = opened(recorder, language=language)
    window.show_view(replace(BASE, visit=READY))
    window.clerk.toggle_help()
    texts = Texts(language)
    shown = window.clerk.help.listed()
    assert shown == [(str(each), texts(f"key.{each.name}")) for each in HELPED]
    assert window.clerk.side is Side.HELP


def test_the_lock_and_the_way_back_work_from_everywhere(qtbot: QtBot, desk: Desk) -> None:
    """F12 in the look-up and in a question; Esc out of both."""
    window, hands, recorder = desk
    assert isinstance(hands, Hands)
    hands.press(Qt.Key.Key_F3)
    window.show_view(replace(BASE, visit=READY, found=(item(1),)))
    hands.press(Qt.Key.Key_F12)
    hands.press(Qt.Key.Key_Escape)
    assert recorder.commands == [LookUp(""), Lock("key"), CloseLookUp()]
