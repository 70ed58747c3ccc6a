"""Quirk 10 of id-reader.md §1.6: what implementers got wrong, each as a test; and what is never asked."""

from __future__ import annotations

import pytest

from core.devices import CardFailed, CardLifted, CardRead, CardReading
from core.identity.card import IdCard
from devices.idcard.exchange import Exchange
from devices.idcard.frames import Command, FrameParser, Reply, encode_request
from devices.idcard.record import read_card
from devices.idcard.session import SamSession
from devices.simulators.cards import Person, build_frame, build_payload, build_record, load_people
from devices.simulators.port import Port
from devices.simulators.reader import Quirks
from devices.traffic import TrafficLog
from tests.devices.idcard.stand import Desk, a_desk
from tests.devices.scripted import Pair, ScriptedLink
from tests.devices.vectors import vector

PEOPLE = load_people()
FIND, SELECT, READ = vector("req_find"), vector("req_select"), vector("req_read_base")


def parsed(frame: bytes) -> list[Reply]:
    """What the parser makes of one frame; it must be one whole reply."""
    found = FrameParser().feed(frame)
    assert all(isinstance(item, Reply) for item in found)
    return [item for item in found if isinstance(item, Reply)]


def read(answer: bytes, find: bytes = b"", select: bytes = b"") -> IdCard:
    """The card of one conversation."""
    link = ScriptedLink(
        [
            Pair(FIND, (find or vector("rsp_find_ok"),)),
            Pair(SELECT, (select or vector("rsp_select_ok"),)),
            Pair(READ, (answer,)),
        ]
    )
    session = SamSession(Exchange(link, TrafficLog()))
    assert session.find()
    card = session.read_found().card
    link.done()
    return card


@pytest.mark.parametrize("size", [0, 1, 123, 124, 140, 251, 252, 253, 280, 380, 507, 508, 1284, 2304])
def test_both_bytes_of_the_length_count_and_neither_is_signed(size: int) -> None:
    """Low byte only (0508 is eight bytes then), or a byte above 7F taken as negative."""
    data = bytes(index * 7 & 0xFF for index in range(size))
    [reply] = parsed(build_frame(b"\x00\x00\x90", data))
    assert (reply.sw3, reply.data) == (0x90, data)


@pytest.mark.parametrize(
    "inside", ["AAAAAA96690004000080 84", "AAAAAA9669000400004145", "000041", "000080", "000081", "6A82"]
)
def test_a_status_is_read_from_its_place_and_not_searched_for(inside: str) -> None:
    """Error codes, and even whole error frames, may stand in a photo or in what select answers."""
    person = PEOPLE["示例丙"]
    raw = bytes.fromhex(inside)
    payload = bytearray(build_payload(person))
    payload[400 : 400 + len(raw)] = raw
    payload[1000 : 1000 + len(raw)] = raw
    data = raw[:8].ljust(8, b"\0")
    card = read(
        build_frame(b"\0\0\x90", bytes(payload)),
        find=build_frame(b"\0\0\x9f", data[:4]),
        select=build_frame(b"\0\0\x90", data),
    )
    assert card.number == person.fields["number"]


def test_replies_are_not_compared_whole() -> None:
    """Four bytes behind find and eight behind select are a card's own, and may be anything."""
    for find, select in ((b"", b""), (b"\1\2\3\4", b"\xff" * 8), (bytes(16), bytes(10))):
        card = read(
            build_record(PEOPLE["示例丙"]),
            find=build_frame(b"\0\0\x9f", find),
            select=build_frame(b"\0\0\x90", select),
        )
        assert card.name == "示例丙"


@pytest.mark.parametrize("key", ["示例 空", "样本外旧", "古丽·示例", "示𠮷"])
def test_fields_are_not_split_or_cut_at_spaces(key: str) -> None:
    person = PEOPLE[key]
    card = read_card(build_payload(person), "r")
    assert (card.name, card.name_en) == (person.fields["name"], person.fields.get("name_en", ""))
    assert card.address == person.fields.get("address", "")


def test_blank_fields_do_not_move_the_others() -> None:
    person = PEOPLE["示例丙"]
    blank = Person("blank", "", {**person.fields, "address": "", "issuer": ""})
    card = read_card(build_payload(blank), "r")
    assert (card.address, card.issuer, card.number) == ("", "", person.fields["number"])


@pytest.mark.parametrize(
    ("command", "name", "hexadecimal"),
    [
        (Command.STATUS, "req_sam_status", "AAAAAA9669000311FFED"),  # sent as 12 FF by some
        (Command.RESET, "req_reset_sam", "AAAAAA9669000310FFEC"),  # with a wrong PARA
        (Command.SAM_ID, "req_sam_id", "AAAAAA9669000312FFEE"),  # with a checksum of FE
        (Command.READ_ADDRESS, "req_read_append", "AAAAAA966900033003 30"),  # as 30 02
        (Command.READ_BODY_NUMBER, "req_read_card_no", "AAAAAA966900033005 36"),
    ],
)
def test_requests_are_the_published_ones(command: Command, name: str, hexadecimal: str) -> None:
    assert encode_request(command) == vector(name) == bytes.fromhex(hexadecimal)


def test_a_card_without_end_has_none() -> None:
    assert read_card(build_payload(PEOPLE["示例甲"]), "r").valid_to is None


def test_the_photos_length_is_nowhere_in_the_name() -> None:
    payload = build_payload(PEOPLE["示例丙"])
    card = read_card(payload, "r")
    assert card.name == "示例丙"
    assert card.photo == payload[4 + 256 :]


# -- what is never asked ---------------------------------------------------------------------------

ASKED = {0x10FF, 0x11FF, 0x12FF, 0x2001, 0x2002, 0x3001, 0x3003}


def customer(desk: Desk, person: Person) -> None:
    """One placing from beginning to end."""
    desk.reader.place(person)
    while not isinstance(event := desk.told.story(), CardRead | CardFailed):
        assert isinstance(event, CardReading | CardLifted)
    desk.reader.lift()
    desk.polled(4)


def test_fingerprints_are_never_asked_for_all_day_long(port: Port) -> None:
    """Every document and every mishap of a day; what the reader saw, and what the log of the line says."""
    mishaps = [
        Quirks(), Quirks(found_again=True), Quirks(first_find_80=True), Quirks(append_unknown=True),
        Quirks(hangs=True), Quirks(bad_reads=2), Quirks(read_error=0x41), Quirks(read_error=0x37),
        Quirks(chunk=62),
    ]  # fmt: skip
    with a_desk(port, poll_ms=20) as desk:
        desk.ready()
        people = list(PEOPLE.values())
        for number in range(2 * len(people)):
            desk.reader.quirks = mishaps[number % len(mishaps)]
            customer(desk, people[number % len(people)])
            if number % 12 == 5:
                desk.reader.power_cycle()
        asked = set(desk.reader.commands)
        assert asked <= ASKED
        assert {0x2001, 0x2002, 0x3001, 0x3003} <= asked
        assert 0x3010 not in asked
        assert {item.name for item in desk.lane.traffic.entries()} & {"READ", "FIND"}
        assert all(isinstance(event, CardLifted) for event in desk.told.nothing_more(0.1))


def test_there_is_no_word_for_it() -> None:
    assert 0x3010 not in set(Command)
    with pytest.raises(ValueError, match="12304"):
        Command(0x3010)
