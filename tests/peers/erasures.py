"""Sections 3 and 6 of docs/format.md, for the independent checker: how much went by the rules."""

from __future__ import annotations

import collections
from typing import Any

from tests.peers.numbers import need

Months = collections.Counter[tuple[str, str]]


class Erasures:
    """What entries promised and what later ones say has gone; never more than that."""

    def __init__(self) -> None:
        self._sealed: list[int] = []  # the entry of each sealed part, in sequence
        self._months: Months = collections.Counter()
        self._gone: Months = collections.Counter()
        self._gone_sealed = 0

    def follow(self, body: dict[str, Any]) -> dict[str, int]:
        """One entry of version 1; what it did, counted by name."""
        kind, data, found = body["kind"], body["data"], {}
        if kind == "MonthErased":
            name = data["retention"], data["month"]
            self._gone[name] += data["count"]
            need(self._gone[name] <= self._months[name], "more of a month erased than there was")
            found = {"attachments erased": data["count"]}
        if kind == "SealedErased":
            self._gone_sealed += data["count"]
            need(data["through"] < body["seq"], "sealed parts to come erased")
            promised = sum(seq <= data["through"] for seq in self._sealed)
            need(self._gone_sealed <= promised, "more sealed parts erased than there were")
            found = {"attachments erased": data["count"]}
        for item in body["attachments"]:
            if item["class"] == "sealed":
                self._sealed.append(body["seq"])
            else:
                self._months[item["retention"], item["month"]] += 1
        return found
