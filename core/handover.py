"""Handing a counter over: the command that signs it, and the page that comes out."""

from __future__ import annotations

from dataclasses import dataclass

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
