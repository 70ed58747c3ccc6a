"""Sections 4 and 5 of docs/format.md, for the independent checker: exceptions, clocks, stops and holds."""

from __future__ import annotations

from typing import Any

from tests.peers.canonical import check_time
from tests.peers.numbers import need

MEMBERS = {
    "ExceptionOpened": {"item", "reason", "stop", "organ", "contact_by"},
    "ExceptionContacted": {"exception", "how", "outcome", "solution"},
    "ItemHeld": {"exception", "basis", "until", "asked"},
    "ExceptionClosed": {"exception", "outcome", "organ"},
}
WAYS = ("phone", "message", "letter", "counter")
OUTCOMES = ("reached", "left", "missed")
AT_MOST = 200
FREE_ENDS, STOPPED_ENDS = ("goes_on", "handed_back", "mistaken"), ("released", "handed_over")


class ItemExceptions:
    """What is open at one counter, or was closed today; ``taken``: the item that an organ got just now."""

    def __init__(self) -> None:
        self._rows: dict[int, dict[str, Any]] = {}
        self._voided: set[int] = set()
        self.taken = 0

    @property
    def stopped(self) -> set[int]:
        """Items that must not leave."""
        return {row["item"] for row in self._rows.values() if row["stop"] != "none" and not row["closed"]}

    @property
    def open(self) -> int:
        """How many are not closed."""
        return sum(not row["closed"] for row in self._rows.values())

    def follow(self, body: dict[str, Any], operators: dict[str, Any], gone: bool) -> dict[str, int]:
        """One entry of version 1; ``gone``: what it names left the counter.  What it did, by name."""
        kind, data = body["kind"], body["data"]
        self.taken = 0
        if kind == "DayOpened":
            self._rows = {seq: row for seq, row in self._rows.items() if not row["closed"]}
            self._voided = set()
        elif kind == "ItemVoided":
            need(data["item"] not in self.stopped, "handed back what is stopped")
            self._voided.add(data["item"])
        elif kind in MEMBERS:
            need(set(data) == MEMBERS[kind], f"members of {kind}")
            return {f"exceptions {self._step(kind, body, operators, gone=gone)}": 1}
        return {}

    def _step(self, kind: str, body: dict[str, Any], operators: dict[str, Any], *, gone: bool) -> str:
        data, at, seq = body["data"], body["trusted"]["at"], body["seq"]
        if kind == "ExceptionOpened":
            self._open(data, at, seq, gone=gone)
            return "opened"
        row = self._rows.get(data["exception"])
        need(row is not None and not row["closed"], "no such exception")
        assert row is not None
        if kind == "ExceptionContacted":
            need(data["how"] in WAYS and data["outcome"] in OUTCOMES, "contacted in no way")
            heard = data["outcome"] != "missed"
            need(heard == (data["solution"] != "none"), "a solution that nobody heard, or none")
            row["heard"] = row["heard"] or heard
            row["told"] = row["told"] or (heard and row["held"])
            return "contacted"
        if kind == "ItemHeld":
            check_time(data["until"])
            need(row["stop"] != "none" and data["basis"] == row["stop"], "held on no ground")
            need(at < data["until"], "a hold that is over before it begins")
            row |= {"held": True, "told": False}
            return "held"
        self._close(row, data, operators.get(body["actor"]["id"], {}).get("role", ""))
        return "closed"

    def _open(self, data: dict[str, Any], at: str, seq: int, *, gone: bool) -> None:
        check_time(data["contact_by"])
        need(0 < data["item"] < seq and len(self._rows) < AT_MOST, "an exception too many, or of no item")
        need(data["item"] not in self._voided, "an exception of what is void")
        same = [row for row in self._rows.values() if row["item"] == data["item"] and not row["closed"]]
        need(not same, "a second exception of one item")
        need(data["stop"] in ("none", "suspected", "order"), "stopped on no ground")
        need((data["organ"] != "none") == (data["stop"] == "order"), "an order of nobody, or no order")
        need(data["stop"] == "none" or not gone, "stops what has left")
        need(at <= data["contact_by"], "a clock that is over before it begins")
        self._rows[seq] = {"item": data["item"], "stop": data["stop"], "heard": False, "held": False,
                           "told": False, "closed": False}  # fmt: skip

    def _close(self, row: dict[str, Any], data: dict[str, Any], role: str) -> None:
        stops, over = row["stop"] != "none", data["outcome"] == "handed_over"
        need(data["outcome"] in (STOPPED_ENDS if stops else FREE_ENDS), "an end that does not fit")
        need(over == (data["organ"] != "none"), "handed over to nobody")
        if stops:
            need(role == "supervisor", "a stop that no supervisor ends")
            need(row["held"] or not over, "handed over what nobody holds")
            need(not row["held"] or row["told"] or row["stop"] == "order", "a hold of which nobody was told")
        else:
            need(row["heard"] or data["outcome"] == "mistaken", "closed, and nobody heard of a solution")
        row["closed"] = True
        self.taken = row["item"] if over else 0
