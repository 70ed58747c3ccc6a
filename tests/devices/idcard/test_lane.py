"""The reader's lane on a real pty and a real TCP connection, against the simulated reader.

Quirk numbers are those of id-reader.md §1.6; T27 of never-again.md: unplugged while reading, cards
swapped between steps, two cards, noise, wrong checksums, a mute reader.
"""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from core.devices import (
    CardLifted,
    CardRead,
    CardReading,
    DeviceChanged,
    DeviceEvent,
    DeviceState,
    Slot,
)
from devices.rack import Rack
from devices.simulators.cards import build_photo
from devices.simulators.port import Port, PtyPort
from devices.simulators.reader import Quirks, ReaderSimulator
from tests.devices.idcard.stand import APPEND, FIND, PEOPLE, READ, SAM, SELECT, A, B, Desk, a_desk, whole
from tests.devices.rig import DRIVERS, Config, Told, until

pytestmark = pytest.mark.requirement("T27")


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
