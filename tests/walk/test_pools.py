"""Number pools at real counters with a real headquarters: every number used, void or free (I4)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, update

from core import commands as c
from core import wire
from core.acceptance.pools import series_from
from core.devices import CardRead, CodeScanned, Slot
from core.errors import CounterError, RuleFault
from core.numbering import TakeNumber, VoidCause, VoidNumbers
from core.rules import load_rules
from core.view import CounterView, VisitView
from hq.messages import sentence
from hq.pool_count import list_pools, show_pool
from hq.pool_issue import issue
from hq.schema import DIRECTIVES, FEEDS, FOLLOWER, POOLS, PUBLICATIONS, STORE
from tests.core.station.desk import card
from tests.walk.branch import RESOURCES, Branch, Desk

pytestmark = pytest.mark.requirement("I4")

HERE, THERE = "990100-01-03", "990100-01-04"
CLERK, SUPERVISOR = "OP10001", "OP20001"
RULES = load_rules(RESOURCES / "rules")


def number(at: int) -> str:
    """A waybill of the form of thirteen figures."""
    return f"{1_100_000_000_000 + at}"


def give(branch: Branch, terminal: str, pool: str, first: int, count: int, **more: Any) -> int:
    """Issued beside headquarters' process, as the command does."""
    series = series_from(number(first), RULES.editions[-1])
    with branch.database() as database:
        return issue(database, terminal, pool, series, count, 2, RULES, **more)


def said(view: CounterView) -> str:
    return view.message.code if view.message is not None else ""


def visit(desk: Desk) -> VisitView:
    assert desk.view is not None
    assert desk.view.visit is not None
    return desk.view.visit


def fill(desk: Desk, waybill: str = "") -> None:
    """One item of a resident but for F9; its number scanned, or the next one of a pool."""
    desk.do(c.NextCustomer())
    desk.terminal.station.device_event(CardRead(Slot.ID_READER, card(read=f"r-{waybill or desk.number}")))
    desk.do(c.SetField(c.Field.SENDER_PHONE, "13800138000"))
    desk.do(c.SetField(c.Field.SENDER_ADDRESS, "北京市朝阳区样本街道1号"))
    desk.do(c.ConfirmOriginal())
    desk.do(c.AcknowledgeNotice(c.Acknowledgement.SPOKEN))
    if waybill:
        desk.terminal.station.device_event(CodeScanned(Slot.SCANNER, waybill, "]C0"))
    else:
        assert desk.do(TakeNumber()) is None
    texts = {"contents": "衣物", "quantity": "1", "weight": "1.284", "recipient_name": "示例乙"}
    texts |= {"recipient_phone": "13900139021", "recipient_address": "上海市浦东新区世纪大道100号2楼"}
    for name, text in texts.items():
        desk.do(c.SetField(c.Field(name), text))
    desk.do(c.ConfirmInspected())
    desk.do(c.SetSecurity(c.Security.HERE))


def accept(desk: Desk, waybill: str = "") -> tuple[str, str, int]:
    """(waybill, pool, ordinal) of one item that is committed."""
    fill(desk, waybill)
    assert desk.do(c.Commit()) is None
    entry = desk.entries("ItemAccepted")[-1]
    row = desk._live.item(entry.header.seq)
    assert row is not None
    assert str(row.annex["waybill"]) == row.waybill
    return row.waybill, entry.data["pool"], entry.data["ordinal"]


def places(branch: Branch, pool: str) -> list[tuple[str, str, str, str]]:
    """(state, from, to, cause) of each range, as headquarters counts them from the entries."""
    with branch.database() as database:
        return [(row["state"], row["from"], row["to"], row["cause"]) for row in show_pool(database, pool)]


def figures(branch: Branch, pool: str) -> tuple[int, int, int, bool]:
    """(used, void, free, whether both counts agree)."""
    with branch.database() as database:
        row = next(row for row in list_pools(database) if row["pool"] == pool)
    return row["used"], row["void"], row["free"], row["agrees"]


def followed(branch: Branch, desk: Desk) -> None:
    """Headquarters has and follows everything of this counter, and finds nothing wrong."""
    head = desk._live.state.head.seq
    desk.wait("followed", lambda: branch.hq.listed()[0]["folded"] >= head)
    assert branch.hq.listed()[0]["alarms"] == []


def test_a_range_is_used_up_offline_and_every_number_is_accounted_for(tmp_path: Path) -> None:
    with Branch(tmp_path) as branch:
        branch.enrol(HERE, SUPERVISOR, branch.operator(SUPERVISOR, "supervisor"))
        with branch.open(HERE) as desk:
            assert desk.log_in(SUPERVISOR) is None
            # Before the pool came, somebody scanned a printed form that is of it.
            assert accept(desk, number(9)) == (number(9), "none", 0)
            made = branch.hq.run(
                "pool", "issue", "--terminal", HERE, "--pool", "ems-1", "--first", number(1), "--count", "9",
                "--warn", "2",
            )  # fmt: skip
            assert (made["from"], made["to"]) == (number(1), number(9))
            desk.wait("the pool", lambda: len(desk.entries("PoolOpened")) == 1)
            desk.until("its numbers", lambda view: bool(view.visit and view.visit.pool))
            branch.hq.kill()  # a counter numbers on alone
            assert accept(desk) == (number(1), "ems-1", 1)
            # A printed form of the same range, out of order; and one that no pool has.
            assert accept(desk, number(5)) == (number(5), "ems-1", 5)
            assert accept(desk, "EA473124829CN") == ("EA473124829CN", "none", 0)
            _a_visit_that_waits(desk)
            _spoiled(desk)
            assert accept(desk) == (number(4), "ems-1", 4)
            assert visit(desk).pool is not None
            desk.do(c.NextCustomer())
            desk.until("low", lambda view: bool(view.visit and view.visit.pool and view.visit.pool.low))
            assert accept(desk)[:2] == (number(8), "ems-1")
            desk.do(c.NextCustomer())
            error = desk.do(TakeNumber())
            assert isinstance(error, CounterError)
            assert error.code is RuleFault.POOL_EMPTY
            met = {"pool": "ems-1", "first": 9, "last": 9, "cause": "met"}
            assert [entry.data for entry in desk.entries("PoolSkipped")] == [met]
            desk.do(c.CloseDay())
            branch.hq.start(listen=branch.hq.url.removeprefix("https://"))
            desk.until("sent", lambda view: view.sync.state == "ok" and view.sync.unsent == 0)
            followed(branch, desk)
            assert figures(branch, "ems-1") == (6, 3, 0, True)
            assert places(branch, "ems-1") == [
                *(("used", number(at), number(at), "") for at in range(1, 6)),
                ("void", number(6), number(7), "damaged"),
                ("used", number(8), number(8), ""),
                ("void", number(9), number(9), "met"),
            ]


def _a_visit_that_waits(desk: Desk) -> None:
    """It keeps the number it drew; the next customer gets the next one; nothing is lost with a visit."""
    fill(desk)
    assert visit(desk).fields[c.Field.WAYBILL].text == number(2)
    assert desk.do(c.Park()) is None
    assert accept(desk) == (number(3), "ems-1", 3)
    desk.do(c.NextCustomer())
    assert desk.view is not None
    (waits,) = desk.view.parked
    assert desk.do(c.Resume(waits.draft)) is None
    desk.do(c.NewAcceptance(discard=True))  # its customer does not come back
    assert accept(desk) == (number(2), "ems-1", 2)
    # Thrown away before F9: nothing was taken of the pool, and Ctrl+Z takes a drawn number back.
    desk.do(c.NextCustomer())
    assert desk.do(TakeNumber()) is None
    assert visit(desk).fields[c.Field.WAYBILL].source == "pool"
    desk.do(c.Undo())
    assert visit(desk).fields[c.Field.WAYBILL].text == ""


def _spoiled(desk: Desk) -> None:
    """Given up by a person, with the reason; scanned all the same, it is refused."""
    assert desk.do(VoidNumbers(number(6), number(7), VoidCause.DAMAGED)) is None
    entry = desk.entries("PoolVoided")[-1]
    assert entry.data == {"pool": "ems-1", "first": 6, "last": 7, "cause": "damaged"}
    assert entry.header.actor.id == SUPERVISOR
    desk.do(c.NewAcceptance(discard=True))
    fill(desk, number(6))
    assert visit(desk).fields[c.Field.WAYBILL].problem == RuleFault.WAYBILL_VOID
    desk.do(c.Commit())
    assert said(desk.view) == "msg.not_ready" if desk.view else False
    desk.do(c.NewAcceptance(discard=True))
    error = desk.do(VoidNumbers(number(6), number(7), VoidCause.DAMAGED))
    assert isinstance(error, CounterError)
    assert error.code is RuleFault.POOL_UNKNOWN


def test_no_number_twice_over_counters_restores_and_withdrawals(tmp_path: Path) -> None:
    with Branch(tmp_path) as branch:
        branch.enrol(HERE, CLERK, branch.operator(CLERK, "clerk"))
        branch.enrol(THERE, SUPERVISOR, branch.operator(SUPERVISOR, "supervisor"))
        give(branch, HERE, "a", 1, 100)
        for first, count in ((100, 5), (1, 1), (50, 200)):
            with pytest.raises(CounterError) as refused:
                give(branch, THERE, "b", first, count)
            assert "given out before" in sentence(refused.value)
        with pytest.raises(CounterError, match="pool name used"):
            give(branch, THERE, "a", 500, 5)
        give(branch, THERE, "b", 101, 5)
        with branch.open(HERE) as desk:
            assert desk.log_in(CLERK) is None
            desk.wait("the pool", lambda: len(desk.entries("PoolOpened")) == 1)
            accept(desk)
            desk.until("sent", lambda view: view.sync.state == "ok" and view.sync.unsent == 0)
        branch.hq.kill()
        _restored_without_the_pools(branch)
        branch.hq.start(listen=branch.hq.url.removeprefix("https://"))
        with pytest.raises(CounterError, match="terminals unheard"):
            give(branch, THERE, "c", 1, 50)
        with branch.open(HERE) as desk, branch.open(THERE) as other:
            assert desk.log_in(CLERK) is None
            assert other.log_in(SUPERVISOR) is None
            desk.wait("heard", lambda: _given_back(branch))
            # Both were heard: what HERE holds is known again, what nobody ever got is free.
            with pytest.raises(CounterError, match="numbers given out"):
                give(branch, THERE, "c", 100, 50)
            give(branch, THERE, "c", 101, 50)
            assert accept(desk) == (number(2), "a", 2)
            branch.hq.run("pool", "withdraw", "a")
            desk.wait("withdrawn", lambda: bool(desk.entries("PoolSkipped")))
            assert desk.entries("PoolSkipped")[-1].data["cause"] == "withdrawn"
            error = desk.do(TakeNumber())
            assert isinstance(error, CounterError)
            desk.until("sent", lambda view: view.sync.state == "ok" and view.sync.unsent == 0)
            followed(branch, desk)
            assert figures(branch, "a") == (2, 98, 0, True)
            _a_fold_that_is_wrong(branch)


def _restored_without_the_pools(branch: Branch) -> None:
    """As from a backup made before both were issued."""
    with branch.database() as database, database.write() as connection:
        lost = DIRECTIVES.c.kind == "pool"
        before = min(int(row.number) for row in connection.execute(DIRECTIVES.select().where(lost)))
        kept = connection.execute(
            DIRECTIVES.select().where(DIRECTIVES.c.terminal == HERE, DIRECTIVES.c.number == before - 1)
        ).one()
        connection.execute(
            delete(DIRECTIVES).where(DIRECTIVES.c.terminal == HERE, DIRECTIVES.c.number >= before)
        )
        connection.execute(delete(PUBLICATIONS).where(PUBLICATIONS.c.kind == "pool"))
        connection.execute(delete(POOLS))
        feed = FEEDS.c.terminal == HERE
        connection.execute(update(FEEDS).where(feed).values(number=kept.number, hash=kept.hash))
        connection.execute(update(STORE).values(created_at="2099-01-01T00:00:00.000Z"))


def _given_back(branch: Branch) -> bool:
    with branch.database() as database, database.read() as connection:
        rows = connection.execute(FEEDS.select()).all()
        return [row.heard for row in rows].count("2099-01-01T00:00:00.000Z") == 2


def _a_fold_that_is_wrong(branch: Branch) -> None:
    """The second count does not take the fold's word."""
    with branch.database() as database, database.write() as connection:
        row = connection.execute(FOLLOWER.select().where(FOLLOWER.c.terminal == HERE)).one()
        value = wire.decode(row.state, limit=1_000_000)
        value["state"]["pools"]["a"]["used"] = [[1, 3]]
        value["state"]["pools"]["a"]["void"] = [[4, 100]]
        here = update(FOLLOWER).where(FOLLOWER.c.terminal == HERE)
        connection.execute(here.values(state=wire.encode(value, limit=1_000_000)))
    assert figures(branch, "a") == (2, 98, 0, False)
