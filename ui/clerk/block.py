"""Alt+I on an item of F3: its sender is warned, or proposed for the block list; how that stands."""

from __future__ import annotations

from collections.abc import Sequence

from core.blocking import AppealBlock, BlockingView, BlockMark, ProposeBlock, SendBlock
from core.breaching import PrintWarning, SettleWarning, WarningMark, WarnSender
from core.errors import Fact
from core.ledger.breaches import NOT_CORRECTED, Settled
from core.view import ItemView
from ui.clerk.choices import Answer, Line, Question
from ui.text import Texts

NAMES = ("block_basis", "block_term", "block_stands", "warning_breach", "warning_stands")
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
    warned = next((each for each in view.warnings if each.item == item.seq), None)
    bases = tuple(
        Answer("answer.reason", _term(view, item.seq, code), {"name": names.get(language, code)})
        for code, names in view.bases.items()
        if code != NOT_CORRECTED or (warned is not None and warned.over)
    )
    first = _warned(view, warned, language) if warned is not None else _breaches(view, item.seq, language)
    return Question("block_basis", (*bases, first), (*lines, ("line.block_what", {})))


def _breaches(view: BlockingView, item: int, language: str) -> Answer:
    """A warning is the milder way: what for."""
    breaches = (
        Answer("answer.reason", WarnSender(item, code), {"name": names[language]})
        for code, names in view.breaches.items()
    )
    return Answer("answer.warn", Question("warning_breach", tuple(breaches), (("line.warning_what", {}),)))


def _warned(view: BlockingView, mark: WarningMark, language: str) -> Answer:
    """One that is open: put right, taken back, printed again."""
    line = _warning_line(mark, language)
    outcomes = (Settled.CORRECTED, Settled.WITHDRAWN) if view.supervisor else (Settled.CORRECTED,)
    answers = [
        Answer(f"answer.warning_{each.value}", SettleWarning(mark.warning, each.value)) for each in outcomes
    ]
    answers.append(Answer("answer.warning_print", PrintWarning(mark.warning)))
    return Answer(line[0], Question("warning_stands", tuple(answers), (line,)), line[1])


def warning_badge(view: BlockingView, item: ItemView, texts: Texts) -> str:
    """What the list says of an item whose sender was warned, "" else."""
    lines = (_warning_line(each, texts.language) for each in view.warnings if each.item == item.seq)
    return "  ".join(texts(code, **facts) for code, facts in lines)


def _warning_line(mark: WarningMark, language: str) -> Line:
    code = "line.warning_over" if mark.over else "line.warning_open"
    return code, {"name": mark.breach.get(language, ""), "day": mark.due}


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
