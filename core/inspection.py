"""The inspection pack (检查包): what may be asked, and the page that comes out."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.ledger.inspection import Inspection


@dataclass(frozen=True)
class MakeInspectionPack:
    """For an inspector who stands here, of the last weeks; ``place`` of :data:`core.slips.PLACES`."""

    place: str
    language: str


@dataclass(frozen=True)
class InspectionPage:
    """The pack as it comes out.  ``at``: local time; ``by``: who asked for it."""

    slip: Inspection
    qr: str = field(repr=False)
    at: str
    by: str

    @property
    def stem(self) -> str:
        """The files' name."""
        return f"inspection-pack-{self.slip.terminal}-{self.slip.until}-{self.slip.last.seq}"
