"""The text record: the published vectors, the drawer of invented people, and broken records by field."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import DeviceError, DeviceFault
from core.identity.card import DocumentKind, IdCard, Sex
from devices.idcard.record import read_card, split_payload
from devices.simulators.cards import Person, build_payload, load_people
from tests.devices.vectors import Vector, vector, vectors

PEOPLE = load_people()
RESIDENTS = [person for person in PEOPLE.values() if not person.letter]
OTHERS = {"J": "hmt_resident", "I": "foreigner_2017", "Y": "foreigner_2023", "Z": "unknown"}


def data_of(name: str) -> bytes:
    """DATA of a vector's answer."""
    return vector(name)[10:-1]


def date(text: str) -> dt.date | None:
    """A date as the layout writes it."""
    return None if text == "长期" else dt.date.fromisoformat(text)


@pytest.mark.parametrize("entry", vectors("base"), ids=lambda entry: entry.name)
def test_vectors(entry: Vector) -> None:
    expected = entry.about["expect"]
    if expected["type"] != "resident":
        with pytest.raises(DeviceError) as caught:
            read_card(entry.data[10:-1], "r1")
        assert caught.value.code is DeviceFault.CARD_UNSUPPORTED
        assert caught.value.facts["document"] == OTHERS[expected["type"]]
        return
    card = read_card(entry.data[10:-1], "r1")
    assert card.kind is DocumentKind.RESIDENT
    assert card.read_id == "r1"
    assert card.sex is Sex(expected["sex"])
    assert card.birth == date(expected["birth"])
    assert (card.valid_from, card.valid_to) == (date(expected["valid_from"]), date(expected["valid_to"]))
    for name in ("name", "nation", "address", "number", "issuer"):
        assert getattr(card, name) == expected[name]
    assert len(card.photo) == 1024
    assert card.photo.startswith(b"WL")


def test_an_answer_with_fingerprint_is_not_taken() -> None:
    with pytest.raises(DeviceError) as caught:
        split_payload(vector("basefp_1024")[10:-1])
    assert caught.value.code is DeviceFault.CARD_CORRUPT


@pytest.mark.parametrize("person", RESIDENTS, ids=lambda person: person.key)
def test_the_drawer_reads_as_it_was_written(person: Person) -> None:
    card = read_card(build_payload(person), "r2")
    for name in ("name", "nation", "address", "number", "issuer"):
        assert getattr(card, name) == person.fields[name]
    assert card.birth == date(person.fields["birth"])
    assert card.valid_from == date(person.fields["valid_from"])
    assert card.valid_to == date(person.fields["valid_to"])
    assert card.sex.value == person.fields["sex"]


@pytest.mark.parametrize("person", [p for p in PEOPLE.values() if p.letter], ids=lambda person: person.key)
def test_other_documents_are_refused_by_name(person: Person) -> None:
    with pytest.raises(DeviceError) as caught:
        read_card(build_payload(person), "r3")
    assert caught.value.code is DeviceFault.CARD_UNSUPPORTED
    assert caught.value.facts == {
        "document": OTHERS[person.letter],
        "letter": f"U+{ord(person.letter):04X}",
    }


def test_a_card_shows_no_person_in_its_repr() -> None:
    card = read_card(data_of("base_resident_dated"), "r4")
    assert card.name not in repr(card)
    assert card.number not in repr(card)


def changed(offset: int, text: str) -> bytes:
    """The specimen's answer with another text at a byte offset of its record."""
    data = bytearray(data_of("base_resident_dated"))
    raw = text.encode("utf-16-le", "surrogatepass")
    data[4 + offset : 4 + offset + len(raw)] = raw
    return bytes(data)


@pytest.mark.parametrize(
    ("field", "offset", "text"),
    [
        ("name", 0, " " * 15),
        ("name", 2, "\ud800"),
        ("name", 4, "\udc00"),
        ("name", 28, "\ud840"),
        ("name", 0, "\0"),
        ("name", 0, "\u202e"),
        ("name", 0, "甲\n"),
        ("address", 60, "\u2028"),
        ("sex", 30, " "),
        ("sex", 30, "3"),
        ("sex", 30, "女"),
        ("nation", 32, "  "),
        ("nation", 32, "1 "),
        ("nation", 32, "０１"),
        ("birth", 36, "19490231"),
        ("birth", 36, "长期      "),
        ("birth", 36, "        "),
        ("birth", 36, "1949 231"),
        ("number", 122, "11010519491231002 "),
        ("number", 122, "1101051949123100XX"),
        ("number", 122, "１1010519491231002X"),
        ("valid_from", 188, "长期      "),
        ("valid_to", 204, "00000000"),
        ("valid_to", 204, "长期长期    "),
        ("valid_to", 204, "20191231"),
    ],
)
def test_what_breaks_the_layout_is_named(field: str, offset: int, text: str) -> None:
    with pytest.raises(DeviceError) as caught:
        read_card(changed(offset, text), "r5")
    assert caught.value.code is DeviceFault.CARD_CORRUPT
    assert caught.value.facts == {"field": field}
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@pytest.mark.parametrize(
    ("offset", "text", "check"),
    [
        (0, "  示例 甲       ", lambda card: card.name == "  示例 甲"),
        (122, "11010519491231002x", lambda card: card.number == "11010519491231002X"),
        (0, "示\ue863例", lambda card: card.name.startswith("示\ue863例")),
        (220, "旧结构", lambda card: card.kind is DocumentKind.RESIDENT),
        (30, "0", lambda card: card.sex is Sex.UNKNOWN),
        (30, "9", lambda card: card.sex is Sex.UNSTATED),
        (204, "20200101", lambda card: card.valid_to == card.valid_from),
    ],
)
def test_what_is_odd_but_right_stays(offset: int, text: str, check: Callable[[IdCard], bool]) -> None:
    assert check(read_card(changed(offset, text), "r6"))


@pytest.mark.parametrize(
    "broken",
    [
        lambda data: b"",
        lambda data: data[:3],
        lambda data: data[:-1],
        lambda data: data + b"\0",
        lambda data: b"\x00\xfe" + data[2:],
        lambda data: b"\x01\x00\x03\xff" + data[4:],
        lambda data: data[2:4] + data[0:2] + data[4:],
    ],
)
def test_lengths_must_add_up(broken: Callable[[bytes], bytes]) -> None:
    with pytest.raises(DeviceError) as caught:
        read_card(broken(data_of("base_resident_dated")), "r7")
    assert caught.value.facts == {"field": "payload"}


def test_a_photo_without_its_header_is_left_out() -> None:
    data = bytearray(data_of("base_resident_dated"))
    data[4 + 256] ^= 0xFF
    assert read_card(bytes(data), "r8").photo == b""
    assert read_card(b"\x01\x00\x00\x00" + bytes(data[4:260]), "r9").photo == b""


# -- fuzz -----------------------------------------------------------------------------------------

specimen = data_of("base_resident_dated")
edits = st.lists(st.tuples(st.integers(0, 259), st.integers(0, 255)), max_size=12)


@given(edits)
def test_damaged_records_end_in_a_card_or_a_named_fault(edits: list[tuple[int, int]]) -> None:
    data = bytearray(specimen)
    for place, value in edits:
        data[place] = value
    try:
        card = read_card(bytes(data), "r10")
    except DeviceError as error:
        assert error.code in (DeviceFault.CARD_CORRUPT, DeviceFault.CARD_UNSUPPORTED)  # noqa: PT017
    else:
        card.name.encode("utf-8")  # what is accepted can be stored
        assert card.valid_to is None or card.valid_to >= card.valid_from


@given(st.binary(max_size=1400))
def test_any_bytes_at_all(data: bytes) -> None:
    with pytest.raises(DeviceError):
        read_card(data, "r11")


@given(st.text(min_size=128, max_size=128))
def test_any_text_at_all(text: str) -> None:
    record = text.encode("utf-16-le", "surrogatepass")[:256]
    with pytest.raises(DeviceError):
        read_card(b"\x01\x00\x04\x00" + record + bytes(1024), "r12")
