"""What an operator takes with her of a business day: every entry under her name, as a file (I9)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from core.errors import CounterError


@dataclass(frozen=True)
class KeepEvidence:
    """She wants the file; ``before``: 0 the open business day, 1 the one before it."""

    before: int = 0


@dataclass(frozen=True, slots=True)
class KeptEvidence:
    """Where it lies, how many entries are hers, and whether headquarters' signature covers the day."""

    file: str
    entries: int
    proven: bool


class EvidenceFiles(Protocol):
    """Writes such files beside whatever else goes on."""

    def begin(self, operator: str, day: int, done: Callable[[KeptEvidence | CounterError], None]) -> None:
        """Returns at once; ``done`` is called once, from any thread."""
        ...
