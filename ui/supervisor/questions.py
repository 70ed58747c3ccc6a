"""What is asked about one item at the day close: why, whether it waits, and what puts it right."""

from __future__ import annotations

from core.closing import CloseView, DifferenceView, DisputeDifference, ExplainDifference, FinishDifference
from core.commands import Command, LabelSeen, Reprint
from core.numbering import VoidCause, VoidNumbers
from core.second import SecondView
from core.view import ItemView
from ui.clerk.choices import Answer, Line, Question
from ui.clerk.second import void_item_question

NAMES = ("explain_difference", "explain_mode", "dispute_difference", "put_right")
QUESTIONS = tuple(Question(name, ()) for name in NAMES)  # for whoever counts sentences


def explain_question(view: CloseView, row: DifferenceView, language: str) -> Question | Command:
    """Why it differs; then whether the second person comes first.  Approved already: it is done."""
    if row.state == "ready":
        return FinishDifference(row.item)
    lines = _lines(row)
    return Question("explain_difference", tuple(
        Answer("answer.reason", _mode(view, row, code, lines), {"name": names.get(language, code)})
        for code, names in view.reasons.items()
    ), lines)  # fmt: skip


def _mode(view: CloseView, row: DifferenceView, reason: str, lines: tuple[Line, ...]) -> Question:
    answers = (
        Answer(f"answer.explain_{mode}", ExplainDifference(row.item, reason, mode), {"hours": hours})
        for mode, hours in view.modes.items()
    )
    return Question("explain_mode", tuple(answers), lines)


def dispute_question(view: CloseView, row: DifferenceView, language: str) -> Question:
    """Why it is reported as disputed: nobody has to agree."""
    answers = (
        Answer("answer.reason", DisputeDifference(row.item, code), {"name": names.get(language, code)})
        for code, names in view.reasons.items()
    )
    return Question("dispute_difference", tuple(answers), _lines(row))


def right_question(row: DifferenceView, item: ItemView | None, second: SecondView, language: str) -> Question:
    """What ends the difference itself: the page looked at, printed again, the item void."""
    kinds, answers = set(row.kinds), list[Answer]()
    if kinds & {"label_unknown", "receipt_unknown"}:
        answers.append(Answer("answer.page_seen", LabelSeen(row.item)))
    if kinds & {"no_label", "label_unknown", "no_receipt", "receipt_unknown"}:
        answers.append(Answer("answer.print_again", Reprint(row.item)))
    if item is not None and item.label != "voided":
        answers.append(Answer("answer.void_it", void_item_question(item, second, language)))
    lines = list(_lines(row))
    if "not_affixed" in kinds:
        lines.append(("line.scan_label", {}))
    return Question("put_right", tuple(answers), tuple(lines))


def numbers_question(row: DifferenceView) -> Question:
    """Why numbers of a pool were passed over: they are given up for good."""
    first, last = row.numbers
    answers = (Answer(f"answer.void_{cause.value}", VoidNumbers(first, last, cause)) for cause in VoidCause)
    return Question("void", tuple(answers), (("line.void", {"waybill": row.waybill}),))


def _lines(row: DifferenceView) -> tuple[Line, ...]:
    return (("line.difference", {"number": row.number, "operator": row.operator, "when": row.at}),
            *((f"difference.{kind}", {}) for kind in row.kinds))  # fmt: skip
