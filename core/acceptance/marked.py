"""What the annex of a corrected item says besides what is printed: how often, and which fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

CORRECTED_FORM = 2  # of the annex of a correction: with the member ``corrected``


def ordinal(annex: Mapping[str, Any]) -> int:
    """How often the item was corrected, as its annex has it."""
    corrected = annex.get("corrected")
    return int(corrected["ordinal"]) if isinstance(corrected, Mapping) else 0


def fields_of(annex: Mapping[str, Any]) -> tuple[str, ...]:
    """Which fields were, in the order of the first time."""
    corrected = annex.get("corrected")
    return tuple(map(str, corrected["fields"])) if isinstance(corrected, Mapping) else ()


def shown_number(annex: Mapping[str, Any]) -> str:
    """The number that the receipt bears: ``000129``, and ``000129-1`` after the first correction."""
    number, count = str(annex.get("number", "")), ordinal(annex)
    return f"{number}-{count}" if count else number


def first_token(token: str) -> str:
    """The code of the item's first label, of any label of it."""
    return token.partition(".")[0]
