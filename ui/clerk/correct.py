"""Alt+G: one field of an accepted item is put right; what is typed stands here until the station has it."""

from __future__ import annotations

from core.correcting import CorrectionView, CorrectItem
from core.errors import Fact
from core.second import SecondView
from core.view import ItemView
from ui.clerk.choices import Answer, Line, Question, Typing

NAMES = ("correct", "correct_value", "correct_why", "correct_second", "correct_mode")
QUESTIONS = tuple(Question(name, ()) for name in NAMES)  # for whoever counts sentences


def correct_question(item: ItemView, second: SecondView, language: str) -> Question:
    """Which field of that item."""
    line: Line = ("line.void_item", {"number": item.number.split(" ")[-1], "name": item.recipient})
    answers = []
    for each in second.fields:
        name = each.names.get(language, each.code)
        named: dict[str, Fact] = {"name": name}
        types = Typing(item.seq, each.code, name)
        asked = Question("correct_value", (), (line,), named, types=types)
        code = "answer.correct_alone" if each.alone else "answer.correct_second"
        answers.append(Answer(code, asked, named))
    return Question("correct", tuple(answers), (line,))


def confirm_question(typed: CorrectionView, second: SecondView, language: str) -> Question:
    """What changes, before it does, and why; for what she may not do alone, whether it waits."""
    names = {each.code: each.names.get(language, each.code) for each in second.fields}
    lines: list[Line] = [changes(typed, names.get(typed.name, typed.name))]
    if typed.fee is not None:
        fee = {"before": _yuan(typed.fee[0]), "after": _yuan(typed.fee[1])}
        lines.append(("line.correct_fee", fee))
    paper = "both" if typed.label and typed.receipt else "label" if typed.label else "receipt"
    if typed.label or typed.receipt:
        lines.append((f"line.correct_{paper}", {}))
    answers = (
        Answer(
            "answer.reason",
            CorrectItem(typed.item, code) if typed.alone else _mode(typed, code, second, tuple(lines)),
            {"name": names.get(language, code)},
        )
        for code, names in second.correct_reasons.items()
    )
    name = "correct_why" if typed.alone else "correct_second"
    return Question(name, tuple(answers), tuple(lines), {"number": typed.number})


def changes(typed: CorrectionView, name: str) -> Line:
    """One line: what stands, and what shall."""
    alike = typed.before == typed.after  # masked, they look the same
    facts = {"name": name, "before": typed.before, "after": typed.after}
    return ("line.correct_masked" if alike else "line.correct"), facts


def _mode(typed: CorrectionView, reason: str, second: SecondView, lines: tuple[Line, ...]) -> Question:
    answers = (
        Answer(f"answer.correct_{mode}", CorrectItem(typed.item, reason, mode), {"hours": hours})
        for mode, hours in second.correct_hours.items()
    )
    return Question("correct_mode", tuple(answers), lines, {"number": typed.number})


def _yuan(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"
