"""The clerk's guide in both languages: its pictures are the program's, its keys are in the table."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ui.clerk.shortcuts import SHORTCUTS
from ui.screenshots import pictures

DOCS = Path(__file__).parents[2] / "docs"
GUIDES = {"zh": DOCS / "clerk.zh-CN.md", "en": DOCS / "clerk.md"}
_PICTURE = re.compile(r"!\[[^]]+\]\((images/guide/[^)]+)\.png\)")
_KEY = re.compile(r"`((?:Alt\+|Ctrl\+)?(?:F\d+|[A-Z0-9=-]|Enter|Esc|↓|↑))`")


def _pictures(language: str) -> list[str]:
    return _PICTURE.findall(GUIDES[language].read_text("utf-8"))


@pytest.mark.parametrize("language", GUIDES)
def test_its_pictures_are_states_of_the_program(language: str) -> None:
    """Each is there, in this language, and one that ``./run --screenshots`` makes."""
    named = _pictures(language)
    known = {f"{state}-{spoken}-{theme}" for state, spoken, theme in pictures() if spoken == language}
    assert named
    assert {Path(name).name for name in named} <= known
    assert all((DOCS / f"{name}.png").is_file() for name in named)


def test_both_languages_show_the_same() -> None:
    """State by state, in the same order."""
    chinese, english = ([name.rsplit("-", 2)[0] for name in _pictures(language)] for language in GUIDES)
    assert chinese == english


def test_no_picture_lies_there_unused() -> None:
    """What no guide shows would grow old unseen."""
    used = {f"{Path(name).name}.png" for language in GUIDES for name in _pictures(language)}
    assert {path.name for path in (DOCS / "images" / "guide").iterdir()} == used


@pytest.mark.parametrize("language", GUIDES)
def test_its_keys_are_in_the_table(language: str) -> None:
    """A key that the guide names works on the screen: in the table, or the digit of an answer."""
    every = {str(chord) for shortcut in SHORTCUTS for chord in shortcut.chords} | set("123456789")
    named = set(_KEY.findall(GUIDES[language].read_text("utf-8")))
    assert len(named) > 20
    assert named <= every
