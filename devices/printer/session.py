"""One conversation with a TSPL printer over an open link: ask, send a page, wait for its end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from core.errors import DeviceError, DeviceFault
from devices.link import Link
from devices.printer.tspl import RESYNC, STATUS_QUERY, PrinterStatus, parse_status
from devices.traffic import Direction, TrafficLog

_TRIES = 3  # for an answer that was not one byte
_QUIET_S = 0.002  # after the answer's byte: anything more means that it was not the answer
_OS_BUFFER = 8192  # bytes that a serial driver may hold after a write returned
_FIRST_PIECE = 64


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds.  The defaults suit a desktop printer at 4 to 6 inches a second."""

    status_limit: float = 1.0  # for the answer to a status question
    idle_poll: float = 1.0  # between two looks while nothing is to print
    retry_poll: float = 0.4  # between two looks while a job waits for paper
    print_poll: float = 0.05  # between two looks while a page is printed
    write_limit: float = 15.0  # for a page, beside what its bytes need on the wire
    print_limit: float = 20.0  # from the last byte to the end of printing
    settle: float = 1.0  # so long "ready", never seen printing: it has been printed in between


class TsplSession:
    """Owned by the lane's thread; every wait ends within 200 ms of ``link.cancel``."""

    def __init__(self, link: Link, traffic: TrafficLog, timing: Timing) -> None:
        self._link = link
        self._traffic = traffic
        self._timing = timing
        self._bit_s = 10 / link.baud if link.baud else 0.0  # seconds to a byte, 8N1

    def status(self, *, undrained: int = 0) -> PrinterStatus:
        """Ask ``ESC ! ?``; ``undrained`` bytes may still be on their way before the question.

        Raises DeviceError NO_ANSWER, BAD_FRAME (three answers that cannot be one), GONE, CANCELLED.
        """
        limit = self._timing.status_limit + undrained * self._bit_s
        answer = b""
        for _ in range(_TRIES):
            # What lies there belongs to an earlier question, or to nobody.
            self._link.flush_input()
            answer = self._answer(time.monotonic() + limit)
            self._traffic.note(Direction.IN, "status", answer)
            if len(answer) == 1 and answer != b"\xff":
                break
        return parse_status(answer)

    def _answer(self, deadline: float) -> bytes:
        self._link.write(STATUS_QUERY, deadline)
        answer = self._link.read(64, deadline)
        if not answer:
            raise DeviceError(DeviceFault.NO_ANSWER, retry=True)
        return answer + self._link.read(64, time.monotonic() + max(_QUIET_S, 3 * self._bit_s))

    def resync(self) -> None:
        """End whatever the printer may still be waiting for.  Raises GONE, NO_ANSWER, CANCELLED."""
        limit = self._timing.status_limit + 1.5 * len(RESYNC) * self._bit_s
        self._traffic.note(Direction.OUT, "resync", hidden=len(RESYNC))
        self._link.write(RESYNC, time.monotonic() + limit)

    def send(self, page: bytes, on_first: Callable[[], None]) -> None:
        """Hand the page over; ``on_first`` is called when its first bytes were accepted.

        Raises DeviceError GONE, NO_ANSWER (the printer takes no more), CANCELLED; the fact ``sent``
        says how many bytes the operating system took: only 0 means that nothing can be printed.
        """
        deadline = time.monotonic() + self._timing.write_limit + 1.5 * len(page) * self._bit_s
        self._traffic.note(Direction.OUT, "page", hidden=len(page))
        sent = 0
        try:
            # A connection that the printer has closed would still take the first bytes: look first.
            self._link.flush_input()
            self._link.write(page[:_FIRST_PIECE], deadline)
            sent = _FIRST_PIECE
            on_first()
            self._link.write(page[_FIRST_PIECE:], deadline)
        except DeviceError as error:
            more = error.facts.get("sent")
            sent += more if isinstance(more, int) else 0
            raise DeviceError(DeviceFault(error.code), retry=error.retry, sent=sent) from None

    def finish(self, stop: threading.Event, on_status: Callable[[PrinterStatus], None]) -> None:
        """Wait until the page that was sent has left the printer.

        Raises the printer's fault, PRINTER_OTHER (it never stops printing), NO_ANSWER or BAD_FRAME (it
        says nothing sensible until the limit), GONE, CANCELLED.
        """
        begun = time.monotonic()
        drain = _OS_BUFFER * self._bit_s
        printing, quiet_since = False, 0.0
        last = DeviceError(DeviceFault.PRINTER_OTHER, reason="printing does not end")
        while time.monotonic() < begun + self._timing.print_limit + drain:
            try:
                status = self.status(undrained=_OS_BUFFER)
            except DeviceError as error:
                if error.code not in (DeviceFault.NO_ANSWER, DeviceFault.BAD_FRAME):
                    raise
                last, quiet_since = error, 0.0
            else:
                on_status(status)
                if status.fault is not None:
                    raise DeviceError(status.fault)
                if status.ready and printing:
                    return
                printing = printing or status.printing
                now = time.monotonic()
                quiet_since = (quiet_since or now) if status.ready else 0.0
                if quiet_since and now - quiet_since >= self._timing.settle:
                    return
            if stop.wait(self._timing.print_poll):
                raise DeviceError(DeviceFault.CANCELLED)
        raise last
