"""Handing a counter over: the command that signs it, and the page that comes out."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.ledger.entry import Head
from core.ledger.handover import Delivered, HandOver


@dataclass(frozen=True)
class TakeOver:
    """Whoever is logged in takes the counter over as it was ``delivered``.  Its future gives the page.

    ``kept``: what an earlier try had counted.  Where that is recorded already, it is that slip again.
    """

    delivered: Delivered
    kept: Delivered | None = None


@dataclass(frozen=True)
class HandOverPage:
    """A slip as it comes out.  ``entry``: the head after its entry; ``at``: local time, YYYY-MM-DD HH:MM.

    ``again``: it was recorded before, and one may have come out.
    """

    slip: HandOver
    operator: str
    at: str
    entry: Head
    qr: str
    again: bool = False


@dataclass(frozen=True, slots=True)
class PaperLine:
    """One paragraph of a printed page."""

    text: str
    bold: bool = False
    small: bool = False
    gap: bool = False  # white above it


@dataclass(frozen=True)
class CodedPage:
    """A page for the receipt printer whose words are made already: a title, lines, a code at its end."""

    title: str
    lines: tuple[PaperLine, ...]
    qr: str = field(repr=False)
