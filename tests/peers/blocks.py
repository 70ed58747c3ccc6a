"""Section 5 of docs/format.md, for the independent checker: customers proposed for the block list."""

from __future__ import annotations

from typing import Any

from tests.peers.numbers import need

LONGEST = 3 * 366


class Blocks:
    """What was proposed at one counter, and how far each came."""

    def __init__(self) -> None:
        self._rows: dict[int, dict[str, Any]] = {}
        self._restricted: set[int] = set()

    def follow(self, body: dict[str, Any], *, unsigned: bool) -> dict[str, int]:
        """One entry of version 1; what it did, counted by name."""
        kind, data, seq = body["kind"], body["data"], body["seq"]
        if kind == "ItemRestricted":
            self._restricted.add(data["item"])
        elif kind == "BlockProposed":
            need(0 < data["item"] < seq and data["item"] not in self._restricted, "proposes nobody")
            need(0 < data["days"] <= LONGEST, "for no term that there is")
            self._rows[seq] = {"basis": data["basis"], "sent": False, "outcome": "", "appeal": False}
            return {"block proposals": 1}
        elif kind == "BlockSent":
            row = self._row(data)
            need(not row["sent"] and row["basis"] == data["basis"], "sent twice, or on another basis")
            need(not unsigned, "sent before the second person said so")
            row["sent"] = True
        elif kind == "BlockAppealed":
            row = self._row(data)
            need(row["outcome"] == "listed" and not row["appeal"], "an appeal against nothing")
            row["appeal"] = True
        elif kind == "BlockDecided":
            self._decide(self._row(data), data)
        return {}

    def _decide(self, row: dict[str, Any], data: dict[str, Any]) -> None:
        outcome = data["outcome"]
        first = outcome in ("listed", "refused") and row["sent"] and not row["outcome"]
        again = (outcome == "upheld" and row["appeal"]) or (
            outcome == "lifted" and row["outcome"] == "listed"
        )
        need(first or again, "a decision that cannot follow")
        need((data["until"] is not None) == (outcome == "listed"), "a term where none is, or none")
        row["outcome"] = row["outcome"] if outcome == "upheld" else outcome
        row["appeal"] = False

    def _row(self, data: dict[str, Any]) -> dict[str, Any]:
        row = self._rows.get(data["proposed"])
        need(row is not None, "no such proposal")
        return row or {}
