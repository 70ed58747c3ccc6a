"""Dispatch in bags (封发): what may be asked of it, and what its page shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class OpenDispatch:
    """Show the page; from now on a scan goes into the bag that is open."""


@dataclass(frozen=True)
class LeaveDispatch:
    """The page is left; a bag that is open stays as it is."""


@dataclass(frozen=True)
class OpenBag:
    """A bag with that number, for one of the destinations of the rules."""

    text: str
    to: str


@dataclass(frozen=True)
class PackItem:
    """What was scanned or typed: an item's label, its waybill."""

    text: str = field(repr=False)


@dataclass(frozen=True)
class UnpackItem:
    """Out of the open bag again: ``item``, or with ``item`` 0 what ``text`` names, as for a scan."""

    item: int
    text: str = field(default="", repr=False)


@dataclass(frozen=True)
class GiveUpBag:
    """Everything is taken out again and the bag's number is free."""


@dataclass(frozen=True)
class CloseBag:
    """Sealed and signed for; ``text`` is the seal's number.  It is never opened again."""

    text: str


DISPATCH = (OpenDispatch, OpenBag, PackItem, UnpackItem, GiveUpBag, CloseBag)
DispatchCommand = OpenDispatch | LeaveDispatch | OpenBag | PackItem | UnpackItem | GiveUpBag | CloseBag


@dataclass(frozen=True)
class PackedView:
    """One item in a bag; ``number`` without the terminal."""

    item: int
    number: str
    waybill: str = field(repr=False)
    weight_g: int
    operator: str


@dataclass(frozen=True)
class BagView:
    """The open bag; ``to`` by language, ``items`` the newest scan first, at most so many as are listed."""

    bag: str
    to: Mapping[str, str]
    by: str
    count: int
    items: tuple[PackedView, ...] = ()


@dataclass(frozen=True)
class SentView:
    """A bag that was closed; ``at`` local time, HH:MM, with MM-DD before it where that is another day."""

    closed: int
    bag: str
    seal: str
    to: Mapping[str, str]
    count: int
    by: str
    at: str


@dataclass(frozen=True)
class DispatchView:
    """While the page stands.  ``here``: items that lie here outside the open bag.

    ``accepted``, ``voided``, ``sent`` and ``opening`` are the business day's.
    """

    here: int = 0
    opening: int = 0
    accepted: int = 0
    voided: int = 0
    sent: int = 0
    organs: int = 0
    let_go: int = 0
    bag: BagView | None = None
    closed: tuple[SentView, ...] = ()  # the newest first
    destinations: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # code → name by language
