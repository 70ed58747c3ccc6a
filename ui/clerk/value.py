"""One value that is typed into a question: sent with Enter, kept nowhere."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from core.commands import Command
from core.correcting import TypeCorrection
from ui.fields import Entry, Typed
from ui.keys import Keyboard
from ui.style import put
from ui.text import Texts

Make = Callable[[str], Command] | None
_WORDS = ("contents", "recipient_name", "recipient_address", "sender_address")


class ValuePart(QWidget):
    """A field for words, with the input method, or one for figures: the one that the value wants."""

    typed = Signal(object)  # the Command: a TypeCorrection, or what the question makes of it

    def __init__(self, keyboard: Keyboard, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._item, self._name = 0, ""
        self._make: Make = None
        self._caption = QLabel(self)
        self._caption.setProperty("role", "caption")
        self._words = Entry("correct_words", Typed.WORDS, keyboard, self)
        self._figures = Entry("correct_figures", Typed.FIGURES, keyboard, self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._caption)
        for entry in (self._words, self._figures):
            entry.left.connect(self._send)
            layout.addWidget(entry)

    @property
    def entry(self) -> Entry:
        """The one that stands."""
        return self._words if self._name in _WORDS else self._figures

    def retranslate(self, texts: Texts) -> None:
        """In this language from now on."""
        for entry in (self._words, self._figures):
            entry.setAccessibleDescription(texts("question.correct_value.do"))

    def stand(self, item: int, name: str, caption: str, make: Make = None) -> None:
        """For that field of that item; 0: for none, and nothing that was typed stays."""
        self._item, self._name, self._make = item, name, make
        put(self._caption, caption)
        for entry in (self._words, self._figures):
            entry.clear()
            entry.setAccessibleName(caption)
            entry.setVisible(entry is self.entry)
        self.setVisible(bool(item))

    def _send(self) -> None:
        text = self.entry.text()
        if text.strip():
            made = self._make(text) if self._make else TypeCorrection(self._item, self._name, text)
            self.typed.emit(made)
