"""Headquarters' word on a disclosure reaches the counter: its own entry, its record, and who hears of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from core import commands as c
from core import wire
from tests.core.books import NOW
from tests.core.station.desk import Counter
from tests.core.station.test_adopting import tell
from tests.core.station.test_disclosing import TYPED, _accepted, entry, item, lawful, mark, records, sign

pytestmark = pytest.mark.requirement("R73")


@pytest.fixture
def counter() -> Iterator[Counter]:
    """The clerk who filed it stands at it, and it stands before headquarters."""
    for made in _accepted(Counter(receipts=True)):
        made.do(lawful(item(made)), TYPED)
        sign(made)
        records(made)
        made.printer.jobs.clear()
        yield made


def word(counter: Counter, outcome: str, **other: Any) -> tuple[str, str, dict[str, Any]]:
    """A decision as headquarters publishes it."""
    asked = entry(counter, "DisclosureAsked")
    filed = entry(counter, "DisclosureFiled").header.seq
    body = {"filed": filed, "asked": asked.header.seq, "body": wire.b64(asked.hash), "reason": "none"}
    return "disclosure", f"{filed}.{outcome}", {**body, "outcome": outcome, "at": NOW, **other}


def said(counter: Counter) -> list[str]:
    rows = [each for each in counter.vault.journal.rows if each.header.kind == "DisclosureDecided"]
    return [each.data["outcome"] for each in rows]


def test_approved_and_released_in_one_batch_is_told_recorded_and_printed_once(counter: Counter) -> None:
    assert mark(counter).state == "asked"
    tell(counter, word(counter, "approved"), word(counter, "released"))
    assert (said(counter), counter.message()) == (["approved", "released"], "msg.disclosure_decided")
    assert mark(counter).state == "released"
    assert [each.state for each in records(counter)] == ["released"] * 2
    tell(counter, word(counter, "refused"))  # after that nothing else may follow
    assert said(counter) == ["approved", "released"]


@pytest.mark.parametrize("other", [{"body": wire.b64(bytes(32))}, {"asked": 1}, {"filed": 1}])
def test_what_speaks_of_nothing_that_stands_here_changes_nothing(
    counter: Counter, other: dict[str, Any]
) -> None:
    tell(counter, word(counter, "approved", **other))
    tell(counter, word(counter, "released"))  # before it was approved
    assert said(counter) == []
    tell(counter, word(counter, "gone"))
    assert "DirectiveParked" in counter.kinds()


def test_whoever_filed_it_and_was_away_hears_when_she_comes(counter: Counter) -> None:
    counter.do(c.LogOut())
    counter.log_in("OP20001", "si-wu-liu")
    tell(counter, word(counter, "refused"))
    assert counter.message() == "msg.disclosure_decided"
    counter.do(c.LogOut())
    counter.log_in(password="wrong")
    counter.log_in()
    assert counter.message() == "msg.tries_failed"  # covered, so not heard
    for heard in ("msg.disclosure_decided", "msg.welcome"):  # said once
        counter.do(c.LogOut())
        counter.log_in()
        assert counter.message() == heard
