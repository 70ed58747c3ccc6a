"""Every slot at a glance: what it is, where it hangs, how it is; one of them is chosen."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from core.devices import Slot
from core.technician import SlotRow
from ui.style import mark, put
from ui.technician import words
from ui.text import Texts

_COLUMNS = (("slot", 4), ("device", 10), ("link", 7), ("state", 6))


def _label(name: str, role: str, parent: QWidget) -> QLabel:
    """As wide as its column, in as many lines as it takes."""
    label = QLabel(parent)
    label.setObjectName(name)
    label.setProperty("role", role)
    label.setWordWrap(True)
    policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    policy.setHeightForWidth(True)
    label.setSizePolicy(policy)
    return label


class _Row(QFrame):
    """One slot."""

    pressed = Signal(object)

    def __init__(self, slot: Slot, parent: QWidget) -> None:
        super().__init__(parent)
        self.slot = slot
        name = slot.value
        self.setObjectName(f"slot_{name}")
        self.setProperty("role", "slot")
        self.setProperty("now", "false")
        self._name = _label(f"slot_name_{name}", "semi", self)
        self._title = _label(f"slot_title_{name}", "dense", self)
        self._detail = _label(f"slot_detail_{name}", "caption", self)
        self._link = _label(f"slot_link_{name}", "caption", self)
        self._badge = QLabel(self)
        self._badge.setObjectName(f"device_state_{name}")
        self._badge.setProperty("role", "badge")
        self._badge.setWordWrap(True)
        self._since = _label(f"slot_since_{name}", "caption", self)
        self._lay_out()

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 8, 4, 8)
        row.setSpacing(12)
        middle, right, badge = QVBoxLayout(), QVBoxLayout(), QHBoxLayout()
        badge.addWidget(self._badge)
        badge.addStretch(1)
        for column in (middle, right):
            column.setSpacing(2)
            column.addStretch(1)
        middle.addWidget(self._title)
        middle.addWidget(self._detail)
        right.addLayout(badge)
        right.addWidget(self._since)
        for column in (middle, right):
            column.addStretch(1)
        row.addWidget(self._name, _COLUMNS[0][1], Qt.AlignmentFlag.AlignVCenter)
        row.addLayout(middle, _COLUMNS[1][1])
        row.addWidget(self._link, _COLUMNS[2][1], Qt.AlignmentFlag.AlignVCenter)
        row.addLayout(right, _COLUMNS[3][1])

    def show_row(self, texts: Texts, row: SlotRow, *, chosen: bool) -> None:
        """The row as it is now."""
        tone, said = words.state(texts, row)
        put(self._name, texts(f"slot.{row.slot.value}"))
        put(self._title, words.title(texts, row))
        put(self._detail, words.detail(texts, row))
        self._detail.setVisible(bool(self._detail.text()))
        put(self._link, words.link_words(texts, row))
        put(self._badge, said)
        mark(self._badge, "tone", tone)
        put(self._since, texts("console.since", clock=words.clock(row.since)) if row.since else "")
        self._since.setVisible(bool(self._since.text()))
        mark(self, "now", "true" if chosen else "false")

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        super().mousePressEvent(event)
        self.pressed.emit(self.slot)


class SlotList(QWidget):
    """The rows with their heads.  Which one is chosen is kept here; Up and Down go through them."""

    chosen_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("slot_list")
        self._texts: Texts | None = None
        self._rows: dict[Slot, _Row] = {}
        self._shown: tuple[SlotRow, ...] = ()
        self.chosen: Slot | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(8, 0, 4, 4)
        head.setSpacing(12)
        self._heads = {name: _label(f"slots_head_{name}", "title", self) for name, _ in _COLUMNS}
        for name, wide in _COLUMNS:
            head.addWidget(self._heads[name], wide)
        self._column.addLayout(head)
        self._none = QLabel(self)
        self._none.setObjectName("slots_none")
        self._none.setWordWrap(True)
        self._column.addWidget(self._none)

    def row(self) -> SlotRow | None:
        """The chosen one."""
        return next((row for row in self._shown if row.slot is self.chosen), None)

    def widget_of(self, slot: Slot) -> QWidget | None:
        """For scrolling it into sight."""
        return self._rows.get(slot)

    def show_rows(self, texts: Texts, rows: tuple[SlotRow, ...]) -> None:
        """Those of the configuration, in its order."""
        self._texts, self._shown = texts, rows
        for name, head in self._heads.items():
            put(head, texts(f"console.head_{name}"))
            head.setVisible(bool(rows))
        put(self._none, "" if rows else texts("console.no_devices"))
        self._none.setVisible(not rows)
        slots = [row.slot for row in rows]
        for slot in [slot for slot in self._rows if slot not in slots]:
            gone = self._rows.pop(slot)
            self._column.removeWidget(gone)
            gone.hide()
            gone.deleteLater()
        if self.chosen not in slots:
            self.chosen = slots[0] if slots else None
        for row in rows:
            if row.slot not in self._rows:
                made = self._rows[row.slot] = _Row(row.slot, self)
                made.pressed.connect(self.choose)
                self._column.addWidget(made)
            self._rows[row.slot].show_row(texts, row, chosen=row.slot is self.chosen)

    def choose(self, slot: Slot) -> None:
        """This one from now on."""
        if slot is not self.chosen and self._texts is not None:
            self.chosen = slot
            self.show_rows(self._texts, self._shown)
            self.chosen_changed.emit()

    def step(self, by: int) -> None:
        """The next one, or the one before; the ends stay."""
        slots = [row.slot for row in self._shown]
        if slots and self.chosen is not None:
            at = slots.index(self.chosen) + by
            self.choose(slots[max(0, min(len(slots) - 1, at))])
