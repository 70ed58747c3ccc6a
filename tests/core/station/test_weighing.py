"""Whose load lies on the pan: the scale fills the weight of its own item and no other's."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core import commands as c
from core import wire
from core.commands import Field
from core.devices import DeviceChanged, DeviceState, DeviceTruth, Slot, Weighed
from core.ledger.entry import AttachmentClass
from core.view import GateName, ScaleView
from tests.core.station.desk import WAYBILLS, Counter

pytestmark = pytest.mark.requirement("R30")


class Weighing(Counter):
    """A counter with a scale."""

    def scale(self, state: DeviceState = DeviceState.READY, fault: str = "") -> None:
        self.station.device_event(DeviceChanged(DeviceTruth(Slot.SCALE, state, fault)))
        self.look()

    def pan(self, grams: int, *, stable: bool = True) -> tuple[str, str]:
        """Something lies there now; text and source of the weight."""
        self.station.device_event(Weighed(Slot.SCALE, grams, stable))
        self.look()
        field = self.visit().fields[Field.WEIGHT]
        return field.text, field.source

    def note(self) -> str:
        scale = self.visit().scale
        assert scale is not None
        return scale.note


@pytest.fixture
def counter() -> Iterator[Weighing]:
    counter = Weighing()
    counter.log_in()
    counter.scale()
    counter.pan(0)
    yield counter
    counter.station.stop()


def test_only_what_stands_still_is_taken(counter: Weighing) -> None:
    revision = counter.visit().revision
    assert counter.pan(1319, stable=False) == ("", "")
    assert counter.visit().scale == ScaleView(1319, False, "")
    assert counter.pan(1284) == ("1.284", "scale")
    assert counter.note() == "taken"
    assert counter.visit().revision == revision + 1  # the screen goes on to the next field
    assert counter.pan(1300) == ("1.300", "scale")  # tape and a label
    assert counter.visit().revision == revision + 1
    assert counter.pan(0) == ("1.300", "scale")
    facts = {gate.name: gate.facts for gate in counter.visit().gates}
    assert facts[GateName.WEIGHT] == {"grams": 1300, "source": "scale"}


def test_what_was_typed_stays(counter: Weighing) -> None:
    counter.type(weight="2.5")
    assert counter.pan(1284) == ("2.5", "typed")
    assert counter.note() == "typed"
    counter.type(weight="")  # the clerk may be about to type another
    assert counter.visit().fields[Field.WEIGHT].text == ""
    counter.pan(1290, stable=False)
    assert counter.pan(1284) == ("1.284", "scale")
    counter.type(weight="1.2")
    assert counter.pan(1285) == ("1.2", "typed")


def test_the_last_parcel_is_not_the_next_ones_weight(counter: Weighing) -> None:
    counter.sender()
    counter.parcel(WAYBILLS[0])
    counter.type(weight="")
    counter.pan(1284)
    counter.do(c.Commit())
    assert counter.visit().items
    counter.do(c.NextItem())
    assert counter.visit().fields[Field.WEIGHT].text == ""
    assert counter.note() == "last"
    assert counter.pan(2084) == ("", "")  # the next one on top of it
    assert counter.note() == "last"
    counter.pan(0)
    assert counter.pan(800) == ("0.800", "scale")


def test_a_typed_weights_parcel_left_lying_is_not_taken_either(counter: Weighing) -> None:
    counter.sender()
    counter.parcel(WAYBILLS[0])
    counter.pan(1284)
    counter.do(c.Commit(), c.NextCustomer())
    assert counter.pan(1285) == ("", "")
    assert counter.note() == "last"


def test_the_next_parcel_may_lie_there_before_its_key(counter: Weighing) -> None:
    counter.sender()
    counter.parcel(WAYBILLS[0])
    counter.pan(1284)
    counter.do(c.Commit())
    counter.pan(0)
    counter.pan(640)
    counter.do(c.NextItem())
    field = counter.visit().fields[Field.WEIGHT]
    assert (field.text, field.source) == ("0.640", "scale")


@pytest.mark.parametrize("state", [DeviceState.GONE, DeviceState.ATTENTION])
def test_after_a_gap_the_pan_has_to_be_empty_once(counter: Weighing, state: DeviceState) -> None:
    counter.scale(state, "device.scale_over")
    assert counter.visit().scale == ScaleView(fault="device.scale_over")
    counter.scale()
    assert counter.pan(500) == ("", "")
    counter.pan(1)
    assert counter.pan(500) == ("0.500", "scale")


def test_a_weight_alone_is_nothing_typed(counter: Weighing) -> None:
    counter.pan(500)
    message = counter.do(c.NextCustomer()).message
    assert message is None or message.code != "rule.not_ready"


def test_behind_the_lock_nothing_is_weighed(counter: Weighing) -> None:
    counter.do(c.Lock())
    counter.station.device_event(Weighed(Slot.SCALE, 700, True))
    counter.log_in()
    field = counter.visit().fields[Field.WEIGHT]
    assert (field.text, field.source) == ("0.700", "scale")  # it lies there for whoever is back


def test_the_record_says_where_the_weight_came_from(counter: Weighing) -> None:
    counter.sender()
    counter.parcel(WAYBILLS[0])
    counter.type(weight="")
    counter.pan(1284)
    counter.do(c.Commit(), c.NextItem())
    counter.parcel(WAYBILLS[1])
    counter.do(c.Commit())
    entries = [entry for entry in counter.vault.journal.entries(1) if entry.header.kind == "ItemAccepted"]
    assert [entry.data["weight_source"] for entry in entries] == ["scale", "typed"]
    for entry, source in zip(entries, ("scale", "typed"), strict=True):
        annexes = [part for part in entry.attachments if part and part.cls is AttachmentClass.ANNEX]
        assert [wire.decode(part.data)["weight_source"] for part in annexes] == [source]
