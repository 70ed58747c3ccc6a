"""The lanes of scales, on a serial port or TCP: of one that sends all the time, and of one that is asked.

What they say is the same: each change of what lies on the pan, at once where the figure stands.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Protocol

from core.devices import EMPTY_G, DeviceState, Weighed
from core.errors import DeviceError, DeviceFault
from devices.held import HeldLink
from devices.link import Link
from devices.options import Ranges, whole_options
from devices.rack import DeviceConfig, LaneReport
from devices.scale.ascii import AsciiLines
from devices.scale.asking import NciSession, SicsSession
from devices.scale.said import BadLine, OverRange, Reading, Said, UnderRange, Unsound, WrongUnit
from devices.traffic import Direction, TrafficLog

SILENCE_S = 2.0  # the slowest of them send twice a second
GARBLED_S = 1.0  # a line may be damaged; when for so long none is whole, it is said
CALM_S = 0.2  # while the figure runs the screen is told no more often
BELOW_G = -20  # an empty pan drifts by some grams; below this something is wrong
ASK_EVERY_S = 0.1  # from one answer to the next question
_SLICE_S = 0.25
_CHUNK = 4096


class _Pan:
    """What a lane tells of what its scale says."""

    def __init__(self, report: LaneReport) -> None:
        self._report = report
        self._told: Reading | None = None
        self._told_at = 0.0

    def forget(self) -> None:
        """The next reading is told whatever it is."""
        self._told = None

    def hear(self, said: Said, now: float) -> None:
        """One thing the scale said; ``now`` in ``time.monotonic`` seconds."""
        if isinstance(said, BadLine):
            return
        if isinstance(said, Reading) and (said.net or said.grams >= BELOW_G):
            self._report.truth(DeviceState.READY)
            self._show(said, now)
            return
        self._told = None
        if isinstance(said, WrongUnit):
            self._report.truth(DeviceState.ATTENTION, DeviceFault.SCALE_UNIT, {"unit": said.unit})
        else:
            self._report.truth(DeviceState.ATTENTION, _FAULTS[type(said)])

    def _show(self, said: Reading, now: float) -> None:
        # A figure that stands is told at once: the clerk waits for it.  So is an empty pan, however short.
        at_once = said.stable or self._told is None or said.grams <= EMPTY_G < self._told.grams
        if said != self._told and (at_once or now - self._told_at > CALM_S):
            self._told, self._told_at = said, now
            self._report.event(Weighed(self._report.slot, said.grams, said.stable, said.net))


_FAULTS = {
    OverRange: DeviceFault.SCALE_OVER,
    UnderRange: DeviceFault.SCALE_BELOW,
    Reading: DeviceFault.SCALE_BELOW,  # below zero with nothing tared
    Unsound: DeviceFault.SELF_TEST,
}


class ScaleLane:
    """Reports each change of what lies on the pan; see :class:`devices.rack.Lane`."""

    def __init__(self, config: DeviceConfig, report: LaneReport) -> None:
        """No options.  Raises ConfigError WRONG_VALUE."""
        whole_options(config, {})
        self._report = report
        self._pan = _Pan(report)
        self._held = HeldLink(config.link)
        self.traffic = TrafficLog()

    def cancel(self) -> None:
        """See :meth:`devices.rack.Lane.cancel`."""
        self._held.cancel()

    def run(self, stop: threading.Event) -> None:
        """See :meth:`devices.rack.Lane.run`.  Raises DeviceError GONE, BUSY, NO_ANSWER."""
        lines = AsciiLines()
        self._pan.forget()
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
                    if isinstance(said, BadLine):
                        self.traffic.note(Direction.IN, said.fault.value, hidden=said.size)
                    else:
                        self._pan.hear(said, now)
                        whole = now
                if now - heard > SILENCE_S:
                    raise DeviceError(DeviceFault.NO_ANSWER)
                if now - whole > GARBLED_S and heard > whole:
                    self._pan.forget()
                    self._report.truth(DeviceState.ATTENTION, DeviceFault.BAD_FRAME)


class _Session(Protocol):
    """A language in which a scale is asked."""

    def read(self) -> Said | None: ...


class AskedScaleLane:
    """Asks some times a second; reports the same as :class:`ScaleLane`."""

    def __init__(
        self, config: DeviceConfig, report: LaneReport, session: Callable[[Link, TrafficLog], _Session]
    ) -> None:
        self._pan = _Pan(report)
        self._report = report
        self._session = session
        self._held = HeldLink(config.link)
        self.traffic = TrafficLog()

    def cancel(self) -> None:
        """See :meth:`devices.rack.Lane.cancel`."""
        self._held.cancel()

    def run(self, stop: threading.Event) -> None:
        """See :meth:`devices.rack.Lane.run`.  Raises DeviceError GONE, BUSY, NO_ANSWER."""
        self._pan.forget()
        with self._held.opened(stop) as link:
            if link is None:
                return
            session, whole, unanswered = self._session(link, self.traffic), time.monotonic(), 0
            while not stop.wait(ASK_EVERY_S):
                try:
                    said = session.read()
                except DeviceError as error:
                    if error.code is DeviceFault.NO_ANSWER and not unanswered:
                        unanswered = 1  # one question may be lost on the way
                        continue
                    if error.code is not DeviceFault.BAD_FRAME:
                        raise
                    if time.monotonic() - whole > GARBLED_S:
                        self._pan.forget()
                        self._report.truth(DeviceState.ATTENTION, DeviceFault.BAD_FRAME)
                    continue
                unanswered = 0
                if said is not None:  # one that has no figure now is as it was
                    whole = time.monotonic()
                    self._pan.hear(said, whole)


NCI_OPTIONS: Ranges = {"even_parity": (0, 0, 1)}


def sics_lane(config: DeviceConfig, report: LaneReport) -> AskedScaleLane:
    """MT-SICS; no options.  Raises ConfigError WRONG_VALUE."""
    whole_options(config, {})
    return AskedScaleLane(config, report, SicsSession)


def nci_lane(config: DeviceConfig, report: LaneReport) -> AskedScaleLane:
    """NCI SCP-01; ``even_parity`` 1 where the scale is set to 7 bits.  Raises ConfigError WRONG_VALUE."""
    even = bool(whole_options(config, NCI_OPTIONS)["even_parity"])
    return AskedScaleLane(config, report, lambda link, traffic: NciSession(link, traffic, even_parity=even))
