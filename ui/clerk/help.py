"""F1: what the field in focus wants, and why; it stands beside the form and takes no focus."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from core.commands import Field
from ui.clerk.confirmations import CONFIRMATIONS
from ui.style import put
from ui.text import Texts

_GENERAL = "general"
_LANES = ("manual", "who")  # the object names of whose fields begin so
TOPICS = (_GENERAL, "look_up", "refuse", *_LANES, *(field.value for field in Field), *CONFIRMATIONS)


class HelpPanel(QFrame):
    """Title, what to do, the rule behind it, and the keys that work everywhere."""

    def __init__(self, texts: Texts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("help_panel")
        self.setProperty("role", "panel")
        self._texts = texts
        self.topic = _GENERAL
        self._title, self._what, self._why = QLabel(self), QLabel(self), QLabel(self)
        self._keys_title, self._keys = QLabel(self), QLabel(self)
        self._title.setProperty("role", "heading")
        self._why.setProperty("role", "caption")
        self._keys_title.setProperty("role", "title")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 14)
        layout.setSpacing(10)
        for label in (self._title, self._what, self._why):
            label.setWordWrap(True)
            layout.addWidget(label)
        layout.addStretch(1)
        for label in (self._keys_title, self._keys):
            label.setWordWrap(True)
            layout.addWidget(label)

    def retranslate(self, texts: Texts) -> None:
        """In this language from now on."""
        self._texts = texts
        self.show_topic(self.topic)

    @property
    def line(self) -> str:
        """The topic in one line, for the place where messages stand."""
        said = self._texts(f"help.{self.topic}")
        if self.topic == _GENERAL:
            return said
        return self._texts(f"help.{self.topic}.title") + self._texts("join.fact") + said

    def show_topic(self, name: str) -> None:
        """The object name of what has the focus; anything without help of its own gets the general page."""
        lane = name.partition("_")[0]
        self.topic = name if name in TOPICS else lane if lane in _LANES else _GENERAL
        texts = self._texts
        put(self._title, texts(f"help.{self.topic}.title"))
        put(self._what, texts(f"help.{self.topic}"))
        why = f"help.{self.topic}.why"
        put(self._why, texts(why) if texts.has(why) else "")
        self._why.setVisible(texts.has(why))
        put(self._keys_title, texts("help.keys.title"))
        put(self._keys, texts("help.keys"))
