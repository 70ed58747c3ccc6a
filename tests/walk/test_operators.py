"""Operators by directive: new, changed and removed ones at open counters, with a real headquarters (T5)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from core import commands as c
from core.access.papers import Paper
from core.errors import CounterError, HqFault, RuleFault, StoreFault
from core.ledger.clock import business_date
from core.view import CounterView, Screen
from hq.operators import set_papers
from program.activating import activate
from tests.storage.counters import CHEAP
from tests.walk.branch import PASSWORDS, Branch, Desk

pytestmark = pytest.mark.requirement("R1", "R82", "R83", "T5")

HERE, THERE = "990100-01-03", "990100-01-04"
SUPERVISOR, CLERK = "OP20001", "OP10001"


def code(error: BaseException | None) -> object:
    return error.code if isinstance(error, CounterError) else error


def journal_is_sound(branch: Branch, terminal: str) -> None:
    """Headquarters followed everything it has, and found nothing wrong."""
    row = next(row for row in branch.hq.listed() if row["terminal"] == terminal)
    assert (row["alarms"], row["stopped"]) == ([], False)


def test_a_second_operator_where_she_never_activated(tmp_path: Path) -> None:
    with Branch(tmp_path) as branch:
        branch.enrol(HERE, SUPERVISOR, branch.operator(SUPERVISOR, "supervisor", name="示例乙"))
        with branch.open(HERE) as desk:
            assert desk.log_in(SUPERVISOR) is None
            desk.adopted(1)
            branch.enrol(THERE, "OP30001", branch.operator("OP30001", "clerk", "990100-01"))
            desk.adopted(2)
            added = branch.operator(CLERK, "clerk", "990100-01")
            opener, newcomer = ("OP30001", PASSWORDS["OP30001"]), (CLERK, PASSWORDS[CLERK])
            # She makes her keys at another counter of the branch, which somebody else opens.
            done = activate(tmp_path / THERE, branch.hq.url, opener, newcomer, added, cost=CHEAP)
            assert (done.operator, done.role, done.name) == (CLERK, "clerk", "示例甲")
            desk.adopted(3)
            desk.do(c.Lock())
            assert code(desk.log_in(CLERK)) is RuleFault.KEY_NEW
            assert code(desk.log_in(CLERK, CLERK)) is RuleFault.APPROVER_SELF
            assert desk.log_in(CLERK, SUPERVISOR) is None
            assert desk.until("her name", lambda view: view.operator_name == "示例甲").operator == CLERK
            desk.do(c.LogOut())
            # Known from now on, also where the vault is shut and headquarters is away.
            desk.log_in(SUPERVISOR)
            desk.do(c.LogOut())
        branch.hq.kill()
        with branch.open(HERE) as desk:
            assert desk.log_in(CLERK) is None
            _removed(branch, desk)
        journal_is_sound(branch, HERE)


def _removed(branch: Branch, desk: Desk) -> None:
    """Headquarters comes back and removes her while she stands there."""
    address = branch.hq.url.removeprefix("https://")
    branch.hq.start(listen=address)
    branch.operator(CLERK, "supervisor", "990100-01")  # first another role
    desk.until("locked", lambda view: view.screen is Screen.LOCKED)
    assert desk.entries("OperatorLocked")[-1].data == {"cause": "role_changed"}
    assert desk.log_in(CLERK) is None
    accepted = desk.entries("OperatorKeyAccepted")[-1].data
    assert (accepted["role"], accepted["endorsed_by"]) == ("supervisor", "old_key")
    desk.do(c.SetField(c.Field.CONTENTS, "衣物"))
    branch.remove(CLERK)
    view = desk.until("locked", lambda view: view.screen is Screen.LOCKED)
    assert view.message is not None
    assert view.message.code == "msg.operator_removed"
    assert code(desk.do(c.SetField(c.Field.CONTENTS, "书籍"))) is RuleFault.NOT_LOGGED_IN
    assert code(desk.log_in(CLERK)) is StoreFault.WRONG_KEY
    assert desk.log_in(SUPERVISOR) is None
    adopted = desk.entries("DirectivesAdopted")
    assert [entry.data["number"] for entry in adopted] == sorted({e.data["number"] for e in adopted})
    last = adopted[-1].header.seq
    desk.until("sent", lambda view: view.sync.unsent == 0 and view.sync.state == "ok")
    desk.wait("followed", lambda: all(row["folded"] >= last for row in branch.hq.listed()[:1]))


def test_the_last_operator_removed_leaves_the_store_but_not_the_counter(tmp_path: Path) -> None:
    """No slot may be the last one to go; the one whose it is does not get in by it."""
    with Branch(tmp_path) as branch:
        branch.enrol(HERE, CLERK, branch.operator(CLERK, "clerk"))
        with branch.open(HERE) as desk:
            assert desk.log_in(CLERK) is None
            desk.adopted(1)
            branch.remove(CLERK)
            desk.until("locked", lambda view: view.screen is Screen.LOCKED)
            assert code(desk.log_in(CLERK)) is RuleFault.OPERATOR_REMOVED
        with branch.open(HERE) as desk:
            assert code(desk.log_in(CLERK)) is RuleFault.OPERATOR_REMOVED
            assert desk.screen is Screen.LOGIN


def told(said: str, view: CounterView) -> bool:
    return view.message is not None and view.message.code == said


def test_a_newcomer_activates_at_the_log_in_screen(tmp_path: Path) -> None:
    """Behind the lock of an open counter; a wrong code and a wrong password are said."""
    with Branch(tmp_path) as branch:
        branch.enrol(HERE, SUPERVISOR, branch.operator(SUPERVISOR, "supervisor"))
        added = branch.operator(CLERK, "clerk", "990100-01")
        with branch.open(HERE) as desk:
            assert desk.log_in(SUPERVISOR) is None
            asked = c.Activate(CLERK, added, PASSWORDS[CLERK], SUPERVISOR, PASSWORDS[SUPERVISOR])
            assert code(desk.do(asked)) is RuleFault.NOT_ALLOWED
            desk.do(c.Lock())
            assert code(desk.do(replace(asked, endorser=CLERK))) is RuleFault.APPROVER_SELF
            for wrong, said in (
                (replace(asked, password="short"), RuleFault.PASSWORD_WEAK),
                (replace(asked, endorser_password="no"), StoreFault.WRONG_KEY),
                (replace(asked, code="AAAA-BBBB"), HqFault.CODE_INVALID),
                (asked, "msg.activated"),
            ):
                assert desk.do(wrong) is None
                desk.until(str(said), partial(told, said))
            desk.wait("her keys", lambda: CLERK in desk._live.staff)
            assert code(desk.log_in(CLERK)) is RuleFault.KEY_NEW
            assert desk.log_in(CLERK, SUPERVISOR) is None
            days = {Paper.TRAINING: dt.date(2026, 11, 2)}
            with branch.database() as database:
                set_papers(database, CLERK, days)
            # Beside it the day of her password: headquarters knows when she activated.
            known = {**days, Paper.PASSWORD: business_date(dt.datetime.now(dt.UTC))}
            desk.wait("her training", lambda: desk._live.staff[CLERK].papers == known)
