"""The inspection pack (检查包): what an inspector of the authority ticks, counted from the raw entries.

Figures of some weeks, items by number and day, staff by number and with the days of their papers, and the
log of what was destroyed (销毁记录): what went, by which rule, how many, by which entries.  No customer
and no waybill stands in it, so it can be handed out.  What a counter cannot know (the rules on the wall,
cameras) is a line to be filled in by hand.  Source: 寄递企业/站点检查日常记录表 (rules.md 2.5);
docs/format.md, section 21.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from core import wire
from core.ledger.cases import CLOSED, LAPSED
from core.ledger.clock import business_date, minute
from core.ledger.entry import EMPTY_HEAD, Entry, Head
from core.ledger.erasure import MONTH_ERASED, PERSON_ERASED, SEALED_ERASED, month_name
from core.ledger.following import follow

MOST = 500  # items that are named; more are counted
NOT_INSPECTED, TO_CENTRE = "not_inspected", "to_centre"
# What is destroyed: sealed parts that headquarters has safe, a month that is over, a person's item at her
# request, a case that was closed or whose time was over.
SEALED, MONTH, PERSON, CASE_CLOSED, CASE_LAPSED = "sealed", "month", "person", "case_closed", "case_lapsed"
_MAX_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Named:
    """An item that an inspector asks about: not opened, or sent on to be checked at a centre.

    ``at``: local time, YYYY-MM-DD HH:MM.
    """

    what: str
    number: str
    at: str
    operator: str


@dataclass(frozen=True, slots=True)
class Erased:
    """What went on one day by one rule.  ``day``: ISO; ``of``: retention class and month of :data:`MONTH`,
    else ""; ``count``: attachments, of a person's request and of cases items and cases; ``first`` and
    ``last``: the entries that say so.
    """

    day: str
    what: str
    of: str
    count: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Trained:
    """One of the staff.  ``agreement`` and ``training``: ISO days, "" where headquarters knows none;
    ``state`` of :class:`core.access.papers.State`, "" where rule data ask for no paper.
    """

    operator: str
    role: str
    agreement: str
    training: str
    state: str


@dataclass(frozen=True)
class Inspection:
    """``first`` and ``last``: heads after the entry before the first one counted, and after the last one.

    ``since`` and ``until``: ISO dates of the business days that were counted.
    """

    branch: str
    terminal: str
    since: str
    until: str
    first: Head
    last: Head
    rules: str
    accepted: int
    voided: int
    identity: Mapping[str, int]  # chip, manual, code, exempt → items
    inspected: int
    security: Mapping[str, int]  # here, centre, not_required → items
    by_route: Mapping[str, int]  # the same of items by routes of which the rules ask each to be checked
    refused: Mapping[str, int]  # reason → how many
    named: tuple[Named, ...] = ()
    unnamed: int = 0  # beyond MOST
    erased: tuple[Erased, ...] = ()
    staff: tuple[Trained, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The members of the canonical bytes."""
        value = {name: getattr(self, name) for name in _PLAIN}
        value |= {name: dict(getattr(self, name)) for name in _COUNTED}
        value |= {name: [asdict(each) for each in getattr(self, name)] for name in _LISTED}
        value |= {"first": self.first.as_json(), "last": self.last.as_json()}
        return {"type": "inspection-pack", **value}

    def digest(self) -> bytes:
        """SHA-256 over the canonical bytes: what its code names."""
        return hashlib.sha256(wire.encode(self.as_json(), limit=_MAX_BYTES)).digest()


_PLAIN = (
    "branch", "terminal", "since", "until", "rules", "accepted", "voided", "inspected", "unnamed",
)  # fmt: skip
_LISTED = ("named", "erased", "staff")
_COUNTED = ("identity", "security", "by_route", "refused")


@dataclass
class InspectionReader:
    """Give it every entry from the first of those days on, in sequence.

    Raises as :func:`core.ledger.following.follow`.
    """

    first: Head  # the entry before
    _head: Head = EMPTY_HEAD
    _methods: dict[int, str] = field(default_factory=dict)  # seq of a sender's entry → how she was identified
    _items: dict[int, tuple[Mapping[str, Any], str, str, str]] = field(default_factory=dict)
    _voided: set[int] = field(default_factory=set)
    _refused: Counter[str] = field(default_factory=Counter)
    _erased: dict[tuple[str, str, str], Erased] = field(default_factory=dict)  # by day, what and of what

    def __post_init__(self) -> None:
        self._head = self.first

    @property
    def head(self) -> Head:
        """After the last entry that was given."""
        return self._head

    def add(self, entry: Entry) -> None:
        """The next entry."""
        self._head, kind, version = follow(entry, self._head.seq + 1, self._head)
        if version == 1:
            self._count(kind, entry)
        found = _erased(kind, entry.data)
        if found is not None:
            self._destroyed(business_date(entry.header.trusted.at).isoformat(), *found)

    def _destroyed(self, day: str, what: str, of: str, count: int) -> None:
        before, seq = self._erased.get((day, what, of)), self._head.seq
        row = Erased(day, what, of, count, seq, seq)
        if before is not None:
            row = Erased(day, what, of, before.count + count, before.first, seq)
        self._erased[day, what, of] = row

    def _count(self, kind: str, entry: Entry) -> None:
        seq, data = self._head.seq, entry.data
        match kind:
            case "SenderVerified":
                self._methods[seq] = data["method"]
            case "SenderExempted":
                self._methods[seq] = "exempt"
            case "ItemAccepted":
                header = entry.header
                at = minute(header.trusted.at)
                # A visit goes on over midnight: its sender's entry may stand before the first day.
                method = self._methods.get(data["sender"], "earlier")
                self._items[seq] = (data, at, header.actor.id, method)
            case "ItemRefused":
                self._refused[data["reason"]] += 1
            case "ItemVoided":
                self._voided.add(data["item"])

    def result(
        self,
        where: tuple[str, str],
        days: tuple[str, str],
        rules: str,
        always: Collection[str],
        staff: tuple[Trained, ...],
    ) -> Inspection:
        """What was counted.  ``where``: branch and terminal; ``days`` as ``since`` and ``until``; ``always``:
        routes of which each item is checked (R27).
        """
        items = [row for seq, row in self._items.items() if seq not in self._voided]
        named = [_named(NOT_INSPECTED, row) for row in items if row[0]["inspected"] is None]
        named += [_named(TO_CENTRE, row) for row in items if row[0]["security"] == "centre"]
        by_route = [row for row in items if row[0]["route"] in always]
        return Inspection(
            branch=where[0],
            terminal=where[1],
            since=days[0],
            until=days[1],
            first=self.first,
            last=self._head,
            rules=rules,
            accepted=len(items),
            voided=len(self._items) - len(items),
            identity=Counter(method for *_, method in items),
            inspected=sum(row[0]["inspected"] is not None for row in items),
            security=Counter(row[0]["security"] for row in items),
            by_route=Counter(row[0]["security"] for row in by_route),
            refused=self._refused,
            named=tuple(named[:MOST]),
            unnamed=max(0, len(named) - MOST),
            erased=tuple(self._erased.values()),
            staff=staff,
        )


def _erased(kind: str, data: Mapping[str, Any]) -> tuple[str, str, int] | None:
    """(what, of which class and month, how many) where an entry says that something went."""
    if kind == SEALED_ERASED:
        return SEALED, "", data["count"]
    if kind == MONTH_ERASED:
        return MONTH, month_name(data["retention"], data["month"]), data["count"]
    one = {PERSON_ERASED: PERSON, CLOSED: CASE_CLOSED, LAPSED: CASE_LAPSED}.get(kind)
    return None if one is None else (one, "", 1)


def _named(what: str, row: tuple[Mapping[str, Any], str, str, str]) -> Named:
    data, at, operator, _ = row
    return Named(what, f"{data['number']:06d}", at, operator)
