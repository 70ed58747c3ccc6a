"""Buttons that say their key, and that no scanner and no burst of Enter can press."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFontMetrics,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from ui.keys import Deliberate, Keyboard
from ui.theme import BODY_PX, LABEL_PX, LIGHT, UNIT, Palette, body_font
from ui.zoom import measured_by_itself, times

_HEIGHT, _LOW = 36, 30
_PAD = 3 * UNIT
_GAP = 2 * UNIT
_LEAST = 230  # so wide its lines are at least: before it is laid out a button has no width of its own
_ENDLESS = 1000  # higher than any lines below the first
_WRAP = Qt.TextFlag.TextWrapAnywhere
_WORDS = Qt.TextFlag.TextWordWrap
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class KeyButton(QPushButton):
    """A choice with its key.  Space presses it when it stands alone; Enter goes on, never presses."""

    left = Signal()  # Enter: on to the next field
    focused = Signal()

    def __init__(
        self,
        name: str,
        key: str,
        keyboard: Keyboard,
        parent: QWidget | None = None,
        *,
        wide: bool = False,
        wraps: bool = False,
    ) -> None:
        super().__init__(parent)
        self._wraps = wraps  # its first line too, rather than be wider than its column
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
        self._factor = 1.0
        measured_by_itself(self)
        self.set_zoom(1.0)

    def set_zoom(self, factor: float) -> None:
        """Type and distances, so many times those of 100 %; the height is the layout's matter."""
        self._factor = factor
        self._font = body_font(times(BODY_PX, factor))
        self._bold = body_font(times(BODY_PX, factor), bold=True)
        self._key_font = body_font(times(LABEL_PX, factor), bold=True)
        self._small_font = body_font(times(LABEL_PX, factor))
        self._pad, self._gap = times(_PAD, factor), times(_GAP, factor)
        self._fit()
        self.updateGeometry()
        self.update()

    def set_theme(self, palette: Palette) -> None:
        """Repaint in these colours."""
        self._palette = palette
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """As high as its lines want at this width: they wrap, those below the first in small type."""
        high = self._first_high() + self._below().height()
        if high != self.height():
            self.setFixedHeight(high)

    def _left(self) -> int:
        """Where the text of a wide button begins."""
        key = self._key_text() if self.chosen else self.key_name
        return self._pad + QFontMetrics(self._key_font).horizontalAdvance(key) + self._gap

    def _room(self) -> int:
        """How much of the width its lines have."""
        beside = self._left() + self._pad
        return max(_LEAST - beside if self._wraps else _LEAST, self.width() - beside)

    def _first_high(self) -> int:
        """The first line's height: a choice wraps it rather than grow out of its column."""
        high = times(self._high, self._factor)
        if not self._wraps:
            return high
        metrics = QFontMetrics(self._bold if self.chosen else self._font)
        room = QRect(0, 0, self._room() + 2, _ENDLESS)  # two more, as it is painted
        found = metrics.boundingRect(room, _WORDS, self.text().partition("\n")[0])
        return high + max(0, found.height() - metrics.lineSpacing())

    def _below(self) -> QRect:
        """What the lines below the first take; nothing where there are none."""
        _, _, rest = self.text().partition("\n")
        if not rest:
            return QRect()
        room = QRect(0, 0, self._room(), _ENDLESS)
        found = QFontMetrics(self._small_font).boundingRect(room, _WRAP, rest)
        return found.adjusted(0, 0, 0, self._pad // 2)

    def make_low(self) -> None:
        """For rows of choices that stand close together."""
        self._high = _LOW
        self._fit()

    def say(self, text: str, description: str, *, chosen: bool) -> None:
        """Caption, state in words, and whether this is what was chosen."""
        if text != self.text():
            self.setText(text)
            self.setAccessibleName(f"{self.key_name} {text}".replace("\n", ", "))
            self._fit()
            self.updateGeometry()
        if description != self.accessibleDescription():
            self.setAccessibleDescription(description)
        if chosen != self.chosen:
            self.chosen = chosen
            self._fit()
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        # Room for the tick and for bold type from the start: a choice never moves its neighbours.
        width = QFontMetrics(self._bold).horizontalAdvance(self.text().partition("\n")[0])
        width += QFontMetrics(self._key_font).horizontalAdvance(self._key_text())
        width += 2 * self._pad + self._gap + times(2, self._factor)
        if self._wraps:
            width = min(width, _LEAST)  # its column's width is what it has
        return QSize(width, self._first_high() + self._below().height())

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
        colours, factor = self._palette, self._factor
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = times(2 if self.chosen else 1, factor)
        edge = QColor(colours.accent if self.chosen else colours.field_border)
        painter.setPen(QPen(edge, width))
        painter.setBrush(QColor(colours.accent_soft if self.chosen else colours.card))
        half = width / 2
        round_ = 6 * factor
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(half, half, -half, -half), round_, round_)
        if self.hasFocus() or self.property("pictured") == "true":
            _ring(painter, QRectF(self.rect()), colours, factor)
        self._write(painter)
        painter.end()

    def _write(self, painter: QPainter) -> None:
        colours = self._palette
        key = self._key_text() if self.chosen else self.key_name
        painter.setFont(self._key_font)
        painter.setPen(QColor(colours.accent if self.chosen else colours.muted))
        key_width = painter.fontMetrics().horizontalAdvance(key)
        painter.setFont(self._bold if self.chosen else self._font)
        first, _, rest = self.text().partition("\n")
        text_width = painter.fontMetrics().horizontalAdvance(first)
        left = self._pad if self._wide else (self.width() - key_width - self._gap - text_width) // 2
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.setPen(QColor(colours.text))
        high = self._first_high() if rest else self.height()
        if self._wraps:
            middle, text_width = middle | _WORDS, self._room()
        painter.drawText(left + key_width + self._gap, 0, text_width + 2, high, middle, first)
        painter.setFont(self._key_font)
        painter.setPen(QColor(colours.accent if self.chosen else colours.muted))
        painter.drawText(left, 0, key_width + 2, high, middle, key)
        if rest:
            painter.setFont(self._small_font)
            painter.setPen(QColor(colours.muted))
            across = left + key_width + self._gap
            room = QRect(across, high - self._pad // 2, self.width() - across - self._pad, _ENDLESS)
            painter.drawText(room, _WRAP, rest)


def _ring(painter: QPainter, area: QRectF, colours: Palette, factor: float) -> None:
    """The focus: three pixels in the accent, so that it also shows on a choice that has its own edge."""
    width = 3 * factor
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(colours.accent), width))
    half = width / 2
    painter.drawRoundedRect(area.adjusted(half, half, -half, -half), 5 * factor, 5 * factor)
