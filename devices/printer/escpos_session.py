"""The conversation with an ESC/POS printer: four real-time questions, and a mark at each page's end.

DLE EOT says whether it can print, not whether it has printed.  That is what the mark is for: GS r is
answered in its turn, after everything before it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from core.errors import DeviceError, DeviceFault
from devices.printer.escpos import (
    CUT,
    FENCE,
    INITIALISE,
    MARK,
    RESYNC,
    STATUS_QUERIES,
    is_mark,
    is_status,
    parse_status,
)
from devices.printer.session import PrinterSession
from devices.printer.status import PrinterStatus
from devices.traffic import Direction


class EscPosSession(PrinterSession):
    """Keeps marks and answers apart: they come on the same line, in any order."""

    RESYNC = RESYNC
    _marks = 0  # asked for and not yet answered
    _fenced = False  # no command can be waiting for its parameters: a question is a question
    _known = False  # no mark of an earlier page can come any more

    def _ask(self, limit: float) -> PrinterStatus:
        deadline = time.monotonic() + limit
        answers: list[int] = []
        self._sort(self._waiting())  # what lies there can be a mark, or the answer to an earlier question
        if not self._fenced:  # a page of ours, or of the program before us, may have ended anywhere
            self._link.write(FENCE, deadline)
            self._fenced = True
        for query in STATUS_QUERIES:
            self._link.write(query, deadline)
            while not (found := self._sort(self._read(deadline))):
                continue
            answers += found
        self._traffic.note(Direction.IN, "status", bytes(answers))
        return parse_status(answers, printing=self._marks > 0)

    def _read(self, deadline: float) -> bytes:
        data = self._link.read(64, deadline)
        if not data:
            raise DeviceError(DeviceFault.NO_ANSWER, retry=True)
        return data

    def _waiting(self) -> bytes:
        data = b""
        while more := self._link.read(64, 0.0):
            data += more
            if len(data) > 4096:  # a device that never stops talking
                raise DeviceError(DeviceFault.BAD_FRAME, retry=True, length=len(data))
        return data

    def _sort(self, data: bytes) -> list[int]:
        """Count the marks; the rest are answers.  Among nonsense nothing counts."""
        if not all(is_status(byte) or is_mark(byte) for byte in data):
            self._link.flush_input()
            raise DeviceError(DeviceFault.BAD_FRAME, retry=True, length=len(data))
        answers = [byte for byte in data if is_status(byte)]
        self._marks = max(0, self._marks - (len(data) - len(answers)))
        return answers

    def prepare(self, stop: threading.Event, *, torn: bool) -> None:
        """Let every mark of an earlier page come in: one of them could pass for the next page's.

        After the first answer the last can only be moments behind, for between them nothing prints.
        What came out of a torn page is cut off, so that it goes to nobody with the next receipt.
        """
        if self._known and not torn:
            return
        self._known = False
        order = RESYNC + INITIALISE + (CUT if torn else b"") + MARK
        limit = self._timing.status_limit + 1.5 * len(order) * self._bit_s
        self._marks = 1
        self._traffic.note(Direction.OUT, "prepare", hidden=len(order))
        self._link.write(order, time.monotonic() + limit)
        self.finish(stop, lambda _status: None)
        if stop.wait(self._timing.settle):
            raise DeviceError(DeviceFault.CANCELLED)
        self._link.flush_input()
        self._known = True

    def send(self, page: bytes, on_first: Callable[[], None]) -> None:
        """See :meth:`PrinterSession.send`; the page ends with a mark."""
        self._marks = 1
        try:
            super().send(page, on_first)
        except DeviceError:
            self._marks, self._fenced = 0, False
            raise

    def finish(self, stop: threading.Event, on_status: Callable[[PrinterStatus], None]) -> None:
        """See :meth:`PrinterSession.finish`; a mark that was not awaited to its end says nothing later."""
        try:
            super().finish(stop, on_status)
        finally:
            self._marks = 0

    def _is_out(self, printing_seen: bool, quiet_s: float) -> bool:
        """Its mark was answered: "ready" says so."""
        return True
