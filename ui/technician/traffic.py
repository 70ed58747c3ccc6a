"""What goes over a link now: device bytes in hex, everything that may be a person's blacked out."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.technician import TrafficLine
from ui.text import CHINA, Texts
from ui.theme import body_font
from ui.zoom import times

# The same in both themes: a terminal is dark.
_GROUND, _TEXT, _OUT, _IN, _HIDDEN = "#0E1A20", "#E6EDF0", "#7FD8CE", "#F2C46D", "#CFE3E8"
_PX, _LINE, _PAD = 13, 21, 12
_BYTE, _MOST = 4, 56  # pixels of a blacked-out byte; so many are drawn, the rest is a number
_ROWS = 9


class TrafficPanel(QWidget):
    """The newest lines that fit, painted; nothing in it can be chosen, copied or sent."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("traffic")
        self._lines: tuple[TrafficLine, ...] = ()
        self._texts: Texts | None = None
        self._factor = 1.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumHeight(_ROWS * _LINE + 2 * _PAD)

    def set_zoom(self, factor: float) -> None:
        """Type and lines, so many times those of 100 %."""
        self._factor = factor
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(240, times(_ROWS * _LINE + 2 * _PAD, self._factor))

    def show_lines(self, texts: Texts, lines: tuple[TrafficLine, ...]) -> None:
        """The newest last."""
        if texts is not self._texts or lines != self._lines:
            self._texts, self._lines = texts, lines
            self.setAccessibleName(texts("console.traffic"))
            self.setAccessibleDescription(" / ".join(self.words()[-_ROWS:]))
            self.update()

    def words(self) -> list[str]:
        """Each line as it is painted, ``█`` for what is blacked out: never a hidden byte."""
        before: TrafficLine | None = None
        found = []
        for line in self._lines:
            when, said = self._when(line, before), line.shown.hex(" ").upper()
            hidden = f" █ {line.hidden}" if line.hidden else ""
            found.append(f"{'→' if line.outward else '←'} {when} {self._name(line)} {said}{hidden}")
            before = line
        return found

    def _name(self, line: TrafficLine) -> str:
        code = f"traffic.{line.name}"
        return self._texts(code) if self._texts is not None and self._texts.has(code) else line.name

    @staticmethod
    def _when(line: TrafficLine, before: TrafficLine | None) -> str:
        """An answer's time is how long it took."""
        if not line.outward and before is not None and before.outward:
            return f"+{max(0.0, (line.at - before.at).total_seconds()):.3f}"
        return f"{line.at.astimezone(CHINA):%H:%M:%S}.{line.at.microsecond // 1000:03d}"

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(QColor(_GROUND))
        painter.setPen(QColor(_GROUND))
        painter.drawRoundedRect(QRectF(self.rect()), 8 * self._factor, 8 * self._factor)
        painter.setFont(body_font(times(_PX, self._factor), mono=True))
        high, pad = times(_LINE, self._factor), times(_PAD, self._factor)
        room = max(1, (self.height() - 2 * pad) // high)
        if not self._lines and self._texts is not None:
            painter.setPen(QColor(_TEXT))
            painter.drawText(pad, pad + high * 3 // 4, self._texts("console.quiet"))
        first = max(0, len(self._lines) - room)
        for number, line in enumerate(self._lines[first:]):
            before = self._lines[first + number - 1] if first + number else None
            self._write(painter, line, before, pad, pad + number * high, high)
        painter.end()

    def _write(
        self, painter: QPainter, line: TrafficLine, before: TrafficLine | None, left: int, top: int, high: int
    ) -> None:
        metrics = painter.fontMetrics()
        base, end = top + high * 3 // 4, self.width() - left
        at = left
        head = f"{'→' if line.outward else '←'} {self._when(line, before)} "
        for text, colour in (
            (head, _OUT if line.outward else _IN),
            (f"{self._name(line)} ", _TEXT),
            (line.shown.hex(" ").upper(), _TEXT),
        ):
            at = _put(painter, metrics, text, colour, at, base, end - self._reserved(metrics, line))
        if line.hidden:
            wide = times(min(line.hidden, _MOST) * _BYTE // 2 + 8, self._factor)
            number = f" {line.hidden}"
            wide = min(wide, max(4, end - at - metrics.horizontalAdvance(number) - 6))
            painter.fillRect(QRectF(at + 4, top + high * 0.22, wide, high * 0.56), QColor(_HIDDEN))
            _put(painter, metrics, number, _TEXT, at + 4 + wide, base, self.width())

    def _reserved(self, metrics: QFontMetrics, line: TrafficLine) -> int:
        """Kept for the block and its number, whatever else the line has."""
        return metrics.horizontalAdvance(f" {line.hidden}") + times(24, self._factor) if line.hidden else 0


def _put(
    painter: QPainter, metrics: QFontMetrics, text: str, colour: str, at: int, base: int, end: int
) -> int:
    """A text, with an ellipsis where it is too long; where the next one begins."""
    from PySide6.QtCore import Qt

    cut = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(0, end - at))
    painter.setPen(QColor(colour))
    painter.drawText(at, base, cut)
    return at + metrics.horizontalAdvance(cut)
