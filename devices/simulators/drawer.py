"""The drawer: what stands at the demonstration's counter, one row a visitor, each with its expected end.

``resources/demonstration/drawer.json`` is data for the bench window, for the simulated reader and for the
walk that takes every row through the real drivers.  Nobody in it exists.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

DRAWER = Path(__file__).parents[2] / "resources" / "demonstration" / "drawer.json"


@dataclass(frozen=True, slots=True)
class Trouble:
    """What goes wrong at the reader while this visitor's card is read.

    ``pulled``: taken away before the answer to 30 01; ``garbage`` before every reply; ``bad_reads``: the
    next n answers are damaged; ``read_error``: SW3 of every read.
    """

    pulled: bool = False
    garbage: bytes = b""
    bad_reads: int = 0
    read_error: int = 0


@dataclass(frozen=True, slots=True)
class Visitor:
    """One row.  ``about`` by language; ``card`` is a key of ``people.json`` or "".

    ``facts`` is the whole row as it stands in the file: what is typed, how it is sent, what is expected.
    """

    key: str
    about: Mapping[str, str]
    card: str
    trouble: Trouble
    facts: Mapping[str, Any] = field(repr=False)

    @property
    def group(self) -> str:
        """Where in the drawer: "cards", "typed", "reader", "senders" or "goods"."""
        facts = self.facts
        if "sender" in facts:
            return "senders"
        if "typed" in facts:
            return "typed"
        if self.trouble != Trouble():
            return "reader"
        goods = {"refuse", "condition", "route", "security"} & set(facts)
        return "goods" if goods or "contents" in facts.get("form", {}) else "cards"

    @property
    def paper(self) -> Mapping[str, str] | None:
        """What stands on the paper that no reader reads; None where this visitor has none."""
        lane = self.facts.get("typed") or self.facts.get("principal", {}).get("typed") or {}
        return lane.get("fields") or None

    def listed(self) -> dict[str, Any]:
        """For the bench: key, what is remarkable, group, and what a clerk types, as [field, text].

        ``kind`` is the document that no reader reads, ``sender`` the kind of sender, "" where it is usual.
        """
        lane = self.facts.get("typed", {})
        texts = {**lane.get("fields", {}), **self.facts.get("asks", {}), **self.facts.get("form", {})}
        return {
            "key": self.key,
            "about": dict(self.about),
            "group": self.group,
            "kind": lane.get("kind", ""),
            "sender": self.facts.get("sender", ""),
            "typed": [[name, text] for name, text in texts.items() if name != "number_again"],
        }


def load_drawer(path: Path = DRAWER) -> dict[str, Visitor]:
    """Visitor by key, in the order of the file."""
    visitors = {}
    for row in json.loads(path.read_text(encoding="utf-8")):
        trouble = dict(row.get("reader", {}))
        trouble["garbage"] = bytes.fromhex(trouble.get("garbage", ""))
        about = {"zh": row["zh"], "en": row["en"]}
        visitors[row["key"]] = Visitor(row["key"], about, row.get("card", ""), Trouble(**trouble), row)
    return visitors
