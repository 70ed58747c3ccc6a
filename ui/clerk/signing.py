"""Staff number and password of a second person, in the panel that asks: in no view, and sent once."""

from __future__ import annotations

import time

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from core.second import DecideRequest
from ui.fields import Entry, Typed
from ui.keys import BURST_SECONDS, Keyboard
from ui.style import put
from ui.text import Texts


class SignPart(QWidget):
    """Staff number and password of the second person.  What is typed here is sent once and kept nowhere."""

    decided = Signal(object)  # a DecideRequest

    def __init__(self, keyboard: Keyboard, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._request = ""
        self._typed_at = float("-inf")
        self._captions = (QLabel(self), QLabel(self))
        self.approver = Entry("second_approver", Typed.FIGURES, keyboard, self)
        self.password = Entry("second_password", Typed.SECRET, keyboard, self)
        self.approver.left.connect(self._to_password)
        self.password.left.connect(self._approve)
        self.password.textEdited.connect(self._note)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for caption, entry in zip(self._captions, (self.approver, self.password), strict=True):
            caption.setProperty("role", "caption")
            layout.addWidget(caption)
            layout.addWidget(entry)

    def retranslate(self, texts: Texts) -> None:
        """In this language from now on."""
        said = (texts("who.approver"), texts("who.approver_password"))
        for entry, caption, name in zip((self.approver, self.password), self._captions, said, strict=True):
            put(caption, name)
            entry.setAccessibleName(name)
            entry.setAccessibleDescription(texts("question.sign"))

    def stand(self, request: str) -> None:
        """For that request; "": for none, and nothing that was typed stays."""
        self._request = request
        self.approver.clear()
        self.password.clear()
        self.setVisible(bool(request))

    def decline(self) -> None:
        """The button: as she typed it, or on to what is still empty."""
        self._decide(approved=False)

    def _to_password(self) -> None:
        if self.approver.text().strip():
            self.password.setFocus()

    def _approve(self) -> None:
        if time.monotonic() - self._typed_at >= BURST_SECONDS:  # else a scanner sent it: it costs her no try
            self._decide(approved=True)
        else:
            self.password.clear()

    def _decide(self, *, approved: bool) -> None:
        operator, password = self.approver.text().strip(), self.password.text()
        if not operator or not password:
            (self.password if operator else self.approver).setFocus()
            return
        self.password.clear()
        self.decided.emit(DecideRequest(self._request, operator, password, approved))

    def _note(self) -> None:
        self._typed_at = time.monotonic()
