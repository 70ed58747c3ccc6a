"""The reader's lane on a real pty and a real TCP connection, against the simulated reader.

Quirk numbers are those of id-reader.md §1.6; T27 of never-again.md: unplugged while reading, cards
swapped between steps, two cards, noise, wrong checksums, a mute reader.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.devices import (
    CardFailed,
    CardLeft,
    CardLifted,
    CardRead,
    CardReading,
    DeviceChanged,
    DeviceEvent,
    DeviceState,
    Slot,
)
from devices.idcard.lane import ReaderLane
from devices.rack import Rack
from devices.simulators.cards import build_photo, load_people
from devices.simulators.port import Port, PtyPort, TcpPort
from devices.simulators.reader import Quirks, ReaderSimulator
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
def a_desk(port: Port, **options: int) -> Iterator[Desk]:
    """Reader and rack at work; nothing is left behind."""
    reader = ReaderSimulator(port)
    reader.start()
    told = Told()
    options = {"poll_ms": 25, **options}
    rack = Rack([Config(Slot.ID_READER, "sam", reader.url, options)], DRIVERS, told)
    try:
        rack.start()
        yield Desk(reader, told, rack)
    finally:
        left = rack.stop()
        reader.stop()
        assert left == ()


@pytest.fixture(params=["pty", "tcp"])
def port(request: pytest.FixtureRequest, tmp_path: Path) -> Port:
    """Both links, at the usual rate."""
    return PtyPort(tmp_path / "id_reader", 115_200) if request.param == "pty" else TcpPort(115_200)


@pytest.fixture
def desk(port: Port) -> Iterator[Desk]:
    """A reader without quirks that has introduced itself."""
    with a_desk(port) as desk:
        desk.ready()
        yield desk


@pytest.fixture
def hasty(port: Port) -> Iterator[Desk]:
    """As ``desk``, with 30 % of the usual patience for a silent reader."""
    with a_desk(port, patience_percent=30, start_limit_ms=300) as desk:
        desk.ready()
        yield desk


def test_a_card_is_read_watched_and_lifted(desk: Desk) -> None:
    desk.reader.place(A)
    read = desk.reads("证件样本")
    assert read.slot is Slot.ID_READER
    assert read.card.number == "11010519491231002X"
    assert read.card.photo == build_photo(A)
    desk.polled()
    desk.reader.lift()
    desk.lifted()
    desk.reader.place(B)
    second = desk.reads("古丽·示例")
    assert second.card.read_id != read.card.read_id
    assert second.answered_ns > read.answered_ns
    assert 0x3010 not in desk.reader.commands


def test_truths_of_a_read(desk: Desk) -> None:
    desk.reader.place(A)
    story: list[DeviceEvent] = []
    while (
        not story
        or not isinstance(story[-1], DeviceChanged)
        or story[-1].truth.state is not DeviceState.READY
    ):
        story.append(desk.told.next())
    assert [type(event) for event in story] == [CardReading, DeviceChanged, CardRead, DeviceChanged]
    [truth] = desk.rack.truths()
    assert (truth.state, truth.fault) == (DeviceState.READY, "")


@pytest.mark.parametrize("found_again", [False, True])
def test_a_lying_card_is_read_once_with_either_firmware(desk: Desk, found_again: bool) -> None:
    """Quirks 1 and 2."""
    desk.reader.quirks.found_again = found_again
    for person in (A, B, B):
        desk.reader.place(person)
        desk.reads(person.fields["name"])
        desk.polled(10)
        assert desk.reader.commands[-1] == APPEND
        desk.reader.lift()
        desk.lifted()
    assert desk.told.nothing_more(0.3) == []
    assert desk.reader.commands.count(READ) == 3


@pytest.mark.parametrize("found_again", [False, True])
def test_a_reader_without_30_03_still_reads_once(desk: Desk, found_again: bool) -> None:
    desk.reader.quirks = Quirks(found_again=found_again, append_unknown=True)
    desk.reader.place(A)
    desk.reads("证件样本")
    desk.polled(10)
    assert desk.reader.commands.count(READ) == 1
    desk.reader.lift()
    desk.lifted()
    assert desk.told.nothing_more(0.2) == []


def test_a_swapped_card_is_noticed_between_two_polls(desk: Desk) -> None:
    desk.reader.place(A)
    desk.reads("证件样本")
    desk.reader.place(B)
    desk.lifted()
    desk.reads("古丽·示例")


def test_first_find_after_placing_sees_nothing(desk: Desk) -> None:
    """Quirk 4."""
    desk.reader.quirks.first_find_80 = True
    desk.reader.place(A)
    desk.reads("证件样本")


@pytest.mark.parametrize("chunk", [1, 2, 5, 62])
def test_split_frames_with_garbage_before(desk: Desk, chunk: int) -> None:
    """Quirk 5."""
    desk.reader.quirks = Quirks(
        chunk=chunk, chunk_pause_s=0.0002, garbage=b"\x00\xff\x13\xaa\xaa", find_data=b"\x01\x02\x03\x04"
    )
    desk.reader.place(B)
    assert desk.reads("古丽·示例").card.number == B.fields["number"]


def test_a_wrong_first_sam_id_is_not_shown(port: Port) -> None:
    """Quirk 6."""
    reader_quirks = Quirks(first_sam_id_wrong=True)
    reader = ReaderSimulator(port)
    reader.quirks = reader_quirks
    reader.start()
    told = Told()
    rack = Rack([Config(Slot.ID_READER, "sam", reader.url)], DRIVERS, told)
    rack.start()
    assert told.truth(DeviceState.READY).facts == {"sam": SAM}
    assert rack.stop() == ()
    reader.stop()


def test_a_hanging_chip(desk: Desk) -> None:
    """Quirk 7: a SAM reset cures it."""
    desk.reader.quirks.hangs = True
    desk.reader.place(A)
    desk.reads("证件样本")
    assert desk.reader.commands.count(0x10FF) == 1


def test_a_hanging_chip_without_reset_is_cured_by_lifting(port: Port) -> None:
    """Quirk 7: and it is not tried again and again before that."""
    with a_desk(port, reset_on_failure=0) as desk:
        desk.ready()
        desk.reader.quirks.hangs = True
        desk.reader.place(A)
        assert desk.fails("card_unreadable").facts["sw"] == "6A8241"
        reads = desk.reader.commands.count(READ)
        desk.polled(10)
        assert desk.reader.commands.count(READ) == reads
        desk.reader.lift()
        desk.polled(6)
        desk.reader.place(A)
        desk.reads("证件样本")


def test_a_vendors_own_timeout_code(desk: Desk) -> None:
    """Quirk 9: unknown status, shown as it is; reading goes on when the reader is itself again."""
    desk.reader.quirks.vendor_timeout = True
    assert desk.told.truth(DeviceState.ATTENTION, "device.refused").facts["sw"] == "050505"
    desk.reader.quirks.vendor_timeout = False
    desk.ready()


@pytest.mark.parametrize("damaged", [1, 2])
def test_wrong_checksums_are_read_again(desk: Desk, damaged: int) -> None:
    desk.reader.quirks.bad_reads = damaged
    desk.reader.place(A)
    desk.reads("证件样本")
    desk.reader.quirks.bad_checksums = 2
    desk.polled()
    assert desk.told.nothing_more(0.1) == []


def test_a_line_that_damages_everything(desk: Desk) -> None:
    desk.reader.quirks.bad_checksums = 1_000_000
    truth = desk.told.truth(DeviceState.ATTENTION, "device.bad_frame")
    assert truth.facts["reason"] == "checksum"
    desk.reader.quirks.bad_checksums = 0
    desk.ready()


def test_noise_instead_of_answers(hasty: Desk) -> None:
    hasty.reader.quirks.babble = b"$GPGGA,noise*00\r\n"
    assert hasty.told.truth(DeviceState.ATTENTION, "device.wrong_device")
    hasty.reader.quirks.babble = b""
    hasty.ready()


def test_a_mute_reader(hasty: Desk) -> None:
    hasty.reader.quirks.silent = True
    assert hasty.told.truth(DeviceState.ATTENTION, "device.no_answer")
    hasty.reader.quirks.silent = False
    hasty.ready()


def test_mute_while_reading(hasty: Desk) -> None:
    def fall_silent() -> None:
        hasty.reader.quirks.silent = True

    hasty.reader.quirks.found_again = True
    hasty.reader.at(READ, fall_silent)
    hasty.reader.place(A)
    hasty.fails("no_answer")
    assert hasty.told.truth(DeviceState.ATTENTION, "device.no_answer")
    hasty.reader.quirks.silent = False
    hasty.reads("证件样本")  # the lane starts anew; the card still lies there


@pytest.mark.parametrize(
    ("status", "fault"), [(0x60, "self_test"), (0x66, "not_authorised"), (0x24, "refused")]
)
def test_an_unwell_sam(desk: Desk, status: int, fault: str) -> None:
    desk.reader.quirks.status = status
    assert desk.told.truth(DeviceState.ATTENTION, f"device.{fault}")
    desk.reader.quirks.status = 0x90
    desk.ready()


@pytest.mark.parametrize(
    ("sw3", "fault"),
    [
        (0x31, "card_unreadable"),
        (0x33, "card_suspect"),
        (0x40, "card_unsupported"),
        (0x47, "card_unreadable"),
    ],
)
def test_reads_that_fail(desk: Desk, sw3: int, fault: str) -> None:
    desk.reader.quirks.read_error = sw3
    desk.reader.place(A)
    desk.fails(fault)
    desk.polled(8)
    desk.reader.quirks.read_error = 0
    desk.reader.lift()
    desk.polled(6)
    desk.reader.place(A)
    desk.reads("证件样本")


def test_a_card_that_the_sam_denies_twice_is_suspect(desk: Desk) -> None:
    desk.reader.quirks.read_error = 0x32
    for fault in ("card_unreadable", "card_suspect", "card_suspect"):
        desk.reader.place(A)
        desk.fails(fault)
        desk.reader.lift()
        desk.polled(6)
    desk.reader.quirks.read_error = 0
    desk.reader.place(A)
    desk.reads("证件样本")


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("样本港", "hmt_resident"), ("样本台", "hmt_resident"),
        ("样本外旧", "foreigner_2017"), ("样本外新", "foreigner_2023"),
    ],
)  # fmt: skip
def test_every_document_with_a_chip_is_read(desk: Desk, key: str, kind: str) -> None:
    desk.reader.place(PEOPLE[key])
    card = desk.reads(PEOPLE[key].fields["name"]).card
    assert (card.kind.value, card.number) == (kind, PEOPLE[key].fields["number"])


def test_an_unknown_document_is_refused_by_its_letter(desk: Desk) -> None:
    desk.reader.place(PEOPLE["样本未知"])
    assert desk.fails("card_unsupported").facts == {"document": "unknown", "letter": "Z"}


def test_the_newest_address_comes_with_the_card(desk: Desk) -> None:
    person = PEOPLE["示例丁"]
    desk.reader.place(person)
    card = desk.reads("示例丁").card
    assert (card.address, card.newest_address) == (person.fields["address"], person.newest_address)
    desk.reader.place(A)
    desk.lifted()
    assert desk.reads("证件样本").card.newest_address == ""


def test_the_newest_address_of_another_card_is_not_taken(desk: Desk) -> None:
    """T27: a card swapped in after the read adds nothing to the first."""
    desk.reader.at(APPEND, lambda: desk.reader.place(PEOPLE["示例丁"]))
    desk.reader.place(A)
    assert desk.reads("证件样本").card.newest_address == ""
    desk.lifted()
    assert desk.reads("示例丁").card.newest_address


@pytest.mark.parametrize(("size", "body_number"), [(8, "0102030405060708"), (1, "01"), (0, "")])
def test_the_chips_own_number_where_it_is_wanted(port: Port, size: int, body_number: str) -> None:
    with a_desk(port, body_number=1) as desk:
        desk.ready()
        desk.reader.quirks.body_number_bytes = size
        desk.reader.place(A)
        event = desk.reads("证件样本")
        assert event.body_number == body_number
        assert not body_number or body_number not in repr(event)
        asked = list(desk.reader.commands)
        assert asked.index(SELECT) < asked.index(0x3005) < asked.index(READ)


def test_a_reader_mute_to_30_03_still_serves(hasty: Desk) -> None:
    hasty.reader.quirks = Quirks(append_silent=True)
    for person in (A, B):
        hasty.reader.place(person)
        hasty.reads(person.fields["name"])
        until(lambda: 0x11FF in hasty.reader.commands, "never asked whether it is well")
        hasty.polled(6)
        hasty.reader.lift()
        hasty.lifted()
    assert hasty.reader.commands.count(READ) == 2


# -- T27: no mixture of two people ---------------------------------------------------------------


@pytest.mark.parametrize("found_again", [False, True])
@pytest.mark.parametrize("command", [SELECT, READ])
def test_a_card_lifted_between_steps(desk: Desk, command: int, found_again: bool) -> None:
    desk.reader.quirks.found_again = found_again
    desk.reader.at(command, desk.reader.lift)
    desk.reader.place(A)
    desk.fails("card_removed")
    desk.reader.place(B)
    desk.reads("古丽·示例")


@pytest.mark.parametrize("command", [FIND, SELECT, READ])
def test_a_card_swapped_between_steps(desk: Desk, command: int) -> None:
    def swap() -> None:
        desk.reader.place(B)

    desk.polled()
    desk.reader.place(A)
    desk.reader.at(command, swap)
    assert isinstance(desk.told.story(), CardReading)
    event = desk.told.story()
    assert isinstance(event, CardRead)
    whole(event)


def whole(event: CardRead) -> None:
    """Name, number, address and photo are one person's."""
    [person] = [p for p in PEOPLE.values() if p.fields["number"] == event.card.number]
    assert event.card.name == person.fields["name"]
    assert event.card.address == person.fields["address"]
    assert event.card.photo == build_photo(person)


def test_many_swaps_at_random_moments(desk: Desk) -> None:
    residents = [person for person in PEOPLE.values() if not person.letter]
    stop = threading.Event()

    def hands() -> None:
        turn = 0
        while not stop.is_set():
            desk.reader.place(residents[turn % len(residents)])
            turn += 1
            time.sleep((turn * 37 % 190) / 1000)
            if turn % 3 == 0:
                desk.reader.lift()

    person = threading.Thread(target=hands, name="hands")
    person.start()
    seen: set[str] = set()
    reading = lying = False
    while len(seen) < 8:
        event = desk.told.story()
        if isinstance(event, CardReading):
            assert not reading
            assert not lying
            reading = True
        elif isinstance(event, CardLifted):
            assert lying
            lying = False
        else:
            assert reading
            reading = False
            if isinstance(event, CardRead):
                whole(event)
                lying = True
                seen.add(event.card.number)
    stop.set()
    person.join()


def test_two_cards_in_the_field(desk: Desk) -> None:
    desk.reader.place(A)
    desk.reader.place_beside(B)
    desk.polled(10)
    told = desk.told.nothing_more(0.2)
    assert [event for event in told if isinstance(event, CardRead)] == []
    desk.reader.place(B)
    whole(desk.reads("古丽·示例"))
    desk.reader.place_beside(A)
    desk.lifted()


def test_an_answer_cut_short_and_the_card_gone(hasty: Desk) -> None:
    hasty.reader.quirks.cut_read = 700
    hasty.reader.at(READ, lambda: None)
    hasty.reader.place(A)
    assert isinstance(hasty.told.story(), CardReading)
    until(lambda: READ in hasty.reader.commands, "no read")
    hasty.reader.place(B)
    hasty.reader.quirks.cut_read = 0
    event = hasty.told.story()
    assert isinstance(event, CardRead)
    whole(event)


def test_unplugged_while_reading(desk: Desk) -> None:
    pulling = threading.Thread(target=desk.reader.port.unplug, name="pulling")
    desk.reader.quirks.found_again = True
    desk.reader.at(READ, pulling.start)
    desk.reader.place(A)
    desk.fails("gone")
    pulling.join()
    assert desk.told.truth(DeviceState.GONE, "device.gone").facts["link"] == desk.reader.url
    desk.reader.port.replug()
    desk.ready()
    desk.reads("证件样本")


# -- a card left behind ----------------------------------------------------------------------------


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


# -- the line's rate -------------------------------------------------------------------------------


@pytest.mark.parametrize("actual", [115_200, 57_600, 38_400, 19_200, 9_600])
@pytest.mark.parametrize("configured", ["auto", "115200", "9600"])
def test_the_rate_is_found(tmp_path: Path, configured: str, actual: int) -> None:
    reader = ReaderSimulator(PtyPort(tmp_path / "id_reader", actual))
    reader.start()
    told = Told()
    link = reader.url.partition("?")[0] + f"?baud={configured}"
    # At 9600 baud a status and its answer take 22 ms on the wire.
    options = {"poll_ms": 25, "patience_percent": 30, "start_limit_ms": 100}
    rack = Rack([Config(Slot.ID_READER, "sam", link, options)], DRIVERS, told)
    rack.start()
    try:
        facts = told.truth(DeviceState.READY).facts
        assert facts == {"sam": SAM} | ({} if str(actual) == configured else {"baud": actual})
        reader.place(A)
        assert isinstance(told.story(), CardReading)
        assert isinstance(told.story(), CardRead)
        reader.power_cycle()
        assert told.truth(DeviceState.READY).facts == facts  # found at once: it is the one of before
    finally:
        assert rack.stop() == ()
        reader.stop()


def test_a_mute_reader_at_any_rate_is_said_and_found_when_it_speaks(tmp_path: Path) -> None:
    reader = ReaderSimulator(PtyPort(tmp_path / "id_reader", 19_200))
    reader.quirks.silent = True
    reader.start()
    told = Told()
    options = {"poll_ms": 25, "patience_percent": 15, "start_limit_ms": 100}
    link = reader.url.partition("?")[0] + "?baud=auto"
    rack = Rack([Config(Slot.ID_READER, "sam", link, options)], DRIVERS, told)
    rack.start()
    try:
        told.truth(DeviceState.ATTENTION, "device.no_answer")
        reader.quirks.silent = False
        assert told.truth(DeviceState.READY).facts == {"sam": SAM, "baud": 19_200}
    finally:
        assert rack.stop() == ()
        reader.stop()


# -- the link -------------------------------------------------------------------------------------


def test_unplug_and_replug(desk: Desk) -> None:
    for _ in range(2):
        desk.reader.port.unplug()
        desk.told.truth(DeviceState.GONE, "device.gone")
        desk.reader.port.replug()
        desk.ready()
    desk.reader.place(A)
    desk.reads("证件样本")


def test_a_card_that_lay_there_through_a_broken_link_is_not_read_twice(desk: Desk) -> None:
    desk.reader.place(A)
    desk.reads("证件样本")
    desk.reader.port.unplug()
    desk.told.truth(DeviceState.GONE)
    desk.reader.port.replug()
    desk.ready()
    desk.polled(6)
    assert desk.told.nothing_more(0.1) == []
    desk.reader.lift()
    desk.lifted()


def test_a_card_lifted_while_the_link_was_broken(desk: Desk) -> None:
    desk.reader.place(A)
    desk.reads("证件样本")
    desk.reader.port.unplug()
    desk.told.truth(DeviceState.GONE)
    desk.reader.lift()
    desk.reader.port.replug()
    desk.lifted()


def test_a_slow_line(tmp_path: Path) -> None:
    with a_desk(PtyPort(tmp_path / "slow", 9_600), poll_ms=100) as desk:
        desk.ready()
        desk.reader.place(A)
        whole(desk.reads("证件样本"))


def test_rf_limit_is_sent_once_where_wanted(port: Port) -> None:
    with a_desk(port, max_rf_bytes=0x50) as desk:
        desk.ready()
        desk.reader.place(A)
        desk.reads("证件样本")
        assert desk.reader.commands.count(0x61FF) == 1


def test_the_log_of_a_read_names_commands_and_holds_nobody(desk: Desk) -> None:
    desk.reader.place(PEOPLE["示例丁"])
    desk.reads("示例丁")
    desk.polled()
    text = "\n".join(map(str, desk.lane.traffic.entries()))
    assert "READ 00 00 90 [1284 bytes withheld]" in text
    assert "READ_ADDRESS 00 00 90 [70 bytes withheld]" in text
