"""The way to headquarters: the proxy that leads there, typed on the technician's page."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from ui.fields import Entry, Typed
from ui.keys import Keyboard
from ui.style import put
from ui.text import Texts


class ProxyPanel(QWidget):
    """One field; F9 on the page writes what stands in it, nothing typed: no proxy."""

    def __init__(self, keyboard: Keyboard, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("proxy_panel")
        self._stands: str | None = None
        self._say, self._caption = QLabel(self), QLabel(self)
        self._say.setObjectName("proxy_say")
        self._say.setProperty("role", "dense")
        self._caption.setObjectName("proxy_caption")
        self._caption.setProperty("role", "caption")
        self.entry = Entry("proxy_address", Typed.PLAIN, keyboard, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for widget in (self._say, self._caption, self.entry):
            column.addWidget(widget)
        for label in (self._say, self._caption):
            label.setWordWrap(True)

    @property
    def text(self) -> str:
        """What is typed."""
        return self.entry.text().strip()

    def show_proxy(self, texts: Texts, stands: str | None) -> bool:
        """``stands``: the proxy in the configuration, None while nobody asks.  Whether it was just asked for.

        What was typed stays until somebody leaves.
        """
        fresh, self._stands = stands is not None and self._stands is None, stands
        if fresh:
            self.entry.setText(stands or "")
            self.entry.selectAll()
        put(self._say, texts("console.proxy_say"))
        put(self._caption, texts("assistant.field_proxy"))
        self.entry.setAccessibleName(texts("assistant.field_proxy"))
        self.entry.setAccessibleDescription(texts("console.proxy_say"))
        return fresh
