"""F11: a complaint is taken, and those that are open are listed, what is due first in front (R96 to R104)."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.complaint_rules import ComplaintAnswer
from core.complaints import (
    AnswerComplaint,
    AskComplainant,
    BeginComplaint,
    BeginObjection,
    ComplaintForm,
    ComplaintsView,
    ComplaintView,
    ContactComplainant,
    HandOnComplaint,
    PrintComplaint,
    ShowComplainant,
    TakeComplaint,
    TakeDown,
)
from core.errors import Fact
from core.ledger.cases import OTHER
from core.ledger.complaints import PARTIES, Class, How, Measure, Ours
from core.view import ItemView
from ui.clerk.choices import Answer, Line, Question, Typing
from ui.clerk.typed_panel import TypedPanel
from ui.fields import Typed
from ui.keys import Keyboard
from ui.style import put
from ui.text import Texts

NAMES = (
    "complaint", "complaint_class", "complaint_reason", "complaint_party", "complaint_ours", "complaint_one",
    "complaint_how", "complaint_see", "complaint_answer", "complaint_text", "complaint_amount",
    "complaint_to", "complaint_answered", "complaint_done", "complaint_objection",
)  # fmt: skip
QUESTIONS = tuple(Question(name, ()) for name in NAMES)  # for whoever counts sentences
STATES = ("open", "soon", "overdue")
STEPS = ("contact", "answer")
FIELDS = ("name", "phone", "address", "words")
_FIELDS = tuple(zip(FIELDS, (Typed.WORDS, Typed.FIGURES, Typed.WORDS, Typed.WORDS), strict=True))
_NAMED = 4  # at the day close
_OPEN, _MOST = 6, 9  # of nine answers one is for an item, one for none, one for those that were answered


def complaint_question(view: ComplaintsView, chosen: ItemView | None, texts: Texts) -> Question:
    """A new one, about the item that is chosen or about none; and those that are open."""
    answers: list[Answer] = []
    if chosen is not None and chosen.seq > 0:
        facts = {"number": chosen.number.split(" ")[-1]}
        answers.append(Answer("answer.complaint_item", _classes(view, chosen.seq, texts), facts))
    answers.append(Answer("answer.complaint_new", _classes(view, 0, texts)))
    answers += [_listed(view, each, texts) for each in view.open[:_OPEN]]
    if view.answered:
        then = _answered(view, texts)
        answers.append(Answer("answer.complaint_answered", then, {"count": len(view.answered)}))
    left = len(view.open) - _OPEN
    more: tuple[Line, ...] = (("line.more_requests", {"count": left}),) if left > 0 else ()
    return Question("complaint", tuple(answers), more, {"count": len(view.open)})


def complaint_badge(view: ComplaintsView, item: ItemView, texts: Texts) -> str:
    """What the list says of an item, "" where nobody complains."""
    rows = [each for each in view.open if each.item == item.seq]
    if not rows:
        return ""
    code, facts = _line(rows[0], texts)
    return texts(code, **facts).removeprefix("▲ ")  # the list marks what it says already


def open_lines(view: ComplaintsView, texts: Texts) -> tuple[Line, ...]:
    """What the day close names and never waits for: each that is overdue, the others counted."""
    overdue = [each for each in view.open if each.state == "overdue"]
    named = tuple(_line(each, texts) for each in overdue[:_NAMED])
    left = len(view.open) - len(named)
    return (*named, ("line.complaints_open", {"count": left})) if left else named


def left_of(minutes: int, texts: Texts) -> str:
    """So much is left of a clock, or it is over so long; days and hours, or hours and minutes."""
    count = abs(minutes)
    if count >= 48 * 60:
        return texts("complaint.left_days", days=count // 1440, hours=count % 1440 // 60)
    return texts("complaint.left_hours", hours=count // 60, minutes=count % 60)


# -- a new one ---------------------------------------------------------------------------------------------


def _classes(view: ComplaintsView, item: int, texts: Texts) -> Question:
    answers = (Answer(f"complaint_class.{cls.value}", _reasons(view, item, cls, texts)) for cls in Class)
    return Question("complaint_class", tuple(answers))


def _reasons(view: ComplaintsView, item: int, cls: str, texts: Texts) -> Question:
    answers = (
        Answer("answer.reason", _parties(item, cls, one.code), {"name": one.names[texts.language]})
        for one in view.reasons
        if one.cls == cls
    )
    return Question("complaint_reason", tuple(answers)[:_MOST], facts={"class": f"complaint_class.{cls}"})


def _parties(item: int, cls: str, reason: str) -> Question:
    """Whoever complains about no item is neither sender nor recipient."""
    if not item:
        return _ours(item, cls, reason, OTHER)
    answers = (Answer(f"party.{party}", _ours(item, cls, reason, party)) for party in PARTIES)
    return Question("complaint_party", tuple(answers))


def _ours(item: int, cls: str, reason: str, party: str) -> Question:
    answers = (
        Answer(f"complaint_ours.{ours.value}", BeginComplaint(item, cls, reason, party, ours.value))
        for ours in (Ours.UNKNOWN, Ours.YES, Ours.NO)
    )
    return Question("complaint_ours", tuple(answers))


# -- one that is open, or was answered -----------------------------------------------------------------------


def _listed(view: ComplaintsView, one: ComplaintView, texts: Texts) -> Answer:
    code, facts = _line(one, texts)
    return Answer(code, _one(view, one, texts), facts)


def _one(view: ComplaintsView, one: ComplaintView, texts: Texts) -> Question:
    """What may be done about it."""
    seq, facts = one.complaint, {"reference": one.reference}
    answers: list[Answer] = []
    if one.handed:
        answers.append(Answer("answer.complaint_take", TakeComplaint(seq)))
    hows = (Answer(f"complaint_how.{how.value}", ContactComplainant(seq, how.value)) for how in How)
    answers.append(Answer("answer.complaint_contact", Question("complaint_how", tuple(hows), facts=facts)))
    if one.reach == "approved":
        answers.append(Answer("answer.complaint_show", ShowComplainant(seq), {"seconds": view.seconds}))
    elif one.reach == "kept":
        whys = (
            Answer("answer.reason", AskComplainant(seq, why.code), {"name": why.names[texts.language]})
            for why in view.purposes
        )
        then = Question("complaint_see", tuple(whys)[:_MOST], facts=facts)
        answers.append(Answer("answer.complaint_see", then))
    if one.mine:
        answers.append(Answer("answer.complaint_answer", _answers(one, texts)))
        others = [who for who in view.staff if who != one.owner][:_MOST]
        hand = (Answer("answer.operator", HandOnComplaint(seq, who), {"operator": who}) for who in others)
        if others:
            then = Question("complaint_to", tuple(hand), facts=facts)
            answers.append(Answer("answer.complaint_to", then))
    answers.append(Answer("answer.complaint_print", PrintComplaint(seq)))
    reach: tuple[Line, ...] = ((f"line.complaint_reach_{one.reach}", {}),)
    return Question("complaint_one", tuple(answers), (*_lines(one, texts), *reach), facts)


def _answers(one: ComplaintView, texts: Texts) -> Question:
    """The approved answers for its class; those that explain say that it is not ours."""
    answers = (
        Answer(
            "answer.complaint_explain" if text.measure == Measure.EXPLAIN else "answer.reason",
            _text(one, text, texts), {"name": text.names[texts.language]},
        )
        for text in one.answers
    )  # fmt: skip
    return Question("complaint_answer", tuple(answers)[:_MOST], facts={"reference": one.reference})


def _text(one: ComplaintView, text: ComplaintAnswer, texts: Texts) -> Question:
    """It is read as the complainant gets it, before the digit or the amount that gives it."""
    facts: Mapping[str, Fact] = {"reference": one.reference}
    lines: tuple[Line, ...] = (("line.complaint_text", {"text": text.texts[texts.language]}),)
    if text.measure == Measure.COMPENSATE:
        typing = Typing(
            one.complaint, "yuan", texts("complaint.amount"),
            lambda yuan: AnswerComplaint(one.complaint, text.code, text.version, yuan),
        )  # fmt: skip
        return Question("complaint_amount", (), lines, facts, types=typing)
    give = AnswerComplaint(one.complaint, text.code, text.version)
    return Question("complaint_text", (Answer("answer.complaint_give", give),), lines, facts)


def _answered(view: ComplaintsView, texts: Texts) -> Question:
    answers = (
        Answer(
            "answer.complaint_done", _done(view, one, texts),
            {"name": one.names[texts.language], "reference": one.reference.split(" ")[-1], "day": one.until},
        )
        for one in view.answered[:_MOST]
    )  # fmt: skip
    left = len(view.answered) - _MOST
    more: tuple[Line, ...] = (("line.more_requests", {"count": left}),) if left > 0 else ()
    return Question("complaint_answered", tuple(answers), more)


def _done(view: ComplaintsView, one: ComplaintView, texts: Texts) -> Question:
    facts = {"reference": one.reference}
    objections = (
        Answer("answer.reason", BeginObjection(one.complaint, code), {"name": names[texts.language]})
        for code, names in view.objections.items()
    )
    then = Question("complaint_objection", tuple(objections)[:_MOST], facts=facts)
    answers = (
        Answer("answer.complaint_object", then),
        Answer("answer.complaint_print", PrintComplaint(one.complaint)),
    )
    return Question("complaint_done", answers, _about(one, texts), facts)


def _lines(one: ComplaintView, texts: Texts) -> tuple[Line, ...]:
    handed: tuple[Line, ...] = (("line.complaint_handed", {"operator": one.to}),) if one.to else ()
    again: tuple[Line, ...] = (("line.complaint_again", {"count": one.again}),) if one.again else ()
    return (*_about(one, texts), _line(one, texts), *handed, *again)


def _about(one: ComplaintView, texts: Texts) -> tuple[Line, ...]:
    facts: dict[str, Fact] = {"class": f"complaint_class.{one.cls}", "name": one.names[texts.language]}
    facts |= {"party": f"party.{one.party}", "ours": f"complaint_ours.{one.ours}"}
    return (("line.complaint_about", facts),)


def _line(one: ComplaintView, texts: Texts) -> Line:
    """Which clock runs, and what is left of it."""
    facts: dict[str, Fact] = {"name": one.names[texts.language], "operator": one.owner, "when": one.due[5:]}
    facts |= {"left": left_of(one.left, texts), "reference": one.reference.split(" ")[-1]}
    return f"line.complaint_{one.step}_{one.state}", facts


class ComplaintPanel(TypedPanel[ComplaintForm]):
    """Stands in the page of F3: what she says, and how to reach her."""

    def __init__(self, texts: Texts, keyboard: Keyboard, parent: QWidget | None = None) -> None:
        super().__init__("complaint", _FIELDS, texts, keyboard, parent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.title)
        layout.addWidget(self.said)
        for caption, entry in zip(self.captions, self.entries, strict=True):
            layout.addWidget(caption)
            layout.addWidget(entry)
        layout.addWidget(self.sealed)
        layout.addStretch(1)

    def command(self) -> TakeDown:
        """See the base."""
        return TakeDown(*self.typed())

    @property
    def files(self) -> str:
        """See the base."""
        return "complaint.file"

    def paint(self) -> None:
        """See the base."""
        view, texts = self.view, self.texts
        title = ""
        if view is not None:
            code = "complaint.title_again" if view.again else "complaint.title"
            name = view.names[texts.language]
            title = texts(code, name=name, reference=view.again, number=view.number or "—")
        put(self.title, title)
        put(self.said, texts("complaint.typing"))
        put(self.sealed, texts("complaint.sealed"))
        for name, caption, entry in zip(FIELDS, self.captions, self.entries, strict=True):
            put(caption, texts(f"complaint.{name}"))
            entry.setAccessibleName(caption.text())
            entry.setAccessibleDescription(texts("complaint.typing"))
