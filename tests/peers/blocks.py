"""Section 5 of docs/format.md, for the independent checker: customers warned, or proposed for the list."""

from __future__ import annotations

from typing import Any

from tests.peers.numbers import need

LONGEST = 3 * 366
AT_MOST = 200  # warnings


class Blocks:
    """What was proposed at one counter, and how far each came."""

    def __init__(self) -> None:
        self._rows: dict[int, dict[str, Any]] = {}
        self._restricted: set[int] = set()
        self._warned: dict[int, dict[str, Any]] = {}  # BreachWarned → item, and by when
        self._date = ""

    def follow(self, body: dict[str, Any], operators: dict[str, Any], *, unsigned: bool) -> dict[str, int]:
        """One entry of version 1; what it did, counted by name."""
        kind, data, seq = body["kind"], body["data"], body["seq"]
        if kind == "ItemRestricted":
            self._restricted.add(data["item"])
        elif kind == "DayOpened":
            self._date = data.get("date", "")
        elif kind in ("BreachWarned", "BreachSettled"):
            return self._warn(kind, data, seq, operators.get(body["actor"]["id"], {}).get("role", ""))
        elif kind == "BlockProposed":
            need(0 < data["item"] < seq and data["item"] not in self._restricted, "proposes nobody")
            need(0 < data["days"] <= LONGEST, "for no term that there is")
            over = [
                row
                for row in self._warned.values()
                if (row["item"], row["due"] < self._date) == (data["item"], True)
            ]
            need(over or data["basis"] != "not_corrected", "suspends whom nobody warned in time")
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

    def _warn(self, kind: str, data: dict[str, Any], seq: int, role: str) -> dict[str, int]:
        if kind == "BreachWarned":
            need(0 < data["item"] < seq and data["item"] not in self._restricted, "warns nobody")
            need(all(row["item"] != data["item"] for row in self._warned.values()), "warns twice")
            need(len(self._warned) < AT_MOST and data["due"] > self._date, "a warning without a day")
            self._warned[seq] = {"item": data["item"], "due": data["due"]}
            return {"warnings": 1}
        need(data["warning"] in self._warned, "no such warning")
        need(data["outcome"] in ("corrected", "withdrawn"), "settled in no way")
        need(data["outcome"] == "corrected" or role == "supervisor", "taken back by no supervisor")
        del self._warned[data["warning"]]
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
