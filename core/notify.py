"""A customer is told something through headquarters, and nobody here sees her number: command and view."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from core.notify_rules import ApprovedText


@dataclass(frozen=True)
class AskNotify:
    """Headquarters shall send an approved text about an item.

    ``text`` and ``version`` as the rules have them, ``to`` of :class:`core.ledger.cases.Whose`, ``language``
    "zh" or "en".
    """

    item: int
    text: str
    version: str
    to: str
    language: str


@dataclass(frozen=True)
class Told:
    """What a text about one item is filled with, and who would get it, masked: code of Whose → shown."""

    facts: Mapping[str, str] = field(default_factory=dict, repr=False)
    receivers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class NotifyView:
    """The texts in force, and the items of the look-up that one may be sent about; ``today`` in China."""

    texts: tuple[ApprovedText, ...] = ()
    items: Mapping[int, Told] = field(default_factory=dict)
    today: dt.date = dt.date.min
    reached: bool = False  # headquarters answers now
