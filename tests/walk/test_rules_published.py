"""An edition of the rule data from headquarters: by branch, halted, broken, used from its date on (T19)."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from core import commands as c
from core import wire
from core.errors import CounterError
from core.ledger.clock import business_date
from hq.directives import halt
from hq.messages import exit_code, sentence
from hq.schema import PUBLICATIONS
from tests.walk.branch import RESOURCES, Branch

pytestmark = pytest.mark.requirement("R108", "R109", "T19")

HERE, THERE = "990100-01-03", "770000-02-01"
TODAY = business_date(dt.datetime.now(dt.UTC))


def edition(version: str, days: int, **limits: int) -> dict[str, Any]:
    """The program's own edition with another version, date and some limits."""
    value: dict[str, Any] = json.loads((RESOURCES / "rules" / "2026-11-01.json").read_bytes())
    value["version"], value["effective_from"] = version, (TODAY + dt.timedelta(days=days)).isoformat()
    for name, number in limits.items():
        value["limits"][name]["value"] = number
    return value


def write(path: Path, value: dict[str, Any]) -> Path:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1), "utf-8")
    return path


def test_by_branch_with_halt_and_from_its_date_on(tmp_path: Path) -> None:
    with Branch(tmp_path) as branch:
        branch.enrol(HERE, "OP20001", branch.operator("OP20001", "supervisor"))
        branch.enrol(THERE, "OP10001", branch.operator("OP10001", "clerk"), branch="770000-02")
        now = write(tmp_path / "now.json", edition("t-now", 0, idle_lock_minutes=7))
        later = write(tmp_path / "later.json", edition("t-later", 3))
        with branch.open(HERE) as here, branch.open(THERE) as there:
            assert here.log_in("OP20001") is None
            assert there.log_in("OP10001") is None
            before = here.entries("OperatorLoggedIn")[-1].header.rules
            here.adopted(1)
            there.adopted(1)
            first = branch.publish(now, "990100-01")
            held, held_there = here.number, there.number
            here.adopted(held + 1)
            branch.publish(later, "990100-01")
            here.adopted(held + 2)
            assert [each.version for each in here.rules().editions] == [before, "t-now", "t-later"]
            here.do(c.Lock())
            assert here.log_in("OP20001") is None
            assert here.entries("OperatorLoggedIn")[-1].header.rules == "t-now"  # not the one of later
            assert here.entries("OperatorLoggedIn")[0].header.rules == before
            here.wait("counted", lambda: branch.publications()[first].adopted == 1)
            row = branch.publications()[first]
            assert (row.scope, row.terminals, row.delivered) == ("branch:990100-01", 1, 1)
            assert there.number == held_there
            # To all: who has it is not told again; who has it not gets it.
            branch.publish(now)
            there.adopted(held_there + 1)
            assert there.rules().editions[-1].version == "t-now"
            there.wait("asked again", lambda: _asked(branch, HERE))
            assert here.number == held + 2
        _halted_while_away(branch, tmp_path)
        with branch.open(HERE) as here:  # kept across a restart, headquarters away
            branch.hq.kill()
            assert here.log_in("OP20001") is None
            assert here.entries("OperatorLoggedIn")[-1].header.rules == "t-now"


def _asked(branch: Branch, terminal: str) -> bool:
    return any(row["terminal"] == terminal and row["contact"] for row in branch.hq.listed())


def _halted_while_away(branch: Branch, tmp_path: Path) -> None:
    """The counters are shut; what is halted before they ask never reaches them."""
    wrong = write(tmp_path / "wrong.json", edition("t-wrong", 0))
    number = branch.publish(wrong)
    with branch.database() as database:
        halt(database, number)
    with branch.open(HERE) as here:
        assert here.log_in("OP20001") is None
        here.until("fresh", lambda view: view.sync.state == "ok" and view.sync.unsent == 0)
        after = write(tmp_path / "after.json", edition("t-after", 9))
        branch.publish(after)
        here.wait("the next one", lambda: here.rules().editions[-1].version == "t-after")
        assert "t-wrong" not in [each.version for each in here.rules().editions]
    row = branch.publications()[number]
    assert (row.delivered, row.adopted, bool(row.halted)) == (0, 0, True)


def test_a_broken_edition_is_refused_and_parked(tmp_path: Path) -> None:
    with Branch(tmp_path) as branch:
        branch.enrol(HERE, "OP20001", branch.operator("OP20001", "supervisor"))
        twin = edition("t-1", 0)
        branch.publish(write(tmp_path / "t1.json", twin))
        limits = {**twin["limits"], "scan_max": {"value": 0, "mark": "P", "source": "x"}}
        nothing_fits = {**twin, "limits": limits}
        own = json.loads((RESOURCES / "rules" / "2026-11-01.json").read_bytes())["version"]
        for value, said in (
            (nothing_fits, "scan_max"),
            ({**twin, "weather": 1}, "weather"),
            ({**twin, "effective_from": "soon"}, "effective_from"),
            (edition("t-1", 5), "a version of its own"),
            (edition(own, 5), "a version of its own"),
        ):  # fmt: skip
            with pytest.raises(CounterError) as refused:
                branch.publish(write(tmp_path / "bad.json", value))
            assert said in sentence(refused.value)
            assert exit_code(refused.value) == 2
        good = branch.publish(write(tmp_path / "good.json", edition("t-2", 0)))
        _break(branch, good)
        with branch.open(HERE) as here:
            assert here.log_in("OP20001") is None
            view = here.until("parked", lambda view: _said(view) == "msg.directive_parked")
            assert view.message is not None
            assert view.message.facts["fault"] == "config.unknown_key"
            assert [each.version for each in here.rules().editions][-1] == "t-1"
            assert here.entries("DirectiveParked")[0].data["cause"] == "config.unknown_key"
            branch.publish(write(tmp_path / "t3.json", edition("t-3", 1)))
            here.wait("the next one", lambda: here.rules().editions[-1].version == "t-3")
            here.wait("told", lambda: branch.publications()[good].parked == 1)


def _said(view: Any) -> str:
    return view.message.code if view.message is not None else ""


def _break(branch: Branch, number: int) -> None:
    """As a headquarters of another version might publish it."""
    with branch.database() as database, database.write() as connection:
        body = wire.encode({"edition": {**edition("t-2", 0), "weather": 1}}, limit=500_000)
        here = update(PUBLICATIONS).where(PUBLICATIONS.c.number == number)
        connection.execute(here.values(body=body))
