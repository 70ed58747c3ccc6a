"""How long a complaint may wait, what it may be about, and how it is answered: dated rule data.

The answers are the house's, approved before anybody chooses one; nobody at a counter writes a word of them.
Sources: R96 to R104; 快递暂行条例 (seven days).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from core.ledger.complaints import NO_CASE, Class, Measure
from core.named import CODE, MOST, Names, named, names_of
from core.strict import Node

Sourced = Callable[..., Mapping[str, Node]]
_VERSION = "[A-Za-z0-9][A-Za-z0-9._:-]{0,63}"
_NUMBERS = {"contact_hours": 240, "close_days": 366, "objection_days": 366, "warn_hours": 240}
_TEXT_MOST = 200


@dataclass(frozen=True, slots=True)
class ComplaintReason:
    """What a complaint of one class is about; ``names`` by language."""

    code: str
    cls: str
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ComplaintAnswer:
    """An approved answer: to which measure and which classes it fits; ``names`` and ``texts`` by language."""

    code: str
    version: str
    measure: str
    classes: tuple[str, ...]
    names: Mapping[str, str]
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ComplaintRules:
    """``contact_hours`` and ``close_days`` are the two clocks, ``warn_hours`` before which one is said.

    ``objection_days``: so long after an answer it may be opened again, for one of ``objections``.
    """

    contact_hours: int
    close_days: int
    objection_days: int
    warn_hours: int
    most_cents: int
    reasons: tuple[ComplaintReason, ...]
    objections: Mapping[str, Names]
    answers: tuple[ComplaintAnswer, ...]

    def clocks(self, now: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
        """Until when the complainant is contacted, and until when she has her answer."""
        close = now + dt.timedelta(days=self.close_days)
        return min(now + dt.timedelta(hours=self.contact_hours), close), close

    def has(self, cls: str, reason: str) -> bool:
        """Whether a complaint of that class may be about that."""
        return any((one.cls, one.code) == (cls, reason) for one in self.reasons)

    def answers_to(self, cls: str) -> tuple[ComplaintAnswer, ...]:
        """Those that a complaint of that class may get."""
        return tuple(one for one in self.answers if cls in one.classes)


def read_complaints(node: Node, sourced: Sourced, languages: Sequence[str]) -> ComplaintRules:
    """The member ``complaints``; ``sourced`` reads one value with its source.  Raises ConfigError."""
    part = node.members((*_NUMBERS, "most_cents", "reasons", "objections", "answers"))
    numbers = {
        name: sourced(part[name], "value")["value"].integer(1, most) for name, most in _NUMBERS.items()
    }
    reasons = sourced(part["reasons"], "list")["list"]
    listed = tuple(_reason(one, languages) for one in reasons.items())
    objections = named(sourced(part["objections"], "list")["list"], languages, taken=(NO_CASE,))
    answers = tuple(_answer(one, sourced, languages) for one in part["answers"].items())
    _once(part["answers"], [one.code for one in answers], most=None)
    for cls in Class:
        _once(reasons, [one.code for one in listed if one.cls == cls])
        fitting = [one for one in answers if cls in one.classes]
        if not any(one.measure == Measure.EXPLAIN for one in fitting) or len(fitting) < 2:
            raise part["answers"].wrong("for every class one that explains, and one that is a measure")
        if len(fitting) > MOST:
            raise part["answers"].wrong(f"at most {MOST} for one class")
    return ComplaintRules(
        **numbers,
        most_cents=sourced(part["most_cents"], "value")["value"].integer(1),
        reasons=listed,
        objections=objections,
        answers=answers,
    )


def _once(node: Node, codes: Collection[str], most: int | None = MOST) -> None:
    few = most is None or len(codes) <= most
    if not codes or len(set(codes)) != len(codes) or not few or NO_CASE in codes:
        raise node.wrong(f"1 to {MOST}, every code once, none of them none")


def _reason(node: Node, languages: Sequence[str]) -> ComplaintReason:
    part = node.members(("code", "class", *languages))
    code, cls = part["code"].matching(CODE, "code"), part["class"].one_of(list(Class))
    return ComplaintReason(code, cls, names_of(part, languages))


def _answer(node: Node, sourced: Sourced, languages: Sequence[str]) -> ComplaintAnswer:
    part = sourced(node, "code", "version", "measure", "classes", *languages)
    names, texts = {}, {}
    for language in languages:
        inner = part[language].members(("name", "text"))
        names[language], texts[language] = inner["name"].text(40), inner["text"].text(_TEXT_MOST)
        if re.search(r"[{}]", texts[language]):
            raise inner["text"].wrong("a text that is finished: nothing is filled in")
    return ComplaintAnswer(
        code=part["code"].matching(CODE, "code"),
        version=part["version"].matching(_VERSION, "letters, digits, . _ : -"),
        measure=part["measure"].one_of(list(Measure)),
        classes=tuple(one.one_of(list(Class)) for one in part["classes"].items()),
        names=names,
        texts=texts,
    )
