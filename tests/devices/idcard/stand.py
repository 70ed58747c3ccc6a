"""A simulated reader on a port, a rack on it, and what the rack told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from core.devices import CardFailed, CardLifted, CardRead, CardReading, DeviceState, Slot
from devices.idcard.lane import ReaderLane
from devices.rack import Rack
from devices.simulators.cards import build_photo, load_people
from devices.simulators.port import Port
from devices.simulators.reader import ReaderSimulator
from tests.devices.rig import DRIVERS, Config, Told, until

PEOPLE = load_people()
A, B = PEOPLE["证件样本"], PEOPLE["古丽·示例"]
FIND, SELECT, READ, APPEND = 0x2001, 0x2002, 0x3001, 0x3003
SAM = "05.01-20100101-0000000001-2345678901"


class Desk:
    """One reader, one rack, what it told."""

    def __init__(self, reader: ReaderSimulator, told: Told, rack: Rack) -> None:
        self.reader, self.told, self.rack = reader, told, rack

    @property
    def lane(self) -> ReaderLane:
        lane = self.rack.lane(Slot.ID_READER)
        assert isinstance(lane, ReaderLane)
        return lane

    def ready(self) -> None:
        """The reader has introduced itself."""
        assert self.told.truth(DeviceState.READY).facts == {"sam": SAM}

    def reads(self, name: str) -> CardRead:
        """The next two things told: reading, read."""
        assert isinstance(self.told.story(), CardReading)
        event = self.told.story()
        assert isinstance(event, CardRead), event
        assert event.card.name == name
        return event

    def fails(self, fault: str) -> CardFailed:
        """The next two things told: reading, failed."""
        assert isinstance(self.told.story(), CardReading)
        event = self.told.story()
        assert isinstance(event, CardFailed), event
        assert event.fault == f"device.{fault}"
        return event

    def lifted(self) -> None:
        """The next thing told."""
        assert isinstance(self.told.story(), CardLifted)

    def polled(self, times: int = 4) -> None:
        """The lane has gone on asking for that long."""
        seen = len(self.reader.commands)
        until(lambda: len(self.reader.commands) >= seen + times, "the lane does not poll")


@contextmanager
def a_desk(port: Port, **options: int | str) -> Iterator[Desk]:
    """Reader and rack at work; nothing is left behind."""
    reader = ReaderSimulator(port)
    reader.start()
    told = Told()
    wanted: dict[str, int | str] = {"poll_ms": 25, **options}
    rack = Rack([Config(Slot.ID_READER, "sam", reader.url, wanted)], DRIVERS, told)
    try:
        rack.start()
        yield Desk(reader, told, rack)
    finally:
        left = rack.stop()
        reader.stop()
        assert left == ()


def whole(event: CardRead) -> None:
    """Name, number, address and photo are one person's."""
    [person] = [p for p in PEOPLE.values() if p.fields["number"] == event.card.number]
    assert event.card.name == person.fields["name"]
    assert event.card.address == person.fields["address"]
    assert event.card.photo == build_photo(person)
