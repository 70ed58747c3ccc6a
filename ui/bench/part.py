"""What every part of the bench window is made of: controls whose words follow the counter's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QLabel, QPushButton, QSizePolicy, QWidget

from ui.style import put
from ui.text import Texts
from ui.theme import Palette

Order = Callable[[str, dict[str, object]], None]  # returns at once; what comes of it is told
State = Mapping[str, object]
_Button = TypeVar("_Button", bound=QAbstractButton)

HIGH, LOW = 34, 26
_SHEET = """
QWidget#bench {{ background: {window}; }}
QTabWidget::pane {{ border: 0; }}
QTabBar::tab {{ color: {text}; background: {quiet_soft}; border: 1px solid {border}; padding: 6px 12px;
  border-top-left-radius: 8px; border-top-right-radius: 8px; margin-right: 2px; }}
QTabBar::tab:selected {{ background: {card}; font-weight: bold; border-bottom: 3px solid {accent}; }}
QTabBar::tab:focus {{ border: 2px solid {accent}; }}
QPushButton {{ color: {text}; background: {card}; border: 1px solid {field_border}; border-radius: 6px;
  padding: 5px 8px; }}
QPushButton:hover {{ background: {accent_soft}; }}
QPushButton:pressed {{ background: {quiet_soft}; }}
QPushButton:checked {{ background: {accent_soft}; border: 2px solid {accent}; font-weight: bold; }}
QPushButton:focus {{ border: 2px solid {accent}; }}
QPushButton:disabled {{ color: {muted}; background: {quiet_soft}; }}
QPushButton[main="true"] {{ color: {on_strong}; background: {strong}; border: 1px solid {strong};
  font-weight: bold; }}
QPushButton[main="true"]:focus {{ border: 2px solid {accent}; }}
QPushButton[low="true"] {{ padding: 1px 8px; font-size: 13px; }}
QListWidget {{ color: {text}; background: {field};
  border: 1px solid {field_border}; border-radius: 6px; selection-background-color: {strong};
  selection-color: {on_strong}; }}
QListWidget:focus {{ border: 2px solid {accent}; }}
QCheckBox, QRadioButton {{ spacing: 6px; border: 1px solid transparent; border-radius: 4px; padding: 2px; }}
QCheckBox:focus, QRadioButton:focus {{ border: 1px solid {accent}; background: {accent_soft}; }}
QScrollArea, QScrollArea > QWidget > QWidget {{ background: transparent; border: 0; }}
QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 0; }}
QScrollBar::handle {{ background: {quiet}; border-radius: 4px; min-height: 24px; min-width: 24px;
  margin: 1px; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QLabel[role="said"] {{ border-radius: 6px; padding: 4px 8px; }}
"""


def bench_sheet(palette: Palette) -> str:
    """What the bench has beyond the counter's own style sheet."""
    return _SHEET.format(**{name: getattr(palette, name) for name in palette.__dataclass_fields__})


class BenchBridge(QObject):
    """Carries what the orders' thread tells to the main thread."""

    told = Signal(object)


class Part(QWidget):
    """One group of controls.  Each control's words come from a code, said again in another language."""

    clicked = Signal()  # a button was pressed with the pointer: the hands are not on this window's keys

    def __init__(self, order: Order, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.order = order
        self._pointed = False
        self._says: list[Callable[[Texts], None]] = []

    def retranslate(self, texts: Texts) -> None:
        """In this language from now on."""
        for say in self._says:
            say(texts)

    def show_state(self, state: State) -> None:
        """How the devices truly are."""

    def says(self, say: Callable[[Texts], None]) -> None:
        """Called with the texts of each language that is taken on."""
        self._says.append(say)

    def caption(self, code: str, role: str = "title") -> QLabel:
        """A line of words."""
        label = QLabel(self)
        label.setProperty("role", role)
        self._says.append(lambda texts: put(label, texts(code)))
        return label

    def button(
        self, name: str, code: str, act: Callable[[], None], *, main: bool = False, low: bool = False
    ) -> QPushButton:
        """A button; ``main``: the one that is usually pressed."""
        button = QPushButton(self)
        if main:
            button.setProperty("main", "true")
        if low:
            button.setProperty("low", "true")
        self.acts(button, lambda _on: act())
        return self._named(button, name, code)

    def switch(self, name: str, code: str, act: Callable[[bool], None]) -> QCheckBox:
        """Something that is or is not; ``act`` only where a person changes it."""
        box = QCheckBox(self)
        self.acts(box, act)
        return self._named(box, name, code)

    def acts(self, button: QAbstractButton, act: Callable[[bool], None]) -> None:
        """What pressing it does.  Who pressed it with the pointer has the hands on the counter's keys."""
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.installEventFilter(self)

        def press(on: bool = False) -> None:
            act(bool(on))
            if self._pointed:
                self.clicked.emit()

        button.clicked.connect(press)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Tells a press with the pointer from one with a key; a page that comes up has the focus anyway."""
        if event.type() in (QEvent.Type.MouseButtonPress, QEvent.Type.KeyPress):
            self._pointed = event.type() == QEvent.Type.MouseButtonPress
        return super().eventFilter(watched, event)

    def _named(self, button: _Button, name: str, code: str) -> _Button:
        button.setObjectName(name)
        button.setMinimumHeight(LOW if button.property("low") else HIGH)
        button.setSizePolicy(QSizePolicy.Policy.MinimumExpanding, QSizePolicy.Policy.Fixed)
        self._says.append(lambda texts: button.setText(texts(code)))
        return button
