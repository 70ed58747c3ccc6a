"""T13: what came late, or forked, is offered to its counter, and counts once a supervisor took it in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from core import wire
from core.exchange import entry_from_json, path_late
from core.ledger.branches import ADOPTED, DECLINED, Late, adopted_data, declined_data, read_late
from core.ledger.directives import DirectiveHead
from core.ledger.entry import Entry
from core.ledger.writer import Proposal
from hq.branches import QUIET_SECONDS
from hq.days import list_days
from hq.identity import Terminal
from hq.schema import CLAIMS
from tests.core.books import Book
from tests.guards import ExpectedLogs
from tests.hq.entries import close_day, open_day, write_items
from tests.hq.headquarters import Counter, Headquarters
from tests.hq.test_commands import hq
from tests.hq.test_epochs import TERMINAL, replaced

pytestmark = pytest.mark.requirement("T13")

SUPERVISOR = "supervisor"


def offered(headquarters: Headquarters, counter: Counter, known: int = 0) -> list[Late]:
    """What the counter is told of branches, once the old machine is quiet."""
    headquarters.now.advance(QUIET_SECONDS + 1)
    headquarters.service.notices.tell()
    key = counter.book.key.public
    asking = Terminal(TERMINAL, "990100-01", counter.book.epoch, key)
    feed = headquarters.service.feed
    told, _more = feed.after(asking, DirectiveHead(0, bytes(32)))
    return [read_late(each) for each in told[known:] if each.directive.kind == "late"]


def decide(book: Book, kind: str, data: dict[str, Any]) -> Entry:
    """The supervisor's entry."""
    return book.propose(Proposal(kind, data, book.operation(), by_person=True))[0]


def old_and_new(headquarters: Headquarters, unsent: int = 3) -> tuple[Counter, Counter, list[Entry]]:
    """A machine with entries that were not sent, and the one that took its place."""
    old = headquarters.counter(role=SUPERVISOR)
    old.sent(old.book.entries)
    new = replaced(old, old.book.entries)
    return old, new, write_items(old.book, unsent)


def test_late_entries_are_taken_in_once(headquarters: Headquarters) -> None:
    """Union: each item in one day, in the fold and in the second count; the old disk may come again."""
    old, new, unsent = old_and_new(headquarters)
    new.sent([*new.book.entries[4:], *write_items(new.book, 2)])
    old.sent(unsent[:4])
    headquarters.service.notices.tell()
    assert [row["told"] for row in headquarters.listed()["late"]] == [False]  # it still sends
    old.sent(unsent)
    (late,) = offered(headquarters, new)
    assert (late.span.epoch, late.span.first, late.span.last, late.cause) == (1, 5, 14, "late")
    assert (late.counts["accepted"], late.counts["labels"], late.counts["senders"]) == (3, 3, 1)
    assert (late.number, late.entries) == (3, 10)
    decide(new.book, ADOPTED, adopted_data(late))
    new.sent([*new.book.entries[4:], *write_items(new.book, 1), close_day(new.book)])
    old.sent(unsent)
    headquarters.follow()
    assert offered(headquarters, new, known=1) == []
    (day,) = list_days(headquarters.database, TERMINAL)["days"]
    assert day["verdict"] == "agrees"
    assert (day["counted"]["accepted"], day["counted"]["labels"], day["counted"]["senders"]) == (6, 6, 3)
    assert new.book.state.counts["accepted"] == 6
    (listed,) = headquarters.listed()["late"]
    assert (listed["state"], listed["adopted"]) == ("adopted", 14)
    assert {alarm["fault"] for alarm in headquarters.listed()["alarms"]} == {"late"}
    numbers = [e.data["number"] for e in new.book.entries if e.header.kind == "ItemAccepted"]
    assert numbers == [1, 2, 4]  # none of the branch's numbers again, from the decision on


def test_a_branch_that_ran_through_days_counts_in_the_day_of_its_adoption(headquarters: Headquarters) -> None:
    """Days that were closed stay as they were signed (T9)."""
    old, new, _some = old_and_new(headquarters, 1)
    close_day(old.book)
    open_day(old.book)
    write_items(old.book, 2)
    new.sent([*new.book.entries[4:], *write_items(new.book, 1), close_day(new.book), open_day(new.book)])
    old.sent(old.book.entries[4:])
    (late,) = offered(headquarters, new)
    assert late.counts["accepted"] == 3
    decide(new.book, ADOPTED, adopted_data(late))
    new.sent([*new.book.entries[4:], close_day(new.book)])
    headquarters.follow()
    first, second = list_days(headquarters.database, TERMINAL)["days"]
    assert [day["verdict"] for day in (first, second)] == ["agrees", "agrees"]
    assert (first["counted"]["accepted"], second["counted"]["accepted"]) == (1, 3)


def test_what_came_after_the_decision_is_offered_again_from_there(headquarters: Headquarters) -> None:
    old, new, unsent = old_and_new(headquarters)
    new.sent(new.book.entries[4:])
    old.sent(unsent)
    (late,) = offered(headquarters, new)
    decide(new.book, ADOPTED, adopted_data(late))
    new.sent(new.book.entries[4:])
    headquarters.follow()
    old.sent(write_items(old.book, 2))
    (rest,) = offered(headquarters, new, known=1)
    assert (rest.span.first, rest.span.base) == (late.span.last + 1, late.span.tip)
    assert (rest.span.branch, rest.counts["accepted"], rest.number) == (late.span.branch, 2, 5)
    decide(new.book, ADOPTED, adopted_data(rest))
    new.sent([*new.book.entries[4:], close_day(new.book)])
    headquarters.follow()
    (day,) = list_days(headquarters.database, TERMINAL)["days"]
    assert (day["verdict"], day["counted"]["accepted"]) == ("agrees", 5)


def test_a_fork_is_taken_in_and_its_waybills_are_claimed(
    headquarters: Headquarters, expected_logs: ExpectedLogs
) -> None:
    expected_logs.expect("hq.ingest", r"entry\.fork at \d+")
    counter = headquarters.counter(role=SUPERVISOR)
    book = counter.book
    counter.sent(book.entries)
    common, state = list(book.entries), book.state
    counter.sent(write_items(book, 1))
    mine, ours = list(book.entries), book.state
    book.entries, book.state = list(common), state
    sender = book.sender()
    book.item(sender, annex=wire.encode({"waybill": "XA1"}))
    clone = book.entries[len(common) :]
    counter.send(clone)
    book.entries, book.state = mine, ours
    (late,) = offered(headquarters, counter)
    assert (late.cause, late.span.first, late.counts["accepted"]) == ("fork", 5, 1)
    assert late.span.base == common[-1].hash
    decide(book, ADOPTED, adopted_data(late))
    counter.sent(book.entries[-1:])
    headquarters.follow()
    claims = headquarters.service.claims
    with headquarters.database.read() as connection:
        claimed = connection.execute(select(CLAIMS.c.digest, CLAIMS.c.seq)).all()
    assert [(row.digest, row.seq) for row in claimed] == [(claims.digest("XA1"), 6)]


def test_a_figure_that_is_not_so_is_named(headquarters: Headquarters, expected_logs: ExpectedLogs) -> None:
    """The counter's entry is followed as it is; headquarters' own figures differ by name."""
    expected_logs.expect("hq.follower", "branch.other|day.count")
    old, new, unsent = old_and_new(headquarters)
    new.sent(new.book.entries[4:])
    old.sent(unsent)
    (late,) = offered(headquarters, new)
    wrong = {**adopted_data(late), "accepted": 2}
    entry = decide(new.book, ADOPTED, wrong)
    new.sent([*new.book.entries[4:], close_day(new.book)])
    headquarters.follow()
    alarms = {alarm["fault"]: alarm for alarm in headquarters.listed()["alarms"]}
    assert alarms["branch.other"]["what"] == "what=accepted 2≠3"
    assert alarms["branch.other"]["seq"] == entry.header.seq
    assert "accepted 2≠3" in alarms["day.count"]["what"]


def test_twice_the_same_branch_counts_once(headquarters: Headquarters, expected_logs: ExpectedLogs) -> None:
    expected_logs.expect("hq.follower", "entry.state")
    old, new, unsent = old_and_new(headquarters)
    new.sent(new.book.entries[4:])
    old.sent(unsent)
    (late,) = offered(headquarters, new)
    decide(new.book, ADOPTED, adopted_data(late))
    again = Book(terminal=TERMINAL)
    again.writer, again.state = new.book.writer, new.book.state
    with pytest.raises(Exception, match=r"entry\.state"):
        decide(new.book, ADOPTED, adopted_data(late))
    # A counter that counts it all the same: its entry is authentic, says nothing possible, and is parked.
    before = new.book.state
    forged = {**before.value, "branches": {}}
    new.book.state = type(before)(before.head, forged)
    decide(new.book, ADOPTED, adopted_data(late))
    new.sent([*new.book.entries[4:], close_day(new.book)])
    headquarters.follow()
    (day,) = list_days(headquarters.database, TERMINAL)["days"]
    assert (day["verdict"], day["hash"], day["counted"]["accepted"]) == ("differs", False, 3)


def test_only_a_supervisor_decides(headquarters: Headquarters, expected_logs: ExpectedLogs) -> None:
    expected_logs.expect("hq.follower", "entry.session")
    old = headquarters.counter()
    old.sent(old.book.entries)
    new = replaced(old, old.book.entries)
    new.sent(new.book.entries[4:])
    old.sent(write_items(old.book, 1))
    (late,) = offered(headquarters, new)
    decide(new.book, ADOPTED, adopted_data(late))
    new.sent(new.book.entries[4:])
    headquarters.follow()
    (alarm,) = [row for row in headquarters.listed()["alarms"] if row["fault"] == "entry.session"]
    assert "role" in alarm["what"]


def test_a_declined_branch_counts_nowhere(
    headquarters: Headquarters, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new, unsent = old_and_new(headquarters)
    new.sent(new.book.entries[4:])
    old.sent(unsent)
    (late,) = offered(headquarters, new)
    decide(new.book, DECLINED, declined_data(late, "again"))
    new.sent([*new.book.entries[4:], close_day(new.book)])
    headquarters.follow()
    (day,) = list_days(headquarters.database, TERMINAL)["days"]
    assert (day["verdict"], day["counted"]["accepted"]) == ("agrees", 0)
    assert offered(headquarters, new, known=1) == []
    capsys.readouterr()
    place = ["--data", str(tmp_path / "hq"), "--database", headquarters.url]
    code, said, _ = hq(capsys, "late", "list", *place)
    assert (code, "declined" in said, "3 items" in said) == (0, True, True)
    asked = ["--terminal", TERMINAL, "--json", "--", late.span.name[:10]]
    shown = json.loads(hq(capsys, "late", "show", *place, *asked)[1])
    assert shown["kinds"] == {"ItemAccepted": 3, "LabelPrinted": 3, "PrintStarted": 3, "SenderVerified": 1}
    assert "示" not in json.dumps(shown, ensure_ascii=False)


def test_the_counter_gets_a_branch_without_sealed_parts(headquarters: Headquarters) -> None:
    old, new, unsent = old_and_new(headquarters)
    new.sent(new.book.entries[4:])
    old.sent(unsent)
    (late,) = offered(headquarters, new)
    answer = new.request("GET", f"{path_late(TERMINAL, late.span.name)}?first=6")
    entries = [entry_from_json(form) for form in answer.json()["entries"]]
    assert [entry.hash for entry in entries] == [entry.hash for entry in unsent[1:]]
    classes = [[part and part.cls.value for part in entry.attachments] for entry in entries]
    assert classes[0] == [None, "annex"]
