"""What a scale can say, whatever language it says it in; and which units count."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

# Grams of one.  计量法 3: only legal units; a scale that shows pounds or 斤 is set to another one by a
# person, never converted here, where nobody would see it.
_GRAMS = {"kg": Decimal(1000), "g": Decimal(1), "t": Decimal(1_000_000)}
_UNIT = re.compile(r"[A-Za-z]{1,4}")


class LineFault(StrEnum):
    """Why a line was dropped."""

    FORM = "form"
    TOO_LONG = "too_long"


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
class UnderRange:
    """Less than nothing: the pan is lifted, or the scale was switched on with a load on it."""


@dataclass(frozen=True, slots=True)
class WrongUnit:
    """A whole figure in a unit that does not count; ``unit`` is one to four letters."""

    unit: str


@dataclass(frozen=True, slots=True)
class Unsound:
    """The scale says that its own memory or calibration is damaged."""


@dataclass(frozen=True, slots=True)
class BadLine:
    """One dropped line; ``size`` in bytes, no content."""

    fault: LineFault
    size: int


Said = Reading | OverRange | UnderRange | WrongUnit | Unsound | BadLine


def weight(figure: str, unit: str, *, stable: bool, net: bool = False) -> Reading | WrongUnit:
    """The reading of a decimal figure (digits, perhaps a sign before them) and its unit."""
    per_unit = _GRAMS.get(unit.lower())
    if per_unit is None:
        return WrongUnit(unit if _UNIT.fullmatch(unit) else "?")
    return Reading(int((Decimal(figure) * per_unit).quantize(Decimal(1), ROUND_HALF_UP)), stable, net)
