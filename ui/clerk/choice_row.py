"""A row of choices of the item: caption, buttons with their keys, and a note on what the choice means."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from ui.buttons import KeyButton
from ui.flow import Flow
from ui.style import mark, put
from ui.zoom import Room, measure_again

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
        self._places = [(_across(), Flow(_GAP)) for _ in rows]
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(3)
        grid.setColumnStretch(1, 1)
        for at, row in enumerate(rows):
            grid.addWidget(row.caption, at, 0, Qt.AlignmentFlag.AlignVCenter)
            place = QVBoxLayout()
            place.setContentsMargins(0, 0, 0, 0)
            place.setSpacing(0)
            for layout in self._places[at]:
                place.addLayout(layout)
            grid.addLayout(place, at, 1)
        self._grid = grid
        self.set_room(Room.WIDE)

    def set_room(self, room: Room) -> None:
        """Each row in one line; in several where there is little room, and with more air where there is."""
        narrow = room <= Room.MEDIUM
        for row, (across, flow) in zip(self.rows.values(), self._places, strict=True):
            row.line.setWordWrap(not narrow)
            policy = QSizePolicy.Policy.Preferred if narrow else QSizePolicy.Policy.Ignored
            row.line.setSizePolicy(policy, QSizePolicy.Policy.Preferred)
            for widget in (*row.buttons, row.badge, row.line):
                for layout in (across, flow):
                    layout.removeWidget(widget)
                if narrow:
                    flow.addWidget(widget)
                elif widget is row.line:
                    across.addWidget(widget, 1)
                else:
                    across.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        gap = 8 if narrow or room is Room.ROOMY else 3
        if self._grid.property("gap") != gap:
            self._grid.setProperty("gap", gap)
            self._grid.setVerticalSpacing(gap)
            self._grid.setHorizontalSpacing(12)
            measure_again(self._grid)


def _across() -> QHBoxLayout:
    line = QHBoxLayout()
    line.setSpacing(_GAP)
    return line
