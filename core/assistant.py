"""What the first-run assistant shows and asks for: from an empty directory to the log-in.

The page polls :meth:`Assistant.look`, which never waits; everything that takes time happens elsewhere.
Nothing is used up before it was checked, and what was cut off goes on at the next start.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from core.devices import Slot
from core.technician import Told, WorkshopView


class Stage(StrEnum):
    """Where somebody stands, in this order."""

    LANGUAGE = "language"
    HEADQUARTERS = "headquarters"
    CODE = "code"  # what for, and the one-time code
    OPERATOR = "operator"
    DEVICES = "devices"  # from here on a counter stands: nothing before can be gone back to
    CHECKS = "checks"
    HANDOVER = "handover"  # the first operator signs for what is there
    DONE = "done"


STAGES = tuple(Stage)


class Way(StrEnum):
    """What this machine becomes."""

    NEW = "new"
    REPLACES = "replaces"
    BACKUP = "backup"  # it replaces one, and what a backup still has is handed in after it


class Busy(StrEnum):
    """What is being done; one thing at a time."""

    NOTHING = "nothing"
    REACHING = "reaching"
    NAMING = "naming"
    ENROLLING = "enrolling"
    HANDING = "handing"


@dataclass(frozen=True, slots=True)
class Reached:
    """Headquarters answered under the authority that was handed in.

    ``fingerprint``: SHA-256 of that authority's certificate, upper-case hex in groups of four, to be compared
    with the paper; ``off_seconds``: how far this machine's clock is from headquarters' signed time.
    """

    url: str
    fingerprint: str
    off_seconds: int = 0


@dataclass(frozen=True, slots=True)
class Named:
    """What the code is for; ``branch`` "" where headquarters is too old to say before it is used up."""

    branch: str
    terminal: str
    follows: bool = False
    used: bool = False


@dataclass(frozen=True, slots=True)
class Begun:
    """Somebody began here and was cut off: the same number and password go on.

    ``answered``: headquarters' answer to the code is kept here, no code is wanted any more.
    """

    operator: str
    answered: bool
    recovery: bool = False


@dataclass(frozen=True, slots=True)
class Handed:
    """The counter was handed over.  ``file``: the slip's, "" where none could be written."""

    file: str
    printed: bool


@dataclass(frozen=True, slots=True)
class AssistantView:
    """Everything the assistant's page shows."""

    stage: Stage = Stage.LANGUAGE
    busy: Busy = Busy.NOTHING
    way: Way = Way.NEW
    url: str = ""
    authority: str = ""  # the path as typed or found
    proxy: str = ""  # on the way there, "" for none
    found: tuple[str, ...] = ()  # files that may be the authority's
    reached: Reached | None = None
    named: Named | None = None
    begun: Begun | None = None
    operator: str = ""
    branch: str = ""  # of the counter that stands here now
    terminal: str = ""
    handed: Handed | None = None
    told: Told | None = None


@dataclass(frozen=True, slots=True)
class Registration:
    """What is typed at the last step before the counter stands; ``folder``: of a backup, "" for none."""

    operator: str
    activation: str = field(repr=False)
    password: str = field(repr=False)
    folder: str = ""


class Assistant(Protocol):
    """What the page may ask for.  Every call returns at once; what came of it is in the next look."""

    def look(self) -> AssistantView: ...

    def go(self, stage: Stage) -> None:
        """To another step that may be gone to."""
        ...

    def reach(self, url: str, authority: str, proxy: str = "") -> None:
        """Whether headquarters answers there, under that authority, through that proxy if there is one."""
        ...

    def choose(self, way: Way) -> None: ...

    def name(self, code: str) -> None:
        """What the code is for; nothing is used up."""
        ...

    def offer(self) -> str:
        """A passphrase that nobody has yet, good by the rules."""
        ...

    def register(self, typed: Registration) -> None:
        """Checked first; then the codes are redeemed and the counter founded."""
        ...

    def hand_over(self, operator: str, password: str, language: str) -> None:
        """She signs for what is there; the slip comes out, its file in "zh" or "en"."""
        ...

    def slip(self, language: str) -> None:
        """The slip that was signed once more."""
        ...

    def anew(self) -> None:
        """Forget what was begun and cut off: the codes that it used are gone."""
        ...


class Shop(Protocol):
    """What the page wants of :class:`core.technician.Workshop`."""

    def look(self, slot: Slot | None) -> WorkshopView: ...

    def examine(self) -> None: ...
