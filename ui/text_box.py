"""Several lines of typing, with the discipline of the one-line fields (``ui/fields.py``)."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QFocusEvent, QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from ui.fields import Typing, for_window
from ui.keys import Keyboard

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class TextBox(Typing, QPlainTextEdit):
    """Enter is told, and ends a line only with Shift or from a scanner that types; Tab leaves."""

    left = Signal()  # Enter
    focused = Signal()
    edited = Signal(str)
    too_long = Signal(int)  # characters that were refused whole

    def __init__(self, name: str, keyboard: Keyboard, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keyboard = keyboard
        self._most = 0
        self._shown = ""
        self.setObjectName(name)
        self.setTabChangesFocus(True)
        self.setUndoRedoEnabled(True)
        self.setAcceptDrops(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.textChanged.connect(self._changed)

    def hold(self, text: str, most: int) -> None:
        """Show a text of the station's; at most ``most`` characters can be typed or pasted."""
        self._most = most
        if text != self.toPlainText():
            self._shown = text
            self.setPlainText(text)
            cursor = self.textCursor()
            cursor.movePosition(cursor.MoveOperation.End)
            self.setTextCursor(cursor)

    def _changed(self) -> None:
        text = self.toPlainText()
        if text != self._shown:
            self._shown = text
            self.edited.emit(text)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        enter = event.key() in _ENTER
        if self.composing and (enter or event.key() == Qt.Key.Key_Escape):
            event.accept()  # of the composition, not of the window
            return
        if for_window(event):
            if self.composing:
                QGuiApplication.inputMethod().commit()
            event.ignore()
            return
        scanned = self._keyboard.in_burst()
        if self._keyboard.discard(event):
            event.accept()
            return
        if event.text():
            self._keyboard.note(event)
        if enter and not scanned and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            event.accept()
            if not event.isAutoRepeat():
                self.left.emit()
            return
        if event.text() and self._room() < 1 and event.text().isprintable():
            event.accept()
            self.too_long.emit(1)
            return
        super().keyPressEvent(event)

    def _room(self) -> int:
        return self._most - len(self.toPlainText()) + len(self.textCursor().selectedText())

    def insertFromMimeData(self, source: QMimeData) -> None:  # noqa: N802 - Qt's name
        """Plain text only; what is longer than the box is refused whole: nothing of it is lost unseen."""
        text = source.text() if source.hasText() else ""
        if len(text) > self._room():
            self.too_long.emit(len(text))
        elif text:
            self.insertPlainText(text)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        super().focusInEvent(event)
        self.focused.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        self.composing = False
        super().focusOutEvent(event)
