"""A short list of numbered choices at the side of the form; what is asked comes from elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from core.commands import Command, LogOut, NewAcceptance
from core.errors import Fact
from core.own_evidence import KeepEvidence
from ui.buttons import KeyButton
from ui.clerk.picture_part import PicturePart
from ui.clerk.signing import SignPart
from ui.clerk.value import ValuePart
from ui.keys import Deliberate, Keyboard
from ui.style import put
from ui.text import Texts
from ui.theme import Palette


@dataclass(frozen=True, slots=True)
class Answer:
    """A numbered answer: its caption's code and facts, and the command or the question that follows."""

    code: str
    then: Command | Question
    facts: Mapping[str, Fact] = field(default_factory=dict)


Line = tuple[str, Mapping[str, Fact]]  # a code and its facts


@dataclass(frozen=True, slots=True)
class Typing:
    """A value that is typed here: of which item, for which field, and what that is called."""

    item: int
    name: str
    caption: str
    make: Callable[[str], Command] | None = None  # from what was typed; None: a correction of ``item``


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked (``question.<name>``), what is listed under it, and the numbered answers."""

    name: str
    answers: tuple[Answer, ...]
    lines: tuple[Line, ...] = ()
    facts: Mapping[str, Fact] = field(default_factory=dict)  # of its title, unless whoever asks gives some
    signs: str = ""  # the request that a second person decides on here, with number and password
    types: Typing | None = None
    picture: bytes = field(default=b"", repr=False)  # a JPEG of our own making


LOG_OUT = Question(
    "log_out",
    (
        Answer("answer.log_out", LogOut()),
        Answer("answer.evidence_today", KeepEvidence()),
        Answer("answer.evidence_before", KeepEvidence(1)),
    ),
)
DISCARD = Question("discard", (Answer("answer.discard", NewAcceptance(discard=True)),))
_MOST = 9  # one digit each
_PICTURE = 300  # high, where the whole page scrolls


class ChoicePanel(QFrame):
    """Takes the digits while it stands; Esc leaves it and nothing has happened."""

    answered = Signal(object)  # the Command, or the Question that follows

    def __init__(self, texts: Texts, keyboard: Keyboard, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("choice_panel")
        self.setProperty("role", "panel")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._texts = texts
        self.sign = SignPart(keyboard, self)
        self.value = ValuePart(keyboard, self)
        self._question = LOG_OUT
        self._facts: dict[str, Fact] = {}
        self._keyboard = keyboard
        self._deliberate = Deliberate(keyboard, self)
        self._title, self._explained, self._lines, self._back = (QLabel(self) for _ in range(4))
        self.picture = PicturePart("choice_picture", _PICTURE, self)  # where there is no room beside
        self.pictures = [self.picture]  # all that show the question's
        self._title.setProperty("role", "heading")
        self._lines.setObjectName("choice_lines")
        self._lines.setProperty("role", "dense")
        self._back.setProperty("role", "caption")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 14)
        layout.setSpacing(10)
        for label in (self._title, self._explained, self._lines):
            label.setWordWrap(True)
            layout.addWidget(label)
        layout.addWidget(self.picture, 1)
        layout.addWidget(self.sign)
        layout.addWidget(self.value)
        self._buttons = [
            KeyButton(f"choice_{n}", str(n), keyboard, self, wide=True, wraps=True)
            for n in range(1, _MOST + 1)
        ]
        for number, button in enumerate(self._buttons):
            button.clicked.connect(partial(self._clicked, number))
            layout.addWidget(button)
        layout.addWidget(self._back)
        layout.addStretch(1)

    @property
    def language(self) -> str:
        """In which it asks."""
        return self._texts.language

    @property
    def signs(self) -> str:
        """The request that somebody signs here, "" for any other question."""
        return self._question.signs

    @property
    def asks(self) -> str:
        """The name of the question that stands here, or stood here last."""
        return self._question.name

    def set_theme(self, palette: Palette) -> None:
        """Repaint in these colours."""
        for button in self._buttons:
            button.set_theme(palette)

    def retranslate(self, texts: Texts) -> None:
        """In this language from now on."""
        self._texts = texts
        self.sign.retranslate(texts)
        self.value.retranslate(texts)
        self._paint()

    def ask(self, question: Question, **facts: str | int) -> None:
        """Stand for this question and take the focus."""
        self._question, self._facts = question, {**question.facts, **facts}
        for picture in self.pictures:
            picture.stand(question.picture)
        self.sign.stand(question.signs)
        types = question.types
        stands = (types.item, types.name, types.caption, types.make) if types is not None else (0, "", "")
        self.value.stand(*stands)
        self._paint()
        (self.sign.approver if question.signs else self.value.entry if types else self).setFocus()

    def leave(self) -> None:
        """It stands no longer: nothing that was typed in it stays."""
        self._question = replace(self._question, picture=b"")
        for picture in self.pictures:
            picture.stand(b"")
        self.sign.stand("")
        self.value.stand(0, "", "")

    def answer(self, number: int) -> None:
        """The answer of that place, from 0; beyond the last nothing happens."""
        if self._question.signs:
            self.sign.decline()
        elif number < len(self._question.answers):
            self.answered.emit(self._question.answers[number].then)

    def _clicked(self, number: int, _checked: bool = False) -> None:
        self.answer(number)

    def _paint(self) -> None:
        texts, name, answers = self._texts, f"question.{self._question.name}", self._question.answers
        # What goes, goes first: showing makes Qt lay out at once, and a window that grew never shrinks.
        self._lines.hide()
        for button in self._buttons[len(answers) :]:
            button.hide()
            button.say("", "", chosen=False)
        put(self._title, texts.what(name, self._facts))
        put(self._explained, texts.todo(name, self._facts))
        put(self._lines, "\n".join(f"· {texts.what(code, facts)}" for code, facts in self._question.lines))
        put(self._back, texts("question.back"))
        self.setAccessibleName(self._title.text())
        self.setAccessibleDescription(self._explained.text())
        for button, answer in zip(self._buttons, answers, strict=False):
            button.say(texts.what(answer.code, answer.facts), self._explained.text(), chosen=False)
            button.show()
        self._lines.setVisible(bool(self._question.lines))

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
