"""The clerk's guide in both languages: its pictures are the program's, its keys are in the table."""

from __future__ import annotations

import re

import pytest

from tests.ui.guides import Guide
from ui.clerk.shortcuts import SHORTCUTS

GUIDE = Guide({"zh": "clerk.zh-CN.md", "en": "clerk.md"}, "guide")
_KEY = re.compile(r"`((?:Alt\+|Ctrl\+)?(?:F\d+|[A-Z0-9=-]|Enter|Esc|↓|↑))`")


@pytest.mark.parametrize("language", GUIDE.pages)
def test_its_pictures_are_states_of_the_program(language: str) -> None:
    GUIDE.check(language)


def test_both_languages_show_the_same_and_nothing_lies_unused() -> None:
    GUIDE.check_all()


@pytest.mark.parametrize("language", GUIDE.pages)
def test_its_keys_are_in_the_table(language: str) -> None:
    """A key that the guide names works on the screen: in the table, or the digit of an answer."""
    every = {str(chord) for shortcut in SHORTCUTS for chord in shortcut.chords} | set("123456789")
    named = set(_KEY.findall(GUIDE.text(language)))
    assert len(named) > 20
    assert named <= every
