"""Section 4 of docs/format.md, for the independent checker: complaints, whose they are, and their clocks."""

from __future__ import annotations

from typing import Any

from tests.peers.canonical import check_time
from tests.peers.numbers import need

MEMBERS = {
    "ComplaintOpened": {"item", "class", "reason", "party", "ours", "contact_by", "close_by", "case"},
    "ComplaintContacted": {"complaint", "how"},
    "ComplaintHandedOn": {"complaint", "to"},
    "ComplaintTaken": {"complaint"},
    "ComplaintAnswered": {"complaint", "ours", "measure", "cents", "text", "version", "until"},
    "ComplaintReopened": {"complaint", "reason", "contact_by", "close_by", "case"},
}
CLASSES = ("service", "transport", "information", "other")
PARTIES = ("sender", "recipient", "other")
WAYS = ("phone", "message", "letter", "counter")
MEASURES = ("train", "compensate", "extend", "update", "negotiate", "explain")
AT_MOST = 400


class Complaints:
    """What is open or was answered lately at one counter; ``cases``: those with how to reach somebody."""

    def __init__(self) -> None:
        self._rows: dict[int, dict[str, Any]] = {}
        self._cases: set[str] = set()
        self._date = ""

    @property
    def open(self) -> int:
        """How many are not answered."""
        return sum(not row["answered"] for row in self._rows.values())

    def follow(self, body: dict[str, Any], operators: dict[str, Any]) -> dict[str, int]:
        """One entry of version 1; what it did, counted by name."""
        kind, data = body["kind"], body["data"]
        if kind == "DayOpened":
            self._date = data.get("date", "")
            self._rows = {
                seq: row for seq, row in self._rows.items()
                if not row["answered"] or row["until"] >= self._date
            }  # fmt: skip
        elif kind == "CaseOpened":
            self._case(data)
        elif kind in ("CaseClosed", "CaseLapsed"):
            self._cases.discard(data["case"])
        elif kind in MEMBERS:
            need(set(data) == MEMBERS[kind], f"members of {kind}")
            return {f"complaints {self._step(kind, data, body, operators)}": 1}
        return {}

    def _case(self, data: dict[str, Any]) -> None:
        complains = data["cause"] == "complaint"
        need(data["party"] in PARTIES and (complains or data["party"] != "other"), "a case of nobody")
        if complains:
            self._cases.add(data["case"])

    def _step(self, kind: str, data: dict[str, Any], body: dict[str, Any], operators: dict[str, Any]) -> str:
        who, at = body["actor"]["id"], body["trusted"]["at"]
        if kind == "ComplaintOpened":
            need(
                data["item"] < body["seq"] and len(self._rows) < AT_MOST,
                "a complaint too many, or of no item",
            )
            need(data["class"] in CLASSES and data["party"] in PARTIES, "no such complaint")
            need(data["item"] or data["party"] == "other", "a sender of no item")
            need(data["ours"] in ("yes", "no", "unknown"), "nobody's responsibility")
            self._clocks(data, at)
            self._rows[body["seq"]] = {"owner": who, "to": "", "answered": False, "until": ""}
            return "opened"
        row = self._rows.get(data["complaint"])
        need(row is not None, "no such complaint")
        row = row or {}
        need(row["answered"] == (kind == "ComplaintReopened"), "answered already, or not yet")
        mine = who == row["owner"] or operators.get(who, {}).get("role") == "supervisor"
        if kind == "ComplaintContacted":
            need(data["how"] in WAYS, "contacted in no such way")
        elif kind == "ComplaintHandedOn":
            need(mine and data["to"] in operators and data["to"] != row["owner"], "handed on to nobody")
            row["to"] = data["to"]
        elif kind == "ComplaintTaken":
            need(who == row["to"], "taken by somebody else")
            row |= {"owner": who, "to": ""}
        elif kind == "ComplaintAnswered":
            self._answer(data, mine=mine, day=at[:10])
            row |= {"answered": True, "until": data["until"], "to": ""}
        else:
            self._clocks(data, at)
            row |= {"answered": False, "until": ""}
        return kind.removeprefix("Complaint").lower()

    def _answer(self, data: dict[str, Any], *, mine: bool, day: str) -> None:
        need(mine, "answered by neither its owner nor a supervisor")
        need(data["ours"] in ("yes", "no") and data["measure"] in MEASURES, "answered, and nobody knows what")
        need((data["measure"] == "explain") == (data["ours"] == "no"), "a measure for what is not ours")
        need(data["cents"] == 0 or data["measure"] == "compensate", "money that is no compensation")
        need(data["until"] >= day, "no time to object")

    def _clocks(self, data: dict[str, Any], at: str) -> None:
        check_time(data["contact_by"])
        check_time(data["close_by"])
        need(at <= data["contact_by"] <= data["close_by"], "clocks that are over before they begin")
        need(data["case"] == "none" or data["case"] in self._cases, "reached by no case that is open")
