"""What the technician's page shows and asks for: slots, traffic, tests, findings.  Nobody's data is in it.

The page needs no log-in (docs/access.md): whoever stands at the machine may see how its devices are.  It
polls :meth:`Workshop.look`, which never waits; everything that takes time happens elsewhere.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from core.config_plan import Plan
from core.devices import DeviceTruth, Slot
from core.errors import Fact
from core.gate_log import GateLine


@dataclass(frozen=True, slots=True)
class TrafficLine:
    """One message over a link.  ``shown`` are device bytes; ``hidden`` counts those that are blacked out."""

    at: dt.datetime  # aware UTC
    outward: bool
    name: str
    shown: bytes
    hidden: int


@dataclass(frozen=True, slots=True)
class SlotRow:
    """One configured slot.  ``options`` as the configuration gives them; ``messages`` went over its link."""

    slot: Slot
    driver: str
    link: str
    truth: DeviceTruth
    name: str = ""  # what the technician calls it
    options: Mapping[str, Fact] = field(default_factory=dict)
    since: dt.datetime | None = None  # of the present truth
    fault: DeviceTruth | None = None  # the last one, over or not
    fault_at: dt.datetime | None = None
    messages: int = 0


class Verdict(StrEnum):
    """What was found about one thing, with its sign on the screen and the command line."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"
    SKIPPED = "not opened"


@dataclass(frozen=True, slots=True)
class Finding:
    """One checked thing: ``name`` as the doctor's captions have it, ``code`` a sentence of ``ui.text``."""

    name: str
    state: Verdict
    code: str
    facts: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tested:
    """One check of a device's test."""

    name: str  # devices.conformance.CheckName
    ok: bool
    fault: str = ""
    facts: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Test:
    """A slot's test, running or done."""

    slot: Slot
    checks: tuple[Tested, ...] = ()
    done: bool = False  # to its end: broken off it is no verdict
    broken_off: bool = False

    @property
    def sound(self) -> bool:
        """Whether it has ended and nothing was wrong."""
        return self.done and bool(self.checks) and all(check.ok for check in self.checks)


class Work(StrEnum):
    """What the workshop is at; one thing at a time."""

    NOTHING = "nothing"
    TESTING = "testing"
    EXAMINING = "examining"
    LOOKING = "looking"  # for a port that was not there before
    TRYING = "trying"  # drivers at a port
    WRITING = "writing"
    BUNDLING = "bundling"
    PRINTING = "printing"  # a calibration page
    LEARNING = "learning"  # a printer measures its labels


@dataclass(frozen=True, slots=True)
class Candidate:
    """A device that was found: which slots and driver fit, at which link; ``port`` as people call it."""

    slots: tuple[Slot, ...]
    driver: str
    link: str
    port: str = ""


@dataclass(frozen=True, slots=True)
class Adding:
    """A device is being added, or a slot's plug looked for (``wanted``)."""

    wanted: Slot | None = None
    port: str = ""  # at which drivers are tried
    driver: str = ""  # tried now
    found: Candidate | None = None
    silent: bool = False  # something is connected there, and no driver gets a word out of it
    ports: tuple[str, ...] = ()  # connected already, and in nobody's use
    waits: bool = False  # what is connected already is not known yet: nothing may be plugged in before


@dataclass(frozen=True, slots=True)
class PaperSetting:
    """One setting of a printer's pages.  ``value`` None: as the printer itself is set, or nothing that fits.

    ``size`` counts in :attr:`PaperBench.sizes`, the others as the configuration does.
    """

    name: str
    value: int | None
    least: int
    most: int
    before: int | None  # as it stands in the configuration


@dataclass(frozen=True, slots=True)
class PaperBench:
    """The calibration page of one printer as its settings would have it, before any paper is spent."""

    slot: Slot
    settings: tuple[PaperSetting, ...]
    sizes: tuple[tuple[int, int], ...] = ()  # width and height, mm; height 0: a roll
    learns: bool = False  # whether this printer measures its labels when told to
    dots_per_mm: float = 8.0
    picture: bytes = field(default=b"", repr=False)  # PNG, dot for dot; b"" until it is drawn
    fault: str = ""  # why there is none
    facts: Mapping[str, Fact] = field(default_factory=dict)

    @property
    def changed(self) -> bool:
        """Whether anything would be written."""
        return any(each.value != each.before for each in self.settings)


@dataclass(frozen=True, slots=True)
class Taking:
    """A configuration from another counter, shown before it is taken over; ``files`` the newest first."""

    files: tuple[str, ...]
    chosen: int = 0
    plan: Plan | None = None
    fault: str = ""  # why the chosen one is not taken
    facts: Mapping[str, Fact] = field(default_factory=dict)
    compared: bool = False  # somebody says that the fingerprints agree

    @property
    def file(self) -> str:
        """The chosen one."""
        return self.files[self.chosen]


@dataclass(frozen=True, slots=True)
class Told:
    """One line about what was asked for; ``serial`` grows."""

    code: str
    facts: Mapping[str, Fact] = field(default_factory=dict)
    level: str = "info"  # as core.view.Message
    serial: int = 0


@dataclass(frozen=True, slots=True)
class WorkshopView:
    """Everything the technician's page shows."""

    rows: tuple[SlotRow, ...] = ()
    traffic: tuple[TrafficLine, ...] = ()  # of the slot that was asked about, the newest last
    work: Work = Work.NOTHING
    tests: Mapping[Slot, Test] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    adding: Adding | None = None
    paper: PaperBench | None = None
    taking: Taking | None = None
    proxy: str | None = None  # while somebody changes it: as it stands, "" for none
    undoable: bool = False  # the configuration before the last change lies beside it
    told: Told | None = None
    file: str = ""  # the configuration
    done: tuple[GateLine, ...] = ()  # the newest acts on this page, the last one first

    @property
    def beside(self) -> bool:
        """Whether something stands beside the slots that whoever leaves takes away."""
        return any(each is not None for each in (self.adding, self.paper, self.taking, self.proxy))


class Workshop(Protocol):
    """What the page may ask for.  Every call returns at once; what came of it is in the next look."""

    def look(self, slot: Slot | None) -> WorkshopView: ...

    def test(self, *slots: Slot) -> None: ...

    def examine(self) -> None: ...

    def add(self, wanted: Slot | None) -> None:
        """Look for a port that is not there yet; for ``wanted`` where its plug was moved."""
        ...

    def try_address(self, text: str) -> None:
        """While adding: ``HOST:PORT`` typed by a person, or the number of a connected port."""
        ...

    def take(self, slot: Slot, name: str) -> None:
        """Write what was found into the configuration as ``slot``, and put it to work."""
        ...

    def leave(self) -> None:
        """Nothing is added, nothing of a page's settings is kept; whatever looks or tries ends."""
        ...

    def rename(self, slot: Slot, name: str) -> None: ...

    def bundle(self) -> None:
        """The diagnostics bundle for headquarters, onto a stick where one is plugged in."""
        ...

    def enable(self, slot: Slot, *, on: bool) -> None: ...

    def paper(self, slot: Slot) -> None:
        """Draw the calibration page of a printer, with its settings."""
        ...

    def adjust(self, name: str, by: int) -> None:
        """One setting of that page, by so many steps; it is drawn anew."""
        ...

    def print_page(self) -> None:
        """Write what was changed, then print the page."""
        ...

    def learn(self) -> None:
        """The printer measures its labels."""
        ...

    def share(self) -> None:
        """This counter's configuration for another one, signed, onto a stick where one is plugged in."""
        ...

    def fetch(self) -> None:
        """Show what the newest such file there would change here."""
        ...

    def pick(self, by: int) -> None:
        """Another one of those files."""
        ...

    def take_over(self) -> None:
        """Write what is shown, and put it to work; of an unknown signer first that the fingerprints agree."""
        ...

    def ask_proxy(self) -> None:
        """Show the proxy that leads to headquarters, to be changed."""
        ...

    def set_proxy(self, text: str) -> None:
        """Write it, ``http://HOST:PORT`` or "" for none, and try headquarters through it."""
        ...

    def undo(self) -> None:
        """The configuration before the last change; once more is back again."""
        ...
