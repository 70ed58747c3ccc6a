"""One conversation with a printer over an open link: ask, send a page, wait for its end."""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar

from core.errors import DeviceError, DeviceFault
from devices.link import Link
from devices.printer.status import PrinterStatus
from devices.printer.tspl import (
    CAUSE_LENGTH,
    CAUSE_QUERY,
    LEARN,
    RESYNC,
    STATUS_QUERY,
    parse_cause,
    parse_status,
)
from devices.traffic import Direction, TrafficLog

TRIES = 3  # for an answer that cannot be one
_OS_BUFFER = 8192  # bytes that a serial driver may hold after a write returned
_FIRST_PIECE = 64
_CAUSE_S = 0.25  # for an answer that not every printer gives
_QUIET_S = 0.002  # after the answer's byte: anything more means that it was not the answer


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


class PrinterSession(ABC):
    """What every printer language shares.

    Owned by the lane's thread; every wait ends within 200 ms of ``link.cancel``.
    """

    RESYNC: ClassVar[bytes] = b""  # ends what a page that was cut off may still wait for
    LEARN: ClassVar[bytes] = b""  # makes the printer measure its labels; b"": it has no such command

    def __init__(self, link: Link, traffic: TrafficLog, timing: Timing) -> None:
        self._link = link
        self._traffic = traffic
        self._timing = timing
        self._bit_s = 10 / link.baud if link.baud else 0.0  # seconds to a byte, 8N1

    def status(self, *, undrained: int = 0) -> PrinterStatus:
        """Ask; ``undrained`` bytes may still be on their way before the question.

        Raises DeviceError NO_ANSWER, BAD_FRAME (three answers that cannot be one), GONE, CANCELLED.
        """
        limit = self._timing.status_limit + undrained * self._bit_s
        for _ in range(TRIES - 1):
            try:
                return self._ask(limit)
            except DeviceError as error:
                if error.code is not DeviceFault.BAD_FRAME:
                    raise
        return self._ask(limit)

    @abstractmethod
    def _ask(self, limit: float) -> PrinterStatus:
        """One question and its answer within ``limit`` seconds."""

    def prepare(self, stop: threading.Event, *, torn: bool) -> None:
        """Before a page: bring a ready printer to a known state.

        ``torn``: the page before may have ended early.  Raises as :meth:`finish`.
        """
        if stop.is_set():
            raise DeviceError(DeviceFault.CANCELLED)

    def resync(self) -> None:
        """End whatever the printer may still be waiting for.  Raises GONE, NO_ANSWER, CANCELLED."""
        limit = self._timing.status_limit + 1.5 * len(self.RESYNC) * self._bit_s
        self._traffic.note(Direction.OUT, "resync", hidden=len(self.RESYNC))
        self._link.write(self.RESYNC, time.monotonic() + limit)

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
                printing = printing or status.printing
                now = time.monotonic()
                quiet_since = (quiet_since or now) if status.ready else 0.0
                if status.ready and self._is_out(printing, now - quiet_since):
                    return
            if stop.wait(self._timing.print_poll):
                raise DeviceError(DeviceFault.CANCELLED)
        raise last

    def learn(self, stop: threading.Event) -> int | None:
        """Make the printer measure its labels; dots of one, None where it does not tell.

        Raises as :meth:`finish`, and DeviceError REFUSED where its language has no such command.
        """
        if not self.LEARN:
            raise DeviceError(DeviceFault.REFUSED)
        self.prepare(stop, torn=False)
        status = self.status()
        if status.fault is not None:
            raise DeviceError(status.fault)
        self._traffic.note(Direction.OUT, "learn", self.LEARN)
        self._link.write(self.LEARN, time.monotonic() + self._timing.status_limit)
        self.finish(stop, lambda _status: None)
        return self._learnt()

    def _learnt(self) -> int | None:
        """Dots of a label, where it is told."""
        return None

    def _is_out(self, printing_seen: bool, quiet_s: float) -> bool:
        """Whether "ready" now means that the page is out.

        Right after the last byte it may mean "not begun": it counts only after printing was seen, or
        when it lasts.
        """
        return printing_seen or quiet_s >= self._timing.settle


class TsplSession(PrinterSession):
    """TSPL, the plainest: ``ESC ! ?`` before and after each page, one byte."""

    RESYNC = RESYNC
    LEARN = LEARN

    def _ask(self, limit: float) -> PrinterStatus:
        deadline = time.monotonic() + limit
        # What lies there belongs to an earlier question, or to nobody.
        self._link.flush_input()
        self._link.write(STATUS_QUERY, deadline)
        answer = self._link.read(64, deadline)
        if not answer:
            raise DeviceError(DeviceFault.NO_ANSWER, retry=True)
        answer += self._link.read(64, time.monotonic() + max(_QUIET_S, 3 * self._bit_s))
        self._traffic.note(Direction.IN, "status", answer)
        status = parse_status(answer)
        return replace(status, fault=self._cause()) if status.fault is DeviceFault.PRINTER_OTHER else status

    def _cause(self) -> DeviceFault:
        """What "other error" is.  Older printers do not know the question: then it stays that."""
        deadline = time.monotonic() + min(_CAUSE_S, self._timing.status_limit) + CAUSE_LENGTH * self._bit_s
        self._link.write(CAUSE_QUERY, deadline)
        answer = b""
        while len(answer) < CAUSE_LENGTH and (more := self._link.read(CAUSE_LENGTH, deadline)):
            answer += more
        self._traffic.note(Direction.IN, "cause", answer)
        return parse_cause(answer)
