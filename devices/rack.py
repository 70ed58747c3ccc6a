"""One lane per slot: match the driver, open, run, back off, report the truth.

A lane is a thread that owns its device alone.  It never shares a link, never waits without limit and
tells the rest of the program only through one listener, from its own thread.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from core.devices import DeviceChanged, DeviceEvent, DeviceState, DeviceTruth, Slot
from core.errors import ConfigError, ConfigFault, DeviceError, DeviceFault, Fact
from core.incident import place

_log = logging.getLogger(__name__)

FIRST_BACK_OFF_S = 0.2
LAST_BACK_OFF_S = 1.0  # with opening and asking, ready within two seconds of the plug
STOP_LIMIT_S = 2.0
_LATE_S = 0.1  # between two looks at a lane that ends late

Listener = Callable[[DeviceEvent], None]


class DeviceConfig(Protocol):
    """One ``[devices.<slot>]`` table of the configuration, as ``core.config`` gives it."""

    @property
    def slot(self) -> Slot: ...

    @property
    def driver(self) -> str: ...

    @property
    def link(self) -> str: ...

    @property
    def options(self) -> Mapping[str, int | str]: ...


class Lane(Protocol):
    """One device at work.  The rack calls :meth:`run` in the lane's thread, again and again."""

    def run(self, stop: threading.Event) -> None:
        """Open the device and serve it until ``stop`` is set.

        Raises DeviceError when the device is lost or refuses; the rack reports it, backs off and
        calls again.  Everything opened is closed when it returns or raises.
        """
        ...

    def cancel(self) -> None:
        """From another thread, after ``stop`` was set: end a wait within 200 ms."""
        ...


@runtime_checkable
class Leaving(Protocol):
    """A lane that has something to say once its slot is held or taken out; nothing at the rack's end."""

    def left(self) -> None:
        """From the thread that held it, after the lane's own has ended."""
        ...


class LaneReport:
    """What a lane says to the rest of the program, from its thread, or from :meth:`Leaving.left`."""

    def __init__(self, slot: Slot, listener: Listener) -> None:
        self.slot = slot
        self._listener = listener
        self._lock = threading.Lock()
        self._truth = DeviceTruth(slot, DeviceState.UNKNOWN)
        self._since = time.monotonic()
        self._fault: tuple[DeviceTruth, float] | None = None
        self.was_ready = False

    def event(self, event: DeviceEvent) -> None:
        """Pass one event on."""
        self._listener(event)

    def truth(self, state: DeviceState, fault: str = "", facts: Mapping[str, Fact] | None = None) -> None:
        """Say what the device is; a repeated truth is not said twice."""
        truth = DeviceTruth(self.slot, state, fault, dict(facts or {}))
        with self._lock:
            changed = truth != self._truth
            if changed:
                self._truth, self._since = truth, time.monotonic()
                self._fault = (truth, self._since) if fault else self._fault
        self.was_ready = self.was_ready or state is DeviceState.READY
        if changed:  # the lock is free again: the listener may take its time
            self._listener(DeviceChanged(truth))

    def last(self) -> DeviceTruth:
        """The last truth, from any thread."""
        with self._lock:
            return self._truth

    def record(self) -> LaneRecord:
        """The last truth and the last fault with their times, from any thread."""
        with self._lock:
            fault, at = self._fault or (None, 0.0)
            return LaneRecord(self._truth, self._since, fault, at)


@dataclass(frozen=True, slots=True)
class LaneRecord:
    """What a lane says now and what was last wrong; times are ``time.monotonic`` seconds."""

    truth: DeviceTruth
    since: float
    fault: DeviceTruth | None
    fault_at: float


Driver = Callable[[DeviceConfig, LaneReport], Lane]
Drivers = Mapping[tuple[Slot, str], Driver]


class Rack:
    """All lanes of one terminal.  ``drivers`` comes from the composition root, keyed by slot and name."""

    def __init__(self, configs: Sequence[DeviceConfig], drivers: Drivers, listener: Listener) -> None:
        """Raises ConfigError WRONG_VALUE for a driver that the slot does not have; opens nothing."""
        self._drivers, self._listener = drivers, listener
        self._changing = threading.Lock()  # one change at a time; whoever only looks takes no lock
        self._started = self._stopped = False
        self._lanes: dict[Slot, _LaneThread] = {}  # never changed: another one is put in its place
        for config in configs:
            if config.slot in self._lanes:
                raise _wrong_driver(config, "each slot once")
            self._lanes[config.slot] = self._made(config)

    def _made(self, config: DeviceConfig) -> _LaneThread:
        driver = self._drivers.get((config.slot, config.driver))
        if driver is None:
            known = ", ".join(sorted(name for slot, name in self._drivers if slot is config.slot))
            raise _wrong_driver(config, known)
        report = LaneReport(config.slot, self._listener)
        return _LaneThread(driver(config, report), report)

    def start(self) -> None:
        """Start every lane's thread; returns at once."""
        with self._changing:
            self._started = True
            for lane in self._lanes.values():
                lane.start()

    def stop(self) -> tuple[Slot, ...]:
        """End every lane, in two seconds at most; the slots that did not end in time (daemon threads)."""
        with self._changing:
            self._stopped = True
            for lane in self._lanes.values():
                lane.cancel()
            deadline = time.monotonic() + STOP_LIMIT_S
            return tuple(slot for slot, lane in self._lanes.items() if not lane.join(deadline))

    def hold(self, slot: Slot) -> bool:
        """End one slot's lane so that its link is free, the others go on; False where it did not end in time.

        What a printer's lane has queued stays queued.  :meth:`resume` takes the slot up again.
        """
        with self._changing:
            lane = self._lanes.get(slot)
            if lane is None:
                return True
            lane.cancel()
            ended = lane.join(time.monotonic() + STOP_LIMIT_S)
            if ended and not self._stopped and isinstance(lane.lane, Leaving):
                lane.lane.left()
            return ended

    def resume(self, slot: Slot) -> None:
        """The same lane again, in a new thread that waits for the one before, however late that ends.

        Nothing where it runs, or the rack has ended.
        """
        with self._changing:
            lane = self._lanes.get(slot)
            if lane is not None and self._started and not self._stopped and not lane.at_work:
                again = _LaneThread(lane.lane, lane.report, lane)
                self._lanes = {**self._lanes, slot: again}
                again.start()

    def put(self, config: DeviceConfig) -> Lane:
        """A slot from now on as ``config`` says, the others go on; returns its new lane, not yet at work:
        :meth:`resume` starts it.  Raises ConfigError as the constructor, DeviceError BUSY where the lane
        before did not end in time, and then nothing has changed.
        """
        made = self._made(config)
        self.take_out(config.slot)
        with self._changing:
            self._lanes = {**self._lanes, config.slot: made}
        return made.lane

    def take_out(self, slot: Slot) -> None:
        """No lane for this slot any more; its link is free.  Raises DeviceError BUSY as :meth:`put`."""
        if not self.hold(slot):
            self.resume(slot)
            raise DeviceError(DeviceFault.BUSY, retry=True)
        with self._changing:
            self._lanes = {each: lane for each, lane in self._lanes.items() if each is not slot}

    def records(self) -> Mapping[Slot, LaneRecord]:
        """What each lane says and last complained of, from any thread."""
        return {slot: lane.report.record() for slot, lane in self._lanes.items()}

    def truths(self) -> tuple[DeviceTruth, ...]:
        """The last truth of every configured slot, in the order of the configuration."""
        return tuple(lane.report.last() for lane in self._lanes.values())

    def lane(self, slot: Slot) -> Lane | None:
        """The lane of a slot: a printing lane is also a ``core.ports.Printer``."""
        found = self._lanes.get(slot)
        return found.lane if found else None


class _LaneThread:
    """Runs one lane again and again; the lane boundary where unknown exceptions end."""

    def __init__(self, lane: Lane, report: LaneReport, before: _LaneThread | None = None) -> None:
        """``before`` served the same lane and may still be at its end."""
        self.lane = lane
        self.report = report
        self._before = before
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"lane-{report.slot.value}", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    @property
    def at_work(self) -> bool:
        """Whether its thread runs and was not told to end."""
        return self._thread.is_alive() and not self._stop.is_set()

    def cancel(self) -> None:
        """End the lane and its waits."""
        self._stop.set()
        self.lane.cancel()

    def join(self, deadline: float) -> bool:
        """Wait for the thread's end; False when it did not come in time."""
        before = self._before
        if before is not None and not before.join(deadline):
            return False
        if self._thread.ident is not None:
            self._thread.join(max(0.0, deadline - time.monotonic()))
        return not self._thread.is_alive()

    def _run(self) -> None:
        while self._before is not None and not self._stop.is_set():
            if self._before.join(time.monotonic() + _LATE_S):
                self._before = None
            else:  # nobody serves the device meanwhile
                self.report.truth(DeviceState.CONNECTING)
        back_off = FIRST_BACK_OFF_S
        while not self._stop.is_set():
            if not self.report.last().fault:  # a known fault stands until the device has answered
                self.report.truth(DeviceState.CONNECTING)
            self.report.was_ready = False
            self._once()
            if self.report.was_ready:
                back_off = FIRST_BACK_OFF_S
            self._stop.wait(back_off)
            back_off = min(2 * back_off, LAST_BACK_OFF_S)

    def _once(self) -> None:
        try:
            self.lane.run(self._stop)
        except DeviceError as error:
            if error.code is not DeviceFault.CANCELLED:
                self.report.truth(state_of(error.code), str(error.code), error.facts)
        except ConfigError as error:
            self.report.truth(DeviceState.ATTENTION, str(error.code), error.facts)
        except Exception as error:  # noqa: BLE001 - the lane boundary
            # Anything else is a bug.  Its message may hold personal data, so only
            # its type and place are written; the lane goes on, the counter stays usable.
            where = place(error.__traceback__)
            _log.error("lane %s: %s at %s", self.report.slot.value, type(error).__name__, where)
            self.report.truth(DeviceState.ATTENTION, "", {"bug": type(error).__name__, "place": where})


def _wrong_driver(config: DeviceConfig, expected: str) -> ConfigError:
    key = f"devices.{config.slot.value}.driver"
    return ConfigError(ConfigFault.WRONG_VALUE, key=key, value=config.driver, expected=expected)


def state_of(fault: object) -> DeviceState:
    """GONE where the link itself is missing or taken; ATTENTION where a person must see to it."""
    return DeviceState.GONE if fault in (DeviceFault.GONE, DeviceFault.BUSY) else DeviceState.ATTENTION
