"""What is connected at a link: the drivers are tried in turn, and the first that is answered fits.

Only what disturbs nothing is sent: what each driver asks at its start.  A scanner says nothing until somebody
scans, so it is the answer where nothing else is, and then only once a code has come.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from core.devices import CodeScanned, DeviceChanged, DeviceEvent, DeviceState, DeviceTruth, Slot
from core.errors import DeviceFault
from devices.rack import Drivers, Rack

SERIAL_RATES = (9600, 115_200, 19_200)
_CHANGE_S = 2.0  # so long a scanner is listened to at one rate
_READER = "sam"
_SLICE_S = 0.1
_LABELS = (Slot.LABEL_PRINTER, Slot.STICKER_PRINTER)
# (slots, driver); the more a language asks of an answer, the earlier it stands.
_ASKED: Sequence[tuple[tuple[Slot, ...], str]] = (
    ((Slot.SCALE,), "ascii"),
    ((Slot.SCALE,), "sics"),
    ((Slot.SCALE,), "nci"),
    (_LABELS, "zpl"),
    ((Slot.RECEIPT_PRINTER,), "escpos"),
    (_LABELS, "tspl"),
)
# A device that says this of itself has understood the question.
_ANSWERED = frozenset({
    DeviceFault.PAPER_OUT, DeviceFault.HEAD_OPEN, DeviceFault.PAPER_JAM, DeviceFault.RIBBON_OUT,
    DeviceFault.HOT, DeviceFault.PAUSED, DeviceFault.SCALE_OVER, DeviceFault.SCALE_BELOW,
    DeviceFault.SCALE_UNIT,
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds that a driver has until it is answered; a reader's first try, and its second one."""

    answer_s: float = 1.2
    reader_first_s: float = 2.5
    reader_s: float = 6.0


@dataclass(frozen=True, slots=True)
class Found:
    """A driver that was answered, the slots that it serves, and the link with the rate that was right."""

    slots: tuple[Slot, ...]
    driver: str
    link: str


@dataclass(frozen=True, slots=True)
class _Tried:
    """As ``devices.rack.DeviceConfig``."""

    slot: Slot
    driver: str
    link: str
    options: Mapping[str, int | str] = field(default_factory=dict)


def identify(
    link: str,
    drivers: Drivers,
    stop: threading.Event,
    *,
    told: Callable[[str], None],
    rated: bool = True,
    first: str = "",
    patience: Patience | None = None,
) -> Found | None:
    """The driver that fits ``link`` (a URL without a rate); None where none was answered, or after ``stop``.

    ``told`` hears each driver's name before it is tried; ``first`` is tried before the others; ``rated``: the
    link has a line rate that matters.
    """
    for slots, driver, url, limit in sorted(
        _tries(link, rated, patience or Patience()), key=lambda each: each[1] != first
    ):
        if stop.is_set():
            return None
        told(driver)
        if _answers(_Tried(slots[0], driver, url), drivers, stop, limit):
            return Found(slots, driver, url)
    return None


def scanned(
    link: str, drivers: Drivers, stop: threading.Event, limit_s: float, *, rated: bool = True
) -> Found | None:
    """A serial scanner, once a code comes from ``link``; the code's text is dropped.

    Rates change in turn: a code that comes at a wrong one is no code, and somebody scans again.  A plug
    that is pulled ends it.
    """
    end, rates = time.monotonic() + limit_s, _rates(link, rated)
    while time.monotonic() < end and not stop.is_set():
        for url in rates:
            until = min(end, time.monotonic() + (_CHANGE_S if len(rates) > 1 else limit_s))
            came = _scans(url, drivers, stop, until)
            if came:
                return Found((Slot.SCANNER,), "serial", url)
            if came is False:
                return None
    return None


def _tries(link: str, rated: bool, patience: Patience) -> Iterator[tuple[tuple[Slot, ...], str, str, float]]:
    """(slots, driver, link, seconds).  A reader comes first, and again at the end: it starts slowly."""
    auto = f"{link}?baud=auto" if rated and link.startswith("serial:") else link
    yield (Slot.ID_READER,), _READER, auto, patience.reader_first_s
    for url in _rates(link, rated):
        for slots, driver in _ASKED:
            yield slots, driver, url, patience.answer_s
    yield (Slot.ID_READER,), _READER, auto, patience.reader_s


def _rates(link: str, rated: bool) -> Sequence[str]:
    """The URLs of a link at the usual rates; one where it has none, or none that matters."""
    return [link] if not rated else [f"{link}?baud={rate}" for rate in SERIAL_RATES]


def _answers(config: _Tried, drivers: Drivers, stop: threading.Event, limit_s: float) -> bool:
    def fits(event: DeviceEvent) -> bool | None:
        if not isinstance(event, DeviceChanged):
            return None
        truth: DeviceTruth = event.truth
        if truth.fault == DeviceFault.GONE:
            return False
        well = truth.state in (DeviceState.READY, DeviceState.BUSY)
        return True if well or truth.fault in _ANSWERED else None

    return _watch(config, drivers, stop, time.monotonic() + limit_s, fits) is True


def _scans(url: str, drivers: Drivers, stop: threading.Event, end: float) -> bool | None:
    """Whether a code came; False where the port is gone, None where nothing was scanned."""

    def fits(event: DeviceEvent) -> bool | None:
        gone = isinstance(event, DeviceChanged) and event.truth.fault == DeviceFault.GONE
        return False if gone else True if isinstance(event, CodeScanned) else None

    return _watch(_Tried(Slot.SCANNER, "serial", url), drivers, stop, end, fits)


def _watch(
    config: _Tried,
    drivers: Drivers,
    stop: threading.Event,
    end: float,
    fits: Callable[[DeviceEvent], bool | None],
) -> bool | None:
    """What the first event that says something says, before ``end``; None where none does."""
    events: queue.SimpleQueue[DeviceEvent] = queue.SimpleQueue()
    rack = Rack([config], drivers, events.put)
    rack.start()
    try:
        while time.monotonic() < end and not stop.is_set():
            try:
                verdict = fits(events.get(timeout=_SLICE_S))
            except queue.Empty:
                continue
            if verdict is not None:
                return verdict
        return None
    finally:
        rack.stop()
