"""A printer's page before paper is spent: its picture as the settings would have it, and the settings."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from core.technician import PaperBench, PaperSetting
from ui.style import mark, put
from ui.text import Texts

_HIGHEST, _LEAST = 300, 120  # pixels of the picture
_SIZE = "size"
SETTINGS = (_SIZE, "right_dots", "down_dots", "density", "speed", "gap_mm")  # as there are any
_IN_DOTS = ("right_dots", "down_dots")


class _Row(QFrame):
    """One setting: what it is, how it stands."""

    pressed = Signal(str)

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.name = name
        self.setObjectName(f"paper_{name}")
        self.setProperty("role", "slot")
        self.setProperty("now", "false")
        self._what, self._value = QLabel(self), QLabel(self)
        self._what.setProperty("role", "dense")
        self._what.setWordWrap(True)
        self._value.setProperty("role", "semi")
        self._value.setObjectName(f"paper_value_{name}")
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 8, 4)
        row.setSpacing(12)
        row.addWidget(self._what, 1)
        row.addWidget(self._value)

    def show_setting(self, what: str, value: str, *, chosen: bool) -> None:
        """As it is now; the chosen one has the arrows that change it around its value."""
        put(self._what, what)
        put(self._value, f"◂ {value} ▸" if chosen else value)
        mark(self, "now", "true" if chosen else "false")
        self.setAccessibleName(what)
        self.setAccessibleDescription(value)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        super().mousePressEvent(event)
        self.pressed.emit(self.name)


class PaperPanel(QWidget):
    """Up and Down choose a setting; Left and Right ask for a step of it by ``adjusted``."""

    adjusted = Signal(str, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("paper_panel")
        self._paper: PaperBench | None = None
        self._texts: Texts | None = None
        self._chosen = ""
        self._rows: dict[str, _Row] = {}
        self._shown, self._pixels = b"", QPixmap()
        self._hint, self._picture, self._fault = QLabel(self), QLabel(self), QLabel(self)
        self._hint.setObjectName("paper_hint")
        self._hint.setProperty("role", "caption")
        self._picture.setObjectName("paper_picture")
        self._picture.setProperty("role", "paper")
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._picture.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._fault.setObjectName("paper_fault")
        self._fault.setProperty("role", "badge")
        for label in (self._hint, self._fault):
            label.setWordWrap(True)
        mark(self._fault, "tone", "bad")
        self._column = QVBoxLayout()
        self._column.setSpacing(0)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(8)
        whole.addWidget(self._picture)
        whole.addWidget(self._fault)
        whole.addLayout(self._column)
        whole.addWidget(self._hint)
        whole.addStretch(1)

    @property
    def ready(self) -> bool:
        """Whether there is a page to print."""
        return self._paper is not None and not self._paper.fault

    def show_paper(self, texts: Texts, paper: PaperBench) -> None:
        """The page as it is set now."""
        before, self._paper, self._texts = self._paper, paper, texts
        names = [each.name for each in paper.settings]
        if before is None or before.slot is not paper.slot or list(self._rows) != names:
            self._make_rows(names)
        put(self._hint, texts("paper.keys_learn" if paper.learns else "paper.keys"))
        put(self._fault, f"■ {texts.sentence(paper.fault, paper.facts)}" if paper.fault else "")
        self._fault.setVisible(bool(paper.fault))
        self._show_rows()
        self._show_picture()

    def handle(self, key: Qt.Key) -> bool:
        """The arrow keys."""
        names = list(self._rows)
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down) and names:
            step = 1 if key == Qt.Key.Key_Down else -1
            self._choose(names[max(0, min(len(names) - 1, names.index(self._chosen) + step))])
            return True
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and self._chosen:
            self.adjusted.emit(self._chosen, 1 if key == Qt.Key.Key_Right else -1)
            return True
        return False

    def _make_rows(self, names: list[str]) -> None:
        for row in self._rows.values():
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._rows = {name: _Row(name, self) for name in names}
        for row in self._rows.values():
            row.pressed.connect(self._choose)
            self._column.addWidget(row)
        # Moving is what a ruler asks for most often; the size comes first because all follows from it.
        self._chosen = names[1] if len(names) > 1 else names[0]

    def _choose(self, name: str) -> None:
        self._chosen = name
        self._show_rows()

    def _show_rows(self) -> None:
        paper, texts = self._paper, self._texts
        if paper is None or texts is None:
            return
        for each in paper.settings:
            said = texts(f"paper.{each.name}")
            line = texts("paper.changed", what=said) if each.value != each.before else said
            value = _value(texts, paper, each)
            self._rows[each.name].show_setting(line, value, chosen=each.name == self._chosen)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self._fit()

    def _show_picture(self) -> None:
        paper, texts = self._paper, self._texts
        if paper is None or texts is None:
            return
        if paper.picture != self._shown:
            self._shown, self._pixels = paper.picture, QPixmap()
            self._pixels.loadFromData(paper.picture)
            self._fit()
        self._picture.setVisible(not self._pixels.isNull())
        self._picture.setAccessibleName(texts("paper.picture"))

    def _fit(self) -> None:
        """As large as the place allows; sharp where the screen has more dots than pixels."""
        if self._pixels.isNull():
            return
        ratio = self._picture.devicePixelRatioF()
        room = QSize(max(_LEAST, self.width() - 24), _HIGHEST) * ratio
        small = self._pixels.scaled(
            room, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        small.setDevicePixelRatio(ratio)
        self._picture.setPixmap(small)
        self._picture.setFixedHeight(round(small.height() / ratio) + 16)


def _value(texts: Texts, paper: PaperBench, setting: PaperSetting) -> str:
    if setting.value is None:
        return texts("paper.unknown" if setting.name == _SIZE else "paper.as_it_is")
    if setting.name == _SIZE:
        width, height = paper.sizes[setting.value]
        return f"{width} × {height} mm" if height else f"{width} mm"
    if setting.name in _IN_DOTS:
        return texts("paper.dots", dots=setting.value, mm=f"{setting.value / paper.dots_per_mm:.1f}")
    return texts(f"paper.{setting.name}_value", value=setting.value)
