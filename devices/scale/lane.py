"""The lane of a scale that sends all the time, on a serial port or TCP.

Scales that are asked (NCI, Toledo and others) get a lane of their own; what a lane says is the same.
"""

from __future__ import annotations

import threading
import time

from core.devices import EMPTY_G, DeviceState, Weighed
from core.errors import DeviceError, DeviceFault
from devices.held import HeldLink
from devices.options import whole_options
from devices.rack import DeviceConfig, LaneReport
from devices.scale.ascii import AsciiLines, BadLine, OverRange, Reading, Said
from devices.traffic import Direction, TrafficLog

SILENCE_S = 2.0  # the slowest of them send twice a second
GARBLED_S = 1.0  # a line may be damaged; when for so long none is whole, it is said
CALM_S = 0.2  # while the figure runs the screen is told no more often
BELOW_G = -20  # an empty pan drifts by some grams; below this something is wrong
_SLICE_S = 0.25
_CHUNK = 4096


class ScaleLane:
    """Reports each change of what lies on the pan; see :class:`devices.rack.Lane`."""

    def __init__(self, config: DeviceConfig, report: LaneReport) -> None:
        """No options.  Raises ConfigError WRONG_VALUE."""
        whole_options(config, {})
        self._report = report
        self._held = HeldLink(config.link)
        self._told: Reading | None = None
        self._told_at = 0.0
        self.traffic = TrafficLog()

    def cancel(self) -> None:
        """See :meth:`devices.rack.Lane.cancel`."""
        self._held.cancel()

    def run(self, stop: threading.Event) -> None:
        """See :meth:`devices.rack.Lane.run`.  Raises DeviceError GONE, BUSY, NO_ANSWER."""
        lines, self._told = AsciiLines(), None
        with self._held.opened(stop) as link:
            if link is None:
                return
            heard = whole = time.monotonic()
            while not stop.is_set():
                data = link.read(_CHUNK, time.monotonic() + _SLICE_S)
                now = time.monotonic()
                if data:
                    heard = now
                for said in lines.feed(data):
                    if self._hear(said, now):
                        whole = now
                if now - heard > SILENCE_S:
                    raise DeviceError(DeviceFault.NO_ANSWER)
                if now - whole > GARBLED_S and heard > whole:
                    self._report.truth(DeviceState.ATTENTION, DeviceFault.BAD_FRAME)

    def _hear(self, said: Said, now: float) -> bool:
        """Whether it was a whole line."""
        if isinstance(said, BadLine):
            self.traffic.note(Direction.IN, said.fault.value, hidden=said.size)
            return False
        if isinstance(said, OverRange):
            self._told = None
            self._report.truth(DeviceState.ATTENTION, DeviceFault.SCALE_OVER)
            return True
        if said.grams < BELOW_G and not said.net:
            self._told = None
            self._report.truth(DeviceState.ATTENTION, DeviceFault.SCALE_BELOW)
            return True
        self._report.truth(DeviceState.READY)
        # A figure that stands is told at once: the clerk waits for it.  So is an empty pan, however short.
        at_once = said.stable or self._told is None or said.grams <= EMPTY_G < self._told.grams
        if said != self._told and (at_once or now - self._told_at > CALM_S):
            self._told, self._told_at = said, now
            self._report.event(Weighed(self._report.slot, said.grams, said.stable, said.net))
        return True
