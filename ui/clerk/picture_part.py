"""The picture of a paper while the clerk compares it; nothing of it stays once the question is left."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget


class PicturePart(QWidget):
    """As large as its place allows: a paper's small print has to be legible.  Hidden where there is none."""

    def __init__(self, name: str, least: int, parent: QWidget) -> None:
        """``least``: so high it is at any rate, in the measures of 100 %."""
        super().__init__(parent)
        self.setObjectName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(least)
        self._whole, self._scaled = QPixmap(), QPixmap()
        self.hide()

    @property
    def empty(self) -> bool:
        """Whether nothing of any picture is here."""
        return self._whole.isNull() and self._scaled.isNull()

    def stand(self, jpeg: bytes) -> None:
        """This picture, b"" for none."""
        self._whole, self._scaled = QPixmap(), QPixmap()
        if jpeg:
            self._whole.loadFromData(jpeg, "JPEG")  # made by our own worker, from pixels alone
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Whole, in its own proportions, in the middle."""
        if self._whole.isNull():
            return
        ratio = self.devicePixelRatioF()
        room = QSize(round(self.width() * ratio), round(self.height() * ratio))
        wanted = self._whole.size().scaled(room, Qt.AspectRatioMode.KeepAspectRatio)
        if self._scaled.size() != wanted:
            smooth = Qt.TransformationMode.SmoothTransformation
            self._scaled = self._whole.scaled(wanted, Qt.AspectRatioMode.IgnoreAspectRatio, smooth)
        place = QRect(QPoint(0, 0), wanted / ratio)
        place.moveCenter(self.rect().center())
        painter = QPainter(self)
        painter.drawPixmap(place, self._scaled)
        painter.end()
