"""What every driver must do, as checks at a device: simulated in the tests, real with ``device test SLOT``.

Only what disturbs nothing: opening, asking how the device is, closing, opening again.  Nothing is printed,
set or fed; a card or a code that comes meanwhile is dropped unseen.  A camera says nothing by itself, so
somebody puts a paper in, and its picture is dropped.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from core.devices import DeviceChanged, DeviceEvent, DeviceState, PaperFailed, PaperPicture, Slot
from core.errors import ConfigError, DeviceError, DeviceFault, Fact
from core.paper_pictures import Camera
from devices.link import make_link
from devices.rack import DeviceConfig, Drivers, Rack

READY_LIMIT_S = 12.0  # the longest start known, a reader's five seconds and a search for its rate
STEADY_S = 2.0
PAPER_S = 60.0  # until somebody has put one in
PAPER_BYTES = 160_000
_SLICE_S = 0.2  # so soon a test ends that is broken off
_BETWEEN_S = 0.5  # a device server needs a moment until it takes the next connection
_GOOD = frozenset({DeviceState.READY, DeviceState.BUSY})


class CheckName(StrEnum):
    """The checks in their order; each needs the ones before."""

    OPENS = "opens"  # the link is there and nobody else holds it
    READY = "ready"  # the driver has met its device, and the device is well
    STEADY = "steady"  # it stays so while it is watched
    PICTURE = "picture"  # of a paper that is put in now; its file is removed
    ENDS = "ends"  # the lane ends when it is told to
    AGAIN = "again"  # opened a second time the device answers as before


@dataclass(frozen=True, slots=True)
class Check:
    """One result.  ``fault`` is a code with a sentence in ``ui.text``, "" where it is well."""

    name: CheckName
    ok: bool
    state: DeviceState = DeviceState.UNKNOWN
    fault: str = ""
    facts: Mapping[str, Fact] = field(default_factory=dict)


def check_device(
    config: DeviceConfig,
    drivers: Drivers,
    *,
    ready_limit_s: float = READY_LIMIT_S,
    steady_s: float = STEADY_S,
    stop: threading.Event | None = None,
) -> Iterator[Check]:
    """The checks of one device, each as it is done; ends with the first that fails, or once ``stop`` is set.

    Nothing else may hold the device's link meanwhile.  Raises ConfigError for an unknown driver or option.
    """
    stop = stop or threading.Event()
    if config.link and config.slot is not Slot.CAMERA and (failed := _opens(config, stop)) is not None:
        yield failed
        return
    yield Check(CheckName.OPENS, ok=True)
    first = _Visit(config, drivers, stop)
    try:
        ready = first.ready(ready_limit_s)
        if stop.is_set():
            return
        yield ready
        if not ready.ok:
            return
        steady = first.steady(steady_s)
        if stop.is_set():
            return
        yield steady
        if not steady.ok:
            return
        if first.takes_pictures:
            picture = first.picture(PAPER_S)
            if stop.is_set():
                return
            yield picture
            if not picture.ok:
                return
    finally:
        ended = first.end()
    yield Check(CheckName.ENDS, ok=ended)
    if not ended or stop.wait(_BETWEEN_S):
        return
    second = _Visit(config, drivers, stop)
    try:
        again = second.ready(ready_limit_s)
    finally:
        ended = second.end()
    if stop.is_set():
        return
    same = again.ok and ended and dict(again.facts) == dict(ready.facts)
    yield Check(CheckName.AGAIN, same, again.state, again.fault, again.facts)


def _opens(config: DeviceConfig, stop: threading.Event) -> Check | None:
    """The failure, or None.  What has no byte link of this kind is left to its driver."""
    try:
        link = make_link(config.link)
    except ConfigError:
        return None
    try:
        link.open()
    except DeviceError as error:
        return Check(
            CheckName.OPENS, ok=False, state=DeviceState.GONE, fault=str(error.code), facts=error.facts
        )
    finally:
        link.close()
        stop.wait(_BETWEEN_S)
    return None


class _Visit:
    """One lane at work, watched."""

    def __init__(self, config: DeviceConfig, drivers: Drivers, stop: threading.Event) -> None:
        self._stop, self._slot = stop, config.slot
        self._told: queue.SimpleQueue[DeviceEvent] = queue.SimpleQueue()
        # A device that nobody can ask is as well as it ever gets.
        self._good = _GOOD if config.link else _GOOD | {DeviceState.UNKNOWN}
        self._last = Check(CheckName.READY, ok=False)
        self._rack = Rack([config], drivers, self._told.put)
        self._rack.start()

    def ready(self, limit_s: float) -> Check:
        """Until the device is well, or what was last said about it."""
        end = time.monotonic() + limit_s
        while not self._last.ok and not self._stop.is_set() and (left := end - time.monotonic()) > 0:
            self._hear(left)
        return self._last

    def steady(self, seconds: float) -> Check:
        """Whether it stays well for so long."""
        end = time.monotonic() + seconds
        while self._last.ok and not self._stop.is_set() and (left := end - time.monotonic()) > 0:
            self._hear(left)
        last = self._last
        return Check(CheckName.STEADY, last.ok, last.state, last.fault, last.facts)

    @property
    def takes_pictures(self) -> bool:
        """Whether it is asked for one."""
        return isinstance(self._rack.lane(self._slot), Camera)

    def picture(self, limit_s: float) -> Check:
        """Of a paper that somebody puts in now; the picture goes unseen, its size in bytes is a fact."""
        end = time.monotonic() + limit_s
        lane: object = self._rack.lane(self._slot)
        if isinstance(lane, Camera):
            lane.take(1, PAPER_BYTES)
        fault: tuple[str, Mapping[str, Fact]] = (DeviceFault.PICTURE_NONE, {})
        while not self._stop.is_set() and (left := end - time.monotonic()) > 0:
            try:
                event = self._told.get(timeout=min(left, _SLICE_S))
            except queue.Empty:
                continue
            if isinstance(event, PaperPicture):
                facts = {"bytes": len(event.jpeg)}
                return Check(CheckName.PICTURE, ok=True, state=DeviceState.READY, facts=facts)
            if isinstance(event, PaperFailed):
                fault = (event.fault, event.facts)
                break
        return Check(CheckName.PICTURE, ok=False, state=self._last.state, fault=fault[0], facts=fault[1])

    def end(self) -> bool:
        """Whether the lane ended in time."""
        return self._rack.stop() == ()

    def _hear(self, seconds: float) -> None:
        try:
            event = self._told.get(timeout=min(seconds, _SLICE_S))
        except queue.Empty:
            return
        if isinstance(event, DeviceChanged):
            truth = event.truth
            self._last = Check(
                CheckName.READY, truth.state in self._good, truth.state, truth.fault, truth.facts
            )
