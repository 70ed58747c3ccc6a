"""The slip of a closed day, asked for on the page of the day close: of which day."""

from __future__ import annotations

from core.closing import CloseView
from core.commands import Command
from core.slips import PrintSlip, SlipDay
from ui.clerk.choices import Answer, Line, Question

NAMES = ("print_slip",)
QUESTIONS = tuple(Question(name, ()) for name in NAMES)  # for whoever counts sentences


def print_question(view: CloseView) -> Question | Command | None:
    """The day that was closed just now comes out at once; else it is asked; None where there is none."""
    if view.closed and view.slips and not view.slips[0].copies:
        return PrintSlip(view.slips[0].closed)
    answers = tuple(_answer(day, PrintSlip(day.closed)) for day in view.slips)
    return Question("print_slip", answers, _lines(view)) if answers else None


def _answer(day: SlipDay, then: Command) -> Answer:
    code = "answer.slip_copy" if day.copies else "answer.slip_day"
    return Answer(code, then, {"day": day.date, "count": day.copies})


def _lines(view: CloseView) -> tuple[Line, ...]:
    return () if view.closed else (("line.slip_unsigned", {"day": view.day}),)
