"""T5: one operator at two counters at a time is found, online and afterwards, and both counters are told."""

from __future__ import annotations

import pytest

from core.ledger.directives import DirectiveHead
from core.ledger.notices import Elsewhere, read_elsewhere
from core.ledger.writer import Proposal
from hq.identity import Terminal
from tests.hq.headquarters import Counter, Headquarters

pytestmark = pytest.mark.requirement("T5")

HERE, THERE = "990100-01-03", "990100-01-04"


@pytest.fixture
def pair(headquarters: Headquarters) -> tuple[Counter, Counter]:
    """Two counters, on headquarters' time; her first session at each is over."""
    pair = headquarters.counter(HERE), headquarters.counter(THERE, operator="OP10001")
    headquarters.now.at = pair[0].book.machine.wall()
    for counter in pair:
        lock(counter)
        counter.sent(counter.book.entries)
        later(headquarters, pair, 3600)
    headquarters.follow()
    headquarters.service.notices.tell()
    return pair


def later(headquarters: Headquarters, pair: tuple[Counter, Counter], seconds: float) -> None:
    """Everybody's clock goes on."""
    headquarters.now.advance(seconds)
    for counter in pair:
        counter.book.machine.advance(seconds)


def lock(counter: Counter) -> None:
    counter.book.propose(Proposal("OperatorLocked", {"cause": "key"}, counter.book.operation(), True))


def send(counter: Counter, count: int = 1) -> None:
    """Her last ``count`` entries; headquarters follows them."""
    counter.sent(counter.book.entries[-count:])
    counter.headquarters.follow()


def told(counter: Counter) -> list[Elsewhere]:
    """What its counter is told of sessions."""
    service, book = counter.headquarters.service, counter.book
    service.notices.tell()
    asking = Terminal(book.terminal, "990100-01", 1, book.key.public)
    found, _more = service.feed.after(asking, DirectiveHead(0, bytes(32)))
    return [read_elsewhere(each) for each in found if each.directive.kind == "session_elsewhere"]


def faults(headquarters: Headquarters, terminal: str) -> list[str]:
    return [alarm["fault"] for alarm in headquarters.listed(terminal)["alarms"]]


def test_online_both_are_told_who_and_where(
    headquarters: Headquarters, pair: tuple[Counter, Counter]
) -> None:
    here, there = pair
    here.book.log_in()
    send(here)
    later(headquarters, pair, 60)
    there.book.log_in()
    here.marks()  # it is heard every minute
    send(there)
    assert here.book.session is not None
    assert there.book.session is not None
    (first,), (second,) = told(here), told(there)
    assert (first.session, first.terminal, first.earlier) == (here.book.session.session, THERE, True)
    assert (second.session, second.terminal, second.earlier) == (there.book.session.session, HERE, False)
    assert first.operator == here.book.operator
    assert first.at == there.book.entries[-1].header.trusted.at
    assert faults(headquarters, HERE) == faults(headquarters, THERE) == ["session.double"]


def test_whoever_locks_first_may_go_elsewhere(
    headquarters: Headquarters, pair: tuple[Counter, Counter]
) -> None:
    here, there = pair
    here.book.log_in()
    lock(here)
    later(headquarters, pair, 2)
    there.book.log_in()
    send(there)
    send(here, 2)
    assert told(here) == told(there) == []


def test_an_offline_counter_is_judged_by_its_own_entries(
    headquarters: Headquarters, pair: tuple[Counter, Counter]
) -> None:
    """Its last word was a log-in: she may have locked it since.  When its entries come, they decide."""
    here, there = pair
    here.book.log_in()
    send(here)
    later(headquarters, pair, 900)
    lock(here)  # headquarters does not hear of it
    later(headquarters, pair, 900)
    there.book.log_in()
    send(there)
    headquarters.service.worker.follower.settle_all()
    assert told(here) == told(there) == []
    lock(there)
    send(there)
    later(headquarters, pair, 600)
    send(here)
    headquarters.service.worker.follower.settle_all()
    assert told(here) == told(there) == []


def test_offline_at_both_it_is_named_afterwards(
    headquarters: Headquarters, pair: tuple[Counter, Counter]
) -> None:
    here, there = pair
    here.book.log_in()
    later(headquarters, pair, 300)
    there.book.log_in()
    later(headquarters, pair, 300)
    lock(here)
    lock(there)
    later(headquarters, pair, 86400)
    send(there, 2)
    assert told(here) == []
    for entry in here.book.entries[-2:]:  # one at a time: half of it says nothing yet
        here.sent([entry])
        headquarters.service.worker.follower.catch_up(HERE)
    headquarters.service.worker.follower.settle_all()
    assert [each.terminal for each in told(here)] == [THERE]
    assert [each.terminal for each in told(there)] == [HERE]
    assert faults(headquarters, HERE) == ["session.double"]
