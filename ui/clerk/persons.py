"""Alt+J: what the person at the counter asks about her own data; elsewhere, which requests are open."""

from __future__ import annotations

from collections.abc import Sequence

from core.access.rights import Action, may
from core.consents import AskConsents
from core.errors import Fact
from core.persons import AnswerRight, AskErasure, AskRight, RightView
from core.view import CounterView, ItemView
from ui.clerk.choices import Answer, Line, Question
from ui.text import Texts

_NAMES = ("person", "person_copy", "person_fields", "erasure", "rights", "right_answer", "right_ground")
QUESTIONS = tuple(Question(name, ()) for name in _NAMES)  # for whoever counts sentences
RIGHTS = ("access", "explain", "copy", "correct")
STATES = ("open", "soon", "overdue")
_RESTRICTED = "note.restricted"
_MOST = 9
_LISTED = 4


def person_question(view: CounterView | None, chosen: ItemView | None, language: str) -> Question | str:
    """What she asks for; the code of a message where nobody placed a document, or nothing is left to ask."""
    if view is None or not view.found or view.found_by != "card":
        return "msg.person_first"
    open_ones = [item for item in view.found if item.seq > 0 and not _restricted(item)]
    if not open_ones:
        return "msg.person_nothing"
    one = chosen if chosen in open_ones else open_ones[0]
    every = tuple(item.seq for item in open_ones)
    answers = (
        Answer("answer.right_access", AskRight("access", every), {"count": len(every)}),
        Answer("answer.right_explain", AskRight("explain")),
        Answer("answer.right_copy", _copy(every, one)),
        Answer("answer.right_correct", _fields(view, one, language), {"number": one.number}),
        Answer("answer.right_delete", _erasure(open_ones, one)),
        Answer("answer.right_withdraw", AskConsents(one.seq), {"number": one.number}),
    )
    hers = [each for each in view.rights.requests if set(each.items) & set(every)]
    return Question("person", answers, lines_of(hers, language), {"days": view.rights.days})


def rights_question(view: CounterView, language: str) -> Question:
    """Every open request, the one due first in front; a supervisor answers."""
    requests = view.rights.requests
    if not may(view.role, Action.ANSWER_RIGHT):
        return Question("rights", (), lines_of(requests, language, _MOST))
    answers = tuple(
        Answer(f"answer.right_{each.state}", _answer(each, language), _short(each))
        for each in requests[:_MOST]
    )
    return Question("rights", answers, lines_of(requests, language))


def lines_of(requests: Sequence[RightView], language: str, most: int = _LISTED) -> tuple[Line, ...]:
    """What is open, with the day until which it is answered."""
    found = tuple((f"line.right_{each.state}", _facts(each, language)) for each in requests[:most])
    return found + _more(requests, most)


def _more(requests: Sequence[RightView], most: int) -> tuple[Line, ...]:
    left = len(requests) - most
    return (("line.more_requests", {"count": left}),) if left > 0 else ()


def _copy(every: tuple[int, ...], one: ItemView) -> Question | AskRight:
    if len(every) == 1:
        return AskRight("copy", every)
    return Question("person_copy", (
        Answer("answer.erase_all", AskRight("copy", every), {"count": len(every)}),
        Answer("answer.erase_one", AskRight("copy", (one.seq,)), {"number": one.number}),
    ))  # fmt: skip


def _fields(view: CounterView, one: ItemView, language: str) -> Question:
    answers = (
        Answer("answer.reason", AskRight("correct", (one.seq,), (code,)), {"name": names[language]})
        for code, names in view.rights.fields.items()
    )
    return Question("person_fields", tuple(answers)[:_MOST], facts={"number": one.number})


def _erasure(open_ones: Sequence[ItemView], one: ItemView) -> Question:
    every = AskErasure(tuple(item.seq for item in open_ones))
    answers = [Answer("answer.erase_all", every, {"count": len(open_ones)})]
    if len(open_ones) > 1:
        answers.append(Answer("answer.erase_one", AskErasure((one.seq,)), {"number": one.number}))
    return Question("erasure", tuple(answers))


def _answer(each: RightView, language: str) -> Question:
    """How it is answered: all of it, or on which ground not, or not all."""
    answers = [Answer("answer.right_done", AnswerRight(each.request, "done"))]
    for outcome in ("partly", "refused"):
        grounds = tuple(
            Answer("answer.reason", AnswerRight(each.request, outcome, code), {"name": names[language]})
            for code, names in each.grounds.items()
        )
        then = Question("right_ground", grounds[:_MOST], facts={"outcome": f"person_outcome.{outcome}"})
        if grounds:
            answers.append(Answer(f"answer.right_{outcome}", then))
    return Question("right_answer", tuple(answers), lines_of([each], language), _facts(each, language))


def _facts(each: RightView, language: str) -> dict[str, Fact]:
    texts = Texts(language)
    named = texts.join([names[language] for names in each.fields])
    about = texts.join(list(each.numbers[:2])) + ("…" if len(each.numbers) > 2 else "")
    return {
        "right": f"person_right.{each.right}",
        "about": f" {about}" if about else "",
        "wrong": (f"（{named}）" if language == "zh" else f" ({named})") if named else "",
        "day": each.due,
        "reference": each.reference,
    }


def _short(each: RightView) -> dict[str, Fact]:
    """For a button, which is narrow: the first item, and the day without its year."""
    about = f" {each.numbers[0]}" if each.numbers else ""
    return {"right": f"person_right.{each.right}", "about": about, "day": each.due[5:]}


def _restricted(item: ItemView) -> bool:
    return any(note.code == _RESTRICTED for note in item.notes)
