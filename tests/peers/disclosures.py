"""Section 5 of docs/format.md, for the independent checker: a customer's data for an organ or a partner."""

from __future__ import annotations

from typing import Any

from tests.peers.numbers import need

FIELDS = {
    "sender_name", "sender_phone", "sender_address", "sender_document", "recipient_name", "recipient_phone",
    "recipient_address", "item",
}  # fmt: skip


class Disclosures:
    """What was filed at one counter, and how far each came."""

    def __init__(self) -> None:
        self._rows: dict[int, dict[str, Any]] = {}
        self._restricted: set[int] = set()

    def restricted(self, item: int) -> None:
        """By whomever; of any version."""
        self._restricted.add(item)

    def follow(self, body: dict[str, Any], *, unsigned: bool) -> dict[str, int]:
        """One entry of version 1; what it did, counted by name."""
        kind, data, seq = body["kind"], body["data"], body["seq"]
        if kind == "DisclosureFiled":
            self._file(data, seq)
            return {f"disclosures {data['way']}": 1}
        if kind == "DisclosureAsked":
            row = self._row(data)
            need(not row["asked"], "a disclosure is asked for twice")
            need(row["way"] == "lawful" or not unsigned, "shared before the second person said so")
            row["asked"] = True
        elif kind == "DisclosureDecided":
            row = self._row(data)
            before, outcome = row["outcome"], data["outcome"]
            first = outcome in ("approved", "refused") and not before
            again = outcome == "released" and before in ("approved", "released")
            need(row["asked"] and (first or again), "a decision that cannot follow")
            row["outcome"] = outcome
        return {}

    def _file(self, data: dict[str, Any], seq: int) -> None:
        fields = data["fields"]
        need(data["way"] in ("lawful", "sharing"), "on no basis that there is")
        need(
            fields and len(set(fields)) == len(fields) and set(fields) <= FIELDS, "fields that there are not"
        )
        need(0 < data["item"] < seq, "of no item")
        if data["way"] == "lawful":
            need(data["consent"] == 0, "an organ rests on no consent")
        else:
            need(0 < data["consent"] < seq, "shared without a consent")
            need(data["item"] not in self._restricted, "a restricted item is shared")
        self._rows[seq] = {"way": data["way"], "asked": False, "outcome": ""}

    def _row(self, data: dict[str, Any]) -> dict[str, Any]:
        row = self._rows.get(data["filed"])
        need(row is not None, "no such disclosure was filed")
        return row or {}
