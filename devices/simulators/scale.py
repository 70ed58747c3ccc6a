"""A simulated scale that sends its line ten times a second."""

from __future__ import annotations

import threading
import time

from devices.simulators.port import Device, Port

EVERY_S = 0.1
SETTLE_LINES = 4  # a parcel put down swings for so many lines
CAPACITY_G = 30_000
_SWING = (35, -20, 12, -5)  # grams beside the truth, one a line


class ScaleSimulator(Device):
    """A pan of 30 kg with a division of one gram.  Everything public may be used from any thread."""

    def __init__(self, port: Port) -> None:
        super().__init__("scale", port)
        self._lock = threading.Lock()
        self._grams = 0
        self._tare = 0
        self._swing = 0  # lines that are not stable yet
        self._unstable = False
        self._over = False
        self._round = 0
        self._due = time.monotonic()

    def put(self, grams: int) -> None:
        """So much lies on the pan from now on; 0 takes everything off."""
        with self._lock:
            self._grams, self._swing = grams, SETTLE_LINES

    def set_unstable(self, on: bool) -> None:
        """Somebody leans on the table."""
        with self._lock:
            self._unstable = on

    def set_over(self, on: bool) -> None:
        """More lies there than the scale can weigh, whatever was put."""
        with self._lock:
            self._over = on

    def tare(self) -> None:
        """The tare key: what lies there now counts as nothing; with an empty pan, gross again."""
        with self._lock:
            self._tare, self._swing = self._grams, 1

    def state(self) -> dict[str, object]:
        """What lies there, and what is switched on."""
        with self._lock:
            return {"grams": self._grams, "tare": self._tare, "unstable": self._unstable, "over": self._over}

    def _serve(self) -> None:
        self.port.receive(max(0.0, min(EVERY_S, self._due - time.monotonic())))
        now = time.monotonic()
        if now < self._due:
            return
        self._due = now + EVERY_S
        self.port.send(self._line())

    def _line(self) -> bytes:
        with self._lock:
            self._round += 1
            mode = "NT" if self._tare else "GS"
            if self._over or self._grams > CAPACITY_G:
                return f"OL,{mode},+-------kg\r\n".encode("ascii")
            moving = self._unstable or self._swing > 0
            shown = self._grams - self._tare
            if moving and self._grams:
                shown += _SWING[self._round % len(_SWING)]
            self._swing = max(0, self._swing - 1)
        status, sign = ("US" if moving else "ST"), ("-" if shown < 0 else "+")
        return f"{status},{mode},{sign}{abs(shown) / 1000:7.3f}kg\r\n".encode("ascii")
