"""What a person may ask about her own data, until when it is answered, on what ground not: dated rule data.

PIPL 44 to 50.  ``kept`` is the house's own account of what it keeps: it is printed for whoever asks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from core.ledger.persons import NONE, Right
from core.strict import Node

Sourced = Callable[..., Mapping[str, Node]]
MOST = 9  # each is chosen by its digit
MOST_DAYS = 366
_CODE = "[a-z][a-z0-9_]{0,39}"
_KEYS = ("days", "warn_days", "handler", "fields", "kept", "grounds")
_ROW = ("what", "why", "long", "whom")


@dataclass(frozen=True, slots=True)
class Kept:
    """One kind of data that is kept; texts by language: what, for what purpose, how long, to whom passed."""

    what: Mapping[str, str]
    why: Mapping[str, str]
    long: Mapping[str, str]
    whom: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Ground:
    """Why a right is refused, with the provision that lets it."""

    code: str
    names: Mapping[str, str]  # by language
    rights: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True)
class RightRules:
    """``days``: answered within so many; ``warn_days``: so many before the end it is said."""

    days: int
    warn_days: int
    handler: Mapping[str, str]  # who handles requests, and where to complain; by language
    fields: Mapping[str, Mapping[str, str]]  # what may be wrong: code → language → name
    kept: tuple[Kept, ...]
    grounds: tuple[Ground, ...]
    source: str  # of the days

    def ground(self, code: str, right: str) -> Ground | None:
        """The ground of that code, where that right may be refused on it."""
        return next((one for one in self.grounds if one.code == code and right in one.rights), None)


def read_rights(node: Node, sourced: Sourced, languages: Sequence[str]) -> RightRules:
    """The member ``rights``; ``sourced`` reads one value with its source.  Raises ConfigError."""
    part = node.members(_KEYS)
    days = sourced(part["days"], "value")
    most = days["value"].integer(1, MOST_DAYS)
    fields = {}
    for one in part["fields"].items():
        inner = one.members(("code", *languages))
        fields[inner["code"].matching(_CODE, "code")] = _texts(inner, languages, 40)
    grounds = tuple(_ground(one, sourced, languages) for one in part["grounds"].items())
    for name, codes in (("fields", list(fields)), ("grounds", [one.code for one in grounds])):
        if len(set(codes)) != len(part[name].items()) or len(codes) > MOST or NONE in codes:
            raise part[name].wrong(f"at most {MOST}, every code once, none of them none")
    return RightRules(
        days=most,
        warn_days=sourced(part["warn_days"], "value")["value"].integer(0, most),
        handler=_texts(sourced(part["handler"], *languages), languages, 120),
        fields=fields,
        kept=tuple(_kept(one, sourced, languages) for one in part["kept"].items()),
        grounds=grounds,
        source=days["source"].text(),
    )


def _texts(part: Mapping[str, Node], languages: Sequence[str], most: int) -> Mapping[str, str]:
    return {language: part[language].text(most) for language in languages}


def _kept(node: Node, sourced: Sourced, languages: Sequence[str]) -> Kept:
    part = sourced(node, *languages)
    said = {language: part[language].members(_ROW) for language in languages}
    found = {name: {language: said[language][name].text(120) for language in languages} for name in _ROW}
    return Kept(**found)


def _ground(node: Node, sourced: Sourced, languages: Sequence[str]) -> Ground:
    part = sourced(node, "code", "rights", *languages)
    rights = tuple(one.one_of([right.value for right in Right]) for one in part["rights"].items())
    names = _texts(part, languages, 24)  # it stands on a button
    return Ground(part["code"].matching(_CODE, "code"), names, rights, part["source"].text())
