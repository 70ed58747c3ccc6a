"""Alt+Z: numbered paper forms (应急登记表): enter one late, hand some out, void one, see what is out."""

from __future__ import annotations

from functools import partial

from core.access.rights import Action, may
from core.errors import Fact
from core.paper_forms import AskVoidForm, DrawForms, HandOutForms, LeaveForm, NoteForm, PaperFormsView
from core.view import CounterView
from ui.clerk.choices import Answer, Line, Question, Typing
from ui.text import Texts

NAMES = (
    "paper", "paper_cause", "paper_form", "paper_count", "paper_void", "paper_void_number",
)  # fmt: skip
QUESTIONS = tuple(Question(name, ()) for name in NAMES)  # for whoever counts sentences
TYPED = ("paper_form", "paper_void_number")
_COUNTS = (5, 10, 20, 50)
_MOST = 5  # ranges that are named


def paper_question(view: CounterView, texts: Texts) -> Question:
    """What stands of them, and what may be done."""
    paper = view.paper
    answers: list[Answer] = []
    if paper.standing:
        answers.append(Answer("answer.paper_leave", LeaveForm()))
    elif paper.count:
        answers.append(Answer("answer.paper_enter", _cause(paper, texts)))
    if paper.count:
        answers.append(Answer("answer.paper_void", _void(paper, texts)))
    if may(view.role, Action.PAPER_HAND_OUT):
        counts = tuple(
            Answer("answer.paper_count", HandOutForms(count), {"count": count})
            for count in _COUNTS
            if count <= paper.most
        )
        if counts:
            answers.append(Answer("answer.paper_hand_out", Question("paper_count", counts, _rules(paper))))
        if paper.count:
            answers.append(Answer("answer.paper_draw", DrawForms(), {"count": paper.count}))
    return Question("paper", tuple(answers), tuple(_lines(paper)))


def open_lines(paper: PaperFormsView) -> list[Line]:
    """For whoever closes the day: which forms are still out, without stopping anything."""
    lines: list[Line] = [("line.paper_out", _range(*each)) for each in paper.out[:_MOST]]
    if len(paper.out) > _MOST:
        lines.append(("line.paper_more", {"count": len(paper.out) - _MOST}))
    return lines


def _lines(paper: PaperFormsView) -> list[Line]:
    lines: list[Line] = []
    if paper.standing:
        lines.append(("line.paper_stands", {"form": paper.standing}))
    lines += open_lines(paper) or [("line.paper_none", {})]
    if paper.entered:
        lines.append(("line.paper_entered", {"count": paper.entered}))
    return [*lines, *_rules(paper)]


def _rules(paper: PaperFormsView) -> tuple[Line, ...]:
    facts: dict[str, Fact] = {"hours": paper.enter_hours, "longest": paper.longest_hours}
    return (("line.paper_rules", facts),)


def _range(first: str, last: str, since: str) -> dict[str, Fact]:
    return {"forms": first if first == last else f"{first}–{last}", "when": since}


def _cause(paper: PaperFormsView, texts: Texts) -> Question:
    """Why the counter could not be used; then which form, and when."""
    answers = []
    for code, names in paper.causes.items():
        types = Typing(1, "paper", texts("field.paper_form"), partial(NoteForm, code))
        then = Question("paper_form", (), _rules(paper), types=types)
        answers.append(Answer("answer.reason", then, {"name": names.get(texts.language, code)}))
    return Question("paper_cause", tuple(answers), tuple(open_lines(paper)))


def _void(paper: PaperFormsView, texts: Texts) -> Question:
    """Why a form shall never count; then which."""
    answers = []
    for code, names in paper.reasons.items():
        types = Typing(1, "paper", texts("field.paper_number"), partial(AskVoidForm, code))
        then = Question("paper_void_number", (), tuple(open_lines(paper)), types=types)
        answers.append(Answer("answer.reason", then, {"name": names.get(texts.language, code)}))
    return Question("paper_void", tuple(answers), tuple(open_lines(paper)))
