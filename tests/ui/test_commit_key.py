"""F9 commits, once a wish; nothing else ever does: no other key, no click, no scan (T2)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from core.commands import Command, Commit, ConfirmInspected, SetField
from core.view import Message
from tests.ui.conftest import Desk
from tests.ui.typing import ALT, Key
from ui.clerk.confirmations import CONFIRMATIONS
from ui.specimen_papers import SPIRITS
from ui.specimens import BASE, READY, item
from ui.window import MainWindow

pytestmark = pytest.mark.requirement("T2")


def test_f9_commits_and_says_when_it_was_pressed(desk: Desk) -> None:
    """One Commit, with the time of the press."""
    _, hands, recorder = desk
    hands.press(Key.Key_F9)
    (command,) = recorder.commands
    assert isinstance(command, Commit)
    assert command.pressed_ns > 0


def test_f9_held_down_commits_once(desk: Desk) -> None:
    """Auto-repeat is not a second wish."""
    _, hands, recorder = desk
    hands.hold(Key.Key_F9, 30)
    assert len(recorder.commands) == 1


def test_f9_held_down_commits_once_however_fast_the_answers_come(desk: Desk) -> None:
    """Each repeat finds a screen that has changed since: still one wish."""
    window, hands, recorder = desk
    answers = iter(range(1, 100))

    def answer(command: Command) -> None:
        recorder.commands.append(command)
        window.show_view(replace(BASE, visit=READY, message=Message("msg.not_ready", serial=next(answers))))

    recorder.submit = answer  # type: ignore[method-assign]
    hands.hold(Key.Key_F9, 30)
    assert len(recorder.commands) == 1
    hands.press(Key.Key_F9)
    assert len(recorder.commands) == 2


def test_f9_again_before_the_answer_commits_once(qtbot: QtBot, desk: Desk) -> None:
    """Whatever is pressed, and whatever else the station says meanwhile, until it has answered."""
    window, hands, recorder = desk
    for _ in range(5):
        hands.press(Key.Key_F9, wait=False)
        qtbot.wait(50)
    window.show_view(replace(BASE, visit=READY, today=5))  # a printer or a pump: no answer
    hands.press(Key.Key_F9)
    assert len(recorder.of(Commit)) == 1
    window.show_view(
        replace(BASE, visit=READY, message=Message("msg.not_ready", {"first": "missing.weight"}))
    )
    hands.press(Key.Key_F9)
    assert len(recorder.of(Commit)) == 2


@pytest.mark.parametrize("opener", [Key.Key_R, Key.Key_Q])
def test_f9_does_nothing_while_a_question_stands(desk: Desk, opener: Qt.Key) -> None:
    """The form is not what the clerk looks at; the bar and a line say so."""
    window, hands, recorder = desk
    hands.press(opener, ALT)
    hands.press(Key.Key_F9)
    assert recorder.commands == []
    assert window.clerk.message.shown is not None
    assert window.clerk.message.shown.code == "msg.panel_open"
    assert not window.clerk.bar.ready


def test_f9_does_nothing_in_the_look_up(desk: Desk) -> None:
    """Nor do the confirmations: what they would confirm is not on the screen."""
    window, hands, recorder = desk
    window.show_view(replace(BASE, visit=READY, found=(item(1),)))
    hands.press(Key.Key_F9)
    for digit in range(1, 8):
        hands.press(Key(Key.Key_0.value + digit), ALT)
    assert recorder.commands == []


def _all_controls(window: MainWindow) -> list[QWidget]:
    return [
        widget
        for widget in window.clerk.findChildren(QWidget)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisibleTo(window)
    ]


def test_nothing_but_f9_commits(qtbot: QtBot, desk: Desk) -> None:
    """Enter, Space, Esc, a double click and a scan on every control: never a commit."""
    window, hands, recorder = desk
    controls = _all_controls(window)
    assert len(controls) >= 10 + 8
    for control in controls:
        control.setFocus()
        for key in (Key.Key_Return, Key.Key_Enter, Key.Key_Space, Key.Key_Escape):
            control.setFocus()
            qtbot.keyClick(control, key)
        qtbot.mouseDClick(control, Qt.MouseButton.LeftButton)
        control.setFocus()
        hands.scan("EA473124829CN")
    assert recorder.of(Commit) == []
    assert window.clerk.isVisible()


def test_the_bar_cannot_be_clicked(qtbot: QtBot, desk: Desk) -> None:
    """A touch on it is not the key."""
    window, _, recorder = desk
    qtbot.mouseClick(window.clerk.bar, Qt.MouseButton.LeftButton)
    for child in window.clerk.bar.findChildren(QWidget):
        qtbot.mouseClick(child, Qt.MouseButton.LeftButton)
    assert recorder.commands == []


def test_a_scan_never_reaches_a_button(qtbot: QtBot, desk: Desk) -> None:
    """With a button in focus: digits, spaces, Enter of a burst, fast or slow, press nothing."""
    window, hands, recorder = desk
    restricted = replace(READY, finding=(SPIRITS,), missing=("missing.condition",))
    window.show_view(replace(BASE, visit=restricted, pending=(item(1, "unknown"),)))
    for name in (*CONFIRMATIONS, "refuse"):
        button = window.clerk.findChild(QWidget, name)
        for text in ("EA473124829CN", " 1 2 3 ", "   "):
            button.setFocus()
            hands.scan(text)
            button.setFocus()
            for char in text:  # a slow scanner: 50 ms a key
                qtbot.keyClicks(button, char)
                qtbot.wait(10)
            qtbot.keyClick(button, Key.Key_Return)
    qtbot.wait(300)
    assert recorder.commands == []
    assert window.clerk.side == 0


def test_a_scan_never_answers_a_question(qtbot: QtBot, desk: Desk) -> None:
    """Digits of a code are not the digits of a choice."""
    _, hands, recorder = desk
    for opener in (Key.Key_R, Key.Key_Q):
        hands.press(opener, ALT)
        hands.scan("1234512345")
        for char in "11":
            qtbot.keyClicks(hands.focused, char)
            qtbot.wait(10)
        qtbot.keyClick(hands.focused, Key.Key_Return)
        qtbot.wait(200)
        hands.press(Key.Key_Escape)
    assert recorder.commands == []


def test_space_on_a_button_confirms_when_it_stands_alone(desk: Desk) -> None:
    """The deliberate way: Tab to the button, Space."""
    window, hands, recorder = desk
    window.clerk.findChild(QWidget, "gate_inspected").setFocus()
    hands.press(Key.Key_Space)
    assert recorder.commands == [ConfirmInspected()]


def test_alt_with_the_keypad_confirms_nothing(qtbot: QtBot, desk: Desk) -> None:
    """Scanners can send characters as Alt with the keypad's digits."""
    _, hands, recorder = desk
    keypad = ALT | Qt.KeyboardModifier.KeypadModifier
    for digit in range(10):
        qtbot.wait(150)
        qtbot.keyClick(hands.focused, Key(Key.Key_0.value + digit), keypad)
    assert recorder.commands == []


@pytest.mark.parametrize("key", [Key.Key_F9, Key.Key_F8, Key.Key_F10, Key.Key_F2])
def test_a_function_key_inside_a_burst_does_nothing_and_says_so(desk: Desk, key: Qt.Key) -> None:
    """Scanners send control characters as function keys."""
    window, hands, recorder = desk
    recorder.commands.clear()
    hands._qtbot.keyClicks(hands.focused, "EA4731")
    hands.press(key, wait=False)
    assert [command for command in recorder.commands if not isinstance(command, SetField)] == []
    assert window.clerk.message.shown is not None
    assert window.clerk.message.shown.code == "msg.key_in_burst"
