"""ESC/POS as a simulated receipt printer understands it: lenient as firmware is, from the manual alone.

Shares nothing with the encoder in ``devices/printer``.  Real-time questions are seen wherever they stand,
inside raster data too, as on real printers.
"""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image

DLE_EOT = b"\x10\x04"
# Commands without a picture: first bytes → whole length.
_LENGTHS = {
    b"\x1b@": 2, b"\x1bd": 3, b"\x1bJ": 3, b"\x1ba": 3, b"\x1b2": 2, b"\x1b3": 3, b"\x1da": 3,
    b"\x10\x04": 3, b"\x10\x05": 3, b"\x10\x14": 5, b"\x1d\x0c": 2,
}  # fmt: skip
_PAPER_DOTS = 8  # an empty slip


@dataclass(frozen=True)
class Asked:
    """DLE EOT n."""

    number: int


class MarkAsked:
    """GS r 1 came up in its turn."""


@dataclass(frozen=True)
class SlipOrdered:
    """The paper was cut: everything since the last cut.  1 = white."""

    picture: Image.Image


Order = Asked | MarkAsked | SlipOrdered


class EscPosInterpreter:
    """Feed it what the line brings; it answers with what the printer has to do."""

    def __init__(self, dots: int) -> None:
        self._dots = dots
        self._buffer = bytearray()
        self._tail = b""  # the last two bytes, for a real-time command across two pieces
        self._strips: list[Image.Image] = []
        self.skipped = 0  # bytes that made no sense

    def feed(self, data: bytes) -> list[Order]:
        """Add bytes; the orders that they completed."""
        orders: list[Order] = list(self._real_time(data))
        self._buffer += data
        while self._step(orders):
            pass
        return orders

    def _real_time(self, data: bytes) -> list[Asked]:
        line, found, end = self._tail + data, [], 0
        while (at := line.find(DLE_EOT, end)) >= 0 and at + 2 < len(line):
            found.append(Asked(line[at + 2]))
            end = at + 3
        rest = line[end:]
        self._tail = next((part for part in (DLE_EOT, DLE_EOT[:1]) if rest.endswith(part)), b"")
        return found

    def _step(self, orders: list[Order]) -> bool:
        """Consume one thing; False when more bytes are needed for the next."""
        buffer = self._buffer
        if not buffer:
            return False
        if buffer[0] not in (0x1B, 0x1D, 0x10):
            self.skipped += buffer[0] not in (0x00, 0x0A, 0x0D)
            del buffer[0]
            return True
        if len(buffer) < 2:
            return False
        head = bytes(buffer[:2])
        if head == b"\x1dv":
            return self._raster()
        if head == b"\x1dV":
            return self._cut(orders)
        if head == b"\x1dr":
            if len(buffer) < 3:
                return False
            del buffer[:3]
            orders.append(MarkAsked())
            return True
        length = _LENGTHS.get(head, 1)
        self.skipped += head not in _LENGTHS
        if len(buffer) < length:
            return False
        del buffer[:length]
        return True

    def _raster(self) -> bool:
        buffer = self._buffer
        if len(buffer) < 8:
            return False
        width, height = buffer[4] | buffer[5] << 8, buffer[6] | buffer[7] << 8
        if len(buffer) < 8 + width * height:
            return False
        data = bytes(buffer[8 : 8 + width * height])
        del buffer[: 8 + width * height]
        if data:
            ink = Image.frombytes("1", (width * 8, height), bytes(255 - byte for byte in data))
            strip = Image.new("1", (self._dots, height), 1)
            strip.paste(ink, (0, 0))
            self._strips.append(strip)
        return True

    def _cut(self, orders: list[Order]) -> bool:
        buffer = self._buffer
        if len(buffer) < 3:
            return False
        length = 4 if buffer[2] in (65, 66, 97, 98, 103, 104) else 3
        if len(buffer) < length:
            return False
        del buffer[:length]
        orders.append(SlipOrdered(self._slip()))
        return True

    def _slip(self) -> Image.Image:
        height = sum(strip.height for strip in self._strips)
        slip = Image.new("1", (self._dots, height or _PAPER_DOTS), 1)
        at = 0
        for strip in self._strips:
            slip.paste(strip, (0, at))
            at += strip.height
        self._strips = []
        return slip
