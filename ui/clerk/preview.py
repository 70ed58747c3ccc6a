"""What will print: the label's contents in its own order, drawn by Qt.  Not the printed picture itself."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from core.devices import Label
from core.view import VisitView
from ui.code128 import bars
from ui.style import put
from ui.text import Texts, kilograms
from ui.theme import LIGHT, Palette, body_font

_PAPER, _INK, _PALE = QColor("#FFFFFF"), QColor("#14181B"), QColor("#5C6870")
_WRAP = Qt.TextFlag.TextWordWrap | Qt.TextFlag.TextWrapAnywhere
_PAD = 12.0


class LabelPicture(QWidget):
    """The paper: white in every theme, because the paper is."""

    def __init__(self, texts: Texts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("label_preview")
        self._texts = texts
        self._label: Label | None = None
        self._palette = LIGHT

    def set_theme(self, palette: Palette) -> None:
        """Repaint in these colours."""
        self._palette = palette
        self.update()

    def retranslate(self, texts: Texts) -> None:
        """In this language from now on (the label itself is Chinese)."""
        self._texts = texts
        self._describe()

    def render_label(self, label: Label | None) -> None:
        """What will print, or None where it is not known yet."""
        if label != self._label:
            self._label = label
            self._describe()

    def _describe(self) -> None:
        texts = self._texts
        self.setAccessibleName(texts("preview.title"))
        self.setAccessibleDescription(texts("preview.shown" if self._label else "preview.empty"))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = self._palette
        area = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setPen(QPen(QColor(colours.quiet), 1, Qt.PenStyle.DashLine))
        painter.setBrush(_PAPER if self._label else QColor(colours.card))
        painter.drawRoundedRect(area, 4, 4)
        inner = area.adjusted(_PAD, _PAD, -_PAD, -_PAD)
        if self._label is None:
            painter.setFont(body_font())
            painter.setPen(QColor(colours.muted))
            flags = Qt.AlignmentFlag.AlignCenter.value | Qt.TextFlag.TextWordWrap.value
            painter.drawText(inner, flags, self._texts("preview.empty"))
        else:
            _Paper(painter, inner, self._texts).draw(self._label)
        painter.end()


class _Paper:
    """Draws from top to bottom; ``top`` is where the next line begins."""

    def __init__(self, painter: QPainter, area: QRectF, texts: Texts) -> None:
        self._painter = painter
        self._area = area
        self._texts = texts
        self._top = area.top()

    def draw(self, label: Label) -> None:
        """The whole label."""
        self._head(label)
        self._barcode(label.waybill)
        self._party("label.sender", f"{label.sender_name}  {label.sender_phone}", "")
        self._party(
            "label.recipient", f"{label.recipient_name}  {label.recipient_phone}", label.recipient_address
        )
        self._foot(label)

    def _head(self, label: Label) -> None:
        texts, area = self._texts, self._area
        if label.real_name:
            self._write(texts("label.real_name"), 19, bold=True)
        marks = [texts("label.inspected")] if label.inspected else []
        if label.security in ("here", "centre"):
            marks.append(texts(f"label.security_{label.security}"))
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

    def _foot(self, label: Label) -> None:
        area, painter = self._area, self._painter
        side = 72.0
        top = max(self._top, area.bottom() - side)
        painter.setFont(body_font(12))
        goods = label.contents + (f" × {label.quantity}" if label.quantity else "")
        if label.weight_g:
            typed = self._texts("label.typed") if label.weight_source == "typed" else ""
            goods += f"  {kilograms(label.weight_g)}{typed}"
        line = top
        number = f"{label.branch} · {label.number}" if label.number else label.branch
        for text in (number, f"{label.accepted_at} · {label.operator}", goods.strip()):
            box = QRectF(area.left(), line, area.width() - side - 8, 60)
            used = painter.boundingRect(box, _WRAP, text)
            painter.drawText(box, _WRAP, text)
            line += used.height() + 3
        self._code_place(QRectF(area.right() - side, area.bottom() - side, side, side))

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


class PreviewCard(QFrame):
    """The card on the right: what will print."""

    def __init__(self, texts: Texts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("preview_card")
        self.setProperty("role", "card")
        self._title, self._size = QLabel(self), QLabel("76×130", self)
        self._title.setProperty("role", "title")
        self._size.setProperty("role", "title")
        self.picture = LabelPicture(texts, self)
        top = QHBoxLayout()
        top.addWidget(self._title)
        top.addStretch(1)
        top.addWidget(self._size)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 10, 16, 12)
        layout.setSpacing(8)
        layout.addLayout(top)
        layout.addWidget(self.picture, 1)

    def retranslate(self, texts: Texts) -> None:
        """In this language from now on."""
        put(self._title, texts("preview.title"))
        put(self._size, texts("preview.size"))
        self.picture.retranslate(texts)

    def show_view(self, visit: VisitView | None) -> None:
        """The visit's preview; while nothing of it is known yet, a word instead."""
        label = visit.preview if visit is not None else None
        if label is not None and not any((label.waybill, label.sender_name, label.recipient_name)):
            label = None
        self.picture.render_label(label)
