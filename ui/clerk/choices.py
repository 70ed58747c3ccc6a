"""A short list of numbered choices at the side of the form: reasons to refuse, closing the day, leaving."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from core.commands import CloseDay, Command, LogOut, NewAcceptance, RefusalReason, Refuse
from ui.buttons import KeyButton
from ui.keys import Deliberate, Keyboard
from ui.style import put
from ui.text import Texts
from ui.theme import Palette


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked (``question.<name>``), and the numbered answers: code and command or next question."""

    name: str
    answers: tuple[Answer, ...]


Answer = tuple[str, Command | Question]


def _told(reason: RefusalReason) -> Question:
    """Whether the customer was told the reason (R17)."""
    return Question("told", (("answer.told", Refuse(reason, told=True)), ("answer.not_told", Refuse(reason))))


REFUSE = Question("refuse", tuple((f"refusal.{reason.value}", _told(reason)) for reason in RefusalReason))
CLOSE_DAY = Question("close_day", (("answer.close_day", CloseDay()),))
LOG_OUT = Question("log_out", (("answer.log_out", LogOut()),))
DISCARD = Question("discard", (("answer.discard", NewAcceptance(discard=True)),))
QUESTIONS = (REFUSE, _told(RefusalReason.PROHIBITED), CLOSE_DAY, LOG_OUT, DISCARD)
_MOST = 9  # one digit each


class ChoicePanel(QFrame):
    """Takes the digits while it stands; Esc leaves it and nothing has happened."""

    answered = Signal(object)  # the Command, or the Question that follows

    def __init__(self, texts: Texts, keyboard: Keyboard, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("choice_panel")
        self.setProperty("role", "panel")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._texts = texts
        self._question = REFUSE
        self._facts: dict[str, str | int] = {}
        self._keyboard = keyboard
        self._deliberate = Deliberate(keyboard, self)
        self._title, self._explained, self._back = QLabel(self), QLabel(self), QLabel(self)
        self._title.setProperty("role", "heading")
        self._back.setProperty("role", "caption")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 14)
        layout.setSpacing(10)
        for label in (self._title, self._explained):
            label.setWordWrap(True)
            layout.addWidget(label)
        self._buttons = [
            KeyButton(f"choice_{n}", str(n), keyboard, self, wide=True) for n in range(1, _MOST + 1)
        ]
        for number, button in enumerate(self._buttons):
            button.clicked.connect(partial(self._clicked, number))
            layout.addWidget(button)
        layout.addWidget(self._back)
        layout.addStretch(1)

    def set_theme(self, palette: Palette) -> None:
        """Repaint in these colours."""
        for button in self._buttons:
            button.set_theme(palette)

    def retranslate(self, texts: Texts) -> None:
        """In this language from now on."""
        self._texts = texts
        self._paint()

    def ask(self, question: Question, **facts: str | int) -> None:
        """Stand for this question and take the focus."""
        self._question, self._facts = question, dict(facts)
        self._paint()
        self.setFocus()

    def answer(self, number: int) -> None:
        """The answer of that place, from 0; beyond the last nothing happens."""
        if number < len(self._question.answers):
            self.answered.emit(self._question.answers[number][1])

    def _clicked(self, number: int, _checked: bool = False) -> None:
        self.answer(number)

    def _paint(self) -> None:
        texts, name = self._texts, f"question.{self._question.name}"
        put(self._title, texts.what(name, self._facts))
        put(self._explained, texts.todo(name, self._facts))
        put(self._back, texts("question.back"))
        self.setAccessibleName(self._title.text())
        self.setAccessibleDescription(self._explained.text())
        answers: Sequence[Answer] = self._question.answers
        for number, button in enumerate(self._buttons):
            asked = number < len(answers)
            button.setVisible(asked)
            described = self._explained.text() if asked else ""
            button.say(texts(answers[number][0]) if asked else "", described, chosen=False)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        self._deliberate.cancel()
        number = event.key() - Qt.Key.Key_1
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier or not event.text():
            event.ignore()
            return
        if 0 <= number < len(self._question.answers):
            event.accept()
            self._deliberate.press(event, partial(self.answer, number))
            return
        if event.key() != Qt.Key.Key_Escape:
            self._keyboard.note(event)
        event.ignore()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        self._deliberate.cancel()
        super().focusOutEvent(event)
