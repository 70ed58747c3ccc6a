"""What will print: the label's contents in its own order, drawn by Qt.  Not the printed picture itself."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from core.devices import Label
from core.view import VisitView
from ui.clerk.paper import Paper
from ui.style import put
from ui.text import Texts
from ui.theme import LIGHT, Palette, body_font
from ui.zoom import Room, measure_again

_PAPER = QColor("#FFFFFF")
_PAD = 12.0
_BELOW, _LEAST = 320, 290


class LabelPicture(QWidget):
    """The paper: white in every theme, because the paper is."""

    def __init__(self, texts: Texts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("label_preview")
        self._texts = texts
        self._label: Label | None = None
        self._palette = LIGHT
        self._factor = 1.0

    def set_zoom(self, factor: float) -> None:
        """The picture is drawn in the measures of 100 %, so many times as large."""
        self._factor = factor
        self.update()

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

    def needed_height(self, label: Label) -> float:
        """How high the picture has to be so that nothing of ``label`` runs into anything else."""
        sheet = QImage(round(self.width() / self._factor), 8, QImage.Format.Format_RGB32)
        painter = QPainter(sheet)
        inner = QRectF(sheet.rect()).adjusted(_PAD, 0, -_PAD, 0)
        height = Paper(painter, inner, self._texts).draw(label)
        painter.end()
        return (height + 2 * _PAD) * self._factor

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = self._palette
        painter.scale(self._factor, self._factor)
        area = QRectF(0, 0, self.width() / self._factor, self.height() / self._factor).adjusted(1, 1, -1, -1)
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
            Paper(painter, inner, self._texts).draw(self._label)
        painter.end()


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
        self.picture.setMinimumHeight(_LEAST)
        top = QHBoxLayout()
        top.addWidget(self._title)
        top.addStretch(1)
        top.addWidget(self._size)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 10, 16, 12)
        layout.setSpacing(8)
        layout.addLayout(top)
        layout.addWidget(self.picture, 1)

    def set_room(self, room: Room) -> None:
        """Below other cards the paper takes the height that it needs."""
        self.picture.setMinimumHeight(_BELOW if room is Room.NARROW else _LEAST)
        measure_again(self.picture)

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
