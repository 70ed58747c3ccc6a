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
from hq.operators import add_operator
from hq.reviews import list_reviews
from tests.guards import ExpectedLogs
from tests.hq.headquarters import Counter, Headquarters

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


def test_the_other_number_is_there(headquarters: Headquarters) -> None:
    for same_as in ("OP99999", OTHER):
        with pytest.raises(HqError):
            add_operator(headquarters.database, OTHER, "示例甲", "clerk", same_as=same_as)
