"""Breaking a text into lines that fit a box, at the largest size that does."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from devices.printer.fonts import FontBook

# Letters, digits and mask stars stay together (a phone number is one word); a hanzi stands alone.
# Closing punctuation stays with what it closes, so that no line begins with it (避头尾).
_WORDS = re.compile(r"(?:[0-9A-Za-z*.·'/+-]+|.)[，。、；：！？）》”’,;:!?)]*\s*", re.DOTALL)

_LINE_TENTHS = 13  # line height 1.3 em: room for Latin descenders below a hanzi's em box
_ASCENT_HUNDREDTHS = 103  # baseline under the top: a hanzi's em box (0.88 above it) is in the middle


@dataclass(frozen=True, slots=True)
class Fitted:
    """``lines`` joined give the text again, character for character.  Dots."""

    size: int
    lines: tuple[str, ...]
    line_height: int
    baseline: int  # from the top of a line


def line_height(size: int) -> int:
    """Dots from one line to the next at ``size`` dots to the em."""
    return -(-size * _LINE_TENTHS // 10)


def baseline(size: int) -> int:
    """Dots from the top of a line to its baseline."""
    return size * _ASCENT_HUNDREDTHS // 100


def line_width(fonts: FontBook, line: str, size: int, *, bold: bool, tracking: int) -> int:
    """Dots of a line as it is seen: trailing space and the last tracking take no room."""
    seen = line.rstrip()
    width = sum(fonts.advance(char, size, bold=bold) + tracking for char in seen)
    return width - tracking if seen else 0


def fit(
    fonts: FontBook,
    text: str,
    width: int,
    height: int,
    *,
    size: int,
    least: int,
    bold: bool,
    tracking: int = 0,
) -> Fitted | None:
    """The text in a box of ``width`` × ``height`` dots, at most ``size`` and at least ``least`` to the em.

    None when it does not fit even at ``least``.  Raises DeviceError GLYPH_MISSING.
    """
    words, seen = _WORDS.findall(text), text.rstrip()
    ems = sum(fonts.width(char, bold=bold) for char in seen)
    for tried in range(size, least - 1, -1):
        room = height // line_height(tried)
        if (ems * tried - len(seen) / 2) + tracking * (len(seen) - 1) > room * width + 1:
            continue  # rounding can take half a dot off each character, no more
        advances = {char: fonts.advance(char, tried, bold=bold) + tracking for char in set(text)}
        if sum(advances[char] for char in seen) - tracking > room * width:
            continue  # cannot fit, however it breaks: do not even try
        lines = _break(words, advances, width + tracking)
        if lines is not None and len(lines) <= room:
            return Fitted(tried, tuple(lines), line_height(tried), baseline(tried))
    return None


def wrap(fonts: FontBook, text: str, width: int, *, size: int, bold: bool) -> tuple[str, ...] | None:
    """The text at one size in as many lines as it needs; joined they give it again.

    None where a single character is wider than ``width`` dots.  Raises DeviceError GLYPH_MISSING.
    """
    advances = {char: fonts.advance(char, size, bold=bold) for char in set(text)}
    lines = _break(_WORDS.findall(text), advances, width)
    return None if lines is None else tuple(lines)


def _break(words: Sequence[str], advances: Mapping[str, int], width: int) -> list[str] | None:
    """Greedy lines of at most ``width`` dots; a word that is longer than a line is broken anywhere.

    Space at the end of a line hangs over and takes no room, so that no character is ever left out.
    None when a single character is wider than the line.
    """
    lines: list[str] = []
    line, used = "", 0
    for word in words:
        seen = sum(advances[char] for char in word.rstrip())
        if line and used + seen > width:
            lines.append(line)
            line, used = "", 0
        if seen <= width:
            line, used = line + word, used + sum(advances[char] for char in word)
            continue
        for char in word:
            if advances[char] > width:
                return None
            if line and not char.isspace() and used + advances[char] > width:
                lines.append(line)
                line, used = "", 0
            line, used = line + char, used + advances[char]
    return [*lines, line] if line else lines
