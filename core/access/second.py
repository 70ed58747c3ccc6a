"""Why a second person may be asked, whether the act may go on before she has said, and how long (rule data).

Read by ``core/rules.py``.  One entry for each action that a second person approves by a request; exemptions
have reasons of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.access.rights import Action, right
from core.strict import Node

MODES = ("wait", "countersign")  # values of core.ledger.requests.Mode
MOST_REASONS = 9  # each is chosen by its digit
MOST_HOURS = 24 * 31
_CODE = "[a-z][a-z0-9_]{0,39}"
_LANGUAGES = ("zh", "en")
ASKED = tuple(each.value for each in Action if right(each).approves and each is not Action.EXEMPT)


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason, chosen by its number."""

    code: str
    names: Mapping[str, str]  # by language


@dataclass(frozen=True, slots=True)
class SecondRules:
    """Of one action.  ``hours``: how long a request stands, by mode; one that is missing is not allowed."""

    reasons: tuple[Reason, ...]
    hours: Mapping[str, int]


def read_second(part: Mapping[str, Node]) -> SecondRules:
    """One action's; raises ConfigError."""
    reasons = tuple(map(_reason, part["reasons"].items()))
    codes = {each.code for each in reasons}
    if len(codes) != len(reasons) or len(reasons) > MOST_REASONS:
        raise part["reasons"].wrong(f"at most {MOST_REASONS} reasons, every code once")
    hours = part["hours"].members(MODES)
    wait, countersign = hours["wait"].integer(1, MOST_HOURS), hours["countersign"].integer(0, MOST_HOURS)
    return SecondRules(reasons, {"wait": wait, **({"countersign": countersign} if countersign else {})})


def _reason(node: Node) -> Reason:
    part = node.members(("code", *_LANGUAGES))
    names = {language: part[language].text(40) for language in _LANGUAGES}
    return Reason(part["code"].matching(_CODE, "code"), names)
