"""The label's contents drawn by Qt in the label's own order: what the clerk may expect to come out."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from core.devices import Label
from ui.code128 import bars
from ui.text import Texts, kilograms
from ui.theme import body_font

_PAPER, _INK, _PALE = QColor("#FFFFFF"), QColor("#14181B"), QColor("#5C6870")
_WRAP = Qt.TextFlag.TextWordWrap | Qt.TextFlag.TextWrapAnywhere
_SIDE = 72.0  # of the QR's place


class Paper:
    """Draws from top to bottom; ``top`` is where the next line begins."""

    def __init__(self, painter: QPainter, area: QRectF, texts: Texts) -> None:
        self._painter = painter
        self._area = area
        self._texts = texts
        self._top = area.top()

    def draw(self, label: Label) -> float:
        """The whole label; returns the height it needs, which may be more than the area has."""
        self._head(label)
        self._barcode(label.waybill)
        self._party("label.sender", f"{label.sender_name}  {label.sender_phone}", "")
        self._party(
            "label.recipient", f"{label.recipient_name}  {label.recipient_phone}", label.recipient_address
        )
        return self._top - self._area.top() + self._foot(label)

    def _head(self, label: Label) -> None:
        texts, area = self._texts, self._area
        self._painter.setPen(_INK)
        if label.real_name:
            self._write(texts("label.real_name"), 19, bold=True)
        marks = [texts("label.inspected")] if label.inspected else []
        if label.security in ("here", "centre"):
            marks.append(texts(f"label.security_{label.security}"))
        if label.paper or label.manual:
            marks.append(texts("label.paper" if label.paper else "label.manual"))
        if label.copy:
            marks.append(texts("label.copy", count=label.copy))
        self._painter.setFont(body_font(14, bold=True))
        self._painter.drawText(
            QRectF(area.left(), self._top, area.width(), 26),
            Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
            "  ".join(marks),
        )
        self._top += 32

    def _write(self, text: str, pixels: int, *, bold: bool = False) -> None:
        """One line at ``top``; the caller moves on."""
        self._painter.setPen(_INK)
        self._painter.setFont(body_font(pixels, bold=bold))
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        self._painter.drawText(QRectF(self._area.left(), self._top, self._area.width(), 26), flags, text)

    def _barcode(self, waybill: str) -> None:
        area, painter = self._area, self._painter
        widths = bars(waybill)
        if not widths:
            self._top += 70
            return
        module = area.width() / sum(widths)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_INK)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        left = area.left()
        for at, width in enumerate(widths):
            if at % 2 == 0:
                painter.drawRect(QRectF(left, self._top, width * module, 42))
            left += width * module
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._top += 44
        painter.setPen(_INK)
        font = body_font(14, bold=True, mono=True)
        font.setLetterSpacing(font.SpacingType.AbsoluteSpacing, 2)
        painter.setFont(font)
        line = QRectF(area.left(), self._top, area.width(), 20)
        painter.drawText(line, Qt.AlignmentFlag.AlignCenter, waybill)
        self._top += 26

    def _party(self, caption: str, first: str, second: str) -> None:
        area, painter = self._area, self._painter
        painter.setPen(_INK)
        painter.setFont(body_font(13, bold=True))
        painter.drawText(QRectF(area.left(), self._top, 26, 20), 0, self._texts(caption))
        painter.setFont(body_font(13))
        for text in (first, second):
            if not text.strip():
                continue
            box = QRectF(area.left() + 26, self._top, area.width() - 26, 60)
            used = painter.boundingRect(box, _WRAP, text)
            painter.drawText(box, _WRAP, text)
            self._top += used.height() + 2
        self._top += 4

    def _foot(self, label: Label) -> float:
        """Number, time and goods beside the place of the QR, at the bottom; returns their height."""
        area, painter = self._area, self._painter
        painter.setFont(body_font(12))
        painter.setPen(_INK)
        width = area.width() - _SIDE - 8
        lines = [
            (text, painter.boundingRect(QRectF(0, 0, width, 200), _WRAP, text).height() + 3)
            for text in self._foot_lines(label)
        ]
        height = max(_SIDE, sum(used for _, used in lines))
        top = max(self._top, area.bottom() - height)
        for text, used in lines:
            painter.drawText(QRectF(area.left(), top, width, used), _WRAP, text)
            top += used
        self._code_place(QRectF(area.right() - _SIDE, area.bottom() - _SIDE, _SIDE, _SIDE))
        return height

    def _foot_lines(self, label: Label) -> tuple[str, str, str]:
        goods = label.contents + (f" × {label.quantity}" if label.quantity else "")
        if label.weight_g:
            typed = self._texts("label.typed") if label.weight_source == "typed" else ""
            goods += f"  {kilograms(label.weight_g)}{typed}"
        number = f"{label.branch} · {label.number}" if label.number else label.branch
        return number, f"{label.accepted_at} · {label.operator}", goods.strip()

    def _code_place(self, area: QRectF) -> None:
        """Where the QR of the token stands: its three corners only, so that nobody scans a picture."""
        painter = self._painter
        painter.setPen(QPen(_PALE, 1, Qt.PenStyle.DashLine))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(area)
        painter.setPen(Qt.PenStyle.NoPen)
        eye = area.width() * 0.26
        for x, y in ((0, 0), (1, 0), (0, 1)):
            left = area.left() + 3 + x * (area.width() - eye - 6)
            top = area.top() + 3 + y * (area.height() - eye - 6)
            for inset, colour in ((0.0, _INK), (eye / 7, _PAPER), (eye * 2 / 7, _INK)):
                painter.setBrush(colour)
                painter.drawRect(QRectF(left, top, eye, eye).adjusted(inset, inset, -inset, -inset))
        painter.setPen(_PALE)
        painter.setFont(body_font(12))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, "QR")
