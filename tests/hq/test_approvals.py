"""A second person who is the first one under another staff number: found at headquarters, by name."""

from __future__ import annotations

import pytest

from core import wire
from core.crypto.keys import new_agreement, new_signer
from core.errors import HqError
from core.ledger.documents import Release, release_message
from core.ledger.entry import stamp
from core.ledger.founding import operator_accepted
from core.ledger.writer import Proposal
from hq.approvals import SAME_PERSON
from hq.days import list_days
from hq.operators import add_operator
from hq.reviews import list_reviews
from tests.guards import ExpectedLogs
from tests.hq.headquarters import Counter, Headquarters
from tests.peers.second import CLERK, Story

ONE, OTHER = "OP10001", "OP10002"


def released(counter: Counter) -> None:
    """A second operator comes, and the first ends a lockout of hers; all of it signed as it must be."""
    book = counter.book
    second = operator_accepted(
        book.terminal, OTHER, "clerk", new_signer(), new_agreement().public, book.operation(),
        endorsed_by="supervisor", endorser=ONE, endorser_key=book.person,
    )  # fmt: skip
    at = book.clock.now().at
    said = Release(book.terminal, book.epoch, OTHER, 5, ONE, at)
    data = {
        "operator": OTHER,
        "failures": 5,
        "released_by": ONE,
        "released_at": stamp(at),
        "release": wire.b64(book.person.sign(release_message(said))),
    }
    book.propose(second, Proposal("LogInsFailed", data, book.operation()))
    counter.sent(book.entries)
    counter.headquarters.follow()


@pytest.mark.parametrize("same_as", ["", ONE])
def test_one_person_with_two_numbers(
    headquarters: Headquarters, expected_logs: ExpectedLogs, same_as: str
) -> None:
    if same_as:
        expected_logs.expect("hq.follower", SAME_PERSON)
    database = headquarters.database
    add_operator(database, ONE, "示例甲", "supervisor")
    add_operator(database, OTHER, "示例甲", "clerk", same_as=same_as)
    released(headquarters.counter(role="supervisor"))
    faults = [alarm["fault"] for alarm in headquarters.listed()["alarms"]]
    parked = [(row["kind"], row["why"]) for row in list_reviews(database)]
    if same_as:
        assert faults == [SAME_PERSON] * 2
        assert parked == [("OperatorKeyAccepted/1", "content"), ("LogInsFailed/1", "content")]
    else:
        assert (faults, parked) == ([], [])


def told(headquarters: Headquarters) -> tuple[list[str], list[tuple[str, str]]]:
    """Alarms, and what is set aside; the item's annex names no waybill, which is not what is looked at."""
    rows = list_reviews(headquarters.database)
    parked = [(row["kind"], row["why"]) for row in rows if row["why"] != "annex"]
    return [alarm["fault"] for alarm in headquarters.listed()["alarms"]], parked


def voided(headquarters: Headquarters) -> tuple[int, int]:
    """How many items of the day are voided: by the fold, and by the second count."""
    row = list_days(headquarters.database, "990100-01-03")["days"][-1]
    return row["folded"]["voided"], row["counted"]["voided"]


@pytest.mark.parametrize("approved", ["supervisor", "forged", ""])
def test_a_void_counts_where_a_second_person_approved_it(
    headquarters: Headquarters, expected_logs: ExpectedLogs, approved: str
) -> None:
    """What nobody signed opens nothing: the void that rests on it counts in neither count."""
    counter = headquarters.counter(role="supervisor")
    story = Story(counter.book)
    asked = story.ask()
    if approved:
        story.give(asked, None if approved == "supervisor" else story.clerk)
    story.void(asked)
    sound = approved == "supervisor"
    if not sound:
        expected_logs.expect("hq.follower", "entry.state")
    if approved == "forged":
        expected_logs.expect("hq.follower", "entry.signature")
    counter.sent(story.book.entries)
    headquarters.follow()
    wanted = [] if sound else [*(["entry.signature"] if approved else []), "entry.state"]
    faults, parked = told(headquarters)
    kinds = (
        []
        if sound
        else [*([("ApprovalGiven/1", "content")] if approved else []), ("ItemVoided/1", "content")]
    )
    assert (sorted(faults), parked) == (sorted(wanted), kinds)
    assert voided(headquarters) == ((1, 1) if sound else (0, 0))


def test_a_request_approved_under_her_second_number(
    headquarters: Headquarters, expected_logs: ExpectedLogs
) -> None:
    expected_logs.expect("hq.follower", SAME_PERSON)
    add_operator(headquarters.database, ONE, "示例甲", "supervisor")
    add_operator(headquarters.database, CLERK, "示例甲", "clerk", same_as=ONE)
    counter = headquarters.counter(role="supervisor")
    story = Story(counter.book)
    story.give(story.ask())
    counter.sent(story.book.entries)
    headquarters.follow()
    faults, parked = told(headquarters)
    assert SAME_PERSON in faults
    assert ("ApprovalGiven/1", "content") in parked


def test_the_other_number_is_there(headquarters: Headquarters) -> None:
    for same_as in ("OP99999", OTHER):
        with pytest.raises(HqError):
            add_operator(headquarters.database, OTHER, "示例甲", "clerk", same_as=same_as)


@pytest.mark.parametrize("sound", [True, False])
def test_a_corrected_item_stays_one_item(
    headquarters: Headquarters, expected_logs: ExpectedLogs, sound: bool
) -> None:
    """Its label is printed anew, which counts as a copy, in both counts; a false one is set aside."""
    counter = headquarters.counter(role="supervisor")
    story = Story(counter.book)
    story.book.printed(story.item)
    data = {"item": story.item, "ordinal": 1, "field": "weight" if sound else "recipient_address"}
    data |= {"reason": "typed_wrongly", "label": True, "receipt": False, "asked": 0}
    story.write("ItemCorrected", data, person=True)
    story.book.printed(story.item)
    if not sound:
        expected_logs.expect("hq.follower", "entry.state")
    counter.sent(story.book.entries)
    headquarters.follow()
    faults, parked = told(headquarters)
    assert (faults, parked) == (([], []) if sound else (["entry.state"], [("ItemCorrected/1", "content")]))
    row = list_days(headquarters.database, "990100-01-03")["days"][-1]
    for count in ("folded", "counted"):
        assert [row[count][name] for name in ("accepted", "labels", "copies")] == [1, 1, 1]
