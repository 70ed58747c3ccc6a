"""Alt+H on an item of F3: an organ or a partner asks for its data; what names people is typed and sealed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from PySide6.QtWidgets import QGridLayout, QWidget

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
from ui.clerk.typed_panel import TypedPanel
from ui.fields import Typed
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


class DisclosurePanel(TypedPanel[DisclosureForm]):
    """Stands in the page of F3: fields to type into."""

    def __init__(self, texts: Texts, keyboard: Keyboard, parent: QWidget | None = None) -> None:
        fields = tuple(zip(FIELDS, _TYPED, strict=True))
        super().__init__("disclosure", fields, texts, keyboard, parent)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 4, 0, 0)
        grid.setSpacing(4)
        grid.addWidget(self.title, 0, 0, 1, 2)
        grid.addWidget(self.said, 1, 0, 1, 2)
        places = ((2, 0, 2), (4, 0, 1), (4, 1, 1), (6, 0, 1), (6, 1, 1))
        for caption, entry, (row, column, wide) in zip(self.captions, self.entries, places, strict=True):
            grid.addWidget(caption, row, column, 1, wide)
            grid.addWidget(entry, row + 1, column, 1, wide)
        grid.addWidget(self.sealed, 8, 0, 1, 2)
        grid.setRowStretch(9, 1)

    def command(self) -> FileDisclosure:
        """See the base."""
        return FileDisclosure(*self.typed())

    @property
    def files(self) -> str:
        """See the base."""
        return "disclosure.file"

    def paint(self) -> None:
        """See the base."""
        view, texts = self.view, self.texts
        sharing = view is not None and view.way == Way.SHARING
        facts = {"number": "", "name": "", "scope": ""}
        if view is not None:
            language = texts.language
            facts = {"number": view.number, "name": view.recipient[language], "scope": view.scope[language]}
        put(self.title, texts("disclosure.title", **facts) if view is not None else "")
        put(self.said, texts("disclosure.typing", **facts) if view is not None else "")
        put(self.sealed, texts("disclosure.sealed"))
        for name, caption, entry in zip(FIELDS, self.captions, self.entries, strict=True):
            stands = not sharing or name in PARTNER
            put(caption, texts(f"disclosure.{'partner_' if sharing and stands else ''}{name}"))
            entry.setAccessibleName(caption.text())
            entry.setAccessibleDescription(texts("disclosure.sealed"))
            caption.setVisible(stands)
            entry.setVisible(stands)
