"""What counts as many look-ups: dated rule data, of the counter and of headquarters alike."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.strict import Node

Sourced = Callable[..., Mapping[str, Node]]


@dataclass(frozen=True, slots=True)
class LookLimits:
    """From so many on it is told.  ``night_from`` and ``night_to``: hours of the day, China's time."""

    hour: int
    day: int
    nothing: int  # in one day, that found nothing
    night_from: int
    night_to: int

    def is_night(self, hour: int) -> bool:
        """Whether a query in that hour of the day is told of."""
        if self.night_from > self.night_to:
            return hour >= self.night_from or hour < self.night_to
        return self.night_from <= hour < self.night_to


def read_look_limits(node: Node, sourced: Sourced) -> LookLimits:
    """The member ``look_ups``; ``sourced`` reads one value with its source.  Raises ConfigError."""
    names = [field.name for field in dataclasses.fields(LookLimits)]
    part = {name: sourced(inner, "value")["value"] for name, inner in node.members(names).items()}
    values = {name: inner.integer(0, 23) for name, inner in part.items() if name.startswith("night")}
    values |= {name: inner.integer(1) for name, inner in part.items() if name not in values}
    return LookLimits(**values)
