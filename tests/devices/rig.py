"""A rack on simulated devices, and a listener that keeps what it was told in order."""

from __future__ import annotations

import queue
import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from core.devices import DeviceChanged, DeviceEvent, DeviceState, DeviceTruth, Slot, Weighed
from devices.idcard.lane import ReaderLane
from devices.rack import Drivers
from devices.scale.lane import ScaleLane, nci_lane, sics_lane
from devices.scanner.serial import ScannerLane, WedgeLane

DRIVERS: Drivers = {
    (Slot.ID_READER, "sam"): ReaderLane,
    (Slot.SCANNER, "serial"): ScannerLane,
    (Slot.SCANNER, "wedge"): WedgeLane,
    (Slot.SCALE, "ascii"): ScaleLane,
    (Slot.SCALE, "sics"): sics_lane,
    (Slot.SCALE, "nci"): nci_lane,
}
LIMIT_S = 20.0


@dataclass(frozen=True)
class Config:
    """As ``core.config`` gives it."""

    slot: Slot
    driver: str
    link: str
    options: Mapping[str, int | str] = field(default_factory=dict)


class Told:
    """Receives events from lanes; a test takes them in order."""

    def __init__(self) -> None:
        self._queue: queue.Queue[tuple[DeviceEvent, int]] = queue.Queue()
        self.arrived_ns = 0  # perf_counter_ns of the event that was taken last

    def __call__(self, event: DeviceEvent) -> None:
        self._queue.put((event, time.perf_counter_ns()))

    def next(self) -> DeviceEvent:
        """The next event of any kind."""
        event, self.arrived_ns = self._queue.get(timeout=LIMIT_S)
        return event

    def truth(
        self, state: DeviceState, fault: str | None = None, *, besides: tuple[type, ...] = ()
    ) -> DeviceTruth:
        """The next truth of that state (and fault); truths, weights and ``besides`` between are dropped."""
        while True:
            event = self.next()
            if isinstance(event, (Weighed, *besides)):
                continue
            assert isinstance(event, DeviceChanged), f"{event!r} before {state}"
            if event.truth.state is state and fault in (None, event.truth.fault):
                return event.truth

    def story(self) -> DeviceEvent:
        """The next event that is not a truth."""
        while isinstance(event := self.next(), DeviceChanged):
            continue
        return event

    def nothing_more(self, seconds: float) -> list[DeviceEvent]:
        """What else is told within ``seconds``, truths and weights left out."""
        found: list[DeviceEvent] = []
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            try:
                event, _ = self._queue.get(timeout=left)
            except queue.Empty:
                break
            if not isinstance(event, DeviceChanged | Weighed):
                found.append(event)
        return found


def cut_up(data: bytes, seed: int) -> Iterator[bytes]:
    """The same bytes in pieces of few and of many, as a line may bring them."""
    chance, at = random.Random(seed), 0
    while at < len(data):
        step = chance.choice([1, 2, 3, 7, 100, 4096])
        yield data[at : at + step]
        at += step


def until(condition: Callable[[], bool], what: str) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + LIMIT_S
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.01)
