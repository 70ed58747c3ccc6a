"""The lane of a scanner on a serial port (or TCP), and of one that types like a keyboard."""

from __future__ import annotations

import threading
import time

from core.devices import CodeScanned, DeviceState
from core.errors import ConfigError, ConfigFault, DeviceFault
from core.scanning import WEDGE
from devices.held import HeldLink
from devices.options import Ranges, whole_options
from devices.rack import DeviceConfig, LaneReport
from devices.scanner.lines import BadScan, LineAssembler, Scan
from devices.traffic import Direction, TrafficLog

GAP_MS = 250  # far above the time between two characters at 300 baud
LONGEST_MARK = 8  # of a prefix or suffix
COMPLAINT_S = 5.0  # how long a dropped line is shown
READ_CHUNK = 4096
# Option → (default, least, most).  ``gap_ends`` is for scanners that cannot send a line end.
OPTIONS: Ranges = {"gap_ms": (GAP_MS, 20, 5000), "gap_ends": (0, 0, 1)}


class ScannerLane:
    """Reports each code as it comes; see :class:`devices.rack.Lane`."""

    def __init__(self, config: DeviceConfig, report: LaneReport) -> None:
        """Options: ``gap_ms`` 20 to 5000; ``gap_ends`` 0 or 1: whether a pause ends a code; ``prefix`` and
        ``suffix``: characters that the scanner was set to put around each code.

        Raises ConfigError WRONG_VALUE.
        """
        self._report = report
        option = whole_options(config, OPTIONS)
        self._gap_s = option["gap_ms"] / 1000
        self._gap_ends = bool(option["gap_ends"])
        self._around = _around(config, "prefix"), _around(config, "suffix")
        self._held = HeldLink(config.link)
        self._complained = 0.0
        self.traffic = TrafficLog()

    def cancel(self) -> None:
        """See :meth:`devices.rack.Lane.cancel`."""
        self._held.cancel()

    def run(self, stop: threading.Event) -> None:
        """See :meth:`devices.rack.Lane.run`."""
        lines = LineAssembler(gap_ends=self._gap_ends, prefix=self._around[0], suffix=self._around[1])
        with self._held.opened(stop) as link:
            if link is None:
                return
            self._report.truth(DeviceState.READY)
            while not stop.is_set():
                data = link.read(READ_CHUNK, time.monotonic() + self._gap_s)
                for item in lines.feed(data) if data else lines.gap():
                    self._pass_on(item)
                if self._complained and time.monotonic() - self._complained > COMPLAINT_S:
                    self._content()

    def _pass_on(self, item: Scan | BadScan) -> None:
        if isinstance(item, Scan):
            self.traffic.note(Direction.IN, "scan", item.symbology.encode("ascii"), len(item.text))
            self._content()
            self._report.event(CodeScanned(self._report.slot, item.text, item.symbology))
        else:
            self.traffic.note(Direction.IN, item.fault.value, hidden=item.size)
            self._complained = time.monotonic()
            facts = {"reason": item.fault.value, "bytes": item.size}
            self._report.truth(DeviceState.ATTENTION, DeviceFault.BAD_FRAME, facts)

    def _content(self) -> None:
        self._complained = 0.0
        self._report.truth(DeviceState.READY)


def _around(config: DeviceConfig, name: str) -> bytes:
    value = config.options.get(name, "")
    if not isinstance(value, str) or not value.isascii() or len(value) > LONGEST_MARK:
        expected = f"at most {LONGEST_MARK} ASCII characters"
        key = f"devices.{config.slot.value}.{name}"
        raise ConfigError(ConfigFault.WRONG_VALUE, key=key, value=str(value), expected=expected)
    return value.encode("ascii")


class WedgeLane:
    """A scanner that types like a keyboard: the screen takes its text, nobody can ask it how it is."""

    def __init__(self, _config: DeviceConfig, report: LaneReport) -> None:
        self._report = report

    def run(self, stop: threading.Event) -> None:
        """Says once that nothing is known, then waits for the end."""
        self._report.truth(DeviceState.UNKNOWN, "", {"driver": WEDGE})  # the screen looks at its keys then
        while not stop.wait(1.0):
            continue

    def cancel(self) -> None:
        """Nothing waits on a device here."""
