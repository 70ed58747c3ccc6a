"""A simulated bar-code scanner on a pty or on TCP."""

from __future__ import annotations

import queue

from devices.simulators.port import Device, Port

CODE_128 = "]C0"
QR_CODE = "]Q1"
WAIT_S = 0.02


class ScannerSimulator(Device):
    """Sends codes as they are scanned; ``prefix`` and ``suffix`` are the scanner's own settings."""

    def __init__(self, port: Port, *, prefix: bool = True, suffix: bytes = b"\r\n") -> None:
        super().__init__("scanner", port)
        self._prefix = prefix
        self._suffix = suffix
        self._waiting: queue.Queue[bytes] = queue.Queue()

    def scan(self, code: str, symbology: str = CODE_128) -> None:
        """Scan one code.  Any thread."""
        self.send((symbology if self._prefix else "").encode("ascii") + code.encode("utf-8") + self._suffix)

    def send(self, data: bytes) -> None:
        """Send bytes as they are: noise, half a line.  Any thread."""
        self._waiting.put(data)

    def _serve(self) -> None:
        self.port.receive(0.0)  # a scanner takes no orders, but the cable must be looked after
        try:
            data = self._waiting.get(timeout=WAIT_S)
        except queue.Empty:
            return
        self.port.send(data)
