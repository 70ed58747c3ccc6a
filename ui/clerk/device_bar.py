"""The line at the bottom: what each device says of itself, in colour, shape and word."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from core.devices import DeviceState, DeviceTruth, Slot
from core.view import VisitView
from ui.flow import Flow
from ui.marks import DEVICES, Mark
from ui.style import put
from ui.text import Texts
from ui.theme import Palette

_GAP = 20
_EXTRA = 12 + 6 + 4  # of a cell beside its words
_BAD = (DeviceState.ATTENTION, DeviceState.GONE)


class _Cell(QWidget):
    """Mark and words of one device."""

    def __init__(self, slot: Slot, parent: QWidget) -> None:
        super().__init__(parent)
        self.mark, self.words = Mark(12, self), QLabel(self)
        self.mark.setObjectName(f"device_mark_{slot.value}")
        self.words.setObjectName(f"device_{slot.value}")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.mark, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.words)


class DeviceBar(QWidget):
    """One mark and one phrase a device.  What to do is added where there is room for it."""

    def __init__(self, texts: Texts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("device_bar")
        self._texts = texts
        self._palette: Palette | None = None
        self._factor = 1.0
        self._devices: tuple[DeviceTruth, ...] = ()
        self._cells: dict[Slot, _Cell] = {}
        self._right = QLabel(self)
        self._right.setObjectName("card_on_reader")
        self._flow = Flow(_GAP, line_spacing=2)
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 4, 4, 4)
        row.setSpacing(_GAP)
        row.addLayout(self._flow, 1)
        row.addWidget(self._right, 0, Qt.AlignmentFlag.AlignTop)

    def set_zoom(self, factor: float) -> None:
        """Whether what to do is said too depends on the room there is."""
        self._factor = factor
        self._say()

    def set_theme(self, palette: Palette) -> None:
        """Repaint in these colours."""
        self._palette = palette
        for cell in self._cells.values():
            cell.mark.set_theme(palette)

    def retranslate(self, texts: Texts) -> None:
        """In this language from now on."""
        self._texts = texts

    def show_view(self, devices: tuple[DeviceTruth, ...], visit: VisitView | None) -> None:
        """The truths as the lanes last told them."""
        self._devices = devices
        shown = {truth.slot for truth in devices}
        for slot in [slot for slot in self._cells if slot not in shown]:
            cell = self._cells.pop(slot)
            self._flow.removeWidget(cell)
            cell.hide()
            cell.deleteLater()
        for truth in devices:
            cell = self._cells.get(truth.slot) or self._add(truth.slot)
            cell.mark.show_state(*DEVICES[truth.state])
        put(self._right, self._card_line(visit))
        self._say()

    def _add(self, slot: Slot) -> _Cell:
        cell = _Cell(slot, self)
        if self._palette is not None:
            cell.mark.set_theme(self._palette)
        self._flow.addWidget(cell)
        self._cells[slot] = cell
        return cell

    def _card_line(self, visit: VisitView | None) -> str:
        if visit is None:
            return ""
        if visit.reading:
            return f"◆ {self._texts('reader.reading')}"
        if visit.sender is not None and visit.sender.still_on_reader:
            return f"▲ {self._texts('reader.card_on')}"
        return ""

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self._say()

    def _say(self) -> None:
        """What to do is said too where all of it fits on one line."""
        phrases = self._phrases(todo=True)
        if self._width(phrases) > self.width():
            phrases = self._phrases(todo=False)
        for truth in self._devices:
            cell = self._cells[truth.slot]
            name = self._texts(f"slot.{truth.slot.value}")
            put(cell.words, phrases[truth.slot])
            described = self._described(truth)
            cell.words.setAccessibleName(f"{name} {described}")
            cell.setToolTip(described)

    def _width(self, phrases: Mapping[Slot, str]) -> int:
        metrics = self._right.fontMetrics()
        cells = sum(metrics.horizontalAdvance(text) for text in phrases.values())
        around = len(phrases) * (_EXTRA + _GAP) + 2 * _GAP
        return cells + metrics.horizontalAdvance(self._right.text()) + round(around * self._factor)

    def _phrases(self, *, todo: bool) -> dict[Slot, str]:
        return {
            truth.slot: f"{self._texts(f'slot.{truth.slot.value}')} {self._state(truth, todo=todo)}"
            for truth in self._devices
        }

    def _state(self, truth: DeviceTruth, *, todo: bool) -> str:
        texts = self._texts
        if not truth.fault:
            return texts(f"device_state.{truth.state.value}")
        said = texts.what(truth.fault, truth.facts)
        if todo and truth.state in _BAD:
            short = f"{truth.fault}.short"
            said += texts("join.clause") + texts(short) if texts.has(short) else ""
        return said

    def _described(self, truth: DeviceTruth) -> str:
        """The whole sentence, for screen readers and the pointer."""
        if not truth.fault:
            return self._texts(f"device_state.{truth.state.value}")
        return self._texts.sentence(truth.fault, truth.facts)
