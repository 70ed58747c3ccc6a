"""Invented incidents for the pictures: one that headquarters has to hear of, one to be reviewed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.incidents import IncidentsView, IncidentView
from core.view import CounterView

_RULES = Path(__file__).resolve().parents[1] / "resources" / "rules" / "2026-11-01.json"


def _incidents() -> IncidentsView:
    said: dict[str, Any] = json.loads(_RULES.read_text("utf-8"))["incidents"]

    def names(part: str) -> dict[str, dict[str, str]]:
        return {row["code"]: {each: row[each] for each in ("zh", "en")} for row in said[part]["list"]}

    fresh = IncidentView(
        402, "520100-01-03 402", names("kinds")["lost"], "tell", "open", "2026-11-21 15:02", 36,
        ("OP10001",), mine=True,
    )  # fmt: skip
    older = IncidentView(
        355, "520100-01-03 355", names("kinds")["likely"], "review", "open", "2026-11-21 10:20", -246,
        ("OP10002", "OP10001"), ("authority", "headquarters"), ("searched",), 361, mine=True, review=True,
    )  # fmt: skip
    return IncidentsView(
        (older, fresh), (), names("kinds"), names("data"), names("causes"), names("harms"), names("measures"),
        names("lessons"), tuple(said["plan"]["list"]),
    )  # fmt: skip


def incident_views(base: CounterView) -> dict[str, CounterView]:
    """At the form."""
    return {"incidents": replace(base, incidents=_incidents())}
