"""A scanner that types like a keyboard: a code is told from typing by its pace, and taken out again.

It types into whatever has the focus.  What was there before the first letter is put back when the code is
whole, and the code goes where every scan goes; its Enter reaches nobody.  Only where such a scanner is
configured: no person types six keys and Enter each within :data:`PACE_MS` of the one before.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QWindow
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from core.devices import DeviceTruth, Slot
from core.scanning import WEDGE
from ui.keys import is_modifier
from ui.text_box import TextBox

# Of the system's own time stamps, so that a busy screen makes nothing slower than it was typed.  A keyboard
# on USB is asked every 8 ms at the slowest, and a key is two reports and perhaps a Shift.
PACE_MS = 35
LEAST = 6  # characters; the shortest waybill has more
MOST = 4096  # no code holds more
_ENDS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab)
_NO_TEXT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier


def wedge_among(devices: tuple[DeviceTruth, ...]) -> bool:
    """Whether the counter's scanner types."""
    return any(truth.slot is Slot.SCANNER and truth.facts.get("driver") == WEDGE for truth in devices)


class Wedge(QObject):
    """Watches the keys of one window before any widget gets them; main thread only."""

    def __init__(self, parent: QObject, scanned: Callable[[str], object]) -> None:
        super().__init__(parent)
        self._scanned = scanned
        self._window: QWindow | None = None
        self._typed = ""
        self._last = 0
        self._field: QLineEdit | None = None
        self._before = ("", 0)

    def watch(self, window: QWindow | None) -> None:
        """This window from now on; None: no scanner types here."""
        if window is self._window:
            return
        if self._window is not None:
            self._window.removeEventFilter(self)
        self._window = window
        self._drop()
        if window is not None:
            window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """True, so that nobody gets it, for the line end of a whole code.

        Qt shows a key to widgets several times and to the window once, so only the window is watched.
        """
        if event.type() is not QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        if is_modifier(event):
            return False
        at, near = event.timestamp(), event.timestamp() - self._last <= PACE_MS
        if event.key() in _ENDS or event.text() in ("\r", "\n"):  # some send a line feed
            whole = near and len(self._typed) >= LEAST and not event.isAutoRepeat()
            code = self._typed if whole else ""
            if whole:
                self._put_back()
                self._scanned(code)
            self._drop()
            return whole
        text = event.text()
        if event.isAutoRepeat() or event.modifiers() & _NO_TEXT or len(text) != 1 or not text.isprintable():
            self._drop()
            return False
        if not near or not self._typed:
            self._begin()
        if len(self._typed) < MOST and not _takes_codes(QApplication.focusWidget()):
            self._typed += text
        self._last = at
        return False

    def _begin(self) -> None:
        focused: QWidget | None = QApplication.focusWidget()
        self._typed = ""
        self._field = focused if isinstance(focused, QLineEdit) else None
        self._before = (self._field.text(), self._field.cursorPosition()) if self._field else ("", 0)

    def _put_back(self) -> None:
        """What stood there before the code, told as if it had been typed."""
        field, (text, cursor) = self._field, self._before
        if field is not None and field.text() != text:
            field.setText(text)
            field.setCursorPosition(cursor)
            field.textEdited.emit(text)

    def _drop(self) -> None:
        """Nothing of a code, and nothing of what was typed, stays in memory."""
        self._typed, self._field, self._before = "", None, ("", 0)


def _takes_codes(widget: QWidget | None) -> bool:
    """Where a code belongs as it is typed: a pasted text, line by line, and what is looked up."""
    return isinstance(widget, TextBox) or (widget is not None and widget.objectName() == "look_up")
