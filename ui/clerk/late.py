"""What stands beside this counter's chain: shown to whoever asks, decided by a supervisor.

One branch after the other, the earliest first: a decision is signed and cannot be taken back.
"""

from __future__ import annotations

import datetime as dt

from core.access.rights import Action, may
from core.late import AdoptLate, DeclineLate
from core.ledger.branches import REASONS
from core.view import CounterView
from ui.clerk.choices import Answer, Line, Question
from ui.text import CHINA

QUESTIONS = tuple(Question(name, ()) for name in ("late", "late_decline"))  # for whoever counts sentences


def late_question(view: CounterView) -> Question:
    """The earliest of them: its facts, and what a supervisor may do about it."""
    first, *others = view.late
    lines: list[Line] = [
        (f"line.late_{first.cause}", {"epoch": first.epoch}),
        ("line.late_items", {"count": first.accepted, "refused": first.refused, "entries": first.entries}),
        ("line.late_times", {"began": _local(first.began), "ended": _local(first.ended)}),
        ("line.late_day", {"day": view.day}),
    ]
    if others:
        lines.append(("line.late_more", {"count": len(others)}))
    if not may(view.role, Action.LATE_ENTRIES):
        return Question("late", (), (*lines, ("line.late_supervisor", {})))
    answers = (
        Answer("answer.late_adopt", AdoptLate(first.branch), {"count": first.accepted}),
        Answer("answer.late_decline", declining(view, tuple(lines[:3]))),
    )
    return Question("late", answers, tuple(lines))


def declining(view: CounterView, lines: tuple[Line, ...] = ()) -> Question:
    """Why the earliest of them is not taken in."""
    branch = view.late[0].branch
    reasons = (Answer(f"answer.late_{reason}", DeclineLate(branch, reason)) for reason in REASONS)
    return Question("late_decline", tuple(reasons), lines)


def _local(at: dt.datetime) -> str:
    return f"{at.astimezone(CHINA):%m-%d %H:%M}"
