"""Pressing keys in tests: one by one as a person does, or in a burst as a scanner does."""

from __future__ import annotations

import time

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QInputMethodEvent, QInputMethodQueryEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from ui.keys import BURST_SECONDS, DELIBERATE_MS
from ui.window import MainWindow

Key = Qt.Key
ALT = Qt.KeyboardModifier.AltModifier
_CONFIRMING = (Key.Key_Space, *(Qt.Key(Qt.Key.Key_0.value + digit) for digit in range(10)))
CONTROL = Qt.KeyboardModifier.ControlModifier


def compose(widget: QWidget, preedit: str, commit: str = "") -> None:
    """What an input method sends: a composition that goes on, or the text it ends in."""
    event = QInputMethodEvent(preedit, [])
    event.setCommitString(commit)
    QApplication.sendEvent(widget, event)


def composes_in(widget: QWidget) -> bool:
    """Whether an input method may write there, asked as the platform's own part asks (Qt's ``ibus`` does)."""
    asked = QInputMethodQueryEvent(Qt.InputMethodQuery.ImEnabled)
    QApplication.sendEvent(widget, asked)
    return bool(asked.value(Qt.InputMethodQuery.ImEnabled))


class Hands:
    """Two hands on the keyboard of one window: keys go where the focus is."""

    def __init__(self, qtbot: QtBot, window: MainWindow) -> None:
        self._qtbot = qtbot
        self._window = window
        self._last = float("-inf")

    @property
    def focused(self) -> QWidget:
        """Where keys go now."""
        widget = QApplication.focusWidget()
        assert widget is not None
        return widget

    @property
    def place(self) -> str:
        """The object name of what has the focus."""
        return self.focused.objectName()

    def press(
        self,
        key: Qt.Key,
        modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
        *,
        wait: bool = True,
    ) -> None:
        """One key, with a person's pause before it and the time that a confirming key takes after it."""
        if wait:
            self._rest()
        self._qtbot.keyClick(self.focused, key, modifiers)
        self._last = time.monotonic()
        if wait and modifiers == Qt.KeyboardModifier.NoModifier and key in _CONFIRMING:
            self._rest()

    def _rest(self) -> None:
        """So long after the last key that the next one, or this one, stands alone."""
        left = (DELIBERATE_MS + 40) / 1000 - (time.monotonic() - self._last)
        if left > 0:
            self._qtbot.wait(int(left * 1000) + 1)

    def type(self, text: str) -> None:
        """A text without a pause: letters as keys, hanzi as an input method commits them."""
        for char in text:
            if char.isascii():
                self._qtbot.keyClicks(self.focused, char)
            else:
                compose(self.focused, "", char)
        self._last = time.monotonic()
        self._qtbot.wait(int(BURST_SECONDS * 1000) + 20)

    def scan(self, text: str) -> None:
        """A keyboard scanner: every character, then Enter, without a pause."""
        self._qtbot.keyClicks(self.focused, text)
        self._qtbot.keyClick(self.focused, Key.Key_Return)
        self._last = time.monotonic()

    def hold(self, key: Qt.Key, times: int) -> None:
        """A key held down: one press, then auto-repeat."""
        self._rest()
        for number in range(times):
            down = QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier, "", number > 0)
            QApplication.sendEvent(self.focused, down)
            up = QKeyEvent(
                QEvent.Type.KeyRelease, key, Qt.KeyboardModifier.NoModifier, "", number < times - 1
            )
            QApplication.sendEvent(self.focused, up)
