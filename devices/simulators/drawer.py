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

    def typed(self) -> str:
        """What a clerk types of a document that no reader reads, one line each; "" where nothing is typed."""
        lane = self.facts.get("typed")
        if not lane:
            return ""
        lines = [f"{name}: {text}" for name, text in lane["fields"].items() if name != "number_again"]
        return "\n".join([f"[{lane['kind']}]", *lines])


def load_drawer(path: Path = DRAWER) -> dict[str, Visitor]:
    """Visitor by key, in the order of the file."""
    visitors = {}
    for row in json.loads(path.read_text(encoding="utf-8")):
        trouble = dict(row.get("reader", {}))
        trouble["garbage"] = bytes.fromhex(trouble.get("garbage", ""))
        about = {"zh": row["zh"], "en": row["en"]}
        visitors[row["key"]] = Visitor(row["key"], about, row.get("card", ""), Trouble(**trouble), row)
    return visitors
