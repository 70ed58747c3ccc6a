"""Alt+I on an item of F3: its sender is proposed for the block list, or how a proposal stands."""

from __future__ import annotations

from collections.abc import Sequence

from core.blocking import AppealBlock, BlockingView, BlockMark, ProposeBlock, SendBlock
from core.errors import Fact
from core.view import ItemView
from ui.clerk.choices import Answer, Line, Question
from ui.text import Texts

NAMES = ("block_basis", "block_term", "block_stands")
QUESTIONS = tuple(Question(name, ()) for name in NAMES)  # for whoever counts sentences
STATES = ("waits", "ready", "over", "sent", "listed", "appealed", "refused", "lifted")
_ENDED = ("over", "refused", "lifted")


def block_question(view: BlockingView, item: ItemView, language: str) -> Question:
    """On what basis, then for how long; where one stands, what may be done about it."""
    marks = [mark for mark in view.marks if mark.item == item.seq]
    lines = [_line(mark, language) for mark in marks]
    standing = [mark for mark in marks if mark.state not in _ENDED]
    if standing:
        last = standing[-1]
        answers: tuple[Answer, ...] = ()
        if last.state == "listed":
            answers = (Answer("answer.block_appeal", AppealBlock(last.proposed)),)
        elif last.state == "ready" and last.mine:
            answers = (Answer("answer.block_send", SendBlock(last.proposed)),)
        return Question("block_stands", answers, tuple(lines))
    bases = tuple(
        Answer("answer.reason", _term(view, item.seq, code), {"name": names.get(language, code)})
        for code, names in view.bases.items()
    )
    return Question("block_basis", bases, (*lines, ("line.block_what", {})))


def block_badge(marks: Sequence[BlockMark], item: ItemView, texts: Texts) -> str:
    """What the list says of an item, "" where nothing was proposed."""
    mine = [mark for mark in marks if mark.item == item.seq]
    if not mine:
        return ""
    code, facts = _line(mine[-1], texts.language)
    return texts("look_up.block", line=texts(code, **facts))


def _line(mark: BlockMark, language: str) -> Line:
    facts: dict[str, Fact] = {"name": mark.basis.get(language, ""), "days": mark.days, "day": mark.day}
    return f"line.block_{mark.state}", facts


def _term(view: BlockingView, item: int, basis: str) -> Question:
    answers = (
        Answer("answer.block_days", ProposeBlock(item, basis, days), {"days": days}) for days in view.terms
    )
    return Question("block_term", tuple(answers))
