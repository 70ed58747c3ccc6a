"""F5 on the day close: what lies here is counted blind (盘点), by scans; nothing of the books is shown."""

from __future__ import annotations

from core.stocktaking import CountItem, FinishStocktake, StocktakeView
from ui.clerk.choices import Answer, Line, Question, Typing
from ui.text import Texts

SCANS, SURE, TYPED = "stocktake", "stocktake_sure", "stocktake_code"
NAMES = (SCANS, SURE, TYPED)
QUESTIONS = tuple(Question(name, ()) for name in NAMES)  # for whoever counts sentences


def stocktake_question(view: StocktakeView, texts: Texts) -> Question:
    """How many were scanned, the newest of them, and that everything was."""
    facts = {"count": view.count}
    types = Typing(1, "bag", texts("field.bag_code"), CountItem)
    sure = Question(SURE, (Answer("answer.stocktake_sure", FinishStocktake(), facts),), facts=facts)
    answers = (
        Answer("answer.stocktake_done", sure, facts),
        Answer("answer.bag_code", Question(TYPED, (), facts=facts, types=types)),
    )
    return Question(SCANS, answers, tuple(_lines(view)), facts=facts)


def _lines(view: StocktakeView) -> list[Line]:
    lines: list[Line] = [("line.stocktake_item", {"number": number}) for number in view.newest]
    if view.bagged:
        lines.append(("line.stocktake_bagged", {"count": view.bagged}))
    if view.strange:
        lines.append(("line.stocktake_strange", {"count": view.strange}))
    return lines
