"""Pools in the fold: numbers free, used or void; against sets of single numbers (I4)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import EntryError, EntryFault
from core.ledger import ranges
from core.ledger.writer import Proposal
from tests.core.books import Book

pytestmark = pytest.mark.requirement("I4")

COUNT = 20
TAKES = st.tuples(st.sampled_from((ranges.USED, ranges.VOID)), st.integers(-2, 23), st.integers(-2, 23))


@given(st.lists(TAKES, max_size=30))
def test_every_number_is_in_one_place(takes: list[tuple[str, int, int]]) -> None:
    row, truth = ranges.opened(COUNT, 7), dict.fromkeys(range(1, COUNT + 1), "free")
    for member, first, last in takes:
        numbers = range(first, last + 1)
        sound = len(numbers) > 0 and all(truth.get(each) == "free" for each in numbers)
        if not sound:
            with pytest.raises(EntryError):
                ranges.taken(row, member, first, last)
            continue
        row = ranges.taken(row, member, first, last)
        truth |= dict.fromkeys(numbers, member)
    here = {
        **{
            n: member
            for member in (ranges.USED, ranges.VOID)
            for a, b in row[member]
            for n in range(a, b + 1)
        },
        **{n: "free" for a, b in ranges.free(row) for n in range(a, b + 1)},
    }
    assert here == truth
    # Touching ranges are one: as many numbers as there are, in as few ranges as there can be.
    for member in (ranges.USED, ranges.VOID):
        assert all(row[member][at][1] + 1 < row[member][at + 1][0] for at in range(len(row[member]) - 1))
    assert ranges.free(ranges.spent(row)) == []


def test_a_new_epoch_ends_what_was_free_and_a_used_up_pool_leaves_the_state() -> None:
    book = Book().found()
    opened = {"pool": "a", "count": 3, "directive": 1}
    book.propose(Proposal("PoolOpened", opened, "o-1"))
    with pytest.raises(EntryError) as twice:
        book.propose(Proposal("PoolOpened", opened, "o-2"))
    assert twice.value.code is EntryFault.STATE
    book.propose(Proposal("PoolSkipped", {"pool": "a", "first": 2, "last": 2, "cause": "met"}, "o-3"))
    with pytest.raises(EntryError):
        book.propose(Proposal("PoolSkipped", {"pool": "b", "first": 1, "last": 1, "cause": "met"}, "o-4"))
    epoch = {"grant": "", "grant_signature": "", "key": book.key.public.text}
    book.propose(Proposal("EpochOpened", epoch, "o-5"))
    assert book.state.value["pools"]["a"]["void"] == [[1, 3]]
    book.propose(Proposal("DayOpened", {"day": 2, "date": "2026-11-22"}, "o-6"))
    assert book.state.value["pools"] == {}
