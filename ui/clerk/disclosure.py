"""Alt+H on an item of F3: an organ or a partner asks for its data; what names people is typed and sealed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QWidget

from core.disclosing import (
    BeginDisclosure,
    DisclosingView,
    DisclosureForm,
    DisclosureMark,
    FileDisclosure,
    SendDisclosure,
)
from core.disclosure_rules import Basis, Recipient
from core.ledger.disclosures import Way
from core.view import ItemView
from ui.clerk.choices import Answer, Line, Question
from ui.fields import Entry, Typed
from ui.keys import Keyboard
from ui.style import put
from ui.text import Texts

NAMES = (
    "disclosure", "disclosure_lawful", "disclosure_sharing", "disclosure_basis", "disclosure_purpose",
    "disclosure_scope", "disclosure_when",
)  # fmt: skip
QUESTIONS = tuple(Question(name, ()) for name in NAMES)  # for whoever counts sentences
STATES = ("waits", "ready", "over", "asked", "approved", "refused", "released")
FIELDS = ("document", "first_name", "first_card", "second_name", "second_card")
PARTNER = FIELDS[:3]
_TYPED = (Typed.WORDS, Typed.WORDS, Typed.FIGURES, Typed.WORDS, Typed.FIGURES)


def disclosure_question(view: DisclosingView, item: ItemView, language: str) -> Question:
    """Who asks: an organ by law, or a partner by consent; and what stands of this item already."""
    marks = [mark for mark in view.marks if mark.item == item.seq]
    answers = [
        Answer("answer.disclosure_send", SendDisclosure(mark.filed), _facts(mark, language))
        for mark in marks
        if mark.state == "ready" and mark.mine
    ]
    answers += [
        Answer(f"answer.disclosure_{way.value}", _recipients(view, way, item.seq, language)) for way in Way
    ]
    return Question("disclosure", tuple(answers[-9:]), lines_of(marks, language))


def lines_of(marks: Iterable[DisclosureMark], language: str) -> tuple[Line, ...]:
    """One line for each: to whom, how it stands, its reference."""
    return tuple((f"line.disclosure_{mark.state}", _facts(mark, language)) for mark in list(marks)[-4:])


def disclosure_badge(marks: Sequence[DisclosureMark], item: ItemView, texts: Texts) -> str:
    """What the list says of an item, "" where nothing may be told."""
    mine = [mark for mark in marks if mark.item == item.seq]
    if not mine:
        return ""
    code, facts = lines_of(mine[-1:], texts.language)[0]
    return texts(code, **facts)


def _facts(mark: DisclosureMark, language: str) -> Mapping[str, str]:
    return {"name": mark.recipient[language], "reference": mark.reference, "day": mark.until}


def _recipients(view: DisclosingView, way: Way, item: int, language: str) -> Question:
    answers = (
        Answer("answer.reason", _bases(view, each, item, language), {"name": each.names[language]})
        for each in view.rules.recipients
        if each.way is way
    )
    return Question(f"disclosure_{way.value}", tuple(answers))


def _bases(view: DisclosingView, who: Recipient, item: int, language: str) -> Question:
    bases = (view.rules.bases[code] for code in who.bases)
    answers = (
        Answer("answer.reason", _purposes(view, who, each, item, language), {"name": each.names[language]})
        for each in bases
    )
    return Question("disclosure_basis", tuple(answers))


def _purposes(view: DisclosingView, who: Recipient, basis: Basis, item: int, language: str) -> Question:
    answers = (
        Answer(
            "answer.reason",
            _scopes(view, who, basis, code, item, language),
            {"name": view.rules.purposes[code].names[language]},
        )
        for code in basis.purposes
    )
    return Question("disclosure_purpose", tuple(answers))


def _scopes(
    view: DisclosingView, who: Recipient, basis: Basis, purpose: str, item: int, language: str
) -> Question:
    answers = []
    for code in basis.scopes:
        begin = BeginDisclosure(item, who.code, basis.code, purpose, code)
        then = _when(view, begin) if who.way is Way.LAWFUL and len(view.modes) > 1 else begin
        answers.append(Answer("answer.reason", then, {"name": view.rules.scopes[code].names[language]}))
    return Question("disclosure_scope", tuple(answers))


def _when(view: DisclosingView, begin: BeginDisclosure) -> Question:
    """Only where the rule data let an organ's go on before the second person has signed."""
    answers = (
        Answer(
            f"answer.void_{mode}",
            BeginDisclosure(begin.item, begin.recipient, begin.basis, begin.purpose, begin.scope, mode),
            {"hours": hours},
        )
        for mode, hours in view.modes.items()
    )
    return Question("disclosure_when", tuple(answers))


class DisclosurePanel(QFrame):
    """Stands in the page of F3: fields to type into.  Hidden it keeps nothing."""

    filed = Signal(object)  # FileDisclosure

    def __init__(self, texts: Texts, keyboard: Keyboard, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("disclosure_panel")
        self._texts = texts
        self._view: DisclosureForm | None = None
        self._title, self._said, self._sealed = QLabel(self), QLabel(self), QLabel(self)
        self._title.setProperty("role", "semi")
        self._captions = [QLabel(self) for _ in FIELDS]
        self.entries = [
            Entry(f"disclosure_{name}", typed, keyboard, self)
            for name, typed in zip(FIELDS, _TYPED, strict=True)
        ]
        for label in (self._title, self._said, self._sealed, *self._captions):
            if label is not self._title:
                label.setProperty("role", "caption")
            label.setWordWrap(True)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 4, 0, 0)
        grid.setSpacing(4)
        grid.addWidget(self._title, 0, 0, 1, 2)
        grid.addWidget(self._said, 1, 0, 1, 2)
        places = ((2, 0, 2), (4, 0, 1), (4, 1, 1), (6, 0, 1), (6, 1, 1))
        for caption, entry, (row, column, wide) in zip(self._captions, self.entries, places, strict=True):
            grid.addWidget(caption, row, column, 1, wide)
            grid.addWidget(entry, row + 1, column, 1, wide)
        grid.addWidget(self._sealed, 8, 0, 1, 2)
        grid.setRowStretch(9, 1)
        for number, entry in enumerate(self.entries):
            entry.left.connect(lambda number=number: self._next(number))
        self.hide()

    def retranslate(self, texts: Texts) -> None:
        """In this language from now on."""
        self._texts = texts
        self._paint()

    def show_view(self, view: DisclosureForm | None) -> None:
        """What the station asks for, None: nothing stands."""
        if view == self._view:
            return
        fresh = view is not None and (self._view is None or self._view.serial != view.serial)
        self._view = view
        if fresh or view is None:
            self._forget()
        self._paint()
        self.setVisible(view is not None)
        if fresh:
            self.entries[0].setFocus()

    def _paint(self) -> None:
        view, texts = self._view, self._texts
        sharing = view is not None and view.way == Way.SHARING
        facts = {"number": "", "name": "", "scope": ""}
        if view is not None:
            language = texts.language
            facts = {"number": view.number, "name": view.recipient[language], "scope": view.scope[language]}
        put(self._title, texts("disclosure.title", **facts) if view is not None else "")
        put(self._said, texts("disclosure.typing", **facts) if view is not None else "")
        put(self._sealed, texts("disclosure.sealed"))
        for name, caption, entry in zip(FIELDS, self._captions, self.entries, strict=True):
            stands = not sharing or name in PARTNER
            put(caption, texts(f"disclosure.{'partner_' if sharing and stands else ''}{name}"))
            entry.setAccessibleName(caption.text())
            entry.setAccessibleDescription(texts("disclosure.sealed"))
            caption.setVisible(stands)
            entry.setVisible(stands)

    def _next(self, number: int) -> None:
        used = [entry for entry in self.entries if not entry.isHidden()]
        entry = self.entries[number]
        if entry is not used[-1]:
            used[used.index(entry) + 1].setFocus()
            return
        self.filed.emit(FileDisclosure(*(each.text() for each in self.entries)))

    def _forget(self) -> None:
        for entry in self.entries:
            entry.setText("")  # with what could be brought back

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """Nothing waits behind another page."""
        self._forget()
        super().hideEvent(event)
