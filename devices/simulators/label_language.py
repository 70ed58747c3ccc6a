"""TSPL as a simulated printer understands it: lenient as firmware is, and written from the manual.

Shares nothing with the encoder in ``devices/printer``: it draws with Pillow, and in its pictures 1 is
white, as in BITMAP data.  An unknown or broken line is skipped and counted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from PIL import Image, ImageChops

LONGEST_LINE = 4096
_BITMAP = re.compile(rb"\s*BITMAP\s+(\d+)\s*,\s*(\d+)\s*,\s*(\d+)\s*,\s*(\d+)\s*,\s*([012])\s*,")
_SIZE = re.compile(rb"SIZE\s+([\d.]+)\s*mm\s*,\s*([\d.]+)\s*mm")
_PRINT = re.compile(rb"PRINT\s+(\d+)(?:\s*,\s*(\d+))?")
_KNOWN = (b"GAP", b"DIRECTION", b"REFERENCE", b"OFFSET", b"SPEED", b"DENSITY", b"SET", b"CODEPAGE", b"BLINE")
_MOST_COPIES = 10


class StatusAsked:
    """``ESC ! ?`` arrived."""


class CauseAsked:
    """``ESC ! S`` arrived."""


class ResetAsked:
    """``ESC ! R`` arrived."""


class LearnAsked:
    """``GAPDETECT`` arrived."""


@dataclass(frozen=True)
class PageOrdered:
    """``PRINT`` arrived: the image buffer as it was then.  1 = white."""

    picture: Image.Image


Order = StatusAsked | CauseAsked | ResetAsked | LearnAsked | PageOrdered


class TsplInterpreter:
    """Feed it what the line brings; it answers with what the printer has to do."""

    def __init__(self, dots_per_mm: int) -> None:
        self._dots_per_mm = dots_per_mm
        self._buffer = bytearray()
        self._image = Image.new("1", (8, 8), 1)
        self._box = (0, 0, 0, 0)  # x in dots, y, width in bytes, height of the BITMAP under way
        self._mode = 0
        self._lacking = -1  # bytes of BITMAP data still to come; -1: none under way
        self.skipped = 0  # lines that made no sense

    def feed(self, data: bytes) -> list[Order]:
        """Add bytes; the orders that they completed."""
        self._buffer += data
        orders: list[Order] = []
        while self._step(orders):
            pass
        return orders

    def reset(self) -> None:
        """As after power-on: nothing is remembered."""
        self._buffer.clear()
        self._lacking = -1
        self._image = Image.new("1", (8, 8), 1)

    def _step(self, orders: list[Order]) -> bool:
        """Consume one thing; False when more bytes are needed for the next."""
        if self._lacking >= 0:
            return self._data()
        head = _BITMAP.match(self._buffer)
        if head:
            x, y, width, height, self._mode = (int(group) for group in head.groups())
            self._box = (x, y, width, height)
            self._lacking = width * height
            del self._buffer[: head.end()]
            return True
        return self._immediate(orders) or self._line(orders)

    def _immediate(self, orders: list[Order]) -> bool:
        """``ESC !`` is obeyed at any time, also inside a line; inside BITMAP data it is data here."""
        escape, end = self._buffer.find(b"\x1b"), self._buffer.find(b"\n")
        if escape < 0 or 0 <= end < escape or len(self._buffer) < escape + 3:
            return False
        command = bytes(self._buffer[escape : escape + 3])
        if command == b"\x1b!?":
            orders.append(StatusAsked())
        elif command == b"\x1b!S":
            orders.append(CauseAsked())
        elif command == b"\x1b!R":
            orders.append(ResetAsked())
        else:
            self.skipped += 1
        del self._buffer[escape : escape + 3]
        return True

    def _data(self) -> bool:
        if len(self._buffer) < self._lacking:
            return False
        data = bytes(self._buffer[: self._lacking])
        del self._buffer[: self._lacking]
        self._lacking = -1
        x, y, width, height = self._box
        if not data:
            return True
        ink = Image.frombytes("1", (width * 8, height), data)
        area = (x, y, x + width * 8, y + height)
        below = self._image.crop(area)
        # Dots count, not bits: OR-ing ink means AND-ing white.
        merged = {0: ink, 1: ImageChops.logical_and(below, ink), 2: _xor_ink(below, ink)}[self._mode]
        self._image.paste(merged, area)
        return True

    def _line(self, orders: list[Order]) -> bool:
        end = self._buffer.find(b"\n")
        if end < 0:
            if len(self._buffer) > LONGEST_LINE:
                self._buffer.clear()
                self.skipped += 1
            return False
        line = bytes(self._buffer[:end]).strip()
        del self._buffer[: end + 1]
        if line:
            self._command(line, orders)
        return True

    def _command(self, line: bytes, orders: list[Order]) -> None:
        size, pages = _SIZE.fullmatch(line), _PRINT.fullmatch(line)
        if size:
            width, height = (max(1, round(float(part) * self._dots_per_mm)) for part in size.groups())
            self._image = Image.new("1", (width, height), 1)
        elif line == b"CLS":
            self._image = Image.new("1", self._image.size, 1)
        elif pages:
            count = int(pages[1]) * int(pages[2] or 1)
            orders += [PageOrdered(self._image.copy())] * min(count, _MOST_COPIES)
        elif line.startswith(b"GAPDETECT"):
            orders.append(LearnAsked())
        elif not line.startswith(_KNOWN):
            self.skipped += 1


def _xor_ink(below: Image.Image, ink: Image.Image) -> Image.Image:
    return ImageChops.invert(ImageChops.logical_xor(below, ink))
