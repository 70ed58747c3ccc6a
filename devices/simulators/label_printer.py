"""A simulated TSPL label printer on a pty or on TCP."""

from __future__ import annotations

import time
from pathlib import Path

from devices.simulators.label_language import (
    CauseAsked,
    LearnAsked,
    PageOrdered,
    StatusAsked,
    TsplInterpreter,
)
from devices.simulators.port import Port
from devices.simulators.printer import BEHAVIOURS, PrinterSimulator

# Conditions that set a bit of the status byte (TSPL manual, <ESC>!?).
STATUS_BITS = {
    "head_open": 0x01,
    "paper_jam": 0x02,
    "paper_out": 0x04,
    "ribbon_out": 0x08,
    "paused": 0x10,
    "other_fault": 0x80,
    "hot": 0x80,
}
# Conditions → (which byte of the answer to <ESC>!S, its bit); the others show as "printer error" alone.
CAUSE_BITS = {
    "head_open": (3, 0x20),
    "paper_jam": (3, 0x02),
    "paper_out": (3, 0x01),
    "ribbon_out": (3, 0x04),
    "hot": (2, 0x01),
}
CONDITIONS = frozenset(STATUS_BITS) | BEHAVIOURS
_PRINTING = 0x20


class LabelPrinterSimulator(PrinterSimulator):
    """One TSPL printer; see :class:`PrinterSimulator`.  With ``old`` it does not know ``<ESC>!S``."""

    FAULTS = frozenset(STATUS_BITS)
    SPARING = frozenset({"paused", "hot"})

    def __init__(
        self,
        port: Port,
        directory: Path,
        *,
        print_s: float = 0.3,
        lag_s: float = 0.0,
        dots_per_mm: int = 8,
        old: bool = False,
    ) -> None:
        super().__init__("label-printer", port, directory, print_s=print_s, lag_s=lag_s)
        self._language = TsplInterpreter(dots_per_mm)
        self._old = old

    def reset_language(self) -> None:
        """Forget a half received page, as printers do whose power was cut."""
        with self._lock:
            self._language.reset()

    def _obey(self, data: bytes) -> bytes:
        answers = b""
        for order in self._language.feed(data):
            if isinstance(order, StatusAsked):
                answers += self._spoken(bytes([self._status(time.monotonic())]))
            elif isinstance(order, CauseAsked):
                answers += b"" if self._old else self._spoken(self._cause())
            elif isinstance(order, PageOrdered):
                self._order(order.picture)
            elif isinstance(order, LearnAsked):
                self._measure()
            else:
                self._language.reset()
                self._cancel_all()
        return answers

    def _status(self, now: float) -> int:
        bits = _PRINTING if self._at_work(now) else 0
        for name in self._faults():
            bits |= STATUS_BITS[name]
        return bits

    def _cause(self) -> bytes:
        names = self._faults()
        told = [0x45 if names else 0x40, 0x40, 0x40, 0x40]
        for name in names & CAUSE_BITS.keys():
            which, bit = CAUSE_BITS[name]
            told[which] |= bit
        return b"\x02" + bytes(told) + b"\x03\r\n"
