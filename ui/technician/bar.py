"""The bar at the bottom of the technician's page: what the one key does now, and the other keys."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from ui.style import mark, put
from ui.zoom import Room

_HEIGHT = 52


class Bar(QFrame):
    """A key, what it does, a word about it; hints on the right where there is room."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("technician_bar")
        self.setMinimumHeight(_HEIGHT)
        self._key, self._action, self._about, self._hints = (QLabel(self) for _ in range(4))
        self._key.setObjectName("technician_key")
        self._key.setFixedHeight(38)
        self._action.setObjectName("technician_action")
        self._about.setObjectName("technician_about")
        self._about.setWordWrap(True)
        self._hints.setObjectName("technician_hints")
        self._hints.setProperty("role", "caption")
        self._wide = True
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 4, 20, 4)
        row.setSpacing(16)
        row.addWidget(self._key, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._action)
        row.addWidget(self._about, 1)
        row.addWidget(self._hints)

    def set_room(self, room: Room) -> None:
        """Where there is little, only the one key stands here."""
        self._wide = room >= Room.WIDE
        self._hints.setVisible(self._wide)

    def say(self, key: str, action: str, about: str, hints: Sequence[str], *, ready: bool) -> None:
        """From now on."""
        put(self._key, key)
        put(self._action, action)
        put(self._about, about)
        put(self._hints, "   ".join(hints))
        mark(self, "ready", "true" if ready else "false")
        self.setAccessibleName(f"{key} {action}")
        self.setAccessibleDescription(about)
