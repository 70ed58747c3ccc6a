"""A field of a form: caption, one line of typing, and whether it stands as the rules want it."""

from __future__ import annotations

import time

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from core.acceptance.known import typed_over
from core.acceptance.visit import KNOWN
from core.identity.masking import STAR
from core.view import FieldView
from ui.fields import Entry, Typed
from ui.keys import Keyboard
from ui.style import mark, put
from ui.text import Texts

PENDING_SECONDS = 5.0  # an edit the station never answered gives way to what the station says


class FormField(QWidget):
    """Caption above, entry below.  It shows the station's text without ever fighting the typist.

    Texts that were sent and not yet seen in a view are remembered in order.  A view that shows one of
    them is an echo; a view that still shows what stood before them is late; anything else is the
    station's own change (a card, a scan, the next customer) and is taken.
    """

    edited = Signal(str)

    def __init__(self, name: str, typed: Typed, keyboard: Keyboard, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = name
        self.view = FieldView("")
        self._texts: Texts | None = None
        self._sent: list[str] = []
        self._base: str | None = None
        self._sent_at = 0.0
        self._forgot = False
        self.caption = QLabel(self)
        self.caption.setProperty("role", "caption")
        self._note = QLabel(self)
        self._note.setProperty("role", "caption")
        self.entry = Entry(name, typed, keyboard, self)
        self.entry.textEdited.connect(self._typed)
        self.entry.focused.connect(self._select_masked)
        self.caption.setBuddy(self.entry)
        top = QHBoxLayout()
        top.setContentsMargins(0, 0, 0, 0)
        top.setSpacing(8)
        top.addWidget(self.caption)
        top.addStretch(1)
        top.addWidget(self._note)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(top)
        layout.addWidget(self.entry)

    def retranslate(self, texts: Texts) -> None:
        """Caption and names in this language."""
        self._texts = texts
        put(self.caption, texts(f"field.{self.name}"))
        self.entry.setAccessibleName(texts(f"field.{self.name}"))
        self.entry.setPlaceholderText("")
        self._describe()

    @property
    def waits(self) -> bool:
        """Whether the next view matters here even where it says the same as the last one."""
        return bool(self._sent) or self._forgot

    def forget_pending(self) -> None:
        """A key was pressed after which the station decides what stands here: take the next view."""
        self._sent.clear()
        self._base = None
        self._forgot = True

    def show_view(self, view: FieldView) -> None:
        """Show what the station holds."""
        self.view = view
        self._forgot = False
        if self._is_answer(view.text) and self.entry.text() != view.text:
            at = self.entry.cursorPosition()
            typing = self.entry.hasFocus() and at < len(self.entry.text())
            self.entry.setText(view.text)
            if not self.entry.hasFocus():
                self.entry.setCursorPosition(0)
            if typing:
                self.entry.setCursorPosition(min(at, len(view.text)))
        mark(self.entry, "fault", "true" if view.problem else "false")
        self._describe()

    def _is_answer(self, text: str) -> bool:
        """Whether the view's text is the truth for this field now."""
        fresh = time.monotonic() - self._sent_at < PENDING_SECONDS
        if self._sent and fresh and text == self._base:
            return False
        if text in self._sent:
            del self._sent[: self._sent.index(text) + 1]
            self._base = text
            return not self._sent
        self._sent.clear()
        self._base = text
        return True

    def _typed(self, text: str) -> None:
        """Of a text that stands masked nothing is mended: what was typed takes its place (``known``)."""
        if self._masked and STAR in text:
            text = typed_over(self.view.text, text)
            self.entry.setText(text)
        self._edited(text)

    @property
    def _masked(self) -> bool:
        """Whether the station shows a mask here, and nobody typed over it yet."""
        return self.view.source == KNOWN and not self._sent

    def _select_masked(self) -> None:
        if self._masked:
            self.entry.selectAll()

    def _edited(self, text: str) -> None:
        self._sent.append(text)
        self._sent_at = time.monotonic()
        self.edited.emit(text)

    def take(self, text: str) -> None:
        """A text that was chosen instead of typed: it is sent as if it had been."""
        self.entry.setText(text)
        self._edited(text)

    def problem_line(self, texts: Texts) -> str:
        """The problem in a sentence that names the field, or ""."""
        if not self.view.problem:
            return ""
        name = texts(f"field.{self.name}")
        return name + texts("join.fact") + texts.sentence(self.view.problem, self.view.facts)

    def _describe(self) -> None:
        texts = self._texts
        if texts is None:
            return
        source = f"source.{self.view.source}"
        note = texts(source) if self.view.source and texts.has(source) and self.view.text else ""
        if self.view.problem:
            note = texts("field.problem")
        put(self._note, note)
        mark(self._note, "role", "problem" if self.view.problem else "caption")
        if self.view.problem:
            described = texts.sentence(self.view.problem, self.view.facts)
        else:
            described = texts("field.filled" if self.view.text else "field.empty")
        if self.entry.accessibleDescription() != described:
            self.entry.setAccessibleDescription(described)
