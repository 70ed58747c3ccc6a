"""The technician's page of the manual: its pictures are the program's, its keys are the page's."""

from __future__ import annotations

import re

import pytest

from tests.ui.guides import Guide
from ui.technician.keys import KEYS

GUIDE = Guide({"zh": "technician.zh-CN.md", "en": "technician.md"}, "technician")
_KEY = re.compile(r"`((?:Alt\+)?(?:F\d+|[A-Z]|Esc|↓|↑))`")


@pytest.mark.parametrize("language", GUIDE.pages)
def test_its_pictures_are_states_of_the_program(language: str) -> None:
    GUIDE.check(language)


def test_both_languages_show_the_same_and_nothing_lies_unused() -> None:
    GUIDE.check_all()


@pytest.mark.parametrize("language", GUIDE.pages)
def test_it_names_every_key_and_no_other(language: str) -> None:
    assert set(_KEY.findall(GUIDE.text(language))) == set(KEYS)
