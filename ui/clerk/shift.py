"""What is asked where the counter goes from one person to another (交接班): count, look, sign."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from core.errors import Fact
from core.ledger.kinds_shifts import BOOKS, COUNTED
from core.shift import CountShift, ShiftView, SignShift
from ui.clerk.choices import Answer, Line, Question, Typing
from ui.text import Texts

COUNT, SHOWN = "shift_count", "shift"
NAMES = (COUNT, SHOWN)
SIGNED = ("give", "take", "take_from")
QUESTIONS = tuple(Question(name, ()) for name in NAMES)  # for whoever counts sentences


def shift_question(view: ShiftView, texts: Texts) -> Question:
    """What is counted now, without a word of the books; or both, side by side, and who signs for what."""
    if view.asks:
        types = Typing(1, "shift", texts(f"field.shift_{view.asks}"), partial(CountShift, view.asks))
        return Question(COUNT, (), facts={"step": view.step + 1, "steps": view.steps}, types=types)
    books = tuple(view.books.items())
    differs = "_differs" if view.differs else ""
    answers = []
    if not view.mine:
        code = "answer.shift_take_from" if view.by else "answer.shift_take"
        answers.append(Answer(f"{code}{differs}", SignShift(False, books), {"operator": view.by}))
    answers.append(Answer(f"answer.shift_give{differs}", SignShift(True, books)))
    return Question(SHOWN, tuple(answers), tuple(_lines(view)))


def differs_line(differs: Mapping[str, int]) -> list[Line]:
    """What the newest hand-over left open, for the day close."""
    return [(f"line.shift_open_{name}", {"off": f"{off:+d}"}) for name, off in differs.items()]


def _lines(view: ShiftView) -> list[Line]:
    lines: list[Line] = []
    if view.by:
        code = "line.shift_by_me" if view.mine else "line.shift_by"
        lines.append((code, {"operator": view.by, "when": view.at}))
    for name in COUNTED:
        if name not in view.counted:
            continue
        facts: dict[str, Fact] = {"count": view.counted[name], "books": view.books[name]}
        off = view.differs.get(name, 0)
        if off:
            lines.append((f"line.shift_{name}_off", {**facts, "off": f"{off:+d}"}))
        else:
            lines.append((f"line.shift_{name}", facts))
        if name in view.said and view.said[name] != view.counted[name]:
            lines.append(("line.shift_said", {"operator": view.by, "count": view.said[name]}))
    waits = [name for name in BOOKS if name not in COUNTED and view.books[name]]
    lines += [(f"line.shift_{name}", {"count": view.books[name]}) for name in waits]
    if view.returned:
        lines.append(("line.shift_returned", {"count": view.returned}))
    return lines if waits or view.returned else [*lines, ("line.shift_nothing", {})]
