"""Headquarters: what persons ask at the counters is listed with its day, answered, told when late."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from sqlalchemy import select

from core import wire
from core.errors import HqError, RuleError, RuleFault
from core.ledger.entry import Entry
from hq.persons import answer, list_open
from hq.schema import PUBLICATIONS
from hq.telling import OVERDUE
from tests.guards import ExpectedLogs
from tests.hq.headquarters import Headquarters
from tests.hq.test_commands import hq
from tests.hq.test_second import TERMINAL, Sending, begun, sent


def asked(story: Sending, request: str, days: int = 30, **other: object) -> Entry:
    """By the clerk, about the item."""
    due = (story.book.clock.now().at + dt.timedelta(days=days)).date().isoformat()
    data = {"request": request, "right": "copy", "item": story.item, "field": "none", "due": due}
    return story.write("PersonAsked", {**data, **other}, person=True)


def test_listed_and_answered_by_directive(
    headquarters: Headquarters, capsys: pytest.CaptureFixture[str]
) -> None:
    story = begun(headquarters)
    asked(story, "q-late", 20)
    asked(story, "q-soon", 10, right="correct", field="weight")
    assert sent(headquarters, story) == []
    database, later = headquarters.database, story.book.clock.now().at + dt.timedelta(days=15)
    rows = list_open(database, now=lambda: later)
    assert [(row["request"], row["overdue"] > 0) for row in rows] == [("q-soon", True), ("q-late", False)]
    for outcome, ground in (("refused", "none"), ("done", "found_correct"), ("refused", "state_organ")):
        with pytest.raises(RuleError) as caught:
            answer(database, TERMINAL, "q-soon", outcome, ground)
        assert caught.value.code is RuleFault.RIGHT_GROUND
    with pytest.raises(RuleError) as caught:
        answer(database, TERMINAL, "q-none", "done")
    assert caught.value.code is RuleFault.REQUEST_GONE
    common = ("--data", str(headquarters.home.directory), "--database", headquarters.url)
    place = ("--terminal", TERMINAL, "--json", *common)
    said = ("--outcome", "refused", "--ground", "found_correct")
    told = json.loads(hq(capsys, "persons", "answer", "q-soon", *said, *place)[1])
    with database.read() as connection:
        row = connection.execute(
            select(PUBLICATIONS).where(PUBLICATIONS.c.number == told["publication"])
        ).one()
    body = {"request": "q-soon", "outcome": "refused", "ground": "found_correct"}
    assert (row.kind, wire.decode(row.body)) == ("person_answer", body)
    with pytest.raises(HqError):
        answer(database, TERMINAL, "q-soon", "done")
    shown = json.loads(hq(capsys, "persons", "show", "q-soon", *place)[1])
    assert (shown["told"], shown["about"]) == (True, [[story.item, "weight"]])
    listed = hq(capsys, "persons", "list", *common)[1].splitlines()
    assert [line.split()[1] for line in listed] == ["q-soon", "q-late"]


def test_what_is_past_its_day_is_told_once(headquarters: Headquarters, expected_logs: ExpectedLogs) -> None:
    expected_logs.expect("hq.follower", OVERDUE)
    story = begun(headquarters)
    due = story.book.state.value["date"]
    asked(story, "q-1", due=max(due, f"{story.book.clock.now().at:%Y-%m-%d}"))
    assert sent(headquarters, story) == []
    for days in (3, 4):
        date = (dt.date.fromisoformat(due) + dt.timedelta(days=days)).isoformat()
        story.write("DayOpened", {"day": story.book.state.day + 1, "date": date})
        assert sent(headquarters, story) == [OVERDUE]
    (alarm,) = headquarters.listed()["alarms"]
    assert alarm["count"] == 1


@pytest.mark.parametrize(
    ("outcome", "ground"), [("refused", "none"), ("done", "restricted"), ("partly", "none"), ("gone", "none")]
)
def test_an_answer_that_says_nothing_possible_is_refused_by_both(
    headquarters: Headquarters, outcome: str, ground: str
) -> None:
    story = begun(headquarters)
    asked(story, "q-1")
    data = {"request": "q-1", "outcome": outcome, "ground": ground}
    story.write("PersonAnswered", data, person=True)
    assert story.ours() == ("PersonAnswered", "entry.state")
    assert story.theirs()


def test_a_clerk_says_done_to_an_access_and_to_nothing_else(headquarters: Headquarters) -> None:
    story = begun(headquarters)
    done = {"outcome": "done", "ground": "none"}
    asked(story, "q-1", right="access")
    story.write("PersonAnswered", {"request": "q-1", **done}, person=True)
    assert story.verdict() == ("", "")
    asked(story, "q-2")
    story.write("PersonAnswered", {"request": "q-2", **done}, person=True)
    assert story.ours() == ("PersonAnswered", "entry.state")
    assert "no supervisor" in story.theirs()
