"""A card left on the reader is said on the clerk's screen, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core.devices import CardLeft, CardLifted, Slot
from core.view import Screen
from tests.core.station.desk import Counter


@pytest.fixture
def counter() -> Iterator[Counter]:
    counter = Counter()
    yield counter
    counter.station.stop()


def test_a_card_left_behind_is_said(counter: Counter) -> None:
    counter.log_in()
    counter.place()
    counter.station.device_event(CardLeft(Slot.ID_READER, 60))
    view = counter.look()
    assert view.screen is Screen.CLERK
    assert view.message is not None
    assert (view.message.code, view.message.level) == ("msg.card_left", "warning")


def test_behind_the_lock_nothing_is_said(counter: Counter) -> None:
    counter.station.device_event(CardLeft(Slot.ID_READER, 60))
    assert counter.look().message is None


def test_once_it_is_taken_nobody_is_asked_to_give_it_back(counter: Counter) -> None:
    counter.log_in()
    counter.place()
    counter.station.device_event(CardLeft(Slot.ID_READER, 60))
    counter.station.device_event(CardLifted(Slot.ID_READER))
    assert counter.look().message is None
