"""A page as a 1-bit picture, and the canvas it is drawn on.  All lengths in dots, 1 = black."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import DeviceError, DeviceFault
from devices.printer.fonts import Glyph

OFFSET = "offset"  # what an error names in place of a field: the page was moved too far


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


def moved(bitmap: Bitmap, right: int, down: int, *, cut: bool = False) -> Bitmap:
    """The same page moved by so many dots on its paper.

    Raises DeviceError LABEL_LAYOUT where ink would fall off its edge: no half of a code is ever printed, but
    where a page may be ``cut``.
    """
    if not (right or down):
        return bitmap
    width, stride = bitmap.width, bitmap.stride
    down = max(-bitmap.height, min(bitmap.height, down))
    spare, blank = 8 * stride - width, bytes(stride)
    rows = []
    for row in (bitmap.row(y) for y in range(bitmap.height)):
        dots = int.from_bytes(row, "big") >> spare
        shifted = dots >> right if right >= 0 else dots << -right
        lost = dots & ((1 << right) - 1) if right >= 0 else shifted >> width
        if lost and not cut:
            raise DeviceError(DeviceFault.LABEL_LAYOUT, field=OFFSET)
        rows.append(((shifted & ((1 << width) - 1)) << spare).to_bytes(stride, "big"))
    fallen = rows[len(rows) - down :] if down >= 0 else rows[:-down]
    if not cut and any(row != blank for row in (fallen if down else [])):
        raise DeviceError(DeviceFault.LABEL_LAYOUT, field=OFFSET)
    white = [blank] * abs(down)
    rows = [*white, *rows[: len(rows) - down]] if down >= 0 else [*rows[-down:], *white]
    return Bitmap(width, bitmap.height, b"".join(rows))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


@dataclass(frozen=True, slots=True)
class Line:
    """Whole rows of a page of one width, with a line's ink; ``top`` is their first, from the baseline."""

    top: int
    rows: bytes

    def __repr__(self) -> str:
        return f"Line(top={self.top}, …)"


class Canvas:
    """A page being drawn.  Whatever is drawn is put together as whole rows first, and OR-ed in at once.

    Drawing outside the page is a bug of the layout and raises ValueError: nothing is cut silently.
    """

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self._stride = (width + 7) // 8
        self._data = bytearray(self._stride * height)

    def fill(self, x: int, y: int, width: int, height: int) -> None:
        """A black rectangle."""
        self._check(x, y, width, height)
        self._ink(y, self._row((1 << width) - 1, x, width) * height)

    def frame(self, x: int, y: int, width: int, height: int, thickness: int) -> None:
        """The outline of a rectangle, drawn inside it."""
        self.fill(x, y, width, thickness)
        self.fill(x, y + height - thickness, width, thickness)
        self.fill(x, y, thickness, height)
        self.fill(x + width - thickness, y, thickness, height)

    def invert(self, x: int, y: int, width: int, height: int) -> None:
        """Black becomes white and white black in a rectangle."""
        self._check(x, y, width, height)
        start, rows = y * self._stride, self._row((1 << width) - 1, x, width) * height
        area = slice(start, start + len(rows))
        turned = int.from_bytes(self._data[area], "big") ^ int.from_bytes(rows, "big")
        self._data[area] = turned.to_bytes(len(rows), "big")

    def line(self, glyphs: Sequence[tuple[int, Glyph]]) -> Line:
        """A line of text, not yet on the page: each glyph placed from its pen, the baseline at 0."""
        if not glyphs:
            return Line(0, b"")
        top = -max(glyph.top for _, glyph in glyphs)
        bottom = max(len(glyph.rows) - glyph.top for _, glyph in glyphs)
        band, step = 0, self._stride
        for pen, glyph in glyphs:
            x, high = pen + glyph.left, len(glyph.rows)
            self._check(x, 0, glyph.width, 0)
            below = bottom + glyph.top - high
            band |= glyph.spread(step) << (8 * (step * below + step) - x - glyph.width)
        return Line(top, band.to_bytes(step * (bottom - top), "big"))

    def set_line(self, baseline: int, line: Line) -> None:
        """The ink of a line that :meth:`line` made on a canvas of this width."""
        top, height = baseline + line.top, len(line.rows) // self._stride
        self._check(0, top, 0, height)
        self._ink(top, line.rows)

    def bars(self, x: int, y: int, height: int, modules: bytes, dots: int) -> None:
        """A linear symbol: every module is ``dots`` wide, no resampling."""
        width = len(modules) * dots
        self._check(x, y, width, height)
        self._ink(y, self._row(_spread(modules, dots), x, width) * height)

    def matrix(self, x: int, y: int, modules: Sequence[bytes], dots: int) -> None:
        """A square symbol: every module is ``dots`` × ``dots``."""
        width = len(modules[0]) * dots
        self._check(x, y, width, len(modules) * dots)
        self._ink(y, b"".join(self._row(_spread(row, dots), x, width) * dots for row in modules))

    def bitmap(self) -> Bitmap:
        """The finished page."""
        return Bitmap(self.width, self.height, bytes(self._data))

    def _row(self, bits: int, x: int, width: int) -> bytes:
        """One row of the page with ``width`` bits from ``x`` on."""
        return (bits << (8 * self._stride - x - width)).to_bytes(self._stride, "big")

    def _ink(self, y: int, rows: bytes) -> None:
        """OR whole rows in, from row ``y`` on."""
        start = y * self._stride
        area = slice(start, start + len(rows))
        merged = int.from_bytes(self._data[area], "big") | int.from_bytes(rows, "big")
        self._data[area] = merged.to_bytes(len(rows), "big")

    def _check(self, x: int, y: int, width: int, height: int) -> None:
        if x < 0 or y < 0 or x + width > self.width or y + height > self.height:
            raise ValueError("drawing outside the page")


def _spread(modules: bytes, dots: int) -> int:
    """One row of modules (a byte each, 1 = black) as the bits of its dots."""
    digits = modules.replace(b"\x01", b"1" * dots).replace(b"\x00", b"0" * dots)
    return int(digits, 2)
