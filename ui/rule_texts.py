"""The law behind a field, as F1 quotes it: dated data, because laws and their articles change.  No Qt.

``resources/help/DATE.json`` is ``{"effective_from": DATE, "why": {topic: {"zh": …, "en": …}}}``; the
newest that is in force on the business day counts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "resources" / "help"


class RuleTexts:
    """Every edition, read once."""

    def __init__(self, folder: Path = FOLDER) -> None:
        read = [json.loads(path.read_text("utf-8")) for path in folder.glob("*.json")]
        self._editions: list[tuple[str, Mapping[str, Mapping[str, str]]]] = sorted(
            ((str(one["effective_from"]), one["why"]) for one in read), key=lambda edition: edition[0]
        )

    def topics(self) -> frozenset[str]:
        """All that any edition speaks of."""
        return frozenset(topic for _, why in self._editions for topic in why)

    def why(self, topic: str, language: str, day: str) -> str:
        """What stands behind ``topic`` on that business day (ISO date; "" is the newest edition), or ""."""
        found: Mapping[str, Mapping[str, str]] = {}
        for begins, why in self._editions:
            if not day or begins <= day:
                found = why
        return found.get(topic, {}).get(language, "")
