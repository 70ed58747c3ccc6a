"""A second person at the screen: an item is voided, and requests are listed, each to be decided on."""

from __future__ import annotations

from collections.abc import Sequence

from core.blocking import SendBlock
from core.closing import FinishDifference
from core.correcting import FieldToCorrect, GoOnCorrecting
from core.disclosing import SendDisclosure
from core.errors import Fact
from core.paper_forms import VoidForm
from core.second import AskVoid, BeginReaderDown, DecideRequest, RequestView, SecondView, VoidItem
from core.view import ItemView
from ui.clerk.choices import Answer, Line, Question
from ui.text import CHINA, Texts

_MOST = 8
NAMES = ("void_item", "void_mode", "requests", "sign")
QUESTIONS = tuple(Question(name, ()) for name in NAMES)  # for whoever counts sentences
STATES = ("waits", "signs", "ready")


def void_item_question(item: ItemView, second: SecondView, language: str) -> Question:
    """Why that item shall be void; then whether it waits for the second person."""
    lines: tuple[Line, ...] = (
        ("line.void_item", {"number": item.number.split(" ")[-1], "name": item.recipient}),
    )
    answers = (
        Answer("answer.reason", _mode(item.seq, code, second, lines), {"name": names.get(language, code)})
        for code, names in second.reasons.items()
    )
    return Question("void_item", tuple(answers), lines)


def _mode(item: int, reason: str, second: SecondView, lines: tuple[Line, ...]) -> Question:
    answers = (
        Answer(f"answer.void_{mode}", AskVoid(item, reason, mode), {"hours": hours})
        for mode, hours in second.hours.items()
    )
    return Question("void_mode", tuple(answers), lines)


def requests_question(second: SecondView, language: str) -> Question:
    """Those that are open, the one that ends first in front; what may be done about each."""
    answers: list[Answer] = []
    lines: list[Line] = []
    for each in second.requests[:_MOST]:
        facts = _facts(each, language)
        if each.state != "ready":
            asked = sign_question(each, language, second.fields)
            answers.append(Answer(f"answer.request_{each.state}", asked, facts))
        elif each.mine and each.action == "void":
            answers.append(Answer("answer.request_ready", VoidItem(each.subject), facts))
        elif each.mine and each.action == "correct" and each.change is not None:
            answers.append(Answer("answer.request_ready", GoOnCorrecting(each.subject), facts))
        elif each.mine and each.action == "reader_down":
            answers.append(Answer("answer.request_ready", BeginReaderDown(), facts))
        elif each.mine and each.action == "difference":
            answers.append(Answer("answer.request_ready", FinishDifference(each.subject), facts))
        elif each.mine and each.action == "propose_block":
            answers.append(Answer("answer.request_ready", SendBlock(each.subject), facts))
        elif each.mine and each.action == "disclose":
            answers.append(Answer("answer.request_ready", SendDisclosure(each.subject), facts))
        elif each.mine and each.action == "paper_void":
            answers.append(Answer("answer.request_ready", VoidForm(each.subject), facts))
        else:
            goes_on = each.mine and each.action in ("typed", "paper_entry")
            lines.append(("line.typed_ready" if goes_on else "line.request_ready", facts))
    if len(second.requests) > _MOST:
        lines.append(("line.more_requests", {"count": len(second.requests) - _MOST}))
    return Question("requests", tuple(answers), tuple(lines))


def sign_question(each: RequestView, language: str, fields: Sequence[FieldToCorrect] = ()) -> Question:
    """One of them before the second person: she types number and password, or declines."""
    facts = _facts(each, language)
    lines: tuple[Line, ...] = (
        ("line.request_what", facts), ("line.request_why", facts), ("line.request_until", facts),
        (f"line.request_{each.state}", facts),
    )  # fmt: skip
    if each.change is not None:
        names = {one.code: one.names.get(language, one.code) for one in fields}
        name = names.get(each.change.name, each.change.name)
        change: dict[str, Fact] = {"name": name, "before": each.change.before, "after": each.change.after}
        alike = each.change.before == each.change.after
        lines = (lines[0], ("line.correct_masked" if alike else "line.correct", change), *lines[1:])
    if each.days:
        lines = (*lines[:2], ("line.block_days", {"days": each.days}), *lines[2:])
    declined = DecideRequest(each.request, "", "", approved=False)
    return Question("sign", (Answer("answer.decline", declined),), lines, signs=each.request)


def decided(second: SecondView, request: str) -> bool:
    """Whether nobody has to say yes or no to ``request`` any more; "" is none."""
    return bool(request) and all(each.request != request or each.state == "ready" for each in second.requests)


def open_lines(second: SecondView, language: str) -> list[Line]:
    """For whoever closes the day: what is still open, without stopping anything."""
    return [("line.request_open", _facts(each, language)) for each in second.requests[:_MOST]]


def _about(each: RequestView, language: str) -> str:
    """The item's number; of a typed document its kind, and in whose visit it was typed."""
    texts = Texts(language)
    said = [each.about, texts(f"fact.kind.{each.document}") if each.document else ""]
    said.append(texts(f"second.{each.where}") if each.where else "")
    return "".join(word if word.startswith("（") else f" {word}" for word in said if word)


def _facts(each: RequestView, language: str) -> dict[str, Fact]:
    return {
        "action": f"right.{each.action}",
        "short": f"second.{each.action}",
        "about": _about(each, language),
        "reason": each.reason.get(language, ""),
        "operator": each.by,
        "until": f"{each.until.astimezone(CHINA):%m-%d %H:%M}",
    }
