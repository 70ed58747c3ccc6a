"""Setting one line of text on a page, and the report of what stands where."""

from __future__ import annotations

from dataclasses import dataclass

from devices.printer.fonts import FontBook, Glyph
from devices.printer.layout import line_height, line_width
from devices.printer.page import Bitmap, Canvas, Line


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


# Fields whose texts are the same on every page: their lines are put together once.
_STANDING = frozenset({"", "caption", "notice_title", "heading", "paragraph"})
_STANDING_LIMIT = 1024
StandingLines = dict[tuple[str, int, Look], tuple[Line, int]]  # (text, left, look) → (its ink, its width)


class LineSetter:
    """Sets lines on one canvas and writes down where."""

    def __init__(self, fonts: FontBook, canvas: Canvas, standing: StandingLines | None = None) -> None:
        """``standing`` is kept from page to page by whoever draws pages of one width."""
        self._fonts = fonts
        self._canvas = canvas
        self._standing = {} if standing is None else standing
        self.placed: list[Placed] = []

    def width(self, text: str, look: Look) -> int:
        """Dots of the line as it is seen."""
        return line_width(self._fonts, text, look.size, bold=look.bold, tracking=look.tracking)

    def line(self, field: str, text: str, at: tuple[int, int, int], look: Look) -> None:
        """One line at (left, top, baseline under the top).  Raises DeviceError GLYPH_MISSING."""
        left, top, baseline = at
        line, width = self._ready(field, text, left, look)
        self._canvas.set_line(top + baseline, line)
        self.placed.append(
            Placed(
                "text",
                field or "caption",
                text,
                left,
                top,
                width,
                line_height(look.size),
                look.size,
                bold=look.bold,
                inverse=look.inverse,
                tracking=look.tracking,
                baseline=top + baseline,
            )
        )

    def _ready(self, field: str, text: str, left: int, look: Look) -> tuple[Line, int]:
        if field not in _STANDING:
            return self._made(text, left, look)
        known = self._standing.get((text, left, look))
        if known is None:
            if len(self._standing) >= _STANDING_LIMIT:
                self._standing.clear()
            known = self._standing[text, left, look] = self._made(text, left, look)
        return known

    def _made(self, text: str, left: int, look: Look) -> tuple[Line, int]:
        """The line's ink, and its width in dots as it is seen."""
        pen, size, bold, fonts = left, look.size, look.bold, self._fonts
        seen = left + look.tracking  # trailing space and the last tracking take no room
        glyphs: list[tuple[int, Glyph]] = []
        for char in text:
            start = pen
            pen += fonts.advance(char, size, bold=bold) + look.tracking
            if not char.isspace():
                glyphs.append((start, fonts.glyph(char, size, bold=bold)))
                seen = pen
        return self._canvas.line(glyphs), seen - look.tracking - left
