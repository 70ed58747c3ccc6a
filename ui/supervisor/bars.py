"""Columns of a figure by hour, painted by hand: a picture where people would rather look than read."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.theme import LIGHT, Palette, body_font
from ui.zoom import times

_HEIGHT, _TYPE, _WIDEST = 150, 12, 28


class Bars(QWidget):
    """One column for each hour from the first to the last; the figures stand in its description too."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("close_bars")
        self._hours: Mapping[int, int] = {}
        self._palette, self._factor = LIGHT, 1.0
        self.setMinimumHeight(_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(times(200, self._factor), times(_HEIGHT, self._factor))

    def set_theme(self, palette: Palette) -> None:
        """Repaint in these colours."""
        self._palette = palette
        self.update()

    def set_zoom(self, factor: float) -> None:
        """Type so many times that of 100 %."""
        self._factor = factor
        self.update()

    def show_view(self, hours: Mapping[int, int], title: str) -> None:
        """Hour → figure."""
        self._hours = hours
        self.setAccessibleName(title)
        self.setAccessibleDescription(", ".join(f"{hour}: {count}" for hour, count in hours.items()))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        if not self._hours:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(body_font(times(_TYPE, self._factor)))
        line = times(_TYPE + 6, self._factor)
        first, last, most = min(self._hours), max(self._hours), max(self._hours.values())
        step = self.width() / (last - first + 1)
        wide = min(step * 0.7, times(_WIDEST, self._factor))
        room = self.height() - 2 * line
        for hour in range(first, last + 1):
            count, middle = self._hours.get(hour, 0), (hour - first + 0.5) * step
            high = room * count / most
            area = QRectF(middle - wide / 2, line + room - high, wide, high)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self._palette.accent))
            painter.drawRoundedRect(area, 2, 2)
            painter.setPen(QColor(self._palette.muted))
            below = QRectF(middle - step / 2, self.height() - line, step, line)
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, str(hour))
            if count:
                above = QRectF(middle - step / 2, area.top() - line, step, line)
                painter.drawText(above, Qt.AlignmentFlag.AlignCenter, str(count))
        painter.end()
