"""Warnings in a journal: what our fold refuses, the independent checker refuses too."""

from __future__ import annotations

from typing import Any

import pytest

from tests.peers.second import SUPERVISOR, Story
from tests.peers.test_item_exceptions import Told, supervise

pytestmark = pytest.mark.requirement("R41", "R42")


def warn(story: Story, **other: Any) -> int:
    """The sender of the story's item."""
    data = {"item": story.item, "breach": "obstructs", "due": "2027-01-31"}
    return story.write("BreachWarned", {**data, **other}, person=True).header.seq


def settle(story: Story, seq: int, outcome: str = "corrected") -> None:
    """It ends."""
    story.write("BreachSettled", {"warning": seq, "outcome": outcome}, person=True)


def suspend(story: Story) -> None:
    """It is proposed."""
    data = {"item": story.item, "basis": "not_corrected", "days": 30}
    story.write("BlockProposed", data, person=True)


def tomorrow(story: Story, date: str) -> None:
    """A later business day."""
    story.write("DayOpened", {"day": story.book.state.day + 1, "date": date})


def test_a_suspension_rests_on_a_warning_whose_day_is_over() -> None:
    story = Story()
    seq = warn(story)
    tomorrow(story, "2027-02-01")
    suspend(story)
    settle(story, seq)
    assert len(story.book.state.value["blocks"]) == 1
    supervise(story)
    other = warn(story, due="2027-03-01")
    settle(story, other, "withdrawn")
    assert story.book.operator == SUPERVISOR
    tomorrow(story, "2027-02-02")
    assert story.book.state.value["warnings"] == {}
    assert story.verdict() == ("", "")


def _twice(story: Story, seq: int) -> None:
    settle(story, seq)
    settle(story, seq)


def _on_its_day(story: Story, _: int) -> None:
    tomorrow(story, "2027-01-31")
    suspend(story)


def _put_right(story: Story, seq: int) -> None:
    tomorrow(story, "2027-02-01")
    settle(story, seq)
    suspend(story)


@pytest.mark.parametrize(
    ("lie", "theirs"),
    [
        (lambda s, _: warn(s), "warns twice"),
        (lambda s, _: warn(s, item=10_000), "warns nobody"),
        (lambda s, _: warn(s, item=1, due="2026-01-01"), "without a day"),
        (lambda s, n: settle(s, n + 1), "no such warning"),
        (lambda s, n: settle(s, n, "forgotten"), "settled in no way"),
        (lambda s, n: settle(s, n, "withdrawn"), "by no supervisor"),
        (_twice, "no such warning"),
        (lambda s, _: suspend(s), "nobody warned in time"),
        (_on_its_day, "nobody warned in time"),
        (_put_right, "nobody warned in time"),
    ],
)
def test_both_refuse_what_cannot_be(lie: Told, theirs: str) -> None:
    story = Story()
    lie(story, warn(story))
    mine, other = story.verdict()
    assert (mine.endswith("entry.state"), theirs in other) == (True, True), (mine, other)
