"""Section 5 of docs/format.md, for the independent checker: who handed the counter over to whom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.peers.numbers import need

GIVEN, TAKEN = "ShiftGiven", "ShiftTaken"


class Shifts:
    """Follows one journal; the numbers are counted by the checker's other parts."""

    def __init__(self) -> None:
        self._given: tuple[int, str] | None = None

    def follow(self, body: dict[str, Any], standing: Mapping[str, int]) -> dict[str, int]:
        """One entry of version 1, and how much ``standing`` there is before it, by name."""
        kind, data = body["kind"], body["data"]
        if kind not in (GIVEN, TAKEN):
            return {}
        for name, count in standing.items():
            need(data[name] == count, f"a shift with another number of {name}")
        by = body["actor"]["id"]
        if kind == GIVEN:
            self._given = (body["seq"], by)
            return {"shifts given": 1}
        if data["given"]:
            need(self._given is not None, "takes over what nobody gave")
            assert self._given is not None
            need(
                self._given[0] == data["given"] and self._given[1] != by,
                "takes over another shift, or her own",
            )
        self._given = None
        return {"shifts taken": 1}
