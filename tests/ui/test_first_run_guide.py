"""The page of the manual about the first run: its pictures are the program's, its keys are the page's."""

from __future__ import annotations

import re

import pytest

from tests.ui.guides import Guide
from ui.assistant.page import KEYS

GUIDE = Guide({"zh": "first-run.zh-CN.md", "en": "first-run.md"}, "first-run")
_KEY = re.compile(r"`((?:Alt\+)?(?:F\d+|[A-Z]|\d|Esc))`")


@pytest.mark.parametrize("language", GUIDE.pages)
def test_it_shows_and_names_what_is_there(language: str) -> None:
    GUIDE.check(language)
    GUIDE.check_all()
    assert set(_KEY.findall(GUIDE.text(language))) == set(KEYS)
