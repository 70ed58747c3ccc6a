"""A simulated ESC/POS receipt printer on a pty or on TCP."""

from __future__ import annotations

from pathlib import Path

from devices.simulators.port import Port
from devices.simulators.printer import PrinterSimulator
from devices.simulators.receipt_language import Asked, EscPosInterpreter, MarkAsked

# Conditions → (which answer to DLE EOT, its bits), by the command reference.
STATUS_BITS = {
    "head_open": ((1, 0x08), (2, 0x04)),
    "paper_out": ((1, 0x08), (2, 0x20), (4, 0x6C)),
    "paper_jam": ((1, 0x08), (2, 0x40), (3, 0x08)),
    "other_fault": ((1, 0x08), (2, 0x40), (3, 0x20)),
    "hot": ((1, 0x08), (2, 0x40), (3, 0x40)),
    "paused": ((1, 0x08),),
    "paper_low": ((4, 0x0C),),
}
_FIXED = 0x12  # bits 1 and 4 of every answer


class ReceiptPrinterSimulator(PrinterSimulator):
    """One ESC/POS printer; see :class:`PrinterSimulator`.  It keeps its buffer through a fault."""

    FAULTS = frozenset(STATUS_BITS) - {"paper_low"}
    SPARING = frozenset({"paused", "hot"})
    NOTES = frozenset({"paper_low"})

    def __init__(
        self, port: Port, directory: Path, *, print_s: float = 0.3, lag_s: float = 0.0, dots: int = 576
    ) -> None:
        """``dots``: of the print head, 576 for 80 mm paper and 384 for 58."""
        super().__init__("receipt-printer", port, directory, print_s=print_s, lag_s=lag_s)
        self._language = EscPosInterpreter(dots)

    def _obey(self, data: bytes) -> bytes:
        answers = b""
        for order in self._language.feed(data):
            if isinstance(order, Asked):
                answers += self._answer(order.number)
            elif isinstance(order, MarkAsked):
                self._order(self._paper())
            else:
                self._order(order.picture)
        return answers

    def _answer(self, number: int) -> bytes:
        names = self._faults() | (self._conditions & self.NOTES)
        bits = _FIXED
        for name in names:
            for which, set_bits in STATUS_BITS[name]:
                bits |= set_bits if which == number else 0
        untold = set(self._untold)
        said = self._spoken(bytes([bits]))
        if number != 4:  # it was told when all four answers were given
            self._untold = untold
        return said

    def _paper(self) -> bytes:
        return b"\x03" if "paper_low" in self._conditions else b"\x00"
