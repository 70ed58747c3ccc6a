"""Shapes for states: each state has a shape of its own, so that colour is never alone."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from core.devices import DeviceState
from core.view import GateState
from ui.theme import LIGHT, Palette, body_font


class Shape(StrEnum):
    """What is drawn."""

    TICK = "tick"  # filled disc with a tick
    NUMBER = "number"  # filled disc with a number
    SOFT = "soft"  # pale disc with a number
    HOLLOW = "hollow"  # ring with a number
    TRIANGLE = "triangle"
    SQUARE = "square"
    DISC = "disc"
    RING = "ring"
    HALF = "half"  # ring, half filled
    DIAMOND = "diamond"
    DASH = "dash"


# state → shape and the palette's name of its colour
GATES: Mapping[GateState, tuple[Shape, str]] = {
    GateState.DONE: (Shape.TICK, "good_mark"),
    GateState.CURRENT: (Shape.NUMBER, "accent"),
    GateState.OPEN: (Shape.SOFT, "quiet"),
    GateState.BLOCKED: (Shape.HOLLOW, "quiet"),
    GateState.PROBLEM: (Shape.TRIANGLE, "warn_mark"),
}
DEVICES: Mapping[DeviceState, tuple[Shape, str]] = {
    DeviceState.READY: (Shape.DISC, "good_mark"),
    DeviceState.BUSY: (Shape.HALF, "accent"),
    DeviceState.ATTENTION: (Shape.TRIANGLE, "warn_mark"),
    DeviceState.GONE: (Shape.SQUARE, "bad_mark"),
    DeviceState.CONNECTING: (Shape.RING, "quiet"),
    DeviceState.UNKNOWN: (Shape.DIAMOND, "quiet"),
    DeviceState.DISABLED: (Shape.DASH, "quiet"),
}


class Mark(QWidget):
    """One shape, ``side`` pixels square.  It takes no keys; the words stand beside it."""

    def __init__(self, side: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._side = side
        self._shape, self._colour, self._digit = Shape.RING, "quiet", ""
        self._palette = LIGHT
        self.setFixedSize(side, side)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(self._side, self._side)

    def set_theme(self, palette: Palette) -> None:
        """Repaint in these colours."""
        self._palette = palette
        self.update()

    def show_state(self, shape: Shape, colour: str, digit: str = "") -> None:
        """``colour`` is a name of the palette; ``digit`` stands in discs and rings."""
        if (shape, colour, digit) != (self._shape, self._colour, self._digit):
            self._shape, self._colour, self._digit = shape, colour, digit
            self.update()

    def shown(self) -> tuple[Shape, str]:
        """Shape and colour name, for tests and for descriptions."""
        return self._shape, self._colour

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint(painter, QRectF(self.rect()), self._shape, self._palette, self._colour, self._digit)
        painter.end()


def paint(
    painter: QPainter, area: QRectF, shape: Shape, palette: Palette, colour: str, digit: str = ""
) -> None:
    """Draw a shape into ``area`` (square)."""
    ink = QColor(getattr(palette, colour))
    inner = area.adjusted(1, 1, -1, -1)
    pen = QPen(ink, max(1.5, area.width() / 14))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    if shape in (Shape.TICK, Shape.NUMBER, Shape.DISC):
        painter.drawEllipse(inner)
    elif shape is Shape.SOFT:
        painter.setBrush(QColor(palette.quiet_soft))
        painter.drawEllipse(inner)
    elif shape is Shape.TRIANGLE:
        painter.drawPolygon(
            QPolygonF([QPointF(inner.center().x(), inner.top()), inner.bottomRight(), inner.bottomLeft()])
        )
    elif shape is Shape.SQUARE:
        painter.drawRect(inner.adjusted(1, 1, -1, -1))
    elif shape is Shape.DASH:
        painter.drawRect(QRectF(inner.left(), inner.center().y() - 1.5, inner.width(), 3))
    else:
        _outlined(painter, inner, shape, pen, ink)
    _inside(painter, area, shape, palette, ink, digit)


def _outlined(painter: QPainter, inner: QRectF, shape: Shape, pen: QPen, ink: QColor) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(pen)
    ring = inner.adjusted(1, 1, -1, -1)
    if shape is Shape.DIAMOND:
        middle = ring.center()
        painter.drawPolygon(
            QPolygonF([QPointF(middle.x(), ring.top()), QPointF(ring.right(), middle.y()),
                       QPointF(middle.x(), ring.bottom()), QPointF(ring.left(), middle.y())])
        )  # fmt: skip
        return
    if shape is Shape.HOLLOW:
        pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
    painter.drawEllipse(ring)
    if shape is Shape.HALF:
        painter.setBrush(ink)
        painter.drawChord(ring, 90 * 16, 180 * 16)


def _inside(painter: QPainter, area: QRectF, shape: Shape, palette: Palette, ink: QColor, digit: str) -> None:
    side = area.width()
    on_ink = QColor(palette.card)
    if shape is Shape.TICK:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(on_ink, max(1.5, side / 12), c=Qt.PenCapStyle.RoundCap))
        points = ((0.29, 0.52), (0.44, 0.67), (0.72, 0.35))
        placed = [QPointF(area.left() + x * side, area.top() + y * side) for x, y in points]
        painter.drawPolyline(QPolygonF(placed))
        return
    written = "!" if shape is Shape.TRIANGLE and side > 16 else digit
    if not written or shape not in (Shape.NUMBER, Shape.SOFT, Shape.HOLLOW, Shape.TRIANGLE):
        return
    font = body_font(round(side * 0.54), bold=True)
    painter.setFont(font)
    pale = shape in (Shape.SOFT, Shape.HOLLOW)
    painter.setPen(QColor(palette.muted) if pale else on_ink)
    lower = side * 0.1 if shape is Shape.TRIANGLE else 0
    painter.drawText(area.adjusted(0, lower, 0, lower), Qt.AlignmentFlag.AlignCenter, written)
