"""What became of each number of a pool, from docs/format.md alone; part of tests/peers/checker.py."""

from __future__ import annotations

from typing import Any


class Bad(Exception):  # noqa: N818 - the verdict, not a fault of this program
    """Something is not as the format says; the text names it."""


def need(condition: object, what: str) -> None:
    """Raise Bad unless the condition holds."""
    if not condition:
        raise Bad(what)


class Numbers:
    """Section 11, pools: each number is free, or used, or void, once and for ever."""

    def __init__(self) -> None:
        self._pools: dict[str, list[str]] = {}  # "" while it is free

    def follow(self, kind: str, data: dict[str, Any]) -> dict[str, int]:
        """One entry of version 1; what it took, counted by name."""
        if kind == "PoolOpened":
            need(data["pool"] not in self._pools, "a pool opened twice")
            self._pools[data["pool"]] = [""] * data["count"]
        elif kind == "EpochOpened":
            for row in self._pools.values():
                row[:] = [each or "void" for each in row]
        elif kind in ("PoolSkipped", "PoolVoided"):
            return self._take(data["pool"], data["first"], data["last"], "void")
        elif kind == "ItemAccepted" and data["pool"] != "none":
            return self._take(data["pool"], data["ordinal"], data["ordinal"], "used")
        return {}

    def _take(self, pool: str, first: int, last: int, state: str) -> dict[str, int]:
        """Numbers that are free, and of a pool that was opened."""
        row = self._pools.get(pool, [])
        need(1 <= first <= last <= len(row), "no such number of a pool")
        need(not any(row[first - 1 : last]), "a number of a pool that is not free")
        row[first - 1 : last] = [state] * (last - first + 1)
        return {f"numbers {state}": last - first + 1}
