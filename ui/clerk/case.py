"""Alt+S on an item of F3: a case's data is typed, asked for, seen for seconds, or goes."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from core.access.second import Reason
from core.ledger.cases import Cause, Whose
from core.seeing import AskToSee, BeginCase, CaseMark, CaseView, CloseCase, OpenCase, ShowCase
from core.view import CounterView, ItemView
from ui.clerk.choices import Answer, Line, Question
from ui.clerk.shown import ShownData
from ui.fields import Entry, Typed
from ui.keys import Keyboard
from ui.style import put
from ui.text import Texts

QUESTIONS = tuple(Question(name, ()) for name in ("case", "case_party", "case_open", "case_reason"))
_FIELDS = (("name", Typed.WORDS), ("phone", Typed.FIGURES), ("address", Typed.WORDS))


def case_question(view: CounterView, item: ItemView, language: str) -> Question:
    """What may be done about the chosen item; its case, where it has one, is named under it."""
    mark = view.cases.get(item.seq)
    if mark is None:
        return Question("case", tuple(Answer(f"cause.{cause.value}", _whose(item, cause)) for cause in Cause))
    lines: list[Line] = [
        ("line.case", {"cause": f"cause.{mark.cause}", "party": f"party.{mark.party}", "day": mark.until}),
        ("line.case_number", {}),
    ]
    if mark.asked:
        lines.insert(1, ("line.case_asked", {}))
    return Question("case_open", tuple(_answers(view, item, mark, language)), tuple(lines))


def _answers(view: CounterView, item: ItemView, mark: CaseMark, language: str) -> list[Answer]:
    answers = []
    if mark.approved:
        answers.append(Answer("answer.case_show", ShowCase(item.seq), {"seconds": view.case_seconds}))
    elif not mark.asked:
        answers.append(Answer("answer.case_ask", _why(view.case_reasons, item, language)))
    answers.append(Answer("answer.case_close", CloseCase(item.seq)))
    return answers


def _whose(item: ItemView, cause: Cause) -> Question:
    parties = (
        Answer(f"party.{whose.value}", BeginCase(item.seq, cause.value, whose.value)) for whose in Whose
    )
    return Question("case_party", tuple(parties))


def _why(reasons: tuple[Reason, ...], item: ItemView, language: str) -> Question:
    named = (
        Answer("answer.reason", AskToSee(item.seq, each.code), {"name": each.names[language]})
        for each in reasons
    )
    return Question("case_reason", tuple(named))


def case_badge(cases: Mapping[int, CaseMark], item: ItemView, texts: Texts) -> str:
    """What the list says of an item's case, "" where it has none."""
    mark = cases.get(item.seq)
    if mark is None:
        return ""
    state = "approved" if mark.approved else "asked" if mark.asked else "open"
    return texts(f"case.{state}", cause=f"cause.{mark.cause}")


class CasePanel(QFrame):
    """Stands in the page of F3: three fields to type into, or what is shown.  Hidden it keeps nothing."""

    files = "case.file"  # what F9 does

    def __init__(self, texts: Texts, keyboard: Keyboard, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("case_panel")
        self._texts = texts
        self._view: CaseView | None = None
        self._left = 0
        self._title, self._said, self._never = QLabel(self), QLabel(self), QLabel(self)
        self._captions = [QLabel(self) for _ in _FIELDS]
        self.entries = [Entry(f"case_{name}", typed, keyboard, self) for name, typed in _FIELDS]
        self.data = ShownData(self)
        self._timer = QTimer(self)
        self._timer.setInterval(1000)
        self._timer.timeout.connect(self._second)
        self._title.setProperty("role", "semi")
        for label in (self._said, self._never, *self._captions):
            label.setProperty("role", "caption")
            label.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._title)
        layout.addWidget(self._said)
        for caption, entry in zip(self._captions, self.entries, strict=True):
            layout.addWidget(caption)
            layout.addWidget(entry)
        layout.addWidget(self.data, 1)
        layout.addWidget(self._never)
        first, second, last = self.entries
        first.left.connect(second.setFocus)
        second.left.connect(last.setFocus)
        self.hide()

    def retranslate(self, texts: Texts) -> None:
        """In this language from now on."""
        self._texts = texts
        for caption, entry, (name, _typed) in zip(self._captions, self.entries, _FIELDS, strict=True):
            put(caption, texts(f"case.{name}"))
            entry.setAccessibleName(caption.text())
            entry.setAccessibleDescription(texts("case.typing"))
        put(self._never, texts("line.case_number"))
        self._paint()

    def show_view(self, view: CaseView | None) -> bool:
        """What the station holds, None: nothing.  Whether it stands anew, and the focus belongs here."""
        fresh = view is not None and (self._view is None or self._view.serial != view.serial)
        if view == self._view:
            return False
        self._view = view
        if fresh or view is None:
            self._forget()
        if view is not None and view.shown:
            lines = (("name", view.name), ("phone", view.phone), ("address", view.address))
            said = [(self._texts(f"case.{name}"), text) for name, text in lines if text]
            self.data.show_lines(said, view.mark)
            self._left = view.seconds
            self._timer.start()
        self.setVisible(view is not None)
        self._paint()
        if fresh and view is not None and not view.shown:
            self.entries[0].setFocus()
        return fresh

    def _paint(self) -> None:
        view, texts = self._view, self._texts
        typing = view is not None and not view.shown
        for widget in (*self._captions, *self.entries):
            widget.setVisible(typing)
        self.data.setVisible(not typing)
        if view is None:
            put(self._title, "")
            put(self._said, "")
            return
        facts = {"number": view.number, "cause": f"cause.{view.cause}", "party": f"party.{view.party}"}
        put(self._title, texts("case.title", **facts))
        put(self._said, texts("case.typing") if typing else texts("case.left", seconds=self._left))
        self.data.setAccessibleName(texts("case.shown"))

    def _second(self) -> None:
        self._left -= 1
        if self._left <= 0:  # whatever the station is at just now
            self._forget()
            self.hide()
        else:
            self._paint()

    def command(self) -> OpenCase:
        """What keeps that which is typed."""
        name, phone, address = (entry.text() for entry in self.entries)
        return OpenCase(name, phone, address)

    def _forget(self) -> None:
        self._timer.stop()
        self.data.show_lines((), "")
        for entry in self.entries:
            entry.setText("")  # with what could be brought back

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """Nothing waits behind another page."""
        self._forget()
        super().hideEvent(event)
