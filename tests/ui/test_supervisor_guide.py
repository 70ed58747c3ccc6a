"""The supervisor's guide in both languages: its pictures are the program's, its keys are the same in both."""

from __future__ import annotations

import re

import pytest

from tests.ui.guides import Guide
from ui.clerk.shortcuts import SHORTCUTS

GUIDE = Guide({"zh": "supervisor.zh-CN.md", "en": "supervisor.md"}, "supervisor")
_KEY = re.compile(r"`((?:Alt\+)?(?:F\d+|[A-Z0-9]|Esc))`")


@pytest.mark.parametrize("language", GUIDE.pages)
def test_its_pictures_are_states_of_the_program(language: str) -> None:
    GUIDE.check(language)


def test_both_languages_show_the_same_and_nothing_lies_unused() -> None:
    GUIDE.check_all()


def test_both_languages_name_the_same_keys_and_each_is_in_the_table() -> None:
    chinese, english = (set(_KEY.findall(GUIDE.text(language))) for language in GUIDE.pages)
    every = {str(chord) for shortcut in SHORTCUTS for chord in shortcut.chords} | set("123456789")
    assert chinese == english
    assert len(english) > 8
    assert english <= every
