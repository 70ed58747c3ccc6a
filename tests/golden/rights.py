"""What persons ask about their own data, and how it is answered, in the golden journal."""

from __future__ import annotations

from typing import Protocol

from core.ledger.entry import Entry


class Adds(Protocol):
    """The journal that is made."""

    def add(self, kind: str, data: dict[str, object], *, person: bool = False, version: int = 1) -> Entry: ...


def rights(golden: Adds, number: int) -> None:
    """Each right once, each outcome once, the last by the directive of that number."""
    asked: dict[str, object] = {"due": "2026-12-21", "field": "none"}
    golden.add("PersonAsked", {**asked, "request": "q-1", "right": "access", "item": 11}, person=True)
    golden.add("PersonAnswered", {"request": "q-1", "outcome": "done", "ground": "none"}, person=True)
    wrong = {**asked, "request": "q-2", "right": "correct", "item": 11}
    for each in ("recipient_name", "weight"):
        golden.add("PersonAsked", {**wrong, "field": each}, person=True)
    golden.add("PersonAsked", {**asked, "request": "q-3", "right": "copy", "item": 10}, person=True)
    refused: dict[str, object] = {"request": "q-2", "outcome": "refused", "ground": "found_correct"}
    golden.add("PersonAnswered", refused, person=True)
    golden.add("PersonAsked", {**asked, "request": "q-4", "right": "explain", "item": 0}, person=True)
    told: dict[str, object] = {"request": "q-3", "outcome": "partly", "ground": "others_rights"}
    golden.add("PersonAnswered", {**told, "directive": number}, version=2)
    item: dict[str, object] = {"request": "h-1", "retention": "acceptance", "month": "2026-11"}
    item["directive"] = number
    golden.add("ItemRestricted", {**item, "item": 11, "ground": "objection"}, version=2)
    golden.add("PersonErased", {**item, "item": 11, "ground": "asked"}, version=2)
