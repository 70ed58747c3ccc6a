"""A customer is proposed for the block list at the station: two persons, headquarters' word, an appeal."""

from __future__ import annotations

import pytest

from core import commands as c
from core.blocking import AppealBlock, BlockMark, ProposeBlock, SendBlock
from core.second import DecideRequest
from tests.core.station.desk import Counter
from tests.core.station.test_adopting import tell

pytestmark = pytest.mark.requirement("R40")


@pytest.fixture
def counter(counter: Counter) -> Counter:
    """One item; it is looked up."""
    counter.look_up_one()
    return counter


def mark(counter: Counter) -> BlockMark:
    return counter.shown().blocking.marks[-1]


def told(counter: Counter, proposed: int, outcome: str, until: str | None) -> None:
    """Headquarters' word by directive."""
    body = {"proposed": proposed, "outcome": outcome, "until": until, "at": "2026-11-21T06:00:00.000Z"}
    tell(counter, ("block_decided", str(proposed), body))


def test_proposed_signed_for_decided_and_appealed(counter: Counter) -> None:
    item = min(counter.vault.journal.records)
    counter.do(ProposeBlock(item, "violence", 7))
    assert counter.message() == "rule.block_term"
    counter.do(ProposeBlock(item, "violence", 90))
    assert counter.message() == "msg.request_asked"
    proposed = mark(counter).proposed
    assert mark(counter).state == "waits"
    (asked,) = counter.shown().second.requests
    assert (asked.about, asked.days, asked.state) == ("000001", 90, "waits")
    for command, fault in (
        (ProposeBlock(item, "violence", 90), "rule.block_open"),
        (SendBlock(proposed), "rule.approval_needed"),
        (AppealBlock(proposed), "rule.block_gone"),
    ):
        counter.do(command)
        assert counter.message() == fault
    counter.do(DecideRequest(asked.request, "OP20001", "si-wu-liu"))
    assert (counter.message(), mark(counter).state) == ("msg.block_sent", "sent")
    told(counter, proposed, "upheld", None)  # cannot follow: nothing is written
    assert mark(counter).state == "sent"
    told(counter, proposed, "listed", "2027-02-19")
    assert (counter.message(), mark(counter).state, mark(counter).day) == (
        "msg.block_decided", "listed", "2027-02-19",
    )  # fmt: skip
    counter.do(AppealBlock(proposed))
    assert (counter.message(), mark(counter).state) == ("msg.block_appealed", "appealed")
    told(counter, proposed, "lifted", None)
    assert mark(counter).state == "lifted"
    story = [kind for kind in counter.kinds() if kind.startswith("Block")]
    assert story == ["BlockProposed", "BlockSent", "BlockDecided", "BlockAppealed", "BlockDecided"]


def test_a_decision_waits_for_whoever_proposed_it_and_is_not_said_behind_the_lock(counter: Counter) -> None:
    counter.do(ProposeBlock(min(counter.vault.journal.records), "violence", 90))
    (asked,) = counter.shown().second.requests
    counter.do(DecideRequest(asked.request, "OP20001", "si-wu-liu"))
    proposed = mark(counter).proposed
    counter.do(c.Lock())
    told(counter, proposed, "listed", "2027-02-19")
    assert "BlockDecided" in counter.kinds()
    assert counter.message() != "msg.block_decided"
    for operator, password, heard in (
        ("OP10001", "yi-er-san", "msg.block_decided"),
        ("OP10001", "yi-er-san", "msg.welcome"),  # once
        ("OP20001", "si-wu-liu", "msg.block_decided"),
    ):
        counter.log_in(operator, password)
        assert counter.message() == heard
        counter.do(c.LogOut())
