"""What is typed and chosen in the assistant's steps: every field once, shown where its step stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from core.assistant import AssistantView, Stage, Way
from ui.buttons import KeyButton
from ui.fields import Entry, Typed
from ui.flow import Flow
from ui.keys import Keyboard
from ui.style import put
from ui.text import LANGUAGES, Texts
from ui.theme import Palette

WAYS = tuple(Way)
KINDS: Mapping[str, Typed] = {
    "url": Typed.PLAIN, "authority": Typed.PLAIN, "proxy": Typed.PLAIN, "code": Typed.FIGURES,
    "operator": Typed.FIGURES, "activation": Typed.FIGURES, "password": Typed.SECRET,
    "again": Typed.SECRET, "folder": Typed.PLAIN,
}  # fmt: skip
SECRETS = ("code", "activation", "password", "again")
LONGEST = {"url": 200, "proxy": 200, "authority": 400, "folder": 400}
_LONGEST, _WIDEST = 100, 720


def wanted(view: AssistantView) -> tuple[str, ...]:
    """The fields of the step that stands, in the order in which they are typed."""
    if view.stage is Stage.HEADQUARTERS:
        return "url", "authority", "proxy"
    if view.stage is Stage.CODE:
        return ("code",)
    if view.stage is Stage.OPERATOR and view.way is Way.NEW:
        once = ("operator", "activation", "password")
        return once if view.begun is not None else (*once, "again")
    if view.stage is Stage.OPERATOR:
        return ("operator", "password", "folder") if view.way is Way.BACKUP else ("operator", "password")
    if view.stage is Stage.HANDOVER and view.handed is None:
        return "operator", "password"
    return ()


class Fields(QWidget):
    """``left``: Enter in the last one.  ``chosen``: a button, by its number from 0."""

    left = Signal()
    chosen = Signal(int)
    focused = Signal(QWidget)

    def __init__(self, keyboard: Keyboard, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("assistant_fields")
        self.entries = {
            name: Entry(f"assistant_{name}", kind, keyboard, self) for name, kind in KINDS.items()
        }
        self.captions = {name: QLabel(self) for name in KINDS}
        self._shown: tuple[str, ...] = ()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self.buttons = [
            KeyButton(f"assistant_choice_{n + 1}", f"Alt+{n + 1}", keyboard, self) for n in range(len(WAYS))
        ]
        flow = Flow(8, line_spacing=8)
        for number, button in enumerate(self.buttons):
            button.clicked.connect(lambda _checked=False, at=number: self.chosen.emit(at))
            flow.addWidget(button)
        column.addLayout(flow)
        for name, entry in self.entries.items():
            caption = self.captions[name]
            caption.setObjectName(f"assistant_{name}_caption")
            caption.setProperty("role", "caption")
            caption.setWordWrap(True)
            entry.setMaxLength(LONGEST.get(name, _LONGEST))
            entry.left.connect(self._next(name))
            entry.focused.connect(lambda each=entry: self.focused.emit(each))
            column.addWidget(caption)
            column.addWidget(entry)
        self.setMaximumWidth(_WIDEST)

    def _next(self, name: str) -> Callable[[], None]:
        def go() -> None:
            after = self._shown[self._shown.index(name) + 1 :] if name in self._shown else ()
            if after:
                self.entries[after[0]].setFocus()
            else:
                self.left.emit()

        return go

    def text(self, name: str) -> str:
        """As it stands in the field."""
        return self.entries[name].text()

    def set_theme(self, palette: Palette) -> None:
        """Repaint in these colours."""
        for button in self.buttons:
            button.set_theme(palette)

    def clear_secrets(self) -> None:
        """Nothing of a code or a password stays in a field."""
        for name in SECRETS:
            self.entries[name].clear()

    def show_view(self, texts: Texts, view: AssistantView, *, busy: bool) -> None:
        """Those of the step."""
        shown = wanted(view)
        for name, entry in self.entries.items():
            caption = texts(f"assistant.field_{name}")
            if name == "password" and not (view.stage is Stage.OPERATOR and view.way is Way.NEW):
                caption = texts("assistant.field_her_password")
            elif name == "password" and view.begun is not None:
                caption = texts("assistant.field_same_password")
            put(self.captions[name], caption)
            entry.setAccessibleName(caption)
            entry.setAccessibleDescription(texts("console.entry"))
            entry.setEnabled(not busy)
            for widget in (self.captions[name], entry):
                widget.setVisible(name in shown)
        self._choices(texts, view)
        if shown != self._shown:
            self._shown = shown
            self.focus_first()

    def focus_first(self) -> None:
        """The first field that is empty; the first where none is."""
        empty = [name for name in self._shown if not self.entries[name].text()]
        for name in (*empty, *self._shown)[:1]:
            self.entries[name].setFocus()

    def _choices(self, texts: Texts, view: AssistantView) -> None:
        said: Sequence[tuple[str, bool]] = ()
        if view.stage is Stage.LANGUAGE:
            said = [(texts(f"assistant.language_{each}"), each == texts.language) for each in LANGUAGES]
        elif view.stage is Stage.CODE:
            said = [(texts(f"assistant.way_{way.value}"), way is view.way) for way in WAYS]
        for number, button in enumerate(self.buttons):
            button.setVisible(number < len(said))
            if number < len(said):
                text, chosen = said[number]
                button.say(text, text, chosen=chosen)
