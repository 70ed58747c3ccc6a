"""Texts that headquarters sends to a customer for a counter, and how often: dated rule data.

The texts are the house's, approved before anybody chooses one; what stands in braces is filled from the item
alone.  Nobody at a counter writes a word of them.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from core.ledger.cases import Whose
from core.strict import Node

Sourced = Callable[..., dict[str, Node]]
NO_CONSENT = "none"
PLACES = ("branch", "waybill", "day", "deadline")
MOST = 9  # each is chosen by its digit
MOST_DAYS, MOST_HOURS = 60, 72
_TEXT_MOST = 200  # characters as it is written; a short message of three parts
_CODE = "[a-z][a-z0-9_]{0,23}"
_VERSION = "[A-Za-z0-9][A-Za-z0-9._:-]{0,63}"
_BRACES = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class ApprovedText:
    """One text.  ``names`` and ``texts`` by language; ``to``: codes of :class:`core.ledger.cases.Whose`.

    ``days``: its deadline is so many days after it is asked for.  ``hours``: so long after that it is still
    true, and sent; later it is refused.  ``consent``: what the sender has to have agreed to, or NO_CONSENT.
    """

    code: str
    version: str
    to: tuple[str, ...]
    names: Mapping[str, str]
    texts: Mapping[str, str]
    days: int
    hours: int
    consent: str

    def finished(self, language: str, facts: Mapping[str, str], asked: dt.date) -> str:
        """As the customer reads it; ``facts`` for PLACES but the deadline, which counts from ``asked``."""
        filled = {**facts, "deadline": (asked + dt.timedelta(days=self.days)).isoformat()}
        return _BRACES.sub(lambda match: filled[match.group(1)], self.texts[language])


@dataclass(frozen=True, slots=True)
class NotifyRules:
    """``item``: so many for one item in one business day; ``hour`` and ``day``: by one operator."""

    texts: tuple[ApprovedText, ...]
    item: int
    hour: int
    day: int

    def text(self, code: str, version: str) -> ApprovedText | None:
        """The text of that code, where it is this version of it."""
        return next((each for each in self.texts if (each.code, each.version) == (code, version)), None)


def read_notify(node: Node, sourced: Sourced, languages: Sequence[str]) -> NotifyRules:
    """The member ``notify``; ``sourced`` reads one value with its source.  Raises ConfigError."""
    part = node.members(("texts", "item", "hour", "day"))
    texts = tuple(_text(one, sourced, languages) for one in part["texts"].items(0))
    if len({each.code for each in texts}) != len(texts) or len(texts) > MOST:
        raise part["texts"].wrong(f"at most {MOST}, every code once")
    item, hour, day = (
        sourced(part[name], "value")["value"].integer(1, 1000) for name in ("item", "hour", "day")
    )
    return NotifyRules(texts, item, hour, day)


def _text(node: Node, sourced: Sourced, languages: Sequence[str]) -> ApprovedText:
    part = sourced(node, "code", "version", "to", "days", "hours", "consent", *languages)
    names, texts = {}, {}
    for language in languages:
        inner = part[language].members(("name", "text"))
        names[language], texts[language] = inner["name"].text(40), inner["text"].text(_TEXT_MOST)
        used = _BRACES.findall(texts[language])
        if not set(used) <= set(PLACES) or set("{}") & set(_BRACES.sub("", texts[language])):
            raise inner["text"].wrong(", ".join(f"{{{name}}}" for name in PLACES))
    return ApprovedText(
        code=part["code"].matching(_CODE, "code"),
        version=part["version"].matching(_VERSION, "letters, digits, . _ : -"),
        to=tuple(one.one_of([whose.value for whose in Whose]) for one in part["to"].items()),
        names=names,
        texts=texts,
        days=part["days"].integer(0, MOST_DAYS),
        hours=part["hours"].integer(1, MOST_HOURS),
        consent=part["consent"].matching(_CODE, "code"),
    )
