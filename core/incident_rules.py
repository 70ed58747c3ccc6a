"""What an incident of personal data may be, and what is said, done and learnt about it (rule data).

Sources: R94, R95; 个人信息保护法 57: kinds of data, cause, possible harm; measures taken and what the person
can do; how to reach the handler.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from core.named import CODE, MOST, Names, named
from core.strict import Node

Sourced = Callable[..., Mapping[str, Node]]
LISTS = ("kinds", "data", "causes", "harms", "measures", "lessons")


@dataclass(frozen=True, slots=True)
class IncidentRules:
    """``tell_minutes``: so soon headquarters is told.  The lists are code → name by language.

    ``plan``: what is done at once, in order; ``advice``: harm → what the person can do; ``contact``: how she
    reaches the house.  All by language.
    """

    tell_minutes: int
    kinds: Mapping[str, Names]
    data: Mapping[str, Names]
    causes: Mapping[str, Names]
    harms: Mapping[str, Names]
    measures: Mapping[str, Names]
    lessons: Mapping[str, Names]
    plan: tuple[Names, ...]
    advice: Mapping[str, Names]
    contact: Names


def read_incidents(node: Node, sourced: Sourced, languages: Sequence[str]) -> IncidentRules:
    """The member ``incidents``; ``sourced`` reads one value with its source.  Raises ConfigError."""
    part = node.members(("tell_minutes", *LISTS, "plan", "contact"))
    listed = {name: sourced(part[name], "list")["list"] for name in LISTS}
    steps = sourced(part["plan"], "list")["list"]
    plan = tuple(_texts(each.members(languages), languages) for each in steps.items())
    if not 0 < len(plan) <= MOST:
        raise steps.wrong(f"1 to {MOST} steps")
    contact = _texts(sourced(part["contact"], *languages), languages)
    advice: dict[str, Names] = {}
    names: dict[str, dict[str, Names]] = {}
    for name, rows in listed.items():
        more = ("advice",) if name == "harms" else ()
        names[name] = named(rows, languages, more=more)
        for row in rows.items() if more else ():
            each = row.members(("code", *languages, *more))
            advice[each["code"].matching(CODE, "code")] = _texts(each["advice"].members(languages), languages)
    minutes = sourced(part["tell_minutes"], "value")["value"].integer(1, 7 * 24 * 60)
    return IncidentRules(minutes, **names, plan=plan, advice=advice, contact=contact)


def _texts(part: Mapping[str, Node], languages: Sequence[str]) -> Names:
    return {language: part[language].text(160) for language in languages}
