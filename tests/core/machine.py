"""A machine clock that a test sets: a small real class, not a mock."""

from __future__ import annotations

import datetime as dt


class SetClock:
    """Wall time and boot clock move only when told."""

    def __init__(self, wall: dt.datetime | None = None) -> None:
        self.moment = wall or dt.datetime(2026, 11, 21, 6, 0, tzinfo=dt.UTC)
        self.boot_ns = 5_000_000_000
        self.boot = "boot-1"

    def wall(self) -> dt.datetime:
        """Aware UTC."""
        return self.moment

    def boottime_ns(self) -> int:
        """Since boot."""
        return self.boot_ns

    def boot_id(self) -> str:
        """This boot."""
        return self.boot

    def advance(self, seconds: float) -> None:
        """Both clocks run on."""
        self.moment += dt.timedelta(seconds=seconds)
        self.boot_ns += int(seconds * 1e9)

    def reboot(self, wall: dt.datetime) -> None:
        """The machine starts again with whatever its battery kept."""
        self.moment, self.boot_ns, self.boot = wall, 1_000_000_000, self.boot + "x"
