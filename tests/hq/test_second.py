"""A supervisor decides on a request from headquarters; what nobody signed for in time is an alarm there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import pytest
from sqlalchemy import select

from core import wire
from core.errors import RuleError, RuleFault
from core.ledger.entry import parse_stamp, stamp
from core.ledger.founding import day_opened
from hq.approvals import UNSIGNED
from hq.operators import add_operator, remove_operator
from hq.schema import PUBLICATIONS
from hq.second import decide, list_requests
from tests.guards import ExpectedLogs
from tests.hq.headquarters import Counter, Headquarters
from tests.peers.second import CLERK, HOUR, SUPERVISOR, Story

TERMINAL, AFAR = "990100-01-03", "OP90001"


class Sending(Story):
    """A story whose counter talks to headquarters."""

    def __init__(self, counter: Counter) -> None:
        super().__init__(counter.book)
        self.counter, self.known = counter, 0


def begun(headquarters: Headquarters) -> Sending:
    """A clerk works at a counter; her headquarters knows her and two supervisors."""
    database = headquarters.database
    add_operator(database, AFAR, "示例乙", "supervisor")
    add_operator(database, CLERK, "示例甲", "clerk")
    add_operator(database, "OP90002", "示例甲", "supervisor", same_as=CLERK)
    add_operator(database, "OP90003", "示例丙", "clerk")
    add_operator(database, "OP90004", "示例丁", "supervisor")
    remove_operator(database, "OP90004")
    return Sending(headquarters.counter(role="supervisor"))


def sent(headquarters: Headquarters, story: Sending) -> list[str]:
    """Everything so far, followed; the alarms."""
    story.counter.sent(story.book.entries[story.known :])
    story.known = len(story.book.entries)
    headquarters.follow()
    return [alarm["fault"] for alarm in headquarters.listed()["alarms"]]


def test_it_reaches_the_counter_as_a_signed_decision(headquarters: Headquarters) -> None:
    story = begun(headquarters)
    asked = story.ask()
    assert sent(headquarters, story) == []
    (row,) = list_requests(headquarters.database)
    assert (row["request"], row["action"], row["subject"], row["by"]) == ("r-1", "void", story.item, CLERK)
    signer, now = headquarters.keyring.signing(), story.book.clock.now
    refused = {
        CLERK: RuleFault.APPROVER_SELF,  # nobody approves her own
        "OP90002": RuleFault.APPROVER_SELF,  # nor under another number
        "OP90003": RuleFault.APPROVER_ROLE,
        "OP90004": RuleFault.APPROVER_ROLE,  # she works here no longer
        "OP99999": RuleFault.APPROVER_ROLE,
    }
    for by, fault in refused.items():
        with pytest.raises(RuleError) as caught:
            decide(headquarters.database, signer, TERMINAL, "r-1", by, approved=True, now=lambda: now().at)
        assert caught.value.code is fault
    number = decide(headquarters.database, signer, TERMINAL, "r-1", AFAR, approved=True, now=lambda: now().at)
    with headquarters.database.read() as connection:
        body = connection.execute(select(PUBLICATIONS.c.body).where(PUBLICATIONS.c.number == number))
        said = wire.decode(body.scalar_one())
    data = {name: said[name] for name in ("request", "asked", "body", "decision", "by", "at", "approval")}
    story.write("ApprovalGiven", {**data, "where": "headquarters", "directive": 1})
    assert sent(headquarters, story) == []
    with pytest.raises(RuleError) as caught:  # decided, and not yet used: no second decision
        decide(headquarters.database, signer, TERMINAL, "r-1", AFAR, approved=False, now=lambda: now().at)
    assert caught.value.code is RuleFault.REQUEST_GONE
    story.void(asked)
    assert story.verdict() == ("", "")
    assert sent(headquarters, story) == []
    assert list_requests(headquarters.database, TERMINAL) == []


def test_what_is_over_is_decided_by_nobody(headquarters: Headquarters) -> None:
    story = begun(headquarters)
    end = parse_stamp(story.ask().data["until"])
    sent(headquarters, story)
    signer = headquarters.keyring.signing()
    late = end + dt.timedelta(seconds=1)
    for request in ("r-1", "r-2"):
        with pytest.raises(RuleError) as caught:
            decide(headquarters.database, signer, TERMINAL, request, AFAR, approved=True, now=lambda: late)
        assert caught.value.code is RuleFault.REQUEST_GONE


@pytest.mark.parametrize("used", [True, False])
def test_done_and_never_signed_is_an_alarm(
    headquarters: Headquarters, expected_logs: ExpectedLogs, used: bool
) -> None:
    if used:
        expected_logs.expect("hq.follower", UNSIGNED)
    story = begun(headquarters)
    asked = story.ask(mode="countersign")
    if used:
        story.void(asked)
    story.later(HOUR + dt.timedelta(seconds=1))
    story.lapse(asked)
    assert sent(headquarters, story) == ([UNSIGNED] if used else [])


@pytest.mark.parametrize("late", [False, True])
def test_a_day_that_begins_shows_what_its_counter_did_not_say(
    headquarters: Headquarters, expected_logs: ExpectedLogs, late: bool
) -> None:
    """A request whose act was done and whose time is over is told at the next day, and not sooner."""
    if late:
        expected_logs.expect("hq.follower", UNSIGNED)
    story = begun(headquarters)
    story.void(story.ask(mode="countersign"))
    story.later(HOUR + dt.timedelta(seconds=1) if late else HOUR - dt.timedelta(minutes=1))
    opened = day_opened(2, story.book.clock, story.book.operation())
    assert isinstance(opened.data, Mapping)
    story.write(opened.kind, dict(opened.data))
    assert sent(headquarters, story) == ([UNSIGNED] if late else [])


def test_a_paper_form_is_compared_at_the_counter_and_its_number_counts_once(
    headquarters: Headquarters, expected_logs: ExpectedLogs
) -> None:
    story = begun(headquarters)
    story.enter(SUPERVISOR, "supervisor", story.supervisor)
    story.write("PaperFormsHandedOut", {"first": 1, "last": 3}, person=True)
    story.enter(CLERK, "clerk", story.clerk)
    now = story.book.clock.now
    said = {"visit": "v-paper", "form": 1, "cause": "no_power", "content": wire.b64(bytes(32))}
    entered = story.write("PaperFormEntered", {**said, "at": stamp(now().at)}, person=True).header.seq
    asked = story.ask(action="paper_entry", subject=entered, reason="no_power")
    assert sent(headquarters, story) == []
    signer = headquarters.keyring.signing()
    with pytest.raises(RuleError) as caught:
        decide(headquarters.database, signer, TERMINAL, "r-1", AFAR, approved=True, now=lambda: now().at)
    assert caught.value.code is RuleFault.PAPER_UNSEEN
    story.give(asked)
    taken = {"form": 1, "entered": entered, "cause": "no_power", "asked": asked.header.seq}
    story.write("PaperFormTaken", taken, person=True)
    first = next(each for each in story.book.entries if each.header.kind == "ItemAccepted")
    late = {"visit": "v-paper", "number": 2, "by_hand": "paper_form"}
    story.write("ItemAccepted", {**first.data, **late}, person=True)
    assert sent(headquarters, story) == []
    story.write("PaperFormEntered", {**said, "at": stamp(now().at)}, person=True)
    expected_logs.expect("hq.follower", "entry.state")
    assert sent(headquarters, story) == ["entry.state"]
