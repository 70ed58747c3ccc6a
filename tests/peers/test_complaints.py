"""Complaints in a journal: what our fold refuses, the independent checker refuses too."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from core.ledger import cases, complaints
from core.ledger.entry import stamp
from tests.peers.second import CLERK, OTHER, SUPERVISOR, Story

pytestmark = pytest.mark.requirement("R96", "R97", "R98", "R99", "R100", "R103", "R104")

CASE = cases.case_name(bytes(range(12)))
DAY = dt.timedelta(days=1)
TEXT = {"text": "train", "version": "2026-11-01"}
Told = Callable[[Story, int], object]


def clocks(story: Story, contact: dt.timedelta = DAY, close: dt.timedelta = DAY * 7) -> dict[str, Any]:
    """Both, and no case."""
    at = story.book.clock.now().at
    return {"contact_by": stamp(at + contact), "close_by": stamp(at + close), "case": "none"}


def take(story: Story, **other: Any) -> int:
    """By whoever stands there, about the story's item."""
    data = {
        "item": story.item,
        "class": "service",
        "reason": "attitude",
        "party": "sender",
        "ours": "unknown",
    }
    return story.write("ComplaintOpened", {**data, **clocks(story), **other}, person=True).header.seq


def say(story: Story, kind: str, seq: int, **data: Any) -> None:
    """One more entry about it."""
    story.write(f"Complaint{kind}", {"complaint": seq, **data}, person=True)


def answer(story: Story, seq: int, **other: Any) -> None:
    """It is ours, and somebody was trained."""
    said = {"ours": "yes", "measure": "train", "cents": 0, "until": "2027-01-31", **TEXT}
    say(story, "Answered", seq, **{**said, **other})


def enter(story: Story, who: str) -> None:
    """Another operator's session."""
    role = "supervisor" if who == SUPERVISOR else "clerk"
    story.enter(who, role, {SUPERVISOR: story.supervisor, OTHER: story.other, CLERK: story.clerk}[who])


def row(story: Story, seq: int) -> dict[str, Any]:
    found: dict[str, Any] = story.book.state.value["complaints"][str(seq)]
    return found


def test_taken_contacted_handed_on_answered_and_opened_again() -> None:
    story = Story()
    case = {"case": CASE, "item": 0, "cause": "complaint", "party": "other", "until": "2027-01-31"}
    story.write("CaseOpened", case, person=True)
    seq = take(story, item=0, party="other", case=CASE)
    later = take(story)
    assert list(complaints.open_of(story.book.state.value)) == [seq, later]
    say(story, "Contacted", seq, how="phone")
    assert list(complaints.open_of(story.book.state.value)) == [later, seq]  # its next clock is the long one
    say(story, "HandedOn", seq, to=SUPERVISOR)
    say(story, "HandedOn", seq, to=OTHER)
    assert row(story, seq)["owner"] == CLERK  # until she has taken it
    enter(story, OTHER)
    say(story, "Taken", seq)
    assert (row(story, seq)["owner"], row(story, seq)["to"]) == (OTHER, "")
    answer(story, seq, measure="compensate", cents=2500)
    enter(story, SUPERVISOR)  # hers to answer too, for the owner may have left
    answer(story, later, ours="no", measure="explain")
    assert not complaints.open_of(story.book.state.value)
    say(story, "Reopened", seq, reason="not_enough", **clocks(story))
    assert (row(story, seq)["owner"], row(story, seq)["contacted"]) == (OTHER, 0)
    assert story.verdict() == ("", "")
    day = story.book.state.day + 1
    story.write("DayOpened", {"day": day, "date": "2027-02-01"})
    assert list(story.book.state.value["complaints"]) == [str(seq)]  # however old what is open is
    say(story, "Reopened", later, reason="facts", **clocks(story))
    mine, other = story.verdict()
    assert (mine, "no such complaint" in other) == ("ComplaintReopened entry.state", True)


def _handed_on_by_another(story: Story, seq: int) -> None:
    enter(story, OTHER)
    say(story, "HandedOn", seq, to=SUPERVISOR)


def _taken_by_another(story: Story, seq: int) -> None:
    say(story, "HandedOn", seq, to=OTHER)
    enter(story, SUPERVISOR)
    say(story, "Taken", seq)


def _answered_before_taken(story: Story, seq: int) -> None:
    say(story, "HandedOn", seq, to=OTHER)
    enter(story, OTHER)
    answer(story, seq)


def _answered_twice(story: Story, seq: int) -> None:
    answer(story, seq)
    answer(story, seq)


@pytest.mark.parametrize(
    ("lie", "theirs"),
    [
        (lambda s, _: take(s, item=10_000), "of no item"),
        (lambda s, _: take(s, item=0), "a sender of no item"),
        (lambda s, _: take(s, **{"class": "noise"}), "no such complaint"),
        (lambda s, _: take(s, ours="perhaps"), "nobody's responsibility"),
        (lambda s, _: take(s, **clocks(s, -DAY)), "over before they begin"),
        (lambda s, _: take(s, **clocks(s, DAY * 8)), "over before they begin"),
        (lambda s, _: take(s, case=CASE), "no case that is open"),
        (lambda s, seq: say(s, "Contacted", seq + 1, how="phone"), "no such complaint"),
        (lambda s, seq: say(s, "Contacted", seq, how="thought"), "in no such way"),
        (lambda s, seq: say(s, "HandedOn", seq, to="OP70001"), "handed on to nobody"),
        (lambda s, seq: say(s, "HandedOn", seq, to=CLERK), "handed on to nobody"),
        (_handed_on_by_another, "handed on to nobody"),
        (lambda s, seq: say(s, "Taken", seq), "taken by somebody else"),
        (_taken_by_another, "taken by somebody"),
        (_answered_before_taken, "neither its owner"),
        (lambda s, seq: answer(s, seq, ours="unknown"), "nobody knows what"),
        (lambda s, seq: answer(s, seq, ours="no"), "for what is not ours"),
        (lambda s, seq: answer(s, seq, measure="explain"), "for what is not ours"),
        (lambda s, seq: answer(s, seq, cents=1), "no compensation"),
        (lambda s, seq: answer(s, seq, until="2020-01-01"), "no time to object"),
        (_answered_twice, "answered already"),
        (lambda s, seq: say(s, "Reopened", seq, reason="facts", **clocks(s)), "or not yet"),
    ],
)  # fmt: skip
def test_no_complaint(lie: Told, theirs: str) -> None:
    story = Story()
    lie(story, take(story))
    mine, other = story.verdict()
    assert (mine.startswith("Complaint"), mine.endswith("entry.state")) == (True, True)
    assert theirs in other
