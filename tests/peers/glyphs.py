"""Reading text back from a 1-bit picture, by asking Pillow what each character looks like.

Another engine (Pillow's own FreeType, its own font lookup) draws every candidate character at the
place where one is said to stand; the nearest drawing wins.  Nothing of ours is imported.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from PIL import Image, ImageDraw, ImageFont

_NOTO = "/usr/share/fonts/opentype/noto/NotoSansCJK-{}.ttc"
_HANA = "/usr/share/fonts/truetype/hanazono/HanaMin{}.ttf"
_SC = 2  # the face "Noto Sans CJK SC" in Debian's collection; asserted below
_DESIGN = 1000  # units to the em in all these fonts


@cache
def _font(bold: bool, which: int, size: int) -> ImageFont.FreeTypeFont:
    basic = ImageFont.Layout.BASIC
    if which:
        return ImageFont.truetype(_HANA.format("AB"[which - 1]), size, layout_engine=basic)
    path = _NOTO.format("Bold" if bold else "Regular")
    font = ImageFont.truetype(path, size, index=_SC, layout_engine=basic)
    assert font.getname()[0] == "Noto Sans CJK SC"
    return font


@cache
def _look(char: str, which: int, size: int, bold: bool) -> int:
    """Dots as one integer, in a cell of 2 × 2 em with the pen in its middle."""
    cell = Image.new("1", (2 * size, 2 * size), 0)
    draw = ImageDraw.Draw(cell)
    draw.fontmode = "1"
    draw.text((size // 2, size * 3 // 2), char, fill=1, font=_font(bold, which, size), anchor="ls")
    return int.from_bytes(cell.tobytes(), "big")


@cache
def _advance(char: str, which: int, size: int, bold: bool) -> int:
    units = round(_font(bold, which, _DESIGN).getlength(char))
    return (2 * units * size + _DESIGN) // (2 * _DESIGN)


def read_line(
    picture: Image.Image,
    x: int,
    baseline: int,
    width: int,
    size: int,
    *,
    bold: bool,
    inverse: bool,
    tracking: int,
    alphabet: Iterable[str],
) -> str:
    """The text of one line whose first pen position is (x, baseline), characters out of ``alphabet``.

    ``?`` stands where no candidate resembles the picture.
    """
    candidates = sorted(set(alphabet) - {" "})
    ink = picture.convert("L").point(lambda level: 255 if (level < 128) != inverse else 0).convert("1")
    text, pen, end = "", x, x + width
    while pen < end:
        best = _nearest(ink, pen, baseline, size, bold, candidates)
        text, pen = text + best[0], pen + best[1] + tracking
    return text


def _nearest(
    ink: Image.Image, pen: int, baseline: int, size: int, bold: bool, candidates: list[str]
) -> tuple[str, int]:
    """(character, advance) of the best match; what stands left and right of the glyph is masked out.

    Pillow rounds the baseline by itself, so a dot up or down is tried too.
    """
    left, top = pen - size // 2, baseline - size * 3 // 2
    cells = [
        int.from_bytes(
            ink.crop((left, top + shift, left + 2 * size, top + shift + 2 * size)).tobytes(), "big"
        )
        for shift in (0, -1, 1)
    ]
    blank = _advance(" ", 0, size, bold)
    lowest, found = 0.4, ("?" if cells[0] & _mask(size, blank - 2) else " ", blank)
    for char in candidates:
        for which in range(3):
            advance = _advance(char, which, size, bold)
            mask = _mask(size, advance)
            look = _look(char, which, size, bold) & mask
            for cell in cells:
                seen = cell & mask
                error = (seen ^ look).bit_count() / max(1, look.bit_count(), seen.bit_count())
                if error < lowest:
                    lowest, found = error, (char, advance)
    return found


@cache
def _mask(size: int, advance: int) -> int:
    mask = Image.new("1", (2 * size, 2 * size), 0)
    mask.paste(1, (size // 2, size * 11 // 20, size // 2 + advance, size * 7 // 4))
    return int.from_bytes(mask.tobytes(), "big")
