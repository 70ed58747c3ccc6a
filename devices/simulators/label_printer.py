"""A simulated TSPL label printer on a pty or on TCP: pages become PNG files, faults can be switched.

A page is written only when all of it was printed: with paper, the head closed and no fault until the
end.  A page that a fault interrupts is torn and lost, as on printers without re-print.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from pathlib import Path

from PIL import Image

from devices.simulators.label_language import PageOrdered, StatusAsked, TsplInterpreter
from devices.simulators.port import BITS_PER_BYTE, Device, Port

# Conditions that set a bit of the status byte (TSPL manual, <ESC>!?).
STATUS_BITS = {
    "head_open": 0x01,
    "paper_jam": 0x02,
    "paper_out": 0x04,
    "ribbon_out": 0x08,
    "paused": 0x10,
    "other_fault": 0x80,
}
# Conditions that do something else: no answers; printing never ends; nonsense before every answer;
# line noise instead of answers; the cable.
BEHAVIOURS = frozenset({"silent", "stuck", "garbage", "noise", "unplugged"})
CONDITIONS = frozenset(STATUS_BITS) | BEHAVIOURS

_PRINTING = 0x20
_ROUND_S = 0.01  # of the line's bytes are taken at once: answers and faults come in between


class LabelPrinterSimulator(Device):
    """One printer.  Everything public may be used from any thread."""

    def __init__(
        self,
        port: Port,
        directory: Path,
        *,
        print_s: float = 0.3,
        lag_s: float = 0.0,
        dots_per_mm: int = 8,
    ) -> None:
        """Pages go to ``directory`` as page-0001.png and so on, continuing what is there.

        ``print_s``: how long a label takes; ``lag_s``: how long the status still says "ready" after a
        page has arrived (firmware that parses slowly).
        """
        super().__init__("label-printer", port)
        directory.mkdir(parents=True, exist_ok=True)
        self._directory = directory
        self._print_s = print_s
        self._lag_s = lag_s
        self._language = TsplInterpreter(dots_per_mm)
        self._lock = threading.Lock()
        self._conditions: set[str] = set()
        self._cut_after = -1  # bytes until the link is cut; -1: never
        self._ordered: deque[tuple[float, Image.Image]] = deque()  # (visible from, picture)
        self._printing: tuple[float, Image.Image] | None = None  # (done at, picture)
        self._untold = 0  # fault bits that tore a page and were not yet seen in an answer
        self.received = 0  # bytes
        self.asked = 0  # status questions
        self.torn = 0  # pages that a fault interrupted

    # -- control ----------------------------------------------------------------------------------

    def set_condition(self, name: str, on: bool) -> None:
        """Switch one of :data:`CONDITIONS`; raises KeyError for another name."""
        if name not in CONDITIONS:
            raise KeyError(name)
        with self._lock:
            if on:
                self._conditions.add(name)
            else:
                self._conditions.discard(name)
        if name == "unplugged":
            if on:
                self.port.unplug()
            else:
                self.port.replug()

    def conditions(self) -> frozenset[str]:
        """What is switched on now."""
        with self._lock:
            return frozenset(self._conditions)

    def pages(self) -> list[Path]:
        """The printed pages, oldest first."""
        return sorted(self._directory.glob("page-[0-9]*.png"))

    def cut_after(self, count: int) -> None:
        """Cut the link when ``count`` more bytes have arrived; the printer itself stays on.

        The link can be opened again after ``set_condition("unplugged", False)``.
        """
        with self._lock:
            self._cut_after = count

    def reset_language(self) -> None:
        """Forget a half received page, as printers do whose power was cut."""
        with self._lock:
            self._language.reset()

    # -- the device's thread ----------------------------------------------------------------------

    def _serve(self) -> None:
        data = self.port.receive(_ROUND_S, max(1, round(self.port.baud * _ROUND_S / BITS_PER_BYTE)))
        cut = False
        with self._lock:
            if 0 <= self._cut_after <= len(data):
                data, cut = data[: self._cut_after], True
                self._cut_after = -1
                self._conditions.add("unplugged")
            elif self._cut_after > 0:
                self._cut_after -= len(data)
            self.received += len(data)
            answer = self._obey(data)
            self._advance(time.monotonic())
        if answer:
            self.port.send(answer)
        if cut:
            self.port.close()
        # The line itself is slow; the bytes came out of the operating system's buffer at once.
        self._stop.wait(len(data) * BITS_PER_BYTE / self.port.baud)

    def _obey(self, data: bytes) -> bytes:
        """What the bytes ask for; returns the answers.  Under the lock."""
        answers = b""
        for order in self._language.feed(data):
            if isinstance(order, StatusAsked):
                self.asked += 1
                answers += self._answer()
            elif isinstance(order, PageOrdered):
                self._ordered.append((time.monotonic() + self._lag_s, order.picture))
            else:
                self._language.reset()
                self._ordered.clear()
                self._printing = None
        return answers

    def _answer(self) -> bytes:
        if "silent" in self._conditions:
            return b""
        if "noise" in self._conditions:
            return b"\xfe\x00\x7fERR\r\n"
        status = bytes([self._status(time.monotonic())])
        self._untold = 0
        return b"?!" + status if "garbage" in self._conditions else status

    def _faults(self) -> int:
        """A fault that tore a page stands until it was told, however short it was."""
        return self._untold | sum(bit for name, bit in STATUS_BITS.items() if name in self._conditions)

    def _status(self, now: float) -> int:
        at_work = self._printing is not None or (bool(self._ordered) and self._ordered[0][0] <= now)
        stuck = "stuck" in self._conditions
        return self._faults() | (_PRINTING if (at_work or stuck) and not self._faults() else 0)

    def _advance(self, now: float) -> None:
        """Move the paper.  Under the lock."""
        if self._printing is not None:
            done_at, picture = self._printing
            tearing = self._faults() & ~STATUS_BITS["paused"]  # a pause lets the present label out
            if tearing:
                self.torn += 1
                self._printing, self._untold = None, tearing
            elif now >= done_at and "stuck" not in self._conditions:
                self._printing = None
                self._write(picture)
        elif self._ordered and self._ordered[0][0] <= now and not self._faults():
            self._printing = (now + self._print_s, self._ordered.popleft()[1])

    def _write(self, picture: Image.Image) -> None:
        number = len(self.pages()) + 1
        target = self._directory / f"page-{number:04d}.png"
        fresh = target.with_suffix(".part")
        picture.save(fresh, "PNG")
        fresh.replace(target)  # whoever looks sees whole pages only
