"""Section 20 of docs/format.md, for the independent checker: what a journal took in of its gate log."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from tests.peers.numbers import need


class Gates:
    """Up to which line, and its hash."""

    def __init__(self) -> None:
        self._last: int | None = 0  # None: an earlier epoch may have taken in lines
        self.head = ""

    def follow(self, body: dict[str, Any]) -> dict[str, int]:
        """One entry of version 1; what it did, counted by name."""
        if body["kind"] == "EpochOpened":
            self._last, self.head = 0 if body["epoch"] == 1 else None, ""
        if body["kind"] != "GateSeen":
            return {}
        data = body["data"]
        need(data["found"] in ("whole", "edited", "cut"), "a gate log found in no way")
        if data["found"] == "whole":
            before = data["last"] - data["lines"] if self._last is None else self._last
            need(0 < data["lines"] == data["last"] - before, "lines of the gate log left out")
            need(before >= 0, "more lines of the gate log than there are")
            self._last, self.head = data["last"], data["head"]
        else:
            self._last, self.head = 0, ""
        return {f"gate log {data['found']}": 1}


def heads(log: bytes) -> list[str]:
    """The hash of each line of a gate log, by docs/format.md alone; each names the one before."""
    found = [""]
    for raw in log.splitlines():
        need(json.loads(raw)["before"] == found[-1], "a line that does not follow the one before")
        digest = hashlib.sha256(b"counter/gate/1\0" + raw).digest()
        found.append(base64.urlsafe_b64encode(digest).rstrip(b"=").decode())
    return found
