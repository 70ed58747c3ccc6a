"""A customer's data on the screen for seconds: painted, with who, where and when across it.

Painted and not set as text of a widget: nothing can be selected, copied or dragged, and the accessibility
tree, which other programs read and screen readers keep, says only that something is shown.  Neither X11 nor
Wayland lets a program forbid capture, so whoever photographs it photographs the mark too.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.theme import LABEL_PX, LARGE_PX, UNIT

_ANGLE = -18.0
_MARK_ALPHA = 70  # of 255: read on a photograph, and the text under it still read by whoever stands here
_GAP_ACROSS, _GAP_DOWN = 8 * UNIT, 6 * UNIT
_LINE = LARGE_PX + 7 * UNIT
_HEIGHT = 4 * _LINE


class ShownData(QWidget):
    """Captions and texts, one under the other; ``mark`` repeated over all of it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("case_shown")
        self.setMinimumHeight(_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.MinimumExpanding)
        self._lines: tuple[tuple[str, str], ...] = ()
        self._mark = ""

    def show_lines(self, lines: Sequence[tuple[str, str]], mark: str) -> None:
        """(caption, text) of each line, and what stands across them; nothing for none."""
        self._lines, self._mark = tuple(lines), mark
        self.update()

    @property
    def empty(self) -> bool:
        """Whether nothing of anybody is held here."""
        return not self._lines and not self._mark

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette, top = self.palette(), UNIT
        for caption, text in self._lines:
            painter.setPen(palette.placeholderText().color())
            painter.setFont(self._sized(LABEL_PX))
            painter.drawText(QRect(0, top, self.width(), LABEL_PX + 2 * UNIT), 0, caption)
            painter.setPen(palette.text().color())
            painter.setFont(self._sized(LARGE_PX))
            room = QRect(0, top + LABEL_PX + UNIT, self.width(), 2 * _LINE)
            used = painter.drawText(room, Qt.TextFlag.TextWordWrap, text)
            # PySide's drawText with flags returns nothing where no bounding rectangle is asked for.
            height = used.height() if isinstance(used, QRect) else self._height(text)
            top += LABEL_PX + UNIT + height + 3 * UNIT
        if self._mark:
            self._paint_mark(painter)
        painter.end()

    def _height(self, text: str) -> int:
        room = QRect(0, 0, max(1, self.width()), 10_000)
        return QFontMetrics(self._sized(LARGE_PX)).boundingRect(room, Qt.TextFlag.TextWordWrap, text).height()

    def _paint_mark(self, painter: QPainter) -> None:
        """Over the whole area, every second row shifted by half, so that none can be cut out."""
        colour = self.palette().text().color()
        colour.setAlpha(_MARK_ALPHA)
        painter.setPen(colour)
        font = self._sized(LABEL_PX)
        painter.setFont(font)
        across = QFontMetrics(font).horizontalAdvance(self._mark) + _GAP_ACROSS
        down = LABEL_PX + _GAP_DOWN
        painter.translate(self.rect().center())
        painter.rotate(_ANGLE)
        reach = self.width() + self.height()
        for row in range(-(reach // down), reach // down + 1):
            shift = (row % 2) * across // 2
            for column in range(-(reach // across) - 1, reach // across + 1):
                painter.drawText(QPointF(column * across + shift, row * down), self._mark)

    def _sized(self, pixels: int) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(pixels)
        return font
