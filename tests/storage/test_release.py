"""A lockout at a real vault, ended by a supervisor who stands by; failed tries are in the journal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core import commands as c
from core.view import Screen
from tests.core.memory import TERMINAL
from tests.core.station.desk import Counter
from tests.peers.checker import check
from tests.peers.exports import export
from tests.storage.test_approval import CLERK, PASSWORDS, SUPERVISOR, FiledVault

WRONG = "Mian-Hua-Tang 8"


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    """Five wrong passwords: the clerk has to wait."""
    made = Counter(FiledVault(directory=tmp_path))
    for _ in range(5):
        made.log_in(CLERK, WRONG)
        assert made.message() == "store.wrong_key"
    made.log_in(CLERK, PASSWORDS[CLERK])
    assert made.message() == "store.locked_out"
    yield made
    made.station.stop()


def beside(counter: Counter, endorser: str, password: str = PASSWORDS[CLERK]) -> str:
    """A log-in with somebody standing by; what is said."""
    counter.do(c.LogIn(CLERK, password, endorser, PASSWORDS[endorser]))
    return counter.message()


def failed(counter: Counter) -> list[dict[str, Any]]:
    """What the journal says of failed tries; the independent checker has nothing against it."""
    key = counter.vault.headquarters.public.text
    check(export(counter.vault.journal.rows, TERMINAL, key), key)
    return [dict(e.data) for e in counter.vault.journal.rows if e.header.kind == "LogInsFailed"]


def test_a_supervisor_ends_it_at_once(counter: Counter) -> None:
    assert beside(counter, SUPERVISOR) == "msg.tries_failed"
    assert counter.views[-1].screen is Screen.CLERK
    assert counter.views[-1].lockout_seconds == 0
    released, entered = failed(counter)
    assert (released["operator"], released["failures"], released["released_by"]) == (CLERK, 5, SUPERVISOR)
    assert (entered["failures"], entered["released_by"]) == (5, None)
    counter.do(c.Lock())
    counter.log_in(CLERK, PASSWORDS[CLERK])
    assert counter.message() == "msg.welcome"  # said once
    assert len(failed(counter)) == 2


def test_nobody_ends_her_own(counter: Counter) -> None:
    assert beside(counter, CLERK) == "rule.approver_self"
    assert failed(counter) == []
    assert counter.views[-1].screen is Screen.LOGIN


def test_only_a_supervisor_does(tmp_path: Path) -> None:
    """She is locked out herself, and a clerk would help her."""
    counter = Counter(FiledVault(directory=tmp_path))
    for _ in range(5):
        counter.log_in(SUPERVISOR, WRONG)
    counter.do(c.LogIn(SUPERVISOR, PASSWORDS[SUPERVISOR], CLERK, PASSWORDS[CLERK]))
    said = counter.views[-1].message
    assert said is not None
    assert (said.code, said.facts["who"]) == ("rule.role", "fact.who.supervisor")
    assert failed(counter) == []
    assert not counter.vault.journal.rows[-1].header.kind.startswith("OperatorLoggedIn")
    counter.station.stop()


def test_one_try_and_it_waits_again(counter: Counter) -> None:
    assert beside(counter, SUPERVISOR, WRONG) == "store.wrong_key"
    counter.log_in(CLERK, PASSWORDS[CLERK])
    assert counter.message() == "store.locked_out"
    assert counter.views[-1].screen is Screen.LOGIN
    assert [row["released_by"] for row in failed(counter)] == [SUPERVISOR]


def test_for_a_number_that_nobody_has_nothing_is_signed(counter: Counter) -> None:
    """Unknown numbers wait like known ones; a supervisor's signature for them would say nothing."""
    for _ in range(6):
        counter.log_in("OP99999", WRONG)
    assert counter.message() == "store.locked_out"
    counter.do(c.LogIn("OP99999", WRONG, SUPERVISOR, PASSWORDS[SUPERVISOR]))
    assert counter.message() == "store.locked_out"
    assert failed(counter) == []
    assert counter.views[-1].screen is Screen.LOGIN


def test_after_its_time_she_gets_in_alone_and_is_told(counter: Counter) -> None:
    counter.vault.machine.advance(900)
    counter.log_in(CLERK, PASSWORDS[CLERK])
    said = counter.views[-1].message
    assert said is not None
    assert (said.code, said.facts["count"]) == ("msg.tries_failed", 5)
    assert [(row["failures"], row["released_by"]) for row in failed(counter)] == [(5, None)]
