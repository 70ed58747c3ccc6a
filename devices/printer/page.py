"""A page as a 1-bit picture, and the canvas it is drawn on.  All lengths in dots, 1 = black."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from devices.printer.fonts import Glyph


@dataclass(frozen=True, slots=True)
class Bitmap:
    """``height`` rows of ``stride`` bytes, the most significant bit left, 1 = black, spare bits 0."""

    width: int
    height: int
    data: bytes

    def __post_init__(self) -> None:
        if self.width < 1 or self.height < 1 or len(self.data) != self.stride * self.height:
            raise ValueError("bitmap size")

    def __repr__(self) -> str:
        return f"Bitmap({self.width}×{self.height}, …)"  # the picture shows a person's data

    @property
    def stride(self) -> int:
        """Bytes to a row."""
        return (self.width + 7) // 8

    def row(self, y: int) -> bytes:
        """The packed bytes of row ``y``."""
        return self.data[y * self.stride : (y + 1) * self.stride]

    def to_png(self) -> bytes:
        """A 1-bit greyscale PNG (ISO/IEC 15948), dot for dot."""
        header = struct.pack(">IIBBBBB", self.width, self.height, 1, 0, 0, 0, 0)
        white = bytes(255 - byte for byte in range(256))
        inverted = self.data.translate(white)  # PNG: 0 is black
        lines = b"".join(
            b"\0" + inverted[at : at + self.stride] for at in range(0, len(inverted), self.stride)
        )
        return (
            b"\x89PNG\r\n\x1a\n"
            + _chunk(b"IHDR", header)
            + _chunk(b"IDAT", zlib.compress(lines, 6))
            + _chunk(b"IEND", b"")
        )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


class Canvas:
    """A page being drawn.  Rows are Python integers: OR-ing a glyph's row in costs 0.1 µs.

    Drawing outside the page is a bug of the layout and raises ValueError: nothing is cut silently.
    """

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self._rows = [0] * height

    def fill(self, x: int, y: int, width: int, height: int) -> None:
        """A black rectangle."""
        self._check(x, y, width, height)
        bits = ((1 << width) - 1) << (self.width - x - width)
        for row in range(y, y + height):
            self._rows[row] |= bits

    def frame(self, x: int, y: int, width: int, height: int, thickness: int) -> None:
        """The outline of a rectangle, drawn inside it."""
        self.fill(x, y, width, thickness)
        self.fill(x, y + height - thickness, width, thickness)
        self.fill(x, y, thickness, height)
        self.fill(x + width - thickness, y, thickness, height)

    def invert(self, x: int, y: int, width: int, height: int) -> None:
        """Black becomes white and white black in a rectangle."""
        self._check(x, y, width, height)
        bits = ((1 << width) - 1) << (self.width - x - width)
        for row in range(y, y + height):
            self._rows[row] ^= bits

    def glyph(self, pen: int, baseline: int, glyph: Glyph) -> None:
        """The ink of one glyph, placed from the pen on the baseline."""
        x, y = pen + glyph.left, baseline - glyph.top
        self._check(x, y, glyph.width, len(glyph.rows))
        page, shift = self._rows, self.width - x - glyph.width
        for bits in glyph.rows:
            page[y] |= bits << shift
            y += 1

    def bars(self, x: int, y: int, height: int, modules: Sequence[bool], dots: int) -> None:
        """A linear symbol: every module is ``dots`` wide, no resampling."""
        self._ink(x, y, len(modules) * dots, [_spread(modules, dots)], height)

    def matrix(self, x: int, y: int, modules: Sequence[Sequence[bool]], dots: int) -> None:
        """A square symbol: every module is ``dots`` × ``dots``."""
        self._ink(x, y, len(modules[0]) * dots, [_spread(row, dots) for row in modules], dots)

    def bitmap(self) -> Bitmap:
        """The finished page."""
        stride = (self.width + 7) // 8
        spare = stride * 8 - self.width
        data = b"".join((row << spare).to_bytes(stride, "big") for row in self._rows)
        return Bitmap(self.width, self.height, data)

    def _ink(self, x: int, y: int, width: int, rows: Sequence[int], times: int) -> None:
        """Each of ``rows`` (integers of ``width`` bits) is set ``times`` times, downward from ``y``."""
        self._check(x, y, width, len(rows) * times)
        shift = self.width - x - width
        for bits in rows:
            bits <<= shift
            for _ in range(times):
                self._rows[y] |= bits
                y += 1

    def _check(self, x: int, y: int, width: int, height: int) -> None:
        if x < 0 or y < 0 or x + width > self.width or y + height > self.height:
            raise ValueError("drawing outside the page")


def _spread(modules: Sequence[bool], dots: int) -> int:
    """One row of modules as the bits of its dots."""
    black = (1 << dots) - 1
    bits = 0
    for module in modules:
        bits = bits << dots | (black if module else 0)
    return bits
