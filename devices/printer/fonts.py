"""Which font draws which character, and the 1-bit glyphs themselves.

Two families, asked in order for every character: Noto Sans CJK SC, then HanaMin A and B, which
hold the rare hanzi of names that Noto lacks (Noto has 2,108 of the 42,718 characters of
Extension B).  A character that neither has is found before anything is printed.

FreeType is used directly (freetype-py): ``FT_Get_Char_Index`` answers from the character map
without reading it into memory, and the hinted monochrome rasteriser gives packed 1-bit rows, so
nothing is dithered.  Pillow draws as fast (0.07 ms a glyph) but cannot say that a glyph is missing;
fontTools can, after 0.15 to 0.27 s of parsing per font.  A :class:`FontBook` is not thread-safe;
each lane owns one.
"""

from __future__ import annotations

import ctypes
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import freetype  # type: ignore[import-untyped]  # freetype-py ships no types

from core.errors import DeviceError, DeviceFault

DEFAULT_DIRECTORIES = (
    Path("/usr/share/fonts/opentype/noto"),
    Path("/usr/share/fonts/truetype/hanazono"),
)
# (file, family inside the file, bold); the order is the order of the fall-back.
_REGULAR = (
    ("NotoSansCJK-Regular.ttc", "Noto Sans CJK SC"),
    ("HanaMinA.ttf", "HanaMinA"),
    ("HanaMinB.ttf", "HanaMinB"),
)
_BOLD = (("NotoSansCJK-Bold.ttc", "Noto Sans CJK SC"), *_REGULAR)

# Characters that cannot stand alone in a row of glyphs: control, format, surrogate, private use,
# line ends, and combining marks, which need shaping that a label does not have.  Setting them as if
# they were ordinary would print something else than the record says.
_NOT_SETTABLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Mn", "Mc", "Me"})

_CACHE_LIMIT = 8192  # glyphs, about 1 KB each; a branch's names and streets use some thousands
_THICKEN_FROM = 30  # dots; below it HanaMin's strokes would close up
_THICKEST = 0.6  # share of ink in a glyph's box above which thickening closes its counters
_LOAD_FLAGS = freetype.FT_LOAD_RENDER | freetype.FT_LOAD_TARGET_MONO


@dataclass(frozen=True, slots=True)
class Glyph:
    """One character at one size.  ``rows`` are integers, the most significant of ``width`` bits left.

    ``left`` and ``top`` place the ink from the pen and upward from the baseline; all in dots.
    """

    width: int
    left: int
    top: int
    rows: tuple[int, ...]
    _spread: dict[int, int] = field(default_factory=dict, init=False, repr=False, compare=False)

    def spread(self, stride: int) -> int:
        """All rows as one integer, ``stride`` bytes from row to row, the last row in the lowest bits.

        Kept: a counter's pages have one or two widths.
        """
        found = self._spread.get(stride)
        if found is None:
            data = b"".join(row.to_bytes(stride, "big") for row in self.rows)
            found = self._spread[stride] = int.from_bytes(data, "big")
        return found


@dataclass(slots=True)
class _Font:
    """One opened face; ``size`` is what it was last set to, because setting it costs."""

    family: str
    file: str
    face: freetype.Face
    size: int = 0


class FontBook:
    """The fonts found in ``directories``, and a cache of the glyphs drawn from them."""

    def __init__(self, directories: Sequence[Path] = DEFAULT_DIRECTORIES) -> None:
        opened: dict[tuple[str, str], _Font] = {}
        self._absent: list[str] = []
        for file, family in _BOLD:
            font = _open(directories, file, family)
            if font is None:
                self._absent.append(file)
            else:
                opened[file, family] = font
        self._regular = [opened[key] for key in _REGULAR if key in opened]
        self._bold = [opened[key] for key in _BOLD if key in opened]
        self._glyphs: dict[tuple[str, int, bool], Glyph] = {}
        self._advances: dict[tuple[str, bool], tuple[int, int]] = {}

    def absent(self) -> tuple[str, ...]:
        """The files that were not found, for the technician (Debian: fonts-noto-cjk, fonts-hanazono)."""
        return tuple(self._absent)

    def missing(self, text: str) -> str | None:
        """The first character of ``text`` that cannot be drawn, or None."""
        return next((char for char in text if self._font(char, bold=False) is None), None)

    def require(self, text: str) -> None:
        """Raise DeviceError GLYPH_MISSING with ``character`` U+XXXX unless all of ``text`` can be drawn."""
        char = self.missing(text)
        if char is not None:
            raise _glyph_missing(char)

    def runs(self, text: str, *, bold: bool = False) -> Iterator[tuple[str, str]]:
        """(font file, piece) in order: which font draws which part of the line."""
        piece, last = "", ""
        for char in text:
            font = self._font(char, bold=bold)
            if font is None:
                raise _glyph_missing(char)
            if font.file != last and piece:
                yield last, piece
                piece = ""
            piece, last = piece + char, font.file
        if piece:
            yield last, piece

    def glyph(self, char: str, size: int, *, bold: bool = False) -> Glyph:
        """The glyph of one character at ``size`` dots to the em.  Raises DeviceError GLYPH_MISSING."""
        key = (char, size, bold)
        found = self._glyphs.get(key)
        if found is None:
            if len(self._glyphs) >= _CACHE_LIMIT:
                self._glyphs.clear()
            found = self._glyphs[key] = self._draw(char, size, bold=bold)
        return found

    def advance(self, char: str, size: int, *, bold: bool = False) -> int:
        """How far the pen moves, in dots: the design's advance, rounded.  Nothing is drawn for it,

        so that a long text can be tried at many sizes.  Raises DeviceError GLYPH_MISSING.
        """
        known = self._advances.get((char, bold))
        units, per_em = self._measured(char, bold) if known is None else known
        return (2 * units * size + per_em) // (2 * per_em)

    def width(self, char: str, *, bold: bool = False) -> float:
        """The design's advance in ems, not rounded.  Raises DeviceError GLYPH_MISSING."""
        units, per_em = self._advances.get((char, bold)) or self._measured(char, bold)
        return units / per_em

    def _measured(self, char: str, bold: bool) -> tuple[int, int]:
        """(advance, em) in the font's own units, from now on kept."""
        if len(self._advances) >= _CACHE_LIMIT:
            self._advances.clear()
        font = self._font(char, bold=bold)
        if font is None:
            raise _glyph_missing(char)
        face = font.face
        # From the table of widths: loading the glyph for it would take as long as drawing it.
        units = face.get_advance(face.get_char_index(char), freetype.FT_LOAD_NO_SCALE)
        known = self._advances[char, bold] = (units, face.units_per_EM)
        return known

    def _font(self, char: str, *, bold: bool) -> _Font | None:
        if unicodedata.category(char) in _NOT_SETTABLE:
            return None
        fonts = self._bold if bold else self._regular
        return next((font for font in fonts if font.face.get_char_index(char)), None)

    def _draw(self, char: str, size: int, *, bold: bool) -> Glyph:
        font = self._font(char, bold=bold)
        if font is None:
            raise _glyph_missing(char)
        if font.size != size:
            font.face.set_pixel_sizes(0, size)
            font.size = size
        font.face.load_char(char, _LOAD_FLAGS)
        slot = font.face.glyph
        width, rows = slot.bitmap.width, _rows(slot.bitmap)
        # HanaMin is a Ming face: its hairlines are one dot wide and are the first thing that a
        # weak print head loses, so large glyphs get one dot more to the right and below, unless
        # that would fill a dense character (𪚥 has 64 strokes).
        if font.family.startswith("HanaMin") and size >= _THICKEN_FROM:
            thick = _thicken(rows)
            if sum(row.bit_count() for row in thick) <= _THICKEST * (width + 1) * len(thick):
                width, rows = width + 1, thick
        return Glyph(width, slot.bitmap_left, slot.bitmap_top, rows)


def _open(directories: Sequence[Path], file: str, family: str) -> _Font | None:
    """The face called ``family`` inside ``file``: a collection holds one face per language."""
    for directory in directories:
        path = directory / file
        if not path.is_file():
            continue
        index, count = 0, 1
        while index < count:
            face = freetype.Face(str(path), index)
            count = face.num_faces
            if face.family_name.decode("ascii", "replace") == family:
                return _Font(family, file, face)
            index += 1
    return None


def _rows(bitmap: freetype.Bitmap) -> tuple[int, ...]:
    """FreeType's padded rows as integers of exactly ``bitmap.width`` bits."""
    pitch, spare = bitmap.pitch, bitmap.pitch * 8 - bitmap.width
    # ``bitmap.buffer`` makes a list of Python integers, which takes longer than drawing the glyph.
    data = ctypes.string_at(bitmap._FT_Bitmap.buffer, pitch * bitmap.rows) if bitmap.rows else b""
    return tuple(
        int.from_bytes(data[at : at + pitch], "big") >> spare for at in range(0, len(data), pitch or 1)
    )


def _thicken(rows: tuple[int, ...]) -> tuple[int, ...]:
    """One dot wider and one dot taller: every dot also sets its right and lower neighbour."""
    wide = [row << 1 | row for row in rows]
    return tuple(above | row for above, row in zip([0, *wide], [*wide, 0], strict=True))


def _glyph_missing(char: str) -> DeviceError:
    # One character of a name is not a name: the technician needs the code point to find a font.
    return DeviceError(DeviceFault.GLYPH_MISSING, character=f"U+{ord(char):04X}")
