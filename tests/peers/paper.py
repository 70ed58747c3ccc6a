"""Section 5 of docs/format.md, for the independent checker: numbered paper forms that are entered late."""

from __future__ import annotations

from typing import Any

from tests.peers.numbers import need

SERIES, AT_ONCE, OUT_AT_MOST = 100_000, 50, 200
CAUSE = "paper_form"


class Paper:
    """Forms of one counter: number by number, which is out and since when."""

    def __init__(self) -> None:
        self._last = 0
        self._out: dict[int, str] = {}
        self._entered: dict[int, dict[str, Any]] = {}  # form → the newest entry about it
        self._next: tuple[str, int] | None = None  # visit and seq of the item that has to follow

    @property
    def out(self) -> int:
        """How many forms are neither entered nor void."""
        return len(self._out)

    def follow(self, body: dict[str, Any]) -> dict[str, int]:
        """One entry of version 1, its request looked at already; what it did, counted by name."""
        kind, data, at = body["kind"], body["data"], body["trusted"]["at"]
        if kind == "PaperFormsHandedOut":
            first = max(self._last, (body["epoch"] - 1) * SERIES) + 1
            need(data["first"] == first, "forms are handed out of order")
            need(first <= data["last"] < first + AT_ONCE, "so many forms at once")
            self._last = data["last"]
            self._out |= dict.fromkeys(range(first, self._last + 1), at)
            need(len(self._out) <= OUT_AT_MOST, "too many forms are out")
            return {"forms handed out": self._last - first + 1}
        if kind == "PaperFormEntered":
            need(data["form"] in self._out, "enters a form that is not out")
            need(self._out[data["form"]] <= data["at"] <= at, "a form of another time")
            self._entered[data["form"]] = {**data, "seq": body["seq"], "by": body["actor"]["id"]}
        elif kind == "PaperFormTaken":
            need(data["form"] in self._out, "takes a form that is not out")
            row = self._entered.get(data["form"], {})
            need(row.get("seq") == data["entered"], "takes a form as it was not entered last")
            need((row["cause"], row["by"]) == (data["cause"], body["actor"]["id"]), "taken by another")
            del self._out[data["form"]]
            self._next = (row["visit"], body["seq"] + 1)
            return {"forms entered": 1}
        elif kind == "PaperFormVoided":
            need(data["form"] in self._out, "voids a form that is not out")
            del self._out[data["form"]]
            return {"forms voided": 1}
        elif kind == "ItemAccepted":
            need((data["by_hand"] == CAUSE) == (self._next is not None), "an item of a form that nobody took")
            need(self._next in (None, (data["visit"], body["seq"])), "a form is taken for another item")
            self._next = None
        return {}
