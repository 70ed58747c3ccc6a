"""Incidents in a journal: what our fold refuses, the independent checker refuses too."""

from __future__ import annotations

from typing import Any

import pytest

from core.ledger import incidents
from core.ledger.entry import stamp
from tests.peers.second import HOUR, OTHER, Story
from tests.peers.test_item_exceptions import Told, supervise

pytestmark = pytest.mark.requirement("R94", "R95")

WHAT = {"data": "label", "cause": "lost", "harm": "fraud", "persons": 12}


def open_(story: Story, hours: int = 1) -> int:
    """By whoever stands there."""
    by = stamp(story.book.clock.now().at + hours * HOUR)
    return story.write("IncidentOpened", {"kind": "leak", "tell_by": by}, person=True).header.seq


def say(story: Story, kind: str, seq: int, **data: Any) -> None:
    """One more entry about it."""
    story.write(f"Incident{kind}", {"incident": seq, **data}, person=True)


def other(story: Story) -> None:
    """Another clerk's session."""
    story.enter(OTHER, "clerk", story.other)


def done(story: Story, seq: int) -> None:
    """All that a review wants."""
    say(story, "Told", seq, to="headquarters", how="phone")
    say(story, "Assessed", seq, **WHAT)
    say(story, "Measure", seq, measure="stopped")


def test_opened_joined_told_assessed_and_reviewed() -> None:
    story = Story()
    seq, steps = open_(story), []

    def step() -> None:
        steps.append(incidents.step_of(story.book.state.value["incidents"][str(seq)]))

    step()
    say(story, "Told", seq, to="headquarters", how="phone")
    step()
    say(story, "Assessed", seq, **WHAT)
    step()
    say(story, "Measure", seq, measure="stopped")
    step()
    assert steps == ["tell", "assess", "measure", "review"]
    other(story)
    say(story, "Joined", seq)
    say(story, "Assessed", seq, **{**WHAT, "persons": 40})
    supervise(story)
    say(story, "Reviewed", seq, lesson="trained")
    assert not incidents.open_of(story.book.state.value)
    story.write("DayOpened", {"day": story.book.state.day + 1, "date": "2027-02-01"})
    assert story.book.state.value["incidents"] == {}
    assert story.verdict() == ("", "")


def _by_a_stranger(story: Story, seq: int) -> None:
    other(story)
    say(story, "Assessed", seq, **WHAT)


def _by_a_clerk(story: Story, seq: int) -> None:
    done(story, seq)
    say(story, "Reviewed", seq, lesson="trained")


def _too_early(story: Story, seq: int) -> None:
    supervise(story)
    say(story, "Reviewed", seq, lesson="trained")


def _her_own(story: Story, _: int) -> None:
    supervise(story)
    seq = open_(story)
    done(story, seq)
    say(story, "Reviewed", seq, lesson="trained")


def _twice_the_same(story: Story, seq: int) -> None:
    done(story, seq)
    say(story, "Measure", seq, measure="stopped")


@pytest.mark.parametrize(
    ("lie", "theirs"),
    [
        (lambda s, _: open_(s, -1), "over before it begins"),
        (lambda s, n: say(s, "Joined", n), "joins twice"),
        (lambda s, n: say(s, "Joined", n + 1), "no such incident"),
        (lambda s, n: say(s, "Told", n, to="nobody", how="phone"), "told nobody"),
        (_by_a_stranger, "nobody of the team"),
        (_by_a_clerk, "by no supervisor"),
        (_too_early, "too early"),
        (_her_own, "whoever opened it"),
        (_twice_the_same, "a measure twice"),
    ],
)
def test_both_refuse_what_cannot_be(lie: Told, theirs: str) -> None:
    story = Story()
    lie(story, open_(story))
    mine, said = story.verdict()
    assert (mine.endswith("entry.state"), theirs in said) == (True, True), (mine, said)
