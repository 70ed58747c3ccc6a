"""Ctrl+R: something is wrong with an accepted item; and those that are open, the first due in front (R43)."""

from __future__ import annotations

from collections.abc import Mapping

from core.errors import Fact
from core.item_exceptions import (
    AskHold,
    CloseException,
    ContactCustomer,
    ExceptionsView,
    ExceptionView,
    HoldItem,
    OpenException,
    PrintException,
)
from core.ledger.item_exceptions import ENDS, End, How, Stop, Try
from core.view import ItemView
from ui.clerk.choices import Answer, Line, Question
from ui.clerk.complaint import left_of
from ui.text import Texts

NAMES = (
    "exception", "exception_reason", "exception_organ", "exception_one", "exception_how", "exception_outcome",
    "exception_said", "exception_hold", "exception_end", "exception_closed", "exception_print",
)  # fmt: skip
QUESTIONS = tuple(Question(name, ()) for name in NAMES)  # for whoever counts sentences
STATES = ("open", "soon", "overdue")
STEPS = ("contact", "hold", "tell", "decide")
_OPEN, _MOST = 7, 9  # of nine answers one is for a new one, one for those that were closed
_NAMED = 4  # at the day close


def exception_question(view: ExceptionsView, chosen: ItemView | None, texts: Texts) -> Question:
    """A new one of the item that is chosen, unless it has one; those that are open, and today's closed ones.

    No answer at all where there is nothing of that.
    """
    answers: list[Answer] = []
    known = {each.item for each in view.open}
    if chosen is not None and chosen.seq > 0 and chosen.seq not in known and chosen.label != "voided":
        facts = {"number": chosen.number.split(" ")[-1]}
        answers.append(Answer("answer.exception_item", _reasons(view, chosen.seq, texts), facts))
    first = sorted(view.open, key=lambda each: chosen is None or each.item != chosen.seq)
    answers += [Answer(*_listed(view, each, texts)) for each in first[:_OPEN]]
    if view.closed:
        then = _closed(view, texts)
        answers.append(Answer("answer.exception_closed", then, {"count": len(view.closed)}))
    left = len(view.open) - _OPEN
    more: tuple[Line, ...] = (("line.more_requests", {"count": left}),) if left > 0 else ()
    return Question("exception", tuple(answers), more, {"count": len(view.open)})


def exception_badge(view: ExceptionsView, item: ItemView, texts: Texts) -> str:
    """What the list says of an item, "" where nothing is wrong."""
    for each in view.open:
        if each.item == item.seq:
            code, facts = _line(each, texts)
            return texts(code, **facts).lstrip("▲■ ")  # the list marks what it says already
    return ""


def open_lines(view: ExceptionsView, texts: Texts) -> tuple[Line, ...]:
    """What the day close names and never waits for: each that is overdue, the others counted."""
    overdue = [each for each in view.open if each.state == "overdue"]
    named = tuple(_line(each, texts) for each in overdue[:_NAMED])
    left = len(view.open) - len(named)
    return (*named, ("line.exceptions_open", {"count": left})) if left else named


# -- a new one ---------------------------------------------------------------------------------------------


def _reasons(view: ExceptionsView, item: int, texts: Texts) -> Question:
    answers = []
    for each in view.reasons:
        asks: OpenException | Question = OpenException(item, each.code)
        if each.stop == Stop.ORDER:
            organs = (
                Answer(
                    "answer.reason", OpenException(item, each.code, organ), {"name": names[texts.language]}
                )
                for organ, names in view.organs.items()
            )  # fmt: skip
            asks = Question("exception_organ", tuple(organs)[:_MOST])
        code = "answer.reason" if each.stop == Stop.NONE else "answer.exception_stops"
        answers.append(Answer(code, asks, {"name": each.names[texts.language]}))
    hours = texts("complaint.left_hours", hours=view.minutes // 60, minutes=view.minutes % 60)
    return Question("exception_reason", tuple(answers)[:_MOST], facts={"hours": hours})


# -- one that is open ----------------------------------------------------------------------------------------


def _listed(
    view: ExceptionsView, one: ExceptionView, texts: Texts
) -> tuple[str, Question, Mapping[str, Fact]]:
    code, facts = _line(one, texts)
    return code, _one(view, one, texts), facts


def _one(view: ExceptionsView, one: ExceptionView, texts: Texts) -> Question:
    """What may be done about it; what has to be done next is said first."""
    facts: dict[str, Fact] = {"reference": one.reference, "number": one.number}
    answers = [Answer("answer.exception_contact", _contact(view, one, texts))]
    lines: list[Line] = [_line(one, texts), ("line.exception_reach", {"tries": one.tries})]
    if one.stop != Stop.NONE:
        if one.hold == "ready":
            answers.append(Answer("answer.exception_do_hold", HoldItem(one.exception), {"hours": view.hours}))
        elif one.hold != "asked":
            asks = (Answer("answer.exception_ask_hold", AskHold(one.exception), {"hours": view.hours}),)
            then = Question("exception_hold", asks, (("line.exception_ground", {}),), facts)
            code = "answer.exception_hold" if one.hold == "none" else "answer.exception_longer"
            answers.append(Answer(code, then, {"hours": view.hours}))
        if one.hold == "asked":
            lines.append(("line.exception_asked", {}))
        if one.until:
            code = "line.exception_told" if one.told else "line.exception_untold"
            lines.append((code, {"until": one.until[5:]}))
        if not view.supervisor:
            lines.append(("line.exception_supervisor", {}))
    if one.stop == Stop.NONE or view.supervisor:
        answers.append(Answer("answer.exception_end", _ends(view, one, texts)))
    answers.append(Answer("answer.exception_print", PrintException(one.exception)))
    answers.append(Answer("answer.exception_file", PrintException(one.exception, file=True)))
    return Question("exception_one", tuple(answers), tuple(lines), facts)


def _contact(view: ExceptionsView, one: ExceptionView, texts: Texts) -> Question:
    """How; what came of it; and what the customer was told."""
    facts: dict[str, Fact] = {"reference": one.reference}
    said = view.solutions if one.stop == Stop.NONE else view.notices

    def heard(how: How, outcome: Try) -> Question:
        answers = (
            Answer(
                "answer.reason", ContactCustomer(one.exception, how.value, outcome.value, code),
                {"name": names[texts.language]},
            )
            for code, names in said.items()
        )  # fmt: skip
        return Question("exception_said", tuple(answers)[:_MOST], facts=facts)

    def outcomes(how: How) -> Question:
        missed = ContactCustomer(one.exception, how.value, Try.MISSED.value)
        told = (Try.REACHED, Try.LEFT)
        answers = [Answer(f"exception_try.{each.value}", heard(how, each)) for each in told]
        return Question(
            "exception_outcome", (*answers, Answer(f"exception_try.{Try.MISSED.value}", missed)), facts=facts
        )

    answers = (Answer(f"complaint_how.{how.value}", outcomes(how)) for how in How)
    return Question("exception_how", tuple(answers), facts=facts)


def _ends(view: ExceptionsView, one: ExceptionView, texts: Texts) -> Question:
    facts: dict[str, Fact] = {"reference": one.reference}
    answers = []
    for end in ENDS[one.stop != Stop.NONE]:
        asks: CloseException | Question = CloseException(one.exception, end.value)
        if end is End.HANDED_OVER:
            organs = (
                Answer(
                    "answer.reason", CloseException(one.exception, end.value, organ),
                    {"name": names[texts.language]},
                )
                for organ, names in view.organs.items()
            )  # fmt: skip
            asks = Question("exception_organ", tuple(organs)[:_MOST])
        answers.append(Answer(f"exception_end.{end.value}", asks))
    return Question("exception_end", tuple(answers), facts=facts)


def _closed(view: ExceptionsView, texts: Texts) -> Question:
    """Their reports once more."""
    answers = []
    for each in view.closed[:_MOST]:
        again = (
            Answer("answer.exception_print", PrintException(each.exception)),
            Answer("answer.exception_file", PrintException(each.exception, file=True)),
        )
        then = Question("exception_print", again, facts={"reference": each.reference})
        facts: dict[str, Fact] = {"number": each.number, "name": each.names[texts.language]}
        facts["end"] = f"exception_end.{each.closed}"
        answers.append(Answer("answer.exception_ended", then, facts))
    return Question("exception_closed", tuple(answers))


def _line(one: ExceptionView, texts: Texts) -> Line:
    """What has to be done next, and what is left of its clock."""
    facts: dict[str, Fact] = {"number": one.number, "name": one.names[texts.language], "when": one.due[5:]}
    if not one.due:
        code = "line.exception_close" if one.stop == Stop.NONE else "line.exception_decide_open"
        return code, facts
    facts["left"] = left_of(one.left, texts)
    return f"line.exception_{one.step}_{one.state}", facts
