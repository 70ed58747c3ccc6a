"""One figure, how it is printed, and the arithmetic all benches share."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """``ratio`` is value / reference where a reference ran beside it in the same run, else None."""

    name: str
    value: float
    unit: str
    aim: str
    ok: bool
    reference: float | None = None
    note: str = ""

    def line(self) -> str:
        """One JSON object."""
        ratio = None if not self.reference else round(self.value / self.reference, 3)
        return json.dumps(
            {
                "name": self.name,
                "value": round(self.value, 4),
                "unit": self.unit,
                "reference": None if self.reference is None else round(self.reference, 4),
                "ratio": ratio,
                "aim": self.aim,
                "ok": self.ok,
                "note": self.note,
            },
            ensure_ascii=False,
        )


Bench = Callable[[], Iterator[Figure]]


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which ``share`` (0…1) of the values lie; nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def at_most(name: str, value: float, unit: str, limit: float, note: str = "") -> Figure:
    """A figure whose aim is an upper bound."""
    return Figure(name, value, unit, f"<= {limit:g} {unit}", value <= limit, note=note)


def at_least(name: str, value: float, unit: str, limit: float, note: str = "") -> Figure:
    """A figure whose aim is a lower bound."""
    return Figure(name, value, unit, f">= {limit:g} {unit}", value >= limit, note=note)


def times(name: str, value: float, reference: float, unit: str, limit: float, note: str = "") -> Figure:
    """A figure measured against a reference of the same run."""
    return Figure(name, value, unit, f"<= {limit:g} x reference", value <= limit * reference, reference, note)
