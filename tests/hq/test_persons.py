"""Headquarters: what persons ask at the counters is listed with its day, answered, told when late."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from core import wire
from core.errors import HqError, RuleError, RuleFault, StoreError
from core.ledger.entry import Entry
from hq.directives import halt
from hq.opening import Opening
from hq.opening_key import FileOpeningKey
from hq.person_copy import write_copy
from hq.persons import answer, list_open
from hq.schema import PUBLICATIONS
from hq.telling import OVERDUE
from tests.guards import ExpectedLogs
from tests.hq.headquarters import Headquarters
from tests.hq.server import ROOT, run_hq
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
    halt(database, told["publication"])  # a mistake that its counter never had: another word is possible
    assert {row["request"]: row["told"] for row in list_open(database)} == {"q-soon": False, "q-late": False}
    answer(database, TERMINAL, "q-soon", "done")


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


def test_a_copy_opens_the_items_of_its_open_request_and_nothing_else(
    headquarters: Headquarters, tmp_path: Path
) -> None:
    story = begun(headquarters)
    book = story.book
    mine, strange = (
        book.item(book.sender(), wire.encode({"form": 1, "sender": {"document": "resident", "number": number,
                                                                    "name": "示例<甲>"}}))
        for number in ("11010519491231002X", "110105194912310038")
    )  # fmt: skip
    asked(story, "q-1", item=mine)
    asked(story, "q-2", item=mine, right="correct", field="weight")
    for item in (mine, strange):
        asked(story, "q-3", item=item)
    assert sent(headquarters, story) == []
    opening = Opening(headquarters.database, FileOpeningKey(headquarters.opening), demonstration=False)
    (found,) = opening.copy(TERMINAL, "q-1")
    assert found["item"] == mine
    assert found["parts"][0]["sender"]["number"] == "11010519491231002X"
    for request in ("q-2", "q-9"):
        assert opening.answer(json.dumps({"terminal": TERMINAL, "request": request}).encode())["code"] == (
            RuleFault.REQUEST_GONE
        )
    with pytest.raises(HqError, match="different documents"):
        opening.copy(TERMINAL, "q-3")
    file = tmp_path / "copy.html"
    write_copy(file, TERMINAL, "q-1", [found])
    page = file.read_text("utf-8")
    assert "11010519491231002X" in page
    assert "示例&lt;甲&gt;" in page
    assert file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(StoreError):
        write_copy(file, TERMINAL, "q-1", [])
    assert file.read_text("utf-8") == page
    gone = {
        "item": mine,
        "request": "p-1",
        "ground": "enquiry",
        "retention": "acceptance",
        "month": "2026-11",
    }
    story.write("ItemRestricted", gone, person=True)
    assert sent(headquarters, story) == []
    with pytest.raises(HqError, match="restricted"):
        opening.copy(TERMINAL, "q-1")


def test_the_command_writes_what_the_service_opens(headquarters: Headquarters, tmp_path: Path) -> None:
    """The opening service in a process of its own; a restart of neither is needed, and no demonstration."""
    story = begun(headquarters)
    sealed = wire.encode({"form": 1, "sender": {"name": "示例甲", "document": "resident", "number": "1"}})
    asked(story, "q-1", item=story.book.item(story.book.sender(), sealed))
    assert sent(headquarters, story) == []
    common = ["--data", str(headquarters.home.directory), "--database", headquarters.url]
    copy = ["persons", "copy", "--terminal", TERMINAL, *common]
    file = tmp_path / "copy.html"
    assert run_hq(*copy, "q-1", str(file)).returncode == 3  # nobody opens anything
    command = [sys.executable, "-m", "hq", "open", "serve", *common]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("listening on ")
        done = run_hq(*copy, "q-1", str(file))
        assert done.returncode == 0, done.stderr
        assert "示例甲" in file.read_text("utf-8")
        assert "示例甲" not in done.stdout + done.stderr
        assert run_hq(*copy, "q-9", str(tmp_path / "none.html")).returncode == 2
        assert not (tmp_path / "none.html").exists()
    finally:
        process.terminate()
        process.communicate(timeout=20)
