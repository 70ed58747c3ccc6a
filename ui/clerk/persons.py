"""Alt+J in a look-up by document: what the person asks for about her own items."""

from __future__ import annotations

from core.persons import AskErasure
from core.view import CounterView, ItemView
from ui.clerk.choices import Answer, Question

QUESTIONS = (Question("erasure", ()),)  # for whoever counts sentences
_RESTRICTED = "note.restricted"


def erasure_question(view: CounterView | None, chosen: ItemView | None) -> Question | str:
    """Which of her items; the code of a message where nobody placed a document, or nothing is left to ask."""
    if view is None or not view.found or view.found_by != "card":
        return "msg.person_first"
    open_ones = [item for item in view.found if item.seq > 0 and not _restricted(item)]
    if not open_ones:
        return "msg.person_nothing"
    every = AskErasure(tuple(item.seq for item in open_ones))
    answers = [Answer("answer.erase_all", every, {"count": len(open_ones)})]
    if chosen is not None and chosen in open_ones and len(open_ones) > 1:
        answers.append(Answer("answer.erase_one", AskErasure((chosen.seq,)), {"number": chosen.number}))
    return Question("erasure", tuple(answers))


def _restricted(item: ItemView) -> bool:
    return any(note.code == _RESTRICTED for note in item.notes)
