"""One place says the version; without it the counter starts all the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from program.version import version
from ui.whatsnew import number_of


def test_the_projects_own() -> None:
    assert number_of(version())


@pytest.mark.parametrize("text", [None, "", "[project", "[project]\nversion = 3\n", "[tool]\n", "\udcff"])
def test_who_cannot_say_stops_nothing(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "pyproject.toml"
    if text is not None:
        path.write_text(text, "utf-8", errors="surrogateescape")
    assert version(path) == ""
