"""The slip of a closed day (日终单): what may be asked of it, and the page that comes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from core.errors import CounterError
from core.inspection import InspectionPage, MakeInspectionPack
from core.ledger.day_slip import DaySlip
from core.manifest import MakeManifest, ManifestPage

PLACES = ("folder", "stick")  # of a file: the counter's export folder, or what is plugged in


@dataclass(frozen=True)
class PrintSlip:
    """On the receipt printer; ``closed``: the ``DayClosed`` entry of the day."""

    closed: int


@dataclass(frozen=True)
class ExportSlip:
    """As a PDF with the checkable file beside it: one of :data:`PLACES`, in "zh" or "en"."""

    closed: int
    place: str
    language: str


SlipCommand = PrintSlip | ExportSlip
FileCommand = SlipCommand | MakeInspectionPack | MakeManifest  # signed papers for whoever asks


@dataclass(frozen=True, slots=True)
class SlipDay:
    """A closed day whose slip may be had.  ``copies``: 0 while none came out."""

    closed: int
    day: int
    date: str
    copies: int


@dataclass(frozen=True, slots=True)
class SlipWait:
    """What still has to be signed when the slip comes out: action, number of the item, until when."""

    action: str
    number: str
    until: str


@dataclass(frozen=True)
class SlipPage:
    """A slip as it comes out: what is signed (``slip``, ``qr``), and what stood then and goes on.

    ``pending``: entries of the day that headquarters had not confirmed; ``at`` local time.
    """

    slip: DaySlip
    qr: str
    copy: int
    at: str
    by: str
    pending: int
    waits: tuple[SlipWait, ...] = ()
    reasons: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # code → name by language

    @property
    def stem(self) -> str:
        """The files' name."""
        slip = self.slip
        copy = f"-copy{self.copy}" if self.copy else ""
        return f"day-slip-{slip.terminal}-{slip.date}-{slip.day}{copy}"

    def __repr__(self) -> str:
        return f"SlipPage(day={self.slip.day}, copy={self.copy}, …)"


class SlipFiles(Protocol):
    """Writes slips as files beside whatever else goes on."""

    def begin(
        self,
        page: SlipPage | InspectionPage | ManifestPage,
        place: str,
        language: str,
        done: Callable[[str | CounterError], None],
    ) -> None:
        """Returns at once; ``done`` is called once, from any thread, with the file's place."""
        ...
