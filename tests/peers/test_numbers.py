"""Pools in the independent checker: a number that is taken twice is found, whoever signs it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.peers.numbers import Bad, Numbers

pytestmark = pytest.mark.requirement("I4")

OPENED = ("PoolOpened", {"pool": "a", "count": 5, "directive": 1})
USED = ("ItemAccepted", {"pool": "a", "ordinal": 3})
VOID = ("PoolVoided", {"pool": "a", "first": 2, "last": 3, "cause": "lost"})


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ((OPENED, USED, USED), "not free"),
        ((OPENED, USED, VOID), "not free"),
        ((OPENED, VOID, USED), "not free"),
        ((OPENED, OPENED), "opened twice"),
        ((USED,), "no such number"),
        ((OPENED, ("ItemAccepted", {"pool": "a", "ordinal": 6})), "no such number"),
        ((OPENED, ("EpochOpened", {}), USED), "not free"),
    ],
)
def test_what_no_sound_journal_says(entries: tuple[tuple[str, dict[str, Any]], ...], said: str) -> None:
    numbers = Numbers()
    *before, last = entries
    for kind, data in before:
        numbers.follow(kind, data)
    with pytest.raises(Bad, match=said):
        numbers.follow(*last)


def test_what_a_sound_one_says() -> None:
    numbers = Numbers()
    counts = [numbers.follow(*each) for each in (OPENED, USED, ("ItemAccepted", {"pool": "none"}))]
    assert counts == [{}, {"numbers used": 1}, {}]
