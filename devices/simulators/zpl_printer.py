"""A simulated ZPL label printer on a pty or on TCP."""

from __future__ import annotations

import time
from pathlib import Path

from devices.simulators.port import Port
from devices.simulators.printer import PrinterSimulator
from devices.simulators.zpl_language import (
    CancelAsked,
    HostStatusAsked,
    LearnAsked,
    ZplInterpreter,
)

# Conditions → (string, member) of the answer to ~HS that is 1.
FLAGS = {
    "paper_out": (0, 1),
    "paused": (0, 2),
    "hot": (0, 11),
    "head_open": (1, 2),
    "ribbon_out": (1, 3),
}
_FORMATS, _PARTIAL, _TRANSFER, _REMAINING = (0, 4), (0, 7), (1, 4), (1, 8)
_SHUT_UP = frozenset({"paper_out", "head_open"})


class ZplPrinterSimulator(PrinterSimulator):
    """One ZPL printer; with ``dumb`` it does not answer while its head is open or its media are out."""

    FAULTS = frozenset(FLAGS)
    SPARING = frozenset({"paused", "hot"})

    def __init__(
        self, port: Port, directory: Path, *, print_s: float = 0.3, lag_s: float = 0.0, dumb: bool = False
    ) -> None:
        super().__init__("zpl-printer", port, directory, print_s=print_s, lag_s=lag_s)
        self._language = ZplInterpreter()
        self._dumb = dumb
        self._length = 1040  # as it was set when it was delivered
        self.media_dots = 1040  # of the labels that are in it

    def _obey(self, data: bytes) -> bytes:
        answers = b""
        for order in self._language.feed(data):
            if isinstance(order, HostStatusAsked):
                shut = self._dumb and bool(self._faults() & _SHUT_UP)
                answer = self._spoken(self._status())
                answers += b"" if shut else answer
            elif isinstance(order, CancelAsked):
                self._cancel_all()
            elif isinstance(order, LearnAsked):
                self._measure()
            else:
                self._order(order.picture)
        return answers

    def _measured(self) -> None:
        super()._measured()
        self._length = self.media_dots

    def _status(self) -> bytes:
        strings = [
            ["030", "0", "0", f"{self._length:04}", "000", "0", "0", "0", "000", "0", "0", "0"],
            ["001", "0", "0", "0", "1", "2", "6", "0", "00000000", "1", "000"],
            ["1234", "0"],
        ]
        for name in self._faults():
            string, member = FLAGS[name]
            strings[string][member] = "1"
        strings[_TRANSFER[0]][_TRANSFER[1]] = "1"
        if self._language.partial:
            strings[_PARTIAL[0]][_PARTIAL[1]] = "1"
        if self._at_work(time.monotonic()):
            strings[_FORMATS[0]][_FORMATS[1]] = "001"
        return b"".join(b"\x02" + ",".join(part).encode("ascii") + b"\x03\r\n" for part in strings)
