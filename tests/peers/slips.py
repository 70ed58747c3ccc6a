"""Section 16 of docs/format.md, for the independent checker: slips of closed days."""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections.abc import Iterable
from typing import Any

from tests.peers.numbers import need


class Slips:
    """How often each day's slip came out, and what is on its way."""

    def __init__(self) -> None:
        self._closed: set[int] = set()
        self._out: dict[int, int] = {}
        self._jobs: dict[int, str] = {}

    def follow(self, body: dict[str, Any]) -> dict[str, int]:
        """One entry of version 1; what it did, counted by name."""
        kind, data = body["kind"], body["data"]
        if kind == "DayClosed":
            self._closed.add(body["seq"])
        elif kind == "DaySlipAsked":
            day = data["closed"]
            need(day in self._closed, "the slip of a day that was not closed")
            need(data["form"] in ("paper", "file"), "a slip in no form")
            need(day not in self._jobs, "two slips of a day on their way")
            need(data["copy"] == self._out.get(day, 0) or data["copy"] == 1, "a copy out of order")
            self._out[day], self._jobs[day] = data["copy"], data["job"]
        elif kind == "DaySlipEnded":
            day = data["closed"]
            need(self._jobs.pop(day, None) == data["job"], "the end of another slip")
            need(data["outcome"] in ("done", "not_done", "unknown"), "a slip ended in no way")
            self._out[day] += data["outcome"] != "not_done"
            return {f"slips {data['outcome']}": 1}
        return {}


def follow_slips(entries: Iterable[Any]) -> None:
    """Of a whole chain in memory."""
    slips = Slips()
    for entry in entries:
        slips.follow(json.loads(entry.body))


def code_parts(text: str, prefix: str) -> list[bytes]:
    """The parts of a code's text, by docs/format.md alone."""
    need(text.startswith(prefix), "another code")
    raw = text.removeprefix(prefix)
    packed = zlib.decompress(base64.urlsafe_b64decode(raw + "=" * (-len(raw) % 4)), -15)
    parts, at = [], 0
    while at < len(packed):
        size = int.from_bytes(packed[at : at + 2], "big")
        parts.append(packed[at + 2 : at + 2 + size])
        at += 2 + size
    return parts


def check_slip(value: dict[str, Any], code: dict[str, Any]) -> None:
    """A slip's file against the code on it."""
    raw = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    digest = base64.urlsafe_b64encode(hashlib.sha256(raw).digest()).rstrip(b"=").decode()
    need(code["slip"] == digest, "not the slip that the code names")
    for member in ("terminal", "day", "date", "signed_by", "closed_at", "last", "verdict", "state"):
        need(value[member] == code[member], f"{member} of slip and code differ")
