"""The slip of a closed day, asked for on the page of the day close: of which day, and where to."""

from __future__ import annotations

from core.closing import CloseView
from core.commands import Command
from core.inspection import MakeInspectionPack
from core.slips import PLACES, ExportSlip, PrintSlip, SlipDay
from ui.clerk.choices import Answer, Line, Question

NAMES = ("print_slip", "slip_day", "export_slip", "pack")
QUESTIONS = tuple(Question(name, ()) for name in NAMES)  # for whoever counts sentences


def print_question(view: CloseView) -> Question | Command | None:
    """The day that was closed just now comes out at once; else it is asked; None where there is none."""
    if view.closed and view.slips and not view.slips[0].copies:
        return PrintSlip(view.slips[0].closed)
    answers = tuple(_answer(day, PrintSlip(day.closed)) for day in view.slips)
    return Question("print_slip", answers, _lines(view)) if answers else None


def export_question(view: CloseView, language: str) -> Question | None:
    """Of which day, where there are several, and where to."""
    places = [_where(day, language) for day in view.slips]
    if len(places) < 2:
        return places[0] if places else None
    answers = tuple(_answer(day, place) for day, place in zip(view.slips, places, strict=True))
    return Question("slip_day", answers, _lines(view))


def pack_question(view: CloseView, language: str) -> Question:
    """Where to the inspection pack goes; whether the day is closed does not matter."""
    answers = (Answer(f"answer.slip_{place}", MakeInspectionPack(place, language)) for place in PLACES)
    return Question("pack", tuple(answers), facts={"day": view.day})


def _where(day: SlipDay, language: str) -> Question:
    answers = (Answer(f"answer.slip_{place}", ExportSlip(day.closed, place, language)) for place in PLACES)
    return Question("export_slip", tuple(answers), facts={"day": day.date})


def _answer(day: SlipDay, then: Command | Question) -> Answer:
    code = "answer.slip_copy" if day.copies else "answer.slip_day"
    return Answer(code, then, {"day": day.date, "count": day.copies})


def _lines(view: CloseView) -> tuple[Line, ...]:
    return () if view.closed else (("line.slip_unsigned", {"day": view.day}),)
