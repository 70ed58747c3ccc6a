"""Which version this is: ``pyproject.toml`` says it, and nothing else does."""

from __future__ import annotations

import tomllib
from pathlib import Path

_PROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"


def version(project: Path = _PROJECT) -> str:
    """As ``1.2.0``; "" where nobody can say, which stops no counter."""
    try:
        found = tomllib.loads(project.read_text("utf-8")).get("project", {}).get("version", "")
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return ""
    return found if isinstance(found, str) else ""
