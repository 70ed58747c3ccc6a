"""The text record: the published vectors, the drawer of invented people, and broken records by field."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import DeviceError, DeviceFault
from core.identity.card import DocumentKind, IdCard, Sex
from devices.idcard.record import newest_address, read_card, split_payload
from devices.simulators.cards import Person, build_newest_address, build_payload, load_people
from tests.devices.vectors import Vector, vector, vectors

PEOPLE = load_people()
KINDS = {"": "resident", "J": "hmt_resident", "I": "foreigner_2017", "Y": "foreigner_2023"}
KNOWN = [person for person in PEOPLE.values() if person.letter in KINDS]


def data_of(name: str) -> bytes:
    """DATA of a vector's answer."""
    return vector(name)[10:-1]


def date(text: str) -> dt.date | None:
    """A date as the layout writes it."""
    return None if text == "长期" else dt.date.fromisoformat(text)


def compared(card: IdCard, written: Mapping[str, str]) -> None:
    """Every field that was written is read, and nothing else is there."""
    names = {
        "name_cn": "name",
        "country": "nationality",
        "renewals": "issue_count",
        "authority_code": "issuer",
    }
    expected = {names.get(key, key): value for key, value in written.items()}
    for left_out in ("type", "letter", "card_version", "association"):
        expected.pop(left_out, None)
    if "name_en_rest" in expected:  # a field ends within the name, and another goes on with it
        expected["name_en"] += expected.pop("name_en_rest")
    for name in ("birth", "valid_from", "valid_to"):
        assert getattr(card, name) == date(expected.pop(name)), name
    assert card.sex is Sex(expected.pop("sex"))
    texts = {
        "name", "nation", "address", "number", "issuer", "nationality", "name_en", "pass_number",
        "issue_count", "old_number", "newest_address",
    }  # fmt: skip
    assert set(expected) <= texts
    for name in texts:
        assert getattr(card, name) == expected.get(name, ""), name


@pytest.mark.parametrize("entry", vectors("base"), ids=lambda entry: entry.name)
def test_vectors(entry: Vector) -> None:
    expected = entry.about["expect"]
    card = read_card(entry.data[10:-1], "r1")
    assert card.kind.value == KINDS.get(expected["type"], expected["type"])
    assert card.read_id == "r1"
    compared(card, expected)
    assert len(card.photo) == 1024
    assert card.photo.startswith(b"WL")


def test_an_answer_with_fingerprint_is_not_taken() -> None:
    with pytest.raises(DeviceError) as caught:
        split_payload(vector("basefp_1024")[10:-1])
    assert caught.value.code is DeviceFault.CARD_CORRUPT


@pytest.mark.parametrize("person", KNOWN, ids=lambda person: person.key)
def test_the_drawer_reads_as_it_was_written(person: Person) -> None:
    card = read_card(build_payload(person), "r2")
    assert card.kind.value == KINDS[person.letter]
    old = {"old_number": card.old_number} if person.letter == "Y" else {}
    compared(card, {**person.fields, **old})


@pytest.mark.parametrize("unit", [ord("Z"), ord("j"), ord("R"), 0x3000, 0x0000, 0xFF2A, 0xD800, 0x2059])
def test_an_unknown_kind_is_refused_by_its_letter(unit: int) -> None:
    data = bytearray(data_of("base_resident_dated"))
    data[4 + 248 : 4 + 250] = unit.to_bytes(2, "little")
    with pytest.raises(DeviceError) as caught:
        read_card(bytes(data), "r3")
    assert caught.value.code is DeviceFault.CARD_UNSUPPORTED
    shown = chr(unit) if unit < 0x80 and unit else f"U+{unit:04X}"
    assert caught.value.facts == {"document": "unknown", "letter": shown}


def test_a_card_shows_no_person_in_its_repr() -> None:
    card = read_card(data_of("base_resident_dated"), "r4")
    assert card.name not in repr(card)
    assert card.number not in repr(card)


def changed(offset: int, text: str, base: str = "base_resident_dated") -> bytes:
    """A specimen's answer with another text at a byte offset of its record."""
    data = bytearray(data_of(base))
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


HMT, OLD, NEW = "base_hmt_hongkong", "base_foreigner_old_I", "base_foreigner_new_Y"


@pytest.mark.parametrize(
    ("base", "field", "offset", "text"),
    [
        (HMT, "name", 0, " " * 15),
        (HMT, "number", 122, "H12345678         "),
        (HMT, "pass_number", 220, "H1234-678"),
        (HMT, "issue_count", 238, "1 "),
        (OLD, "number", 122, "CAN1100810803 0"),
        (OLD, "number", 122, "12N110081080310"),
        (OLD, "nationality", 152, "C  "),
        (OLD, "birth", 220, "19810832"),
        (OLD, "sex", 120, " "),
        (OLD, "name_en", 118, "\ud840"),
        (NEW, "number", 122, "CAN110081080310   "),
        (NEW, "nationality", 242, "124"),
        (NEW, "name_en", 240, "\udc00"),
        (NEW, "valid_to", 204, "20231130"),
    ],
)
def test_what_breaks_the_other_layouts_is_named(base: str, field: str, offset: int, text: str) -> None:
    with pytest.raises(DeviceError) as caught:
        read_card(changed(offset, text, base), "r5")
    assert (caught.value.code, caught.value.facts) == (DeviceFault.CARD_CORRUPT, {"field": field})


def test_a_foreigner_needs_one_name_not_both() -> None:
    only_english = read_card(changed(158, " " * 15, OLD), "r5")
    assert (only_english.name, only_english.name_en) == ("", "ZHENGJIAN, YANGBEN")
    only_chinese = read_card(changed(0, " " * 60, OLD), "r5")
    assert (only_chinese.name, only_chinese.name_en) == ("证件样本", "")
    data = bytearray(changed(0, " " * 15, NEW))
    data[4 + 52 : 4 + 122] = " ".encode("utf-16-le") * 35
    with pytest.raises(DeviceError) as caught:
        read_card(bytes(data), "r5")
    assert caught.value.facts == {"field": "name_en"}


def test_a_long_english_name_stands_in_two_places() -> None:
    data = bytearray(changed(52, "WOLFESCHLEGELSTEINHAUSENBERGERDORFF", NEW))
    data[4 + 220 : 4 + 242] = "-X, HUBERT ".encode("utf-16-le")
    assert read_card(bytes(data), "r5").name_en == "WOLFESCHLEGELSTEINHAUSENBERGERDORFF-X, HUBERT"
    data[4 + 120 : 4 + 122] = " ".encode("utf-16-le")  # the break falls behind a space
    assert read_card(bytes(data), "r5").name_en == "WOLFESCHLEGELSTEINHAUSENBERGERDORF -X, HUBERT"


def test_an_old_number_is_derived_only_from_what_is_there() -> None:
    assert read_card(data_of(NEW), "r5").old_number == "CAN110081080310"
    for association in ("   ", "0A1"):
        assert read_card(changed(250, association, NEW), "r5").old_number == ""


def items(*addresses: str) -> bytes:
    """DATA of an answer to 30 03."""
    return b"".join(address.ljust(35).encode("utf-16-le") for address in addresses)


def test_the_newest_address_is_the_last_that_is_not_blank() -> None:
    assert newest_address(b"") == ""
    assert newest_address(items("")) == ""
    assert newest_address(items("示例省甲路1号")) == "示例省甲路1号"
    assert newest_address(items("示例省甲路1号", "示例省乙路 2号", "", "")) == "示例省乙路 2号"
    assert newest_address(vector("rsp_append_280")[10:-1]) != ""
    assert newest_address(build_newest_address(PEOPLE["示例丁"])) == PEOPLE["示例丁"].newest_address


@pytest.mark.parametrize("data", [items("示例")[:-1], items("示例")[:-2], items("示\n例"), b"\x00\xd8" * 35])
def test_a_broken_newest_address_is_named(data: bytes) -> None:
    with pytest.raises(DeviceError) as caught:
        newest_address(data)
    assert caught.value.facts == {"field": "newest_address"}


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

edits = st.lists(st.tuples(st.integers(0, 259), st.integers(0, 255)), max_size=12)
bases = st.sampled_from([data_of(name) for name in ("base_resident_dated", HMT, OLD, NEW)])


@given(bases, edits)
def test_damaged_records_end_in_a_card_or_a_named_fault(base: bytes, edits: list[tuple[int, int]]) -> None:
    data = bytearray(base)
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
