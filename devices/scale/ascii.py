"""Lines of a scale that sends all the time → readings.  Pure: no link, no clock.

``ST,GS,+  1.234kg`` CR LF: stable or not (ST, US) or over its range (OL); gross, net or tare (GS, NT, TR),
which some leave out; sign, figure, unit.  Spaces, commas and leading zeros stand where each maker puts them.
A line that breaks the rules is dropped whole: half a figure is another weight.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

MAX_BYTES = 64  # the longest known has 24
_END = re.compile(rb"[\r\n]")
_LINE = re.compile(
    r"\x02?\s*(?P<status>ST|US|OL)\s*,\s*(?:(?P<mode>GS|NT|TR|G|N|T)\s*,?\s*)?"
    r"(?:(?P<sign>[+-])?\s*(?P<figure>[0-9]{1,7}(?:\.[0-9]{1,4})?)\s*,?\s*(?P<unit>[A-Za-z]{1,3}))?\s*\x03?"
)
_OVER = re.compile(r"\x02?\s*OL\b[\x20-\x7e\x03]*")
# Grams of one; the avoirdupois units by their legal definition (1959), exact.
_GRAMS = {
    "kg": Decimal(1000), "g": Decimal(1), "t": Decimal(1_000_000), "lb": Decimal("453.59237"),
    "oz": Decimal("28.349523125"),
}  # fmt: skip


class LineFault(StrEnum):
    """Why a line was dropped."""

    FORM = "form"
    TOO_LONG = "too_long"
    UNIT = "unit"


@dataclass(frozen=True, slots=True)
class Reading:
    """What stands on the pan, in whole grams (half a gram rounds away from zero); ``net``: after tare."""

    grams: int
    stable: bool
    net: bool = False


@dataclass(frozen=True, slots=True)
class OverRange:
    """More lies there than the scale can weigh."""


@dataclass(frozen=True, slots=True)
class BadLine:
    """One dropped line; ``size`` in bytes, no content."""

    fault: LineFault
    size: int


Said = Reading | OverRange | BadLine


class AsciiLines:
    """Collects bytes into lines; holds ``MAX_BYTES`` at most."""

    def __init__(self) -> None:
        self._line = bytearray()
        self._size = 0

    def feed(self, data: bytes) -> list[Said]:
        """Add what arrived; what the lines said that ended with it, in order."""
        *ended, rest = _END.split(data)
        said = []
        for part in ended:
            self._add(part)
            if self._size:  # CR LF ends a line once
                said += self._end()
        self._add(rest)
        return said

    def _add(self, part: bytes) -> None:
        self._size += len(part)
        self._line += part[: MAX_BYTES - len(self._line)]

    def _end(self) -> list[Said]:
        line, size = bytes(self._line), self._size
        self._line.clear()
        self._size = 0
        if size > MAX_BYTES:
            return [BadLine(LineFault.TOO_LONG, size)]
        found = parse_line(line)
        return [found] if found is not None else []


def parse_line(line: bytes) -> Said | None:
    """One line without its end; None for a tare value, which says nothing of the goods."""
    try:
        text = line.decode("ascii")
    except UnicodeDecodeError:
        return BadLine(LineFault.FORM, len(line))
    if _OVER.fullmatch(text):  # in place of the figure stands what each maker likes
        return OverRange()
    found = _LINE.fullmatch(text)
    if found is None or found["figure"] is None:
        return BadLine(LineFault.FORM, len(line))
    if found["mode"] in ("TR", "T"):
        return None
    per_unit = _GRAMS.get(found["unit"].lower())
    if per_unit is None:
        return BadLine(LineFault.UNIT, len(line))
    grams = int((Decimal(found["figure"]) * per_unit).quantize(Decimal(1), ROUND_HALF_UP))
    return Reading(
        -grams if found["sign"] == "-" else grams, found["status"] == "ST", found["mode"] in ("NT", "N")
    )
