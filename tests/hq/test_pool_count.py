"""Pools counted in SQL beside the fold, on both databases: alike whatever happened; a planted bug is told."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import wire
from core.acceptance.pools import series_from
from core.errors import EntryError
from core.ledger import state as folding
from core.ledger.writer import Proposal
from core.rules import load_rules
from hq.pool_count import POOL_COUNT, count_pools, folded, list_pools
from hq.pool_issue import issue
from hq.reviews import list_reviews
from tests.core.books import Book
from tests.guards import ExpectedLogs
from tests.hq.entries import close_day
from tests.hq.headquarters import Headquarters
from tests.hq.server import ROOT

TAKES = st.lists(st.tuples(st.sampled_from(("skip", "void", "open")), st.integers(1, 14), st.integers(0, 5)))


def take(book: Book, kind: str, first: int, more: int) -> None:
    """One thing that happens to the pools; what is not possible does not."""
    pool = f"p{first % 2}"
    data: dict[str, object] = {"pool": pool, "first": first, "last": first + more, "cause": "met"}
    name = {"skip": "PoolSkipped", "void": "PoolVoided", "open": "PoolOpened"}[kind]
    if kind == "open":
        data = {"pool": pool, "count": 12, "directive": 1}
    try:
        book.propose(Proposal(name, data, book.operation(), kind == "void"))
    except EntryError:
        return


def test_both_counts_agree_whatever_happened(headquarters: Headquarters) -> None:
    numbers = iter(range(1000))

    @settings(max_examples=10, deadline=None)
    @given(TAKES)
    def agree(takes: list[tuple[str, int, int]]) -> None:
        counter = headquarters.counter(f"990100-01-{next(numbers):03d}")
        for pool in ("p0", "p1"):
            counter.book.propose(
                Proposal("PoolOpened", {"pool": pool, "count": 12, "directive": 1}, counter.book.operation())
            )
        for each in takes:
            take(counter.book, *each)
        counter.sent(counter.book.entries)
        terminal, state = counter.book.terminal, counter.book.state
        headquarters.follow()
        with headquarters.database.read() as connection:
            counted = count_pools(connection, terminal, 1, state.head.seq)
        assert {pool: row.figures() for pool, row in counted.items()} == {
            pool: folded(row) for pool, row in state.value["pools"].items()
        }
        assert all(sum(row.figures().values()) == 12 and not row.twice for row in counted.values())

    agree()


def test_a_mistake_in_the_fold_that_both_share_is_told_at_the_close(
    headquarters: Headquarters, monkeypatch: pytest.MonkeyPatch, expected_logs: ExpectedLogs
) -> None:
    """A number that was skipped is free to the fold: the state hashes agree, the second count does not."""
    expected_logs.expect("hq.follower", r"pool\.count")
    monkeypatch.setitem(folding._STEPS, ("PoolSkipped", 1), lambda _value, _entry: None)
    counter = headquarters.counter()
    book = counter.book
    for kind, data in (
        ("PoolOpened", {"pool": "a", "count": 3, "directive": 1}),
        ("PoolOpened", {"pool": "b", "count": 3, "directive": 2}),
        ("PoolSkipped", {"pool": "a", "first": 2, "last": 2, "cause": "met"}),
    ):
        book.propose(Proposal(kind, data, book.operation()))
    close = close_day(book)
    counter.sent(book.entries)
    headquarters.follow()
    (alarm,) = headquarters.listed()["alarms"]
    assert (alarm["fault"], alarm["seq"]) == (POOL_COUNT, close.header.seq)
    assert alarm["what"].endswith("what=a")


def test_an_acceptance_that_uses_a_number_and_bears_another_waybill_is_parked(
    headquarters: Headquarters,
) -> None:
    """Else the account of numbers would not be the one of the paper."""
    counter = headquarters.counter()
    book = counter.book
    rules = load_rules(ROOT / "resources" / "rules")
    series = series_from("1100000000001", rules.editions[-1])
    issue(headquarters.database, book.terminal, "a", series, 5, 1, rules, unheard=True)
    book.propose(Proposal("PoolOpened", {"pool": "a", "count": 5, "directive": 1}, book.operation()))
    seqs = []
    for ordinal, waybill in ((1, "1100000000001"), (2, "1100000000004"), (3, "1100000000003")):
        annex = wire.encode({"form": 1, "waybill": waybill})
        seqs.append(book.item(book.sender(), annex=annex, pool=("a", ordinal)))
    counter.sent(book.entries)
    headquarters.follow()
    (parked,) = list_reviews(headquarters.database, book.terminal)
    assert (parked["seq"], parked["why"], parked["what"]) == (seqs[1], "annex", "what=pool number")
    (row,) = list_pools(headquarters.database)
    assert (row["used"], row["free"], row["agrees"]) == (3, 2, True)
    assert headquarters.listed()["folded"] == book.state.head.seq
