"""The technician's page of the manual: its pictures are the program's, its keys are the page's."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ui.screenshots import pictures
from ui.technician.console import KEYS

DOCS = Path(__file__).parents[2] / "docs"
GUIDES = {"zh": DOCS / "technician.zh-CN.md", "en": DOCS / "technician.md"}
_PICTURE = re.compile(r"!\[[^]]+\]\((images/technician/[^)]+)\.png\)")
_KEY = re.compile(r"`((?:Alt\+)?(?:F\d+|[A-Z]|Esc|↓|↑))`")


def _pictures(language: str) -> list[str]:
    return _PICTURE.findall(GUIDES[language].read_text("utf-8"))


@pytest.mark.parametrize("language", GUIDES)
def test_its_pictures_are_states_of_the_program(language: str) -> None:
    named = _pictures(language)
    known = {f"{state}-{spoken}-{theme}" for state, spoken, theme in pictures() if spoken == language}
    assert named
    assert {Path(name).name for name in named} <= known
    assert all((DOCS / f"{name}.png").is_file() for name in named)


def test_both_languages_show_the_same_and_nothing_lies_unused() -> None:
    chinese, english = ([name.rsplit("-", 2)[0] for name in _pictures(language)] for language in GUIDES)
    assert chinese == english
    used = {f"{Path(name).name}.png" for language in GUIDES for name in _pictures(language)}
    assert {path.name for path in (DOCS / "images" / "technician").iterdir()} == used


@pytest.mark.parametrize("language", GUIDES)
def test_it_names_every_key_and_no_other(language: str) -> None:
    assert set(_KEY.findall(GUIDES[language].read_text("utf-8"))) == set(KEYS)
