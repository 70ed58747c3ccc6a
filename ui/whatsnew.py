"""What each version brought, in lines for a clerk, from ``resources/whatsnew/VERSION.json``.  No Qt.

A file is ``{"lines": [{"key": …, "zh": …, "en": …}, …]}``; ``key`` is a name of the table of keys
(``ui/clerk/shortcuts.py``), so that a key that moves later is still named rightly, or "".
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "resources" / "whatsnew"
_VERSION = re.compile(r"(0|[1-9]\d{0,3})\.(0|[1-9]\d{0,3})\.(0|[1-9]\d{0,3})")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that is new; ``key`` names a shortcut, or is ""."""

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class Notes:
    """What one version brought."""

    version: str
    lines: tuple[Line, ...]


def number_of(version: str) -> tuple[int, ...] | None:
    """``1.12.0`` as figures that can be compared; None where it is no version."""
    found = _VERSION.fullmatch(version)
    return tuple(map(int, found.groups())) if found is not None else None


def newer(version: str, than: str) -> bool:
    """Whether ``version`` came after ``than``; what is no version is neither newer nor older."""
    one, other = number_of(version), number_of(than)
    return one is not None and other is not None and one > other


def notes(language: str, *, after: str = "", upto: str = "", folder: Path = FOLDER) -> tuple[Notes, ...]:
    """The notes of the versions after ``after`` up to ``upto``, the newest first; "" bounds nothing.

    Whoever comes from an older version than the last one reads what the ones between brought, too.
    """
    versions = sorted((number, path) for path in folder.glob("*.json") if (number := number_of(path.stem)))
    return tuple(
        _read(path, language)
        for _, path in reversed(versions)
        if (not after or newer(path.stem, after)) and not (upto and newer(path.stem, upto))
    )


def _read(path: Path, language: str) -> Notes:
    lines = json.loads(path.read_text("utf-8"))["lines"]
    return Notes(path.stem, tuple(Line(line["key"], line[language]) for line in lines))
