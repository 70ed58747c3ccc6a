"""To whom a customer's data may be given, on what basis, and no more than which fields: dated rule data.

Sources: 邮政法 36 (public security, state security, procuratorial organs), 邮政法 61 (postal administration),
PIPL 23 (a partner, by separate consent), PIPL 6 (the least that the purpose takes), R70 to R74.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from core.ledger.disclosures import Datum, Way
from core.strict import Node

MOST = 9  # each is chosen by its digit
MOST_DAYS = 366
_CODE = "[a-z][a-z0-9_]{0,39}"
_LANGUAGES = ("zh", "en")
Sourced = Callable[..., Mapping[str, Node]]


@dataclass(frozen=True, slots=True)
class Named:
    """A code with its name by language."""

    code: str
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Scope(Named):
    """Which fields are asked for together; values of :class:`core.ledger.disclosures.Datum`."""

    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Basis(Named):
    """A legal basis, or an agreement: what it is used for, and the scopes that it covers."""

    purposes: tuple[str, ...]
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Recipient(Named):
    """An organ or a partner.  ``reason`` of ``second.disclose``; ``consent``: its code, "" for an organ."""

    way: Way
    reason: str
    bases: tuple[str, ...]
    consent: str = ""


@dataclass(frozen=True, slots=True)
class DisclosureRules:
    """``days``: so long one stands, from the day on which it is filed."""

    recipients: tuple[Recipient, ...] = ()
    bases: Mapping[str, Basis] = field(default_factory=dict)
    purposes: Mapping[str, Named] = field(default_factory=dict)
    scopes: Mapping[str, Scope] = field(default_factory=dict)
    days: int = 0

    def recipient(self, code: str) -> Recipient | None:
        """The organ or partner of that code."""
        return next((each for each in self.recipients if each.code == code), None)

    def fields(self, recipient: str, basis: str, purpose: str, scope: str) -> tuple[str, ...]:
        """What may be asked for; nothing where the four do not go together."""
        who, what = self.recipient(recipient), self.bases.get(basis)
        if who is None or what is None or basis not in who.bases:
            return ()
        if purpose not in what.purposes or scope not in what.scopes:
            return ()
        return self.scopes[scope].fields

    def most(self, recipient: str, basis: str) -> frozenset[str]:
        """Every field that the basis covers for that recipient."""
        who, what = self.recipient(recipient), self.bases.get(basis)
        if who is None or what is None or basis not in who.bases:
            return frozenset()
        return frozenset(name for code in what.scopes for name in self.scopes[code].fields)


def read_disclosure(node: Node, sourced: Sourced, reasons: Collection[str]) -> DisclosureRules:
    """The member ``disclosure``; ``reasons`` are those of ``second.disclose``.  Raises ConfigError."""
    part = node.members(("organs", "partners", "bases", "purposes", "scopes", "days"))
    lists = {name: sourced(inner, "list")["list"] for name, inner in part.items() if name != "days"}
    purposes = _table(lists["purposes"], _named)
    scopes = _table(lists["scopes"], _scope)
    bases = _table(lists["bases"], lambda each: _basis(each, list(purposes), list(scopes)))
    organs = [_recipient(each, Way.LAWFUL, list(bases), list(reasons)) for each in lists["organs"].items()]
    partners = [
        _recipient(each, Way.SHARING, list(bases), list(reasons)) for each in lists["partners"].items(0)
    ]
    recipients = (*organs, *partners)
    if len({each.code for each in recipients}) != len(recipients) or max(len(organs), len(partners)) > MOST:
        raise node.wrong(f"at most {MOST} organs and {MOST} partners, every code once")
    days = sourced(part["days"], "value")["value"].integer(1, MOST_DAYS)
    return DisclosureRules(recipients, bases, purposes, scopes, days)


_T = TypeVar("_T", bound=Named)


def _table(node: Node, read: Callable[[Node], _T]) -> dict[str, _T]:
    found = [read(each) for each in node.items()]
    table = {each.code: each for each in found}
    if len(table) != len(found):
        raise node.wrong("every code once")
    return table


def _parts(node: Node, *keys: str) -> tuple[str, Mapping[str, str], Mapping[str, Node]]:
    part = node.members(("code", *_LANGUAGES, *keys))
    names = {language: part[language].text(60) for language in _LANGUAGES}
    return part["code"].matching(_CODE, "code"), names, part


def _named(node: Node) -> Named:
    code, names, _ = _parts(node)
    return Named(code, names)


def _codes(node: Node, allowed: Collection[str]) -> tuple[str, ...]:
    found = tuple(each.one_of(list(allowed)) for each in node.items())
    if len(set(found)) != len(found) or len(found) > MOST:
        raise node.wrong(f"at most {MOST}, every code once")
    return found


def _scope(node: Node) -> Scope:
    code, names, part = _parts(node, "fields")
    return Scope(code, names, _codes(part["fields"], [each.value for each in Datum]))


def _basis(node: Node, purposes: Collection[str], scopes: Collection[str]) -> Basis:
    code, names, part = _parts(node, "purposes", "scopes")
    return Basis(code, names, _codes(part["purposes"], purposes), _codes(part["scopes"], scopes))


def _recipient(node: Node, way: Way, bases: Collection[str], reasons: Collection[str]) -> Recipient:
    keys = ("reason", "bases", *(("consent",) if way is Way.SHARING else ()))
    code, names, part = _parts(node, *keys)
    consent = part["consent"].matching(_CODE, "code") if way is Way.SHARING else ""
    reason = part["reason"].one_of(list(reasons))
    return Recipient(code, names, way, reason, _codes(part["bases"], bases), consent)
