"""What the demonstration's rules hold besides the product's: examples of what only an enterprise knows."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

from core.rule_data import Agreement, Rules
from core.rules import RuleBook

_AGREEMENTS = Path(__file__).parents[1] / "resources" / "demonstration" / "agreements.json"


def with_examples(book: RuleBook) -> RuleBook:
    """The same editions with the demonstration's agreement customers, and with 封发: both can be tried."""
    rows = json.loads(_AGREEMENTS.read_text("utf-8"))
    agreements = tuple(
        Agreement(row["number"], dt.date.fromisoformat(row["first"]), dt.date.fromisoformat(row["last"]))
        for row in rows
    )
    editions = tuple(_with(one, agreements) for one in book.editions)
    return replace(book, editions=editions)


def _with(one: Rules, agreements: tuple[Agreement, ...]) -> Rules:
    stock = replace(one.stock, follows=True)
    return replace(one, agreements=(*one.agreements, *agreements), stock=stock)
