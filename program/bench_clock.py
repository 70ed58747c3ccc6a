"""A clock that the demonstration's bench can move.  It exists in the demonstration only.

A jump forward is time that passes: wall clock and boot clock both move, as over a night with the machine
suspended.  "1970" is a dead battery: a wall clock gone wrong after a start of the machine, which takes the
confirmed time with it until headquarters answers.
"""

from __future__ import annotations

import datetime as dt
import threading
import time

from program.machine import SystemClock

DEAD = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
FASTEST = 3600


class BenchClock(SystemClock):
    """See :class:`core.ports.Clock`; everything may be called from any thread."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._speed = 1
        self._since = time.monotonic()  # since when it goes at this speed
        self._ahead = 0.0  # seconds gained before that
        self._dead: float | None = None  # gained seconds when the battery died
        self._died_at = 0.0  # time.monotonic then
        self._starts = 0

    def wall(self) -> dt.datetime:
        """Aware UTC."""
        with self._lock:
            gained = self._gained()
            if self._dead is not None:
                return DEAD + dt.timedelta(seconds=gained - self._dead + time.monotonic() - self._died_at)
        return super().wall() + dt.timedelta(seconds=gained)

    def boottime_ns(self) -> int:
        """The boot clock goes with it: whatever was anchored in it moves too."""
        with self._lock:
            gained = self._gained()
        return super().boottime_ns() + round(gained * 1e9)

    def boot_id(self) -> str:
        """Another one after each start that a dead battery stands for."""
        return f"{super().boot_id()}.{self._starts}" if self._starts else super().boot_id()

    def jump(self, seconds: int) -> None:
        """So much time has passed."""
        with self._lock:
            self._settle()
            self._ahead += seconds

    def run(self, speed: int) -> None:
        """1 as usual, 60: a minute each second."""
        with self._lock:
            self._settle()
            self._speed = max(1, min(FASTEST, speed))

    def kill_battery(self) -> None:
        """The machine was started, and its wall clock says 1970."""
        with self._lock:
            self._settle()
            self._dead, self._died_at = self._ahead, time.monotonic()
            self._starts += 1

    def right(self) -> None:
        """Back to what the machine itself says; confirmed again when headquarters answers."""
        with self._lock:
            moved = self._ahead or self._speed != 1 or self._dead is not None
            self._speed, self._ahead, self._since, self._dead = 1, 0.0, time.monotonic(), None
            if moved:  # the boot clock has gone back, which it never does within one start
                self._starts += 1

    def state(self) -> dict[str, object]:
        """Speed, seconds ahead, and whether the battery is dead."""
        with self._lock:
            return {"speed": self._speed, "ahead": round(self._gained()), "dead": self._dead is not None}

    def _settle(self) -> None:
        self._ahead, self._since = self._gained(), time.monotonic()

    def _gained(self) -> float:
        return self._ahead + (time.monotonic() - self._since) * (self._speed - 1)
