"""Numbers of a pool that others were used beyond: named at the close, given up with a cause (I4)."""

from __future__ import annotations

import pytest

from core import commands as c
from core.acceptance.pools import S10, Pool, Series
from core.closing import OpenClose
from core.ledger.ranges import passed
from core.ledger.writer import Proposal
from core.numbering import VoidCause, VoidNumbers
from core.station.day_slips import make_page, offered
from core.station.live import new_id
from tests.core.station.desk import Counter

pytestmark = pytest.mark.requirement("I4")

POOL = Pool("ems-1", 1, 9, 1, series=Series("EA", 47_312_480, 8, "CN", S10))


@pytest.mark.parametrize(("used", "void", "gaps"), [
    ([], [], []),
    ([[1, 4]], [], []),
    ([[4, 4]], [], [(1, 3)]),
    ([[2, 2], [6, 7]], [[4, 4]], [(1, 1), (3, 3), (5, 5)]),
    ([[1, 2]], [[8, 9]], []),
])  # fmt: skip
def test_which_numbers_were_passed_over(
    used: list[list[int]], void: list[list[int]], gaps: list[tuple[int, int]]
) -> None:
    """What lies behind the last used one is still to come, whatever was given up beyond it."""
    assert passed({"count": 9, "used": used, "void": void, "since": 1}) == gaps


def test_named_given_up_and_on_the_slip() -> None:
    counter = Counter()
    try:
        counter.log_in()
        opened = Proposal("PoolOpened", {"pool": POOL.id, "count": POOL.count, "directive": 0}, new_id())
        counter.station._enqueue(lambda: counter.live.commit([opened])).result(10)
        counter.live.pools = (POOL,)
        counter.sender()
        counter.parcel(POOL.number(4))
        counter.do(c.Commit(), OpenClose())
        shown = counter.shown().close
        assert shown is not None
        (gap,) = [row for row in shown.differences if row.state == "unused"]
        assert (gap.kinds, gap.numbers, shown.left) == (("unused",), (POOL.number(1), POOL.number(3)), 1)
        counter.do(VoidNumbers(*gap.numbers, VoidCause.MISPRINTED))
        shown = counter.shown().close
        assert shown is not None
        assert not [row for row in shown.differences if row.state == "unused"]
        counter.do(c.CloseDay())
        (day,) = offered(counter.live)
        slip = make_page(counter.live, counter.vault.journal.rows[day.closed - 1], 0).slip
        assert [(each.pool, each.first, each.last, each.cause) for each in slip.numbers] == [
            ("ems-1", 1, 3, "misprinted")]  # fmt: skip
        assert POOL.number(1) not in repr(slip.as_json())
    finally:
        counter.station.stop()
