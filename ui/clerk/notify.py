"""Alt+N on an item of F3: headquarters sends an approved text; the number is seen by nobody here."""

from __future__ import annotations

from core.ledger.cases import Whose
from core.notify import AskNotify, NotifyView, Told
from core.notify_rules import ApprovedText
from core.view import ItemView
from ui.clerk.choices import Answer, Line, Question

NAMES = ("notify", "notify_party", "notify_send")
QUESTIONS = tuple(Question(name, ()) for name in NAMES)  # for whoever counts sentences
LANGUAGES = ("zh", "en")


def notify_question(view: NotifyView, item: ItemView, language: str) -> Question | None:
    """Which of the texts; None where none may be sent about this item, or to nobody of it."""
    told = view.items.get(item.seq)
    if told is None:
        return None
    answers = tuple(
        Answer("answer.reason", then, {"name": each.names[language]})
        for each in view.texts
        if (then := _to(view, each, item, told)) is not None
    )
    return Question("notify", answers) if answers else None


def _to(view: NotifyView, text: ApprovedText, item: ItemView, told: Told) -> Question | None:
    """To whom, where there is a choice."""
    parties = [whose for whose in Whose if whose.value in text.to and told.receivers.get(whose.value)]
    finals = {whose: _send(view, text, item, told, whose) for whose in parties}
    if len(finals) == 1:
        return finals[parties[0]]
    answers = (Answer(f"party.{whose.value}", final) for whose, final in finals.items())
    return Question("notify_party", tuple(answers)) if finals else None


def _send(view: NotifyView, text: ApprovedText, item: ItemView, told: Told, whose: Whose) -> Question:
    """The finished text as the customer will read it, and who she is, masked; sent by one more digit."""
    finished = {each: text.finished(each, told.facts, view.today) for each in LANGUAGES}
    lines: list[Line] = [
        ("line.notify_to", {"party": f"party.{whose.value}", "name": told.receivers[whose.value]})
    ]
    lines += [(f"line.notify_{each}", {"text": finished[each]}) for each in LANGUAGES]
    if not view.reached:
        lines.append(("line.notify_offline", {}))
    answers = (
        Answer(f"answer.notify_{each}", AskNotify(item.seq, text.code, text.version, whose.value, each))
        for each in LANGUAGES
    )
    return Question("notify_send", tuple(answers), tuple(lines))
