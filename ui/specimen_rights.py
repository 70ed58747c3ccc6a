"""What persons asked about their own data: one request is over its day, one soon, one has time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from core.persons import RightsView, RightView

_RULES = Path(__file__).resolve().parents[1] / "resources" / "rules" / "2026-11-01.json"
_LANGUAGES = ("zh", "en")


def _named(rows: list[dict[str, Any]]) -> dict[str, dict[str, str]]:
    return {row["code"]: {language: row[language] for language in _LANGUAGES} for row in rows}


def _rights() -> RightsView:
    said: dict[str, Any] = json.loads(_RULES.read_text("utf-8"))["rights"]
    fields = _named(said["fields"])

    def grounds(right: str) -> dict[str, dict[str, str]]:
        return _named([row for row in said["grounds"] if right in row["rights"]])

    where = "520100-01-03"
    return RightsView(
        (
            RightView("q-1", "copy", "2026-11-19", "overdue", f"{where} 88", (61, 62, 63),
                      ("000061", "000062", "000063"), (), grounds("copy")),
            RightView("q-2", "correct", "2026-11-25", "soon", f"{where} 131", (128,), ("000128",),
                      (fields["recipient_phone"],), grounds("correct")),
            RightView("q-3", "copy", "2026-12-20", "open", f"{where} 402", (119,), ("000119",), (),
                      grounds("copy")),
        ),
        fields,
        int(said["days"]["value"]),
    )  # fmt: skip


RIGHTS = _rights()
