"""What the screen shows of requests for a second person, and what it may ask about them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from core.correcting import CorrectionView, FieldToCorrect


@dataclass(frozen=True)
class RequestView:
    """One request that is open.  ``reason`` by language; ``about``: the item's number, "" for no item.

    ``state``: "waits" (nothing happens before it is approved), "signs" (the act was done, and the signature
    is still lacking), "ready" (it may be done now).  ``mine``: whoever stands here asked for it.
    """

    request: str
    action: str
    reason: Mapping[str, str]
    by: str
    about: str
    until: dt.datetime
    state: str
    mine: bool
    subject: int = 0
    days: int = 0  # on the block list, 0 for all else
    document: str = ""  # the kind that was typed, "" for all else
    where: str = ""  # of a typed document: "here", in the visit on the screen, or "parked"
    change: CorrectionView | None = None  # what shall stand, as far as it is still here


@dataclass(frozen=True)
class SecondView:
    """All of them, the one that ends first in front; and how an accepted item may be voided.

    ``reasons``: code → name by language; ``hours`` by mode, "wait" and perhaps "countersign".
    ``reader_down``: reasons for counting on without the reader.
    """

    requests: tuple[RequestView, ...] = ()
    reasons: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    hours: Mapping[str, int] = field(default_factory=dict)
    reader_down: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    fields: tuple[FieldToCorrect, ...] = ()  # of an accepted item
    correct_reasons: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    correct_hours: Mapping[str, int] = field(default_factory=dict)
    correction: CorrectionView | None = None  # typed, and not done yet


@dataclass(frozen=True)
class AskVoid:
    """An accepted item of this day shall be void; ``mode`` "wait" or "countersign" (void at once)."""

    item: int
    reason: str
    mode: str


@dataclass(frozen=True)
class VoidItem:
    """Void it on the request that was asked and may be used."""

    item: int


@dataclass(frozen=True)
class AskReaderDown:
    """Documents shall be typed for the hours of the rules; it waits for a second person."""

    reason: str


@dataclass(frozen=True)
class BeginReaderDown:
    """Begin with it on the request that was asked and approved."""


@dataclass(frozen=True)
class DecideRequest:
    """A second person says yes or no, beside the session that goes on."""

    request: str
    operator: str
    password: str = field(repr=False)
    approved: bool = True


SecondCommand = AskVoid | VoidItem | AskReaderDown | BeginReaderDown | DecideRequest
