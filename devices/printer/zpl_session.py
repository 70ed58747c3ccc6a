"""The conversation with a ZPL printer: ~HS, three strings."""

from __future__ import annotations

import threading
import time

from core.errors import DeviceError, DeviceFault
from devices.printer.session import PrinterSession
from devices.printer.status import PrinterStatus
from devices.printer.zpl import (
    CANCEL_ALL,
    LEARN,
    STATUS_QUERY,
    STATUS_STRINGS,
    parse_label_length,
    parse_status,
)
from devices.traffic import Direction

_LONGEST = 512  # bytes of an answer; it has about 82


class ZplSession(PrinterSession):
    """A printer with its head open or without media may not answer at all: that is a fault, never "ready"."""

    _known = False  # nothing of another's, or of a time before this program, is in its memory
    RESYNC = CANCEL_ALL  # it also ends graphic data that were cut off

    LEARN = LEARN

    def _ask(self, limit: float) -> PrinterStatus:
        return parse_status(self._answer(limit))

    def _learnt(self) -> int:
        return parse_label_length(self._answer(self._timing.status_limit))

    def _answer(self, limit: float) -> bytes:
        deadline = time.monotonic() + limit
        self._link.flush_input()
        self._link.write(STATUS_QUERY, deadline)
        answer = b""
        while answer.count(b"\x03") < STATUS_STRINGS and len(answer) < _LONGEST:
            piece = self._link.read(_LONGEST, deadline)
            if not piece:
                break
            answer += piece
        if not answer:
            raise DeviceError(DeviceFault.NO_ANSWER, retry=True)
        self._traffic.note(Direction.IN, "status", answer)
        return answer

    def prepare(self, stop: threading.Event, *, torn: bool) -> None:
        """A format that was cut off is taken back, or the next one would end it."""
        super().prepare(stop, torn=torn)
        if torn or not self._known:
            self.resync()
            self.status()  # "all buffers are cleared": nothing of the page may be among what is
            self._known = True
