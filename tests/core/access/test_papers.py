"""Agreement and training on a day, against days counted by hand."""

from __future__ import annotations

import datetime as dt

import pytest

from core.access.papers import PaperRules, State, standing

pytestmark = pytest.mark.requirement("R85")

# Training counts for 30 days: 1 November + 30 = 1 December.  Warned for 14 days, grace of 7.
RULES = PaperRules({"confidentiality": 0, "training": 30, "password": 0}, 14, 7)
BOTH = PaperRules({"confidentiality": 3650, "training": 30, "password": 0}, 14, 7)
TRAINED = {"training": dt.date(2026, 11, 1)}


@pytest.mark.parametrize(
    ("today", "state", "last"),
    [
        ("2026-11-01", State.FINE, "2026-12-01"),
        ("2026-11-17", State.FINE, "2026-12-01"),
        ("2026-11-18", State.SOON, "2026-12-01"),
        ("2026-12-01", State.SOON, "2026-12-01"),
        ("2026-12-02", State.GRACE, "2026-12-08"),
        ("2026-12-08", State.GRACE, "2026-12-08"),
        ("2026-12-09", State.ENDED, "2026-12-01"),
    ],
)
def test_from_the_first_day_to_the_last(today: str, state: State, last: str) -> None:
    found = standing(TRAINED, RULES, dt.date.fromisoformat(today))
    assert found is not None
    assert (found.paper, found.state, str(found.last)) == ("training", state, last)


def test_what_is_not_asked_for_is_not_looked_at() -> None:
    nothing = PaperRules({"confidentiality": 0, "training": 0, "password": 0}, 14, 7)
    assert standing({}, nothing, dt.date(2026, 11, 1)) is None


def test_the_worst_counts() -> None:
    """A missing agreement beside a training that only ends soon."""
    found = standing(TRAINED, BOTH, dt.date(2026, 11, 30))
    assert found is not None
    assert (found.paper, found.state) == ("confidentiality", State.MISSING)
    signed = TRAINED | {"confidentiality": dt.date(2026, 1, 1)}
    found = standing(signed, BOTH, dt.date(2026, 11, 30))
    assert found is not None
    assert (found.paper, found.state) == ("training", State.SOON)


def test_a_password_ends_as_they_do() -> None:
    """90 days from the activation in which it was made: 3 August + 90 = 1 November."""
    rules = PaperRules({"confidentiality": 0, "training": 0, "password": 90}, 14, 7)
    made = {"password": dt.date(2026, 8, 3)}
    states = {day: standing(made, rules, dt.date(2026, 11, day)) for day in (1, 2, 9)}
    assert [(found.state, str(found.last)) for found in states.values() if found] == [
        (State.SOON, "2026-11-01"),
        (State.GRACE, "2026-11-08"),
        (State.ENDED, "2026-11-01"),
    ]
    assert standing({}, rules, dt.date(2026, 11, 9)) is None  # her keys are on a card
