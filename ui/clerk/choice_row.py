"""A row of choices of the item: caption, buttons with their keys, and a note on what the choice means."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from ui.buttons import KeyButton
from ui.style import mark, put

_GAP = 8


class ChoiceRow:
    """Widgets of one row; :class:`ChoiceRows` places them."""

    def __init__(self, name: str, buttons: Sequence[KeyButton], parent: QWidget) -> None:
        self.name = name
        self.buttons = tuple(buttons)
        for button in buttons:
            button.make_low()
        self.caption, self.badge, self.line = (QLabel(parent) for _ in range(3))
        self.caption.setProperty("role", "caption")
        self.badge.setObjectName(f"{name}_badge")
        self.badge.setProperty("role", "badge")
        self.line.setObjectName(f"{name}_line")
        self.line.setProperty("role", "small")
        self.line.setWordWrap(True)
        self.line.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def note(self, tone: str, badge: str, line: str = "") -> None:
        """What the choice means: a badge (colour, shape and word), a line beside it; "" hides either."""
        put(self.badge, badge)
        mark(self.badge, "tone", tone)
        self.badge.setVisible(bool(badge))
        put(self.line, line)


class ChoiceRows(QWidget):
    """The rows below each other, their captions in one column."""

    def __init__(self, rows: Sequence[ChoiceRow], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = {row.name: row for row in rows}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(3)
        grid.setColumnStretch(1, 1)
        for at, row in enumerate(rows):
            grid.addWidget(row.caption, at, 0, Qt.AlignmentFlag.AlignVCenter)
            grid.addLayout(_across(row), at, 1)


def _across(row: ChoiceRow) -> QHBoxLayout:
    line = QHBoxLayout()
    line.setSpacing(_GAP)
    for button in row.buttons:
        line.addWidget(button)
    badge = QVBoxLayout()
    badge.addWidget(row.badge, 0, Qt.AlignmentFlag.AlignVCenter)
    line.addLayout(badge)
    line.addWidget(row.line, 1)
    return line
