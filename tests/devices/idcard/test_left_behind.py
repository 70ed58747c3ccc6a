"""A card left on the reader: said once, and never taken for the next customer's."""

from __future__ import annotations

import pytest

from core.devices import CardLeft, DeviceState
from devices.simulators.port import Port
from tests.devices.idcard.stand import A, B, Desk, a_desk, whole


def test_a_card_left_behind_is_said_once_a_placing(port: Port) -> None:
    with a_desk(port, card_left_s=1) as desk:
        desk.ready()
        for person in (A, B):
            desk.reader.place(person)
            desk.reads(person.fields["name"])
            event = desk.told.story()
            assert isinstance(event, CardLeft)
            assert event.seconds >= 1
            desk.polled(10)
            assert desk.told.nothing_more(0.1) == []
            desk.reader.lift()
            desk.lifted()


def test_a_card_lifted_in_time_is_not_said(port: Port) -> None:
    with a_desk(port, card_left_s=3600) as desk:
        desk.ready()
        desk.reader.place(A)
        desk.reads("证件样本")
        desk.polled(10)
        desk.reader.lift()
        desk.lifted()
        assert desk.told.nothing_more(0.1) == []


@pytest.mark.parametrize("found_again", [False, True])
def test_the_last_customers_card_is_not_taken_anew_after_a_power_cycle(desk: Desk, found_again: bool) -> None:
    """T27: the reader offers the card that lies there as if it had just been placed."""
    desk.reader.quirks.found_again = found_again
    desk.reader.place(A)
    desk.reads("证件样本")
    for _ in range(2):
        desk.reader.power_cycle()
        desk.told.truth(DeviceState.READY)
        desk.polled(10)
        assert desk.told.nothing_more(0.1) == []
    desk.reader.lift()
    desk.lifted()
    desk.reader.place(A)  # placed again by somebody's hand: that counts
    desk.reads("证件样本")


@pytest.mark.parametrize("found_again", [False, True])
def test_another_card_after_a_power_cycle_is_the_next_customers(desk: Desk, found_again: bool) -> None:
    desk.reader.quirks.found_again = found_again
    desk.reader.place(A)
    desk.reads("证件样本")
    desk.reader.port.unplug()
    desk.told.truth(DeviceState.GONE)
    desk.reader.place(B)
    desk.reader.port.replug()
    desk.lifted()
    whole(desk.reads("古丽·示例"))
    desk.reader.lift()
    desk.lifted()


def test_a_card_that_cannot_be_read_after_a_break_is_said_as_such(desk: Desk) -> None:
    desk.reader.place(A)
    desk.reads("证件样本")
    desk.reader.quirks.read_error = 0x33
    desk.reader.power_cycle()
    desk.told.truth(DeviceState.GONE)
    desk.lifted()
    desk.fails("card_suspect")
