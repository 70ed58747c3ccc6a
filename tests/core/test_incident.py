"""What a log may say of a bug: where, never what."""

from __future__ import annotations

import re

import pytest

from core.incident import new_number, place


def test_the_innermost_place_without_the_directories_above() -> None:
    with pytest.raises(ValueError, match="示例甲") as caught:
        int("示例甲")
    assert re.fullmatch(r"core/test_incident\.py:\d+", place(caught.tb))
    assert place(None) == "?"


def test_numbers_are_short_and_differ() -> None:
    numbers = [new_number() for _ in range(20)]
    assert all(re.fullmatch("[0-9A-F]{6}", number) for number in numbers)
    assert len(set(numbers)) > 15
