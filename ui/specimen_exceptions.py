"""Invented exceptions for the pictures: one overdue, one stopped and held, one with time, one closed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.item_exception_rules import ExceptionReason
from core.item_exceptions import ExceptionsView, ExceptionView
from core.view import CounterView
from ui.specimen_visits import item

_RULES = Path(__file__).resolve().parents[1] / "resources" / "rules" / "2026-11-01.json"
_LANGUAGES = ("zh", "en")


def _exceptions() -> ExceptionsView:
    said: dict[str, Any] = json.loads(_RULES.read_text("utf-8"))["item_exceptions"]
    reasons = tuple(
        ExceptionReason(row["code"], row["stop"], {each: row[each] for each in _LANGUAGES})
        for row in said["reasons"]["list"]
    )

    def names(part: str) -> dict[str, dict[str, str]]:
        return {row["code"]: {each: row[each] for each in _LANGUAGES} for row in said[part]["list"]}

    def one(seq: int, number: int, code: str, step: str, state: str, due: str, left: int) -> ExceptionView:
        why = next(each for each in reasons if each.code == code)
        return ExceptionView(
            seq, f"520100-01-03 {seq}", number, f"{number:06d}", why.names, why.stop, step, state, due, left
        )

    late = replace(one(301, 124, "address", "contact", "overdue", "2026-11-21 13:10", -34), tries=2)
    held = replace(
        one(318, 128, "suspected", "decide", "open", "2026-11-22 11:40", 1256),
        tries=1, contacted=True, hold="held", until="2026-11-22 11:40", told=True,
    )  # fmt: skip
    fresh = one(340, 126, "damaged", "contact", "open", "2026-11-21 16:05", 101)
    done = replace(one(266, 119, "delayed", "close", "open", "", 0), closed="goes_on")
    return ExceptionsView(
        (late, fresh, held), (done,), reasons, names("solutions"), names("notices"), names("organs"), 120, 24,
        supervisor=True,
    )  # fmt: skip


EXCEPTIONS = _exceptions()


def exception_views(base: CounterView) -> dict[str, CounterView]:
    """In the list of a look-up."""
    found = tuple(item(seq) for seq in range(128, 120, -1))
    return {"exception-list": replace(base, exceptions=EXCEPTIONS, found=found)}
