"""T4: the same waybill accepted on two counters: one holds it, whatever the order of arrival."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import select, update

from core import wire
from hq.claims import Attempt, list_contests, rank
from hq.follower import Follower
from hq.schema import CLAIMS, CONTESTS, ENTRIES
from tests.core.books import Book
from tests.hq.headquarters import Counter, Headquarters

pytestmark = pytest.mark.requirement("T4")

WAYBILL = "RR123456785CN"
TERMINALS = ("990100-01-03", "990100-01-04", "990100-02-01")


def accept(book: Book, waybill: str = WAYBILL) -> int:
    """One item with this waybill in its annex; its seq."""
    return book.item(book.sender(), annex=wire.encode({"form": 1, "waybill": waybill}))


def held(headquarters: Headquarters) -> dict[str, tuple[str, int, int]]:
    """Who lost: terminal → (who holds the waybill, seq there, seq here)."""
    rows = list_contests(headquarters.database)
    return {row["terminal"]: (row["winner_terminal"], row["winner_seq"], row["seq"]) for row in rows}


def counters(headquarters: Headquarters) -> list[Counter]:
    """Three, whose clocks stand 40 seconds apart: the last is the earliest."""
    made = [headquarters.counter(terminal) for terminal in TERMINALS]
    for late, counter in enumerate(reversed(made)):
        counter.book.machine.advance(late * 40)
    return made


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_the_earliest_holds_it_in_whatever_order_they_come(
    headquarters: Headquarters, order: tuple[int, ...]
) -> None:
    made = counters(headquarters)
    seqs = [accept(counter.book) for counter in made]
    for number in order:
        made[number].sent(made[number].book.entries)
        headquarters.follow()
    assert held(headquarters) == {
        TERMINALS[0]: (TERMINALS[2], seqs[2], seqs[0]),
        TERMINALS[1]: (TERMINALS[2], seqs[2], seqs[1]),
    }
    for counter in made:  # every attempt stays
        assert headquarters.listed(counter.book.terminal)["received"]["seq"] == counter.book.state.head.seq
    row = list_contests(headquarters.database, TERMINALS[0])[0]
    assert (row["winner_operator"], row["winner_number"]) == (made[2].book.operator, 1)


def test_within_a_millisecond_two_followers_see_one_holder(headquarters: Headquarters) -> None:
    """Both at once, on two nodes: neither waits for the other, and neither misses it."""
    made = [headquarters.counter(terminal) for terminal in TERMINALS[:2]]
    for counter in made:
        for number in range(20):
            accept(counter.book, f"SF{number:012d}")
        counter.sent(counter.book.entries)
    claims = headquarters.service.claims
    followers = [
        Follower(headquarters.database, headquarters.home.signing, claims=claims) for _counter in made
    ]
    gate = threading.Barrier(2)

    def follow(follower: Follower, terminal: str) -> None:
        gate.wait(10)
        follower.catch_up(terminal)

    threads = [
        threading.Thread(target=follow, args=pair) for pair in zip(followers, TERMINALS[:2], strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    rows = list_contests(headquarters.database)
    # The same moment, and both confirmed or both not: the name decides, each time the same way.
    assert [row["terminal"] for row in rows] == [TERMINALS[1]] * 20
    assert len({row["winner_seq"] for row in rows}) == 20


def test_unconfirmed_time_loses(headquarters: Headquarters) -> None:
    early = Attempt("a", 1, 9, 1, "OP10001", "1970-01-01T00:00:00.000Z", False)
    late = Attempt("b", 1, 9, 1, "OP10001", "2026-11-22T00:00:00.000Z", True)
    assert rank(late) < rank(early)


def test_what_a_dead_node_left_is_settled(headquarters: Headquarters) -> None:
    """It died between its claim and the comparison; sending and settling again adds nothing."""
    made = [headquarters.counter(terminal) for terminal in TERMINALS[:2]]
    for counter in made:
        accept(counter.book)
        counter.sent(counter.book.entries)
        headquarters.follow()
    before = list_contests(headquarters.database)
    with headquarters.database.write() as connection:
        connection.execute(CONTESTS.delete())
        connection.execute(update(CLAIMS).values(settled=0))
    headquarters.service.worker.follower.settle_all()
    headquarters.service.worker.follower.settle_all()
    after = list_contests(headquarters.database)
    assert [row["terminal"] for row in after] == [row["terminal"] for row in before] == [TERMINALS[1]]


def test_no_waybill_stands_in_the_claims(headquarters: Headquarters, counter: Counter) -> None:
    accept(counter.book)
    counter.sent(counter.book.entries)
    headquarters.follow()
    with headquarters.database.read() as connection:
        (claim,) = connection.execute(select(CLAIMS)).mappings().all()
        bodies = connection.execute(select(ENTRIES.c.body)).scalars().all()
    assert claim["settled"] == 1
    assert WAYBILL not in str(dict(claim))
    assert not any(WAYBILL.encode() in body for body in bodies)
