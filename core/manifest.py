"""The manifest of a closed bag (封发清单): what may be asked, and the page that comes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.ledger.manifest import Manifest


@dataclass(frozen=True)
class MakeManifest:
    """Of the bag that entry ``closed`` sealed, as often as it is asked; ``place`` of
    :data:`core.slips.PLACES`.
    """

    closed: int
    place: str
    language: str


@dataclass(frozen=True)
class ManifestPage:
    """The manifest as it comes out.  ``at``: local time; ``by``: who asked for it; ``to``: where the bag
    goes, by language.
    """

    slip: Manifest
    qr: str = field(repr=False)
    at: str
    by: str
    to: Mapping[str, str] = field(default_factory=dict)

    @property
    def stem(self) -> str:
        """The files' name."""
        return f"bag-manifest-{self.slip.terminal}-{self.slip.bag}-{self.slip.closed.seq}"
