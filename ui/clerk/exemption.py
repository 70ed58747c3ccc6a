"""Any other exemption: the reason by its digit, and a second person's staff number and password."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import chain

from PySide6.QtCore import Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from core.commands import SetExemption
from core.view import ExemptionView
from ui.buttons import KeyButton
from ui.clerk.choices import Answer, Question
from ui.clerk.shortcuts import key_of
from ui.fields import Entry, Typed
from ui.keys import BURST_SECONDS, Keyboard
from ui.style import mark, put
from ui.text import CHINA, Texts


class ExemptionPart(QWidget):
    """A part of the card of who sends.  What is typed here is in no view and no draft: it is sent once."""

    reason_asked = Signal()
    approve_asked = Signal(str, str)  # staff number, password
    scanned = Signal()  # a code came into the password: it costs the approver no try
    passed = Signal()  # Enter in a field where nothing was typed

    def __init__(self, texts: Texts, keyboard: Keyboard, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._texts = texts
        self._view: ExemptionView | None = None
        self._typed_at = float("-inf")
        self._reason, self._state = QLabel(self), QLabel(self)
        self._state.setObjectName("who_approval")
        self._captions = (QLabel(self), QLabel(self))
        self.reason = KeyButton("who_reason", key_of("proof"), keyboard, self, wide=True)
        self.approver = Entry("who_approver", Typed.FIGURES, keyboard, self)
        self.password = Entry("who_approver_password", Typed.SECRET, keyboard, self)
        self.reason.clicked.connect(self.reason_asked)
        self.approver.left.connect(self._to_password)
        self.password.left.connect(self._approve)
        self.password.textEdited.connect(self._note)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for label in (self._reason, self._state):
            label.setWordWrap(True)
        for caption in self._captions:
            caption.setProperty("role", "caption")
        name, secret = self._captions
        parts: tuple[QWidget, ...] = (
            self.reason, self._reason, name, self.approver, secret, self.password, self._state,
        )  # fmt: skip
        for part in parts:
            layout.addWidget(part)

    def retranslate(self, texts: Texts) -> None:
        """In this language from now on."""
        self._texts = texts
        said = (texts("who.approver"), texts("who.approver_password"))
        for entry, caption, name in zip((self.approver, self.password), self._captions, said, strict=True):
            put(caption, name)
            entry.setAccessibleName(name)
            entry.setAccessibleDescription(texts("who.exempt"))

    def show_view(self, view: ExemptionView | None) -> None:
        """What the station holds; None: another kind of sender, and nothing that was typed stays."""
        self._view, texts = view, self._texts
        self.setVisible(view is not None)
        if view is None or view.approved_by or view.recorded:
            self._forget()
        if view is None:
            return
        chosen = bool(view.reason)
        self.reason.say(
            texts("who.choose_reason"), texts(f"confirmed.{'yes' if chosen else 'no'}"), chosen=chosen
        )
        self.reason.setVisible(not view.recorded)
        named = view.reasons.get(view.reason, {}).get(texts.language, "")
        put(self._reason, f"✓ {named}" if named else f"○ {texts('who.no_reason')}")
        self._reason.setVisible(not view.recorded)
        for widget in (*self._captions, self.approver, self.password):
            widget.setVisible(self._waits(view))
        self._say_state(view)

    def _say_state(self, view: ExemptionView) -> None:
        texts = self._texts
        if view.approved_by:
            at = f"{view.approved_at.astimezone(CHINA):%H:%M}" if view.approved_at else ""
            tone, line = "good", f"✓ {texts('who.approved', operator=view.approved_by, at=at)}"
        elif view.recorded:
            tone, line = "good", f"✓ {texts('who.approval_recorded')}"
        elif not view.approver_here:
            tone, line = "bad", f"■ {texts('who.nobody_to_approve')}"
        else:
            tone, line = "quiet", f"○ {texts('who.not_approved')}"
        put(self._state, line)
        mark(self._state, "tone", tone)

    @staticmethod
    def _waits(view: ExemptionView) -> bool:
        done = view.approved_by or view.recorded
        return bool(view.reason) and view.approver_here and not done

    def entries(self) -> Iterator[Entry]:
        """The fields that stand."""
        waits = self._view is not None and self._waits(self._view)
        return iter((self.approver, self.password) if waits else ())

    def order(self) -> Iterator[QWidget]:
        """Everything that takes the focus, as the eye goes."""
        return chain((self.reason,), (self.approver, self.password))

    def question(self) -> Question:
        """The reasons of the rules, by number."""
        reasons = self._view.reasons.items() if self._view is not None else ()
        return Question(
            "exemption",
            tuple(
                Answer("answer.reason", SetExemption(code), {"name": names[self._texts.language]})
                for code, names in reasons
            ),
        )

    def _to_password(self) -> None:
        if self.approver.text().strip():
            self.password.setFocus()
        else:
            self.passed.emit()

    def _approve(self) -> None:
        """Enter in the password.  The field is emptied, so that a second Enter sends nothing."""
        operator, password = self.approver.text().strip(), self.password.text()
        self.password.clear()
        if not password:
            self.passed.emit()
        elif time.monotonic() - self._typed_at < BURST_SECONDS:
            self.scanned.emit()
        elif not operator:
            self.approver.setFocus()
        else:
            put(self._state, f"◆ {self._texts('who.approving')}")  # until a view says it better
            mark(self._state, "tone", "quiet")
            self.approve_asked.emit(operator, password)

    def _note(self) -> None:
        self._typed_at = time.monotonic()

    def _forget(self) -> None:
        for entry in (self.approver, self.password):
            entry.clear()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """Another card stands here now: a password half typed does not wait behind it."""
        self.password.clear()
        super().hideEvent(event)
