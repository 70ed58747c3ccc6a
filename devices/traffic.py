"""What went over a link, for a technician: names, sizes and device bytes, never personal ones.

The session that understands the bytes decides which of them may be shown; everything else is
counted.  So a raw card answer cannot get in here by mistake: there is no parameter for it.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass
from enum import StrEnum

KEPT = 256  # exchanges: about a minute of polling
SHOWN_BYTES = 64


class Direction(StrEnum):
    """Seen from the computer."""

    OUT = "out"
    IN = "in"


@dataclass(frozen=True, slots=True)
class Traffic:
    """One message.  ``shown`` holds device bytes only, ``hidden`` counts those that are withheld."""

    monotonic_ns: int
    direction: Direction
    name: str
    shown: bytes
    hidden: int

    def __str__(self) -> str:
        arrow = "→" if self.direction is Direction.OUT else "←"
        withheld = f" [{self.hidden} bytes withheld]" if self.hidden else ""
        seconds = self.monotonic_ns / 1_000_000_000
        return f"{seconds:.3f} {arrow} {self.name} {self.shown.hex(' ')}{withheld}".rstrip()


class TrafficLog:
    """A ring of the last messages; may be read from any thread."""

    def __init__(self, size: int = KEPT) -> None:
        self._ring: deque[Traffic] = deque(maxlen=size)
        self._total = 0
        self._lock = threading.Lock()

    def note(self, direction: Direction, name: str, shown: bytes = b"", hidden: int = 0) -> None:
        """Add one message; ``shown`` must not hold a byte that came from a card or a code."""
        cut = shown[:SHOWN_BYTES]
        entry = Traffic(time.monotonic_ns(), direction, name, bytes(cut), hidden + len(shown) - len(cut))
        with self._lock:
            self._ring.append(entry)
            self._total += 1

    @property
    def total(self) -> int:
        """How many messages there were since the program began."""
        with self._lock:
            return self._total

    def entries(self) -> tuple[Traffic, ...]:
        """Oldest first."""
        with self._lock:
            return tuple(self._ring)
