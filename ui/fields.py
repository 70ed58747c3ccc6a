"""One line of typing, as all fields of the window are."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QGuiApplication, QInputMethodEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from ui.keys import Keyboard
from ui.theme import FIELD_HEIGHT

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
# The window went and came back, the field did not.
_SAME_VISIT = (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason)
_CONTROL = (
    Qt.Key.Key_B, Qt.Key.Key_I, Qt.Key.Key_J, Qt.Key.Key_P, Qt.Key.Key_R, Qt.Key.Key_L, Qt.Key.Key_T,
    Qt.Key.Key_M,
    Qt.Key.Key_Equal, Qt.Key.Key_Plus, Qt.Key.Key_Minus, Qt.Key.Key_Underscore,
    Qt.Key.Key_0, Qt.Key.Key_ParenRight,
)  # fmt: skip
_COMPOSING = (*_ENTER, Qt.Key.Key_Escape, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Tab, Qt.Key.Key_PageUp,
              Qt.Key.Key_PageDown)  # fmt: skip


if TYPE_CHECKING:  # it stands before a widget in the order of classes and is none itself
    _Widget = QWidget
else:
    _Widget = object


class Typed(Enum):
    """What is typed into a field; only ``WORDS`` lets an input method in."""

    WORDS = "words"
    FIGURES = "figures"  # large type, no input method
    PLAIN = "plain"  # body type, no input method
    SECRET = "secret"  # noqa: S105 - the kind of field, not a password


class Typing(_Widget):
    """What every place for typing keeps to, of one line or of several; beside the widget of Qt.

    Whoever takes it sets ``_keyboard`` before anything is typed.
    """

    _keyboard: Keyboard
    composing = False  # an input method is at it: its text is not the field's yet

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:  # noqa: N802 - Qt's name
        self.composing = bool(event.preeditString()) and not self._keyboard.discarding
        if self._keyboard.discarding:
            self._keyboard.dropped += len(event.commitString())
            super().inputMethodEvent(QInputMethodEvent())
            return
        if event.commitString():
            self._keyboard.note()
        super().inputMethodEvent(event)

    def focusNextPrevChild(self, next_: bool) -> bool:  # noqa: N802 - Qt's name
        if self._keyboard.discarding:
            self._keyboard.dropped += 1
            return True
        return bool(super().focusNextPrevChild(next_))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        if event.button() is Qt.MouseButton.MiddleButton:
            event.accept()  # X11 would paste whatever is selected anywhere
            return
        super().mouseReleaseEvent(event)


class Entry(Typing, QLineEdit):
    """One line of typing.  Enter leaves it, never confirms; during a read of a card nothing gets in."""

    left = Signal()  # Enter
    focused = Signal()
    unfocused = Signal()

    def __init__(self, name: str, typed: Typed, keyboard: Keyboard, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keyboard = keyboard
        self._words = typed is Typed.WORDS
        self.setObjectName(name)
        self.setFixedHeight(FIELD_HEIGHT)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.setAcceptDrops(False)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, self._words)
        if typed is Typed.FIGURES:
            self.setProperty("figure", "true")
        if typed is Typed.SECRET:
            self.setEchoMode(QLineEdit.EchoMode.Password)
            self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)

    def set_locked(self, locked: bool) -> None:
        """Nothing can be typed, but it can be read and left."""
        if locked != self.isReadOnly():
            self.setReadOnly(locked)  # Qt switches the input method on again with it
            self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, self._words and not locked)

    def inputMethodQuery(  # noqa: N802 - Qt's name
        self, query: Qt.InputMethodQuery, argument: object = None, /
    ) -> object:
        if query is Qt.InputMethodQuery.ImEnabled:
            # Qt's own answer is only whether the widget is enabled: its attribute keeps no input method out.
            return self.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)
        return super().inputMethodQuery(query)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        if self.composing and event.key() in _COMPOSING:
            event.accept()  # of the composition: it takes no suggestion, goes nowhere and closes nothing
            return
        if event.key() in _ENTER:
            event.accept()
            if not self._keyboard.discard(event):
                self._keyboard.note(event)
                if not event.isAutoRepeat():
                    self.left.emit()
            return
        if for_window(event) or (_undoes(event) and not self.isUndoAvailable()):
            if self.composing:
                QGuiApplication.inputMethod().commit()
            event.ignore()
            return
        if self._keyboard.discard(event):
            event.accept()
            return
        if event.text():
            self._keyboard.note(event)
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        if event.reason() not in _SAME_VISIT:
            # Ctrl+Z takes back letters only while they are being typed; what was left is a step of the visit.
            self.setText(self.text())
        super().focusInEvent(event)
        if event.reason() is Qt.FocusReason.OtherFocusReason:
            self.end(False)  # by Enter, or because the screen led here: typing goes on at the end
        self.focused.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        super().focusOutEvent(event)
        self.composing = False
        if event.reason() not in _SAME_VISIT:
            self.setCursorPosition(0)  # the beginning of what is longer than the field
        self.unfocused.emit()


def _undoes(event: QKeyEvent) -> bool:
    """Ctrl+Z; with Shift it is the opposite, and the field's own."""
    modifiers = event.modifiers()
    held = (
        modifiers & Qt.KeyboardModifier.ControlModifier and not modifiers & Qt.KeyboardModifier.ShiftModifier
    )
    return bool(held) and event.key() == Qt.Key.Key_Z


def for_window(event: QKeyEvent) -> bool:
    """Keys of the whole window: function keys, Esc, Alt with something."""
    key = event.key()
    if Qt.Key.Key_F1 <= key <= Qt.Key.Key_F35 or key == Qt.Key.Key_Escape:
        return True
    modifiers = event.modifiers()
    if modifiers & Qt.KeyboardModifier.AltModifier:
        return True
    control = modifiers & Qt.KeyboardModifier.ControlModifier
    return bool(control) and key in _CONTROL
