"""The drawer: cards laid out as the published vectors are, numbers right, everybody invented."""

from __future__ import annotations

import pytest

from devices.simulators.cards import Person, build_frame, build_record, build_text, load_people
from tests.devices.vectors import vector

PEOPLE = load_people()
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
# Published specimens; all other people live in area 990101, which does not exist.
SPECIMENS = {
    "11010519491231002X", "810000199408230021", "830000199201300022", "911124198108030024",
    "932682198501010017",
}  # fmt: skip


def text_of(name: str) -> bytes:
    """The 256 text bytes of a vector."""
    return vector(name)[14:270]


def same_but(person: Person, **fields: str) -> Person:
    """The person with other fields."""
    return Person(person.key, person.letter, {**person.fields, **fields})


@pytest.mark.parametrize(
    ("key", "name", "fields"),
    [
        ("证件样本", "base_resident_dated", {}),
        (
            "证件样本",
            "base_resident_longterm",
            {"address": "北京市朝阳区样本街道1号", "valid_from": "20150301", "valid_to": "长期"},
        ),
        ("样本港", "base_hmt_hongkong", {"valid_from": "20190101", "valid_to": "20240101"}),
        ("样本外旧", "base_foreigner_old_I", {}),
        ("样本外新", "base_foreigner_new_Y", {}),
    ],
)
def test_the_layout_is_the_vectors(key: str, name: str, fields: dict[str, str]) -> None:
    person = same_but(PEOPLE[key], **fields)
    assert build_text(person) == text_of(name)
    record = build_record(person)
    assert len(record) == len(vector(name)) == 1295
    assert record[:14] == vector(name)[:14]
    assert record[270:280] == vector(name)[270:280]  # the header of the photo


def test_frames_are_the_vectors() -> None:
    assert build_frame(b"\x00\x00\x9f", bytes(4)) == vector("rsp_find_ok")
    assert build_frame(b"\x6a\x82\x41") == vector("rsp_read_failed_with_apdu_sw")


def test_every_number_has_its_check_digit_and_nobody_is_real() -> None:
    """But for three defects, one each; of nobody who lives: no such area, or it is long ago."""
    defects: dict[str, set[str]] = {}
    for person in PEOPLE.values():
        number, birth = person.fields["number"], person.fields["birth"]
        if number == "CAN110081080310":
            continue  # the old 15-character form, a published example
        assert number in SPECIMENS or number.startswith("990101") or birth < "1905", person.key
        check = "10X98765432"[sum(int(c) * w for c, w in zip(number, WEIGHTS, strict=False)) % 11]
        wrong = {
            "check": number[17] != check,
            "birth": number[6:14] != birth,
            "sex": (int(number[16]) % 2 == 1) != (person.fields["sex"] == "1"),
        }
        if any(wrong.values()):
            defects[person.key] = {name for name, is_wrong in wrong.items() if is_wrong}
    assert defects == {"示例验": {"check"}, "示例生": {"birth"}, "示例性": {"sex"}}


def test_the_drawer_has_what_demonstrations_need() -> None:
    assert len([person for person in PEOPLE.values() if not person.letter]) >= 12
    assert {person.letter for person in PEOPLE.values()} >= {"", "J", "I", "Y"}
    names = {person.fields.get("name", "") for person in PEOPLE.values()}
    assert any("㛃" in name for name in names)
    assert any("䶮" in name for name in names)
    assert any("\u00b7" in name for name in names)
    assert any(ord(char) > 0xFFFF for name in names for char in name)
    assert any(person.fields["valid_to"] == "长期" for person in PEOPLE.values())
    photos = {build_record(person)[270:] for person in PEOPLE.values()}
    assert len(photos) == len(PEOPLE)


def test_a_field_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="name is too long"):
        build_text(same_but(PEOPLE["证件样本"], name="一" * 16))
    with pytest.raises(ValueError, match="no place"):
        build_text(same_but(PEOPLE["证件样本"], phone="13800138000"))
