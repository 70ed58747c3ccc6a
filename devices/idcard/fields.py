"""Fields of the 256-byte text record: UTF-16LE at fixed places, padded on the right with U+0020.

Strict: what breaks the layout is CARD_CORRUPT and names the field, never its content.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass

from core.errors import DeviceError, DeviceFault
from core.identity.card import Sex

LONG_TERM = "长期"
_DATE = re.compile(r"[0-9]{8}", re.ASCII)
_REFUSED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})  # nothing that prints has one of these


@dataclass(frozen=True, slots=True)
class Field:
    """Place of one field in the record, in bytes; ``more`` is where the rest of a long one stands."""

    name: str
    offset: int
    size: int
    more: tuple[int, int] = (0, 0)


def corrupt(name: str) -> DeviceError:
    """CARD_CORRUPT of a field."""
    return DeviceError(DeviceFault.CARD_CORRUPT, field=name)


def text(record: bytes, place: Field) -> str:
    """A field without its padding.  Inner and leading spaces stay: they may belong to a name."""
    rest, size = place.more
    raw = record[place.offset : place.offset + place.size] + record[rest : rest + size]
    try:
        found = raw.decode("utf-16-le").rstrip(" ")
    except UnicodeDecodeError:  # a lone surrogate; the exception would carry the bytes
        raise corrupt(place.name) from None
    if any(unicodedata.category(char) in _REFUSED_CATEGORIES for char in found):
        raise corrupt(place.name)
    return found


def filled(record: bytes, place: Field) -> str:
    """A field that must not be blank."""
    found = text(record, place)
    if not found.strip():
        raise corrupt(place.name)
    return found


def matching(record: bytes, place: Field, form: re.Pattern[str]) -> str:
    """A field of a fixed form, in capitals."""
    found = text(record, place).upper()
    if not form.fullmatch(found):
        raise corrupt(place.name)
    return found


def date(record: bytes, place: Field) -> dt.date:
    """A field with YYYYMMDD."""
    found = matching(record, place, _DATE)
    try:
        return dt.date(int(found[:4]), int(found[4:6]), int(found[6:]))
    except ValueError:
        raise corrupt(place.name) from None


def validity(record: bytes, first: Field, last: Field) -> tuple[dt.date, dt.date | None]:
    """From and to; None is 长期.  The end is not before the beginning."""
    begins = date(record, first)
    ends = None if text(record, last) == LONG_TERM else date(record, last)
    if ends is not None and ends < begins:
        raise corrupt(last.name)
    return begins, ends


def sex(record: bytes, place: Field) -> Sex:
    """GB/T 2261.1; 0 and 9 are neither of the two others."""
    try:
        return Sex(text(record, place))
    except ValueError:
        raise corrupt(place.name) from None
