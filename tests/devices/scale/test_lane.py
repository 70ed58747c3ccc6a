"""The scale's lane on a real pty: what is told, and what is not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.devices import DeviceState, Slot, Weighed
from devices.rack import Rack
from devices.simulators.port import PtyPort
from devices.simulators.scale import CAPACITY_G, ScaleSimulator
from tests.devices.rig import DRIVERS, Config, Told

pytestmark = pytest.mark.requirement("R30")


class Desk:
    """A scale, and what its lane told."""

    def __init__(self, scale: ScaleSimulator, told: Told) -> None:
        self.scale, self.told = scale, told

    def stands(self, grams: int, *, net: bool = False) -> list[Weighed]:
        """What was told until this stood still, the last included."""
        seen: list[Weighed] = []
        while not seen or seen[-1] != Weighed(Slot.SCALE, grams, True, net):
            event = self.told.story()
            assert isinstance(event, Weighed)
            seen.append(event)
        return seen


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    scale = ScaleSimulator(PtyPort(tmp_path / "scale", 9_600))
    scale.start()
    told = Told()
    rack = Rack([Config(Slot.SCALE, "ascii", scale.url)], DRIVERS, told)
    try:
        rack.start()
        told.truth(DeviceState.READY)
        yield Desk(scale, told)
    finally:
        left = rack.stop()
        scale.stop()
        assert left == ()


def test_a_parcel_swings_and_stands(desk: Desk) -> None:
    desk.stands(0)
    desk.scale.put(1284)
    seen = desk.stands(1284)
    assert len(seen) > 1
    assert not any(event.stable for event in seen[:-1] if event.grams)
    desk.scale.put(0)
    desk.stands(0)


def test_what_stands_is_told_once(desk: Desk) -> None:
    desk.stands(0)
    desk.scale.put(500)
    desk.stands(500)
    desk.scale.set_unstable(True)
    event = desk.told.story()
    assert isinstance(event, Weighed)
    assert not event.stable
    desk.scale.set_unstable(False)
    desk.stands(500)


def test_tare_is_net_and_lifting_it_no_fault(desk: Desk) -> None:
    desk.stands(0)
    desk.scale.put(250)
    desk.stands(250)
    desk.scale.tare()
    desk.stands(0, net=True)
    desk.scale.put(1250)
    desk.stands(1000, net=True)
    desk.scale.put(0)
    desk.stands(-250, net=True)


def test_over_its_range_and_back(desk: Desk) -> None:
    desk.stands(0)
    desk.scale.put(CAPACITY_G + 1)
    truth = desk.told.truth(DeviceState.ATTENTION)
    assert truth.fault == "device.scale_over"
    desk.scale.put(900)
    desk.told.truth(DeviceState.READY)
    desk.stands(900)


def test_below_zero_without_a_tare_is_said(desk: Desk) -> None:
    desk.stands(0)
    desk.scale.tare()
    desk.scale.put(-300)  # somebody lifts the pan itself
    truth = desk.told.truth(DeviceState.ATTENTION)
    assert truth.fault == "device.scale_below"
    desk.scale.put(0)
    desk.told.truth(DeviceState.READY)
