"""Setting one line of text on a page, and the report of what stands where."""

from __future__ import annotations

from dataclasses import dataclass

from devices.printer.fonts import FontBook
from devices.printer.layout import line_height, line_width
from devices.printer.page import Bitmap, Canvas


@dataclass(frozen=True, slots=True)
class Placed:
    """One thing on the page.  ``kind`` is "text", "barcode" or "qr"; the box is in dots.

    For a symbol the box is without its quiet zones, ``size`` is the module's width and ``quiet`` the
    dots that stay white around it.  For a text the box is one line, ``pen`` and ``baseline`` are where
    its first glyph starts.
    """

    kind: str
    field: str  # a field of the Label or Receipt, or "caption"
    text: str
    x: int
    y: int
    width: int
    height: int
    size: int
    bold: bool = False
    inverse: bool = False
    tracking: int = 0
    baseline: int = 0
    quiet: int = 0

    def __repr__(self) -> str:
        return f"Placed({self.kind!r}, field={self.field!r}, …)"


@dataclass(frozen=True, slots=True)
class RenderedPage:
    """The picture, and what was placed where: nothing is on the page that is not in ``placed``."""

    bitmap: Bitmap
    placed: tuple[Placed, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """How a line is set: dots to the em, weight, extra space after each character."""

    size: int
    bold: bool = False
    tracking: int = 0
    inverse: bool = False


class LineSetter:
    """Sets lines on one canvas and writes down where."""

    def __init__(self, fonts: FontBook, canvas: Canvas) -> None:
        self._fonts = fonts
        self._canvas = canvas
        self.placed: list[Placed] = []

    def width(self, text: str, look: Look) -> int:
        """Dots of the line as it is seen."""
        return line_width(self._fonts, text, look.size, bold=look.bold, tracking=look.tracking)

    def line(self, field: str, text: str, at: tuple[int, int, int], look: Look) -> None:
        """One line at (left, top, baseline under the top).  Raises DeviceError GLYPH_MISSING."""
        left, top, baseline = at
        pen = left
        for char in text:
            if not char.isspace():
                self._canvas.glyph(pen, top + baseline, self._fonts.glyph(char, look.size, bold=look.bold))
            pen += self._fonts.advance(char, look.size, bold=look.bold) + look.tracking
        self.placed.append(
            Placed(
                "text",
                field or "caption",
                text,
                left,
                top,
                self.width(text, look),
                line_height(look.size),
                look.size,
                bold=look.bold,
                inverse=look.inverse,
                tracking=look.tracking,
                baseline=top + baseline,
            )
        )
