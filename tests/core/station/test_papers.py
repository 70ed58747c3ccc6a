"""Agreement and training at the log-in: what the rules ask for, by the days that headquarters said."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from typing import Any

import pytest

from core import commands as c
from core.crypto.keys import new_agreement
from core.ledger.clock import business_date
from core.ledger.directives import Directive, make_directive
from core.ledger.staff import staff_body
from core.ports import StaffRow
from core.station import adopting
from core.view import Screen
from tests.core.memory import TERMINAL
from tests.core.station.desk import Counter
from tests.core.station.test_adopting import edition, tell

pytestmark = pytest.mark.requirement("R85", "R86")


@pytest.fixture
def counter() -> Iterator[Counter]:
    """At work while the rules begin to ask for training, and headquarters knows no day of hers."""
    made = Counter()
    made.log_in()
    value = edition(made, "t-2")
    value["edition"]["papers"]["training"]["value"] = 365
    tell(made, ("rules", "t-2", value), trained(made, None))
    yield made
    made.station.stop()


def trained(
    counter: Counter, days_ago: int | None, paper: str = "training"
) -> tuple[str, str, dict[str, Any]]:
    """Headquarters' word about her, with the day of her training (or another paper) or without one."""
    day = business_date(counter.vault.machine.wall())
    papers = {} if days_ago is None else {paper: day - dt.timedelta(days=days_ago)}
    key = counter.vault.people["OP10001"].public
    row = StaffRow("OP10001", "clerk", "示例甲", key, new_agreement().public, b"w", papers)
    return "operator", "OP10001", staff_body(row)[0]


def test_no_training_no_log_in_where_the_rules_ask_for_it(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adopting, "_WAIT_SECONDS", 0.05)
    assert counter.views[-1].screen is Screen.CLERK  # whoever is at work stays
    for days_ago, message in (
        (None, "rule.paper_missing"),
        (365 + 8, "rule.paper_ended"),
        (365 + 7, "msg.paper_grace"),
        (360, "msg.paper_soon"),
        (1, "msg.welcome"),
    ):
        tell(counter, trained(counter, days_ago))
        counter.do(c.Lock())
        view = counter.log_in()
        assert counter.message() == message
        assert (view.screen is Screen.CLERK) is message.startswith("msg.")


def test_the_day_that_headquarters_enters_while_she_waits_lets_her_in(counter: Counter) -> None:
    """Nobody is logged in, so nothing else would bring it here."""
    head = counter.vault.journal.directive_head()
    kind, subject, body = trained(counter, 1)
    at = counter.vault.machine.wall()
    directive = Directive(TERMINAL, head.number + 1, head.hash, kind, subject, at, 1, body)
    said = make_directive(directive, counter.vault.headquarters)
    counter.do(c.Lock())
    done = counter.station.submit(c.LogIn("OP10001", "yi-er-san"))
    deadline = time.monotonic() + 20
    while counter.views[-1].screen is not Screen.UNLOCKING:
        assert time.monotonic() < deadline, "no log-in"
        time.sleep(0.005)
    counter.station.directives_told([said])
    assert done.exception(20) is None
    assert counter.settle().screen is Screen.CLERK


def test_a_password_that_is_too_old(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    """Said before it ends and in the days of grace; a new activation brings a new day."""
    monkeypatch.setattr(adopting, "_WAIT_SECONDS", 0.05)
    value = edition(counter, "t-3")
    value["edition"]["papers"]["password"]["value"] = 90
    value["edition"]["papers"]["training"]["value"] = 0
    tell(counter, ("rules", "t-3", value))
    for days_ago, message in (
        (90 + 8, "rule.paper_ended"),
        (90 + 7, "msg.paper_grace"),
        (89, "msg.paper_soon"),
        (0, "msg.welcome"),
    ):
        tell(counter, trained(counter, days_ago, "password"))
        counter.do(c.Lock())
        view = counter.log_in()
        assert counter.message() == message
        assert (view.screen is Screen.CLERK) is message.startswith("msg.")
