"""Buttons that say their key, and that no scanner and no burst of Enter can press."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from ui.keys import Deliberate, Keyboard
from ui.theme import LABEL_PX, LIGHT, UNIT, Palette, body_font

_HEIGHT, _LOW = 36, 30
_PAD = 3 * UNIT
_GAP = 2 * UNIT
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class KeyButton(QPushButton):
    """A choice with its key.  Space presses it when it stands alone; Enter goes on, never presses."""

    left = Signal()  # Enter: on to the next field
    focused = Signal()

    def __init__(
        self, name: str, key: str, keyboard: Keyboard, parent: QWidget | None = None, *, wide: bool = False
    ) -> None:
        super().__init__(parent)
        self._wide = wide  # as wide as its column, and written from the left
        self.setObjectName(name)
        self.setAutoDefault(False)
        self.setDefault(False)
        self.setAutoRepeat(False)
        self._high = _HEIGHT
        self.setFixedHeight(self._high)
        across = QSizePolicy.Policy.Expanding if wide else QSizePolicy.Policy.Fixed
        self.setSizePolicy(across, QSizePolicy.Policy.Fixed)
        self.key_name = key
        self.chosen = False
        self._keyboard = keyboard
        self._deliberate = Deliberate(keyboard, self)
        self._palette = LIGHT
        self._font = body_font()
        self._bold = body_font(bold=True)
        self._key_font = body_font(LABEL_PX, bold=True)

    def set_theme(self, palette: Palette) -> None:
        """Repaint in these colours."""
        self._palette = palette
        self.update()

    def make_low(self) -> None:
        """For rows of choices that stand close together."""
        self._high = _LOW
        self.setFixedHeight(_LOW)

    def say(self, text: str, description: str, *, chosen: bool) -> None:
        """Caption, state in words, and whether this is what was chosen."""
        if text != self.text():
            self.setText(text)
            self.setAccessibleName(f"{self.key_name} {text}")
            self.updateGeometry()
        if description != self.accessibleDescription():
            self.setAccessibleDescription(description)
        if chosen != self.chosen:
            self.chosen = chosen
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        # Room for the tick and for bold type from the start: a choice never moves its neighbours.
        width = QFontMetrics(self._bold).horizontalAdvance(self.text())
        width += QFontMetrics(self._key_font).horizontalAdvance(self._key_text()) + 2 * _PAD + _GAP
        return QSize(width + 2, self._high)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return self.sizeHint()

    def _key_text(self) -> str:
        return f"✓ {self.key_name}"

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        self._deliberate.cancel()
        key, plain = event.key(), event.modifiers() == Qt.KeyboardModifier.NoModifier
        if key in _ENTER or (key == Qt.Key.Key_Space and plain):
            event.accept()
            if self._keyboard.discard(event):
                return
            if key == Qt.Key.Key_Space:
                self._deliberate.press(event, self.click)
                return
            self._keyboard.note(event)
            if not event.isAutoRepeat():
                self.left.emit()
            return
        event.ignore()  # to the window, which knows the keys of the screen

    def keyReleaseEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        super().focusInEvent(event)
        self.focused.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        self._deliberate.cancel()
        super().focusOutEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        colours = self._palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        strong = self.chosen or self.hasFocus()
        width = 2 if strong else 1
        edge = QColor(colours.accent if strong else colours.field_border)
        painter.setPen(QPen(edge, width))
        painter.setBrush(QColor(colours.accent_soft if self.chosen else colours.card))
        half = width / 2
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(half, half, -half, -half), 6, 6)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(colours.accent), 1, Qt.PenStyle.DotLine))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(4, 4, -4, -4), 4, 4)
        self._write(painter)
        painter.end()

    def _write(self, painter: QPainter) -> None:
        colours = self._palette
        key = self._key_text() if self.chosen else self.key_name
        painter.setFont(self._key_font)
        painter.setPen(QColor(colours.accent if self.chosen else colours.muted))
        key_width = painter.fontMetrics().horizontalAdvance(key)
        painter.setFont(self._bold if self.chosen else self._font)
        text_width = painter.fontMetrics().horizontalAdvance(self.text())
        left = _PAD if self._wide else (self.width() - key_width - _GAP - text_width) // 2
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.setPen(QColor(colours.text))
        painter.drawText(left + key_width + _GAP, 0, text_width + 2, self.height(), middle, self.text())
        painter.setFont(self._key_font)
        painter.setPen(QColor(colours.accent if self.chosen else colours.muted))
        painter.drawText(left, 0, key_width + 2, self.height(), middle, key)
