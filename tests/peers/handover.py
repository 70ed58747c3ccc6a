"""Section 17 of docs/format.md, for the independent checker: counters that were handed over."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from tests.peers.numbers import need

COUNTED = (
    "version", "way", "technician", "backup", "ready", "failed", "skipped", "checks", "warned", "wrong",
)  # fmt: skip


class HandOvers:
    """What was handed over last."""

    def __init__(self) -> None:
        self._last = ""

    def follow(self, body: dict[str, Any]) -> dict[str, int]:
        """One entry of version 1; what it did, counted by name."""
        if body["kind"] != "CounterHandedOver":
            return {}
        data = body["data"]
        need(data["record"] != self._last, "the same hand-over twice in a row")
        need(data["warned"] + data["wrong"] <= data["checks"], "more checks warned than were made")
        self._last = data["record"]
        return {"handed over": 1}


def check_hand_over(value: dict[str, Any], code: dict[str, Any], body: dict[str, Any] | None = None) -> None:
    """A slip's file against the code on it, and against the body of its entry where that is there."""
    raw = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    digest = base64.urlsafe_b64encode(hashlib.sha256(raw).digest()).rstrip(b"=").decode()
    need(code["record"] == digest, "not the hand-over that the code names")
    for member in ("terminal", "branch", "version", "way", "technician", "authority", "backup", "keys"):
        need(value[member] == code[member], f"{member} of slip and code differ")
    outcomes = [row["outcome"] for row in value["devices"]]
    states = [row["state"] for row in value["checks"]]
    said = [outcomes.count("ok"), outcomes.count("failed"), outcomes.count("skipped"),
            len(states), states.count("warn"), states.count("bad")]  # fmt: skip
    need(said == [code[name] for name in COUNTED[4:]], "counts of slip and code differ")
    if body is not None:
        need(body["seq"] == code["entry"]["seq"], "the code names another entry")
        need(body["actor"]["id"] == code["operator"], "taken over by somebody else")
        need(all(body["data"][name] == code[name] for name in ("record", *COUNTED)), "entry and code differ")
