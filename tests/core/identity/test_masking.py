"""Masks hide what they must, and what is hidden cannot be told from the mask."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.identity.masking import (
    mask_address,
    mask_name,
    mask_number_for_record,
    mask_number_on_screen,
    mask_phone,
)

pytestmark = pytest.mark.requirement("R53", "R79")


@pytest.mark.parametrize(
    ("name", "mask"),
    [
        ("示例甲", "示*甲"),
        ("示甲", "示*"),
        ("示", "*"),
        ("证件样本", "证**本"),
        ("阿甲·示例", "阿*·*例"),
        ("𠮷例𠮷", "𠮷*𠮷"),
        ("EXAMPLE, ANNA", "E******, ***A"),
        ("Li", "L*"),
        ("示\U000e0100例甲", "示\U000e0100*甲"),  # a variation selector belongs to its ideograph
        ("", ""),
    ],
)
def test_names(name: str, mask: str) -> None:
    assert mask_name(name) == mask


@pytest.mark.parametrize(
    ("phone", "mask"),
    [
        ("13800138000", "138******00"),
        ("0851-85551234", "085*-******34"),
        ("010-85551234-123", "010-********-*23"),
        ("+85221234567", "+852******67"),
        ("4001234567", "40******67"),
        ("85551234", "******34"),
        ("8555123", "******3"),
        ("855512", "******"),
        ("110", "***"),
        ("", ""),
    ],
)
def test_phones(phone: str, mask: str) -> None:
    assert mask_phone(phone) == mask


@pytest.mark.parametrize(
    ("address", "mask"),
    [
        ("上海市浦东新区世纪大道100号2单元301室", "上海市浦东新区世纪大道***"),
        ("北京市朝阳区样本街道1号院二单元三〇一室", "北京市朝阳区样本街道***"),
        ("贵州省贵阳市南明区示例路甲栋二单元五室", "贵州省贵阳市南明区示例路***"),
        ("江苏省南京市鼓楼区示例路3号", "江苏省南京市鼓楼区示例路***"),
        ("贵州省贵阳市云岩区一号路９号", "贵州省贵阳市云岩区一号路***"),
        ("广西壮族自治区示例市示例镇示例村5组", "广西壮族自治区示例市示例镇示例村***"),
        ("贵阳市南明区阳光小区3栋2单元", "贵阳市南明区阳光小区***"),
        ("上海市延安中路123弄45号", "上海市延安中路***"),
        ("台北市信義區松仁路100號", "台北市信義區松仁路***"),
        ("Flat 5, 12 Example Road, Sometown", "***"),
        ("三〇一室", "***"),
        ("没有任何标记的地址", "***"),
        ("", "***"),
    ],
)
def test_addresses(address: str, mask: str) -> None:
    assert mask_address(address) == mask


@pytest.mark.parametrize(
    ("number", "record", "screen"),
    [
        ("11010519491231002X", "1****************X", "110105********002X"),
        ("KAZ110090123105", "K*************5", "KAZ110*****3105"),
        ("H12345678", "H*******8", "H1*****78"),
        ("123456", "1****6", "******"),
        ("12", "**", "**"),
        ("", "", ""),
    ],
)
def test_numbers(number: str, record: str, screen: str) -> None:
    assert mask_number_for_record(number) == record
    assert mask_number_on_screen(number) == screen


LETTERS = st.text(st.sampled_from("示例甲乙丙丁阿𠮷ABab"), min_size=1, max_size=12)


@given(LETTERS, LETTERS)
def test_a_names_mask_depends_on_first_last_and_length_alone(one: str, other: str) -> None:
    same = len(one) == len(other) and one[0] == other[0] and one[-1] == other[-1]
    if len(one) == 2:  # of two the second is hidden
        same = len(other) == 2 and one[0] == other[0]
    if len(one) == 1:
        same = len(other) == 1
    assert (mask_name(one) == mask_name(other)) == same


@given(st.lists(LETTERS, min_size=1, max_size=4), st.sampled_from([" ", "·", "-", ", "]))
def test_a_name_never_shows_more_than_two_letters(parts: list[str], separator: str) -> None:
    name = separator.join(parts)
    shown = [char for char in mask_name(name) if char not in f"*{separator}"]
    letters = sum(map(len, parts))
    assert len(shown) <= min(2, letters - 1)
    assert len(mask_name(name)) == len(name)


DIGITS = st.text(st.sampled_from("0123456789"), min_size=1, max_size=24)


@given(DIGITS)
def test_a_phone_hides_at_least_six_digits(phone: str) -> None:
    mask = mask_phone(phone)
    assert mask.count("*") >= min(6, len(phone))
    assert sum(map(str.isdigit, mask)) <= 5
    assert len(mask) == len(phone)


@given(DIGITS, st.data())
def test_a_phones_mask_does_not_tell_the_hidden_digits(phone: str, data: st.DataObject) -> None:
    mask = mask_phone(phone)
    other = "".join(
        data.draw(st.sampled_from("0123456789")) if hidden == "*" else digit
        for digit, hidden in zip(phone, mask, strict=True)
    )
    assert mask_phone(other) == mask


@given(st.text(max_size=60))
def test_an_address_never_shows_a_number_or_a_letter(address: str) -> None:
    shown = mask_address(address).removesuffix("***")
    assert not re.search("[0-9A-Za-z０-９]", shown)
    assert address.startswith(shown)


@given(
    st.sampled_from(["上海市浦东新区世纪大道", "北京市朝阳区样本街道", "贵阳市南明区示例路"]),
    st.sampled_from(["100号", "3栋", "甲号", "B座", "二单元", "５号楼"]),
    st.text(st.sampled_from("0123456789二三单元室号楼层栋ABC甲乙"), max_size=12),
)
def test_house_unit_and_room_are_gone(place: str, house: str, room: str) -> None:
    assert mask_address(place + house + room) == f"{place}***"


@given(st.text(st.sampled_from("0123456789X"), min_size=15, max_size=18), st.data())
def test_a_numbers_mask_does_not_tell_the_hidden_part(number: str, data: st.DataObject) -> None:
    for mask, least in ((mask_number_for_record, 13), (mask_number_on_screen, 5)):
        masked = mask(number)
        assert masked.count("*") >= least
        other = "".join(
            data.draw(st.sampled_from("0123456789X")) if hidden == "*" else char
            for char, hidden in zip(number, masked, strict=True)
        )
        assert mask(other) == masked
