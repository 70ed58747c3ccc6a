"""The picture of a paper while the clerk compares it; nothing of it stays once the question is left."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QLabel, QWidget

_WIDTH, _HEIGHT = 264, 300  # what the panel beside the form has without scrolling


class PicturePart(QLabel):
    """Shown where there is one."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("choice_picture")
        self.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.hide()

    def stand(self, jpeg: bytes) -> None:
        """This picture, b"" for none."""
        self.clear()
        whole = QPixmap()
        if jpeg and whole.loadFromData(jpeg, "JPEG"):  # made by our own worker, from pixels alone
            keep, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
            self.setPixmap(whole.scaled(_WIDTH, _HEIGHT, keep, smooth))
        self.setVisible(not self.pixmap().isNull())
