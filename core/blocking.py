"""What the screen shows of proposals for the block list, and what it may ask about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.breaching import WarningMark


@dataclass(frozen=True)
class BlockMark:
    """One of an item that was found.  ``state``: "waits" for the second person, "ready" to be sent, "over"
    (she never came), "sent", "listed", "appealed", "refused", "lifted".  ``day``: until when it stands, or
    when the appeal is answered; "" for none.  ``mine``: whoever stands here proposed it.
    """

    proposed: int
    item: int
    basis: Mapping[str, str]  # by language
    days: int
    state: str
    day: str
    mine: bool


@dataclass(frozen=True)
class BlockingView:
    """While F3 stands.  ``bases``: code → name by language; ``terms`` in days."""

    marks: tuple[BlockMark, ...] = ()
    bases: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    terms: tuple[int, ...] = ()
    warnings: tuple[WarningMark, ...] = ()
    breaches: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # what one is warned for
    supervisor: bool = False  # whoever stands here may take a warning back


@dataclass(frozen=True)
class ProposeBlock:
    """The sender of that item shall stand on the block list; it waits for a second person."""

    item: int
    basis: str
    days: int


@dataclass(frozen=True)
class SendBlock:
    """Put it before headquarters, on the request that was asked and approved."""

    proposed: int


@dataclass(frozen=True)
class AppealBlock:
    """The customer objects to standing on the list."""

    proposed: int


BLOCKING = (ProposeBlock, SendBlock, AppealBlock)
BlockCommand = ProposeBlock | SendBlock | AppealBlock
