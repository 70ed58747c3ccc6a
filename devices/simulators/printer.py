"""What all simulated printers share: pages become PNG files, faults can be switched, cables cut.

A page is written only when all of it was printed: with paper, the head closed and no fault until the
end.  A page that a fault interrupts is torn and lost, as on printers without re-print.
"""

from __future__ import annotations

import threading
import time
from abc import abstractmethod
from collections import deque
from pathlib import Path
from typing import ClassVar

from PIL import Image

from devices.simulators.port import BITS_PER_BYTE, Device, Port

# Conditions that are no fault of the printer: no answers; printing never ends; nonsense before every
# answer; line noise instead of answers; the cable.
BEHAVIOURS = frozenset({"silent", "stuck", "garbage", "noise", "unplugged"})

_ROUND_S = 0.01  # of the line's bytes are taken at once: answers and faults come in between


class PrinterSimulator(Device):
    """One printer.  Everything public may be used from any thread."""

    FAULTS: ClassVar[frozenset[str]] = frozenset()  # conditions in which nothing is printed
    SPARING: ClassVar[frozenset[str]] = frozenset()  # of these, the ones that let the present page out
    NOTES: ClassVar[frozenset[str]] = frozenset()  # conditions that are only told

    def __init__(self, name: str, port: Port, directory: Path, *, print_s: float, lag_s: float) -> None:
        """Pages go to ``directory`` as page-0001.png and so on, continuing what is there.

        ``print_s``: how long a page takes; ``lag_s``: how long the status still says "ready" after a
        page has arrived (firmware that parses slowly).
        """
        super().__init__(name, port)
        directory.mkdir(parents=True, exist_ok=True)
        self._directory = directory
        self._print_s = print_s
        self._lag_s = lag_s
        self._lock = threading.Lock()
        self._conditions: set[str] = set()
        self._cut_after = -1  # bytes until the link is cut; -1: never
        # (visible from, a picture to print, an answer to give when its turn comes, None: labels to measure)
        self._ordered: deque[tuple[float, Image.Image | bytes | None]] = deque()
        self._printing: tuple[float, Image.Image | None] | None = None  # (done at, picture)
        self._untold: set[str] = set()  # faults that tore a page and were not yet seen in an answer
        self.received = 0  # bytes
        self.asked = 0  # status questions
        self.measured = 0  # times that it ran labels past its sensor
        self.torn = 0  # pages that a fault interrupted

    # -- control ----------------------------------------------------------------------------------

    @classmethod
    def known_conditions(cls) -> frozenset[str]:
        """What can be switched."""
        return cls.FAULTS | cls.NOTES | BEHAVIOURS

    def set_condition(self, name: str, on: bool) -> None:
        """Switch one of :meth:`known_conditions`; raises KeyError for another name."""
        if name not in self.known_conditions():
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

    # -- the device's thread ----------------------------------------------------------------------

    @abstractmethod
    def _obey(self, data: bytes) -> bytes:
        """What the bytes ask for; returns the answers that cannot wait.  Under the lock."""

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
            answer += self._advance(time.monotonic())
        if answer:
            self.port.send(answer)
        if cut:
            self.port.close()
        # The line itself is slow; the bytes came out of the operating system's buffer at once.
        self._stop.wait(len(data) * BITS_PER_BYTE / self.port.baud)

    def _order(self, what: Image.Image | bytes | None) -> None:
        self._ordered.append((time.monotonic() + self._lag_s, what))

    def _measure(self) -> None:
        """Labels run past the sensor for as long as a page takes."""
        self._order(None)

    def _measured(self) -> None:
        self.measured += 1

    def _cancel_all(self) -> None:
        self._ordered.clear()
        self._printing = None

    def _spoken(self, status: bytes) -> bytes:
        """The answer to a status question, as the present behaviour gives it."""
        self.asked += 1
        if "silent" in self._conditions:
            return b""
        if "noise" in self._conditions:
            return b"\xfe\x00\x7fERR\r\n"
        self._untold.clear()
        return b"?!" + status if "garbage" in self._conditions else status

    def _faults(self) -> set[str]:
        """A fault that tore a page stands until it was told, however short it was."""
        return self._untold | (self._conditions & self.FAULTS)

    def _at_work(self, now: float) -> bool:
        at_work = self._printing is not None or (bool(self._ordered) and self._ordered[0][0] <= now)
        return (at_work or "stuck" in self._conditions) and not self._faults()

    def _advance(self, now: float) -> bytes:
        """Move the paper; what was answered in its turn.  Under the lock."""
        if self._printing is not None:
            done_at, picture = self._printing
            tearing = self._faults() - self.SPARING
            if tearing:
                self.torn += 1
                self._printing, self._untold = None, tearing
            elif now >= done_at and "stuck" not in self._conditions:
                self._printing = None
                if picture is None:
                    self._measured()
                else:
                    self._write(picture)
            return b""
        if not self._ordered or self._ordered[0][0] > now or self._faults():
            return b""
        what = self._ordered.popleft()[1]
        if isinstance(what, bytes):
            return b"" if self._conditions & {"silent", "noise"} else what
        self._printing = (now + self._print_s, what)
        return b""

    def _write(self, picture: Image.Image) -> None:
        number = len(self.pages()) + 1
        target = self._directory / f"page-{number:04d}.png"
        fresh = target.with_suffix(".part")
        picture.save(fresh, "PNG")
        fresh.replace(target)  # whoever looks sees whole pages only
