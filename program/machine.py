"""This machine's clocks (``core.ports.Clock``)."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path


class SystemClock:
    """Wall time, time since boot with suspend, and which boot this is."""

    def __init__(self) -> None:
        # The kernel's id says nothing about the machine or its owner; it is new at every boot.
        boot = Path("/proc/sys/kernel/random/boot_id")
        self._boot = boot.read_text("ascii").strip() if boot.exists() else f"p{time.time_ns()}"

    def wall(self) -> dt.datetime:
        """Aware UTC."""
        return dt.datetime.now(dt.UTC)

    def boottime_ns(self) -> int:
        """CLOCK_BOOTTIME."""
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME)

    def boot_id(self) -> str:
        """Changes at every start of the machine."""
        return self._boot
