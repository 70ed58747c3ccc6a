"""Several counters of one branch at the close: each alone, and what of the others is known (I6, T6, T12)."""

from __future__ import annotations

from pathlib import Path

import pytest

from core import commands as c
from core.closing import LeaveClose, OpenClose
from core.ledger.branch_day import CounterDay
from core.view import CounterView
from tests.walk.branch import Branch

pytestmark = pytest.mark.requirement("T6", "T12", "I6")

HERE, THERE = "990100-01-03", "990100-01-04"
SUPERVISOR, CLERK = "OP20001", "OP10001"


def _of(view: CounterView, terminal: str) -> CounterDay | None:
    told = view.sync.branch
    return next((row for row in told.counters if row.terminal == terminal), None) if told else None


def test_what_the_others_did_is_heard_from_headquarters_and_named_where_it_is_not(tmp_path: Path) -> None:
    """A day closed over there is seen here; with headquarters away each closes all the same."""
    with Branch(tmp_path) as branch:
        branch.enrol(HERE, SUPERVISOR, branch.operator(SUPERVISOR, "supervisor", name="示例乙"))
        branch.enrol(THERE, CLERK, branch.operator(CLERK, "clerk", "990100-01"))
        with branch.open(HERE) as here, branch.open(THERE) as there:
            here.log_in(SUPERVISOR)
            there.log_in(CLERK)
            assert here.do(OpenClose()) is None
            view = here.until("the others", lambda view: (row := _of(view, THERE)) is not None and row.whole)
            row = _of(view, THERE)
            assert row is not None
            assert (row.closed, row.accepted, row.date) == (False, 0, view.day)
            assert row.heard is not None
            assert there.do(c.CloseDay()) is None
            here.until("closed there", lambda view: (row := _of(view, THERE)) is not None and row.closed)
            assert here.do(LeaveClose()) is None
            branch.hq.kill()
            here.until("away", lambda view: view.sync.state == "trying" and bool(view.sync.fault))
            assert here.do(OpenClose()) is None
            assert here.do(c.CloseDay()) is None
            view = here.until("closed here", lambda view: view.close is not None and view.close.closed)
            assert _of(view, THERE) is not None  # as it was told, with the time of it
            assert view.close is not None
            assert view.close.pending
