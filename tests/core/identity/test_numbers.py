"""Document numbers: published specimens, one fault at a time, and random damage."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import RuleError, RuleFault
from core.identity.card import DocumentKind, Sex
from core.identity.numbers import (
    NumberWarning,
    check_number,
    old_number,
    old_number_warning,
    pass_number_warning,
)

pytestmark = pytest.mark.requirement("R2", "R20")

PROVINCES = {"11", "34", "44", "52", "81", "82", "83"}
RESIDENT, HMT, OLD, NEW = (
    DocumentKind.RESIDENT,
    DocumentKind.HMT_RESIDENT,
    DocumentKind.FOREIGNER_2017,
    DocumentKind.FOREIGNER_2023,
)
GOOD = [
    (RESIDENT, "11010519491231002X", "1949-12-31", Sex.FEMALE),
    (RESIDENT, "440524188001010014", "1880-01-01", Sex.MALE),
    (RESIDENT, "34052419800101001X", "1980-01-01", Sex.MALE),
    (HMT, "810000199408230021", "1994-08-23", Sex.FEMALE),
    (HMT, "830000199201300022", "1992-01-30", Sex.FEMALE),
    (OLD, "KAZ110090123105", "1990-12-31", Sex.FEMALE),
    (NEW, "911124198108030024", "1981-08-03", Sex.FEMALE),
]


def check(kind: DocumentKind, number: str, birth: str, sex: Sex) -> tuple[NumberWarning, ...]:
    return check_number(kind, number, dt.date.fromisoformat(birth), sex, PROVINCES)


def fault(kind: DocumentKind, number: str, birth: str, sex: Sex) -> str:
    with pytest.raises(RuleError) as caught:
        check(kind, number, birth, sex)
    assert len(number) < 6 or number not in str(caught.value)
    return str(caught.value.code)


@pytest.mark.parametrize(("kind", "number", "birth", "sex"), GOOD)
def test_published_numbers_pass(kind: DocumentKind, number: str, birth: str, sex: Sex) -> None:
    assert check(kind, number, birth, sex) == ()


@pytest.mark.parametrize("number", ["932682198501010017", "931586198001010028"])
def test_an_unknown_region_only_warns(number: str) -> None:
    birth = f"{number[6:10]}-{number[10:12]}-{number[12:14]}"
    sex = Sex.MALE if int(number[16]) % 2 else Sex.FEMALE
    assert check(NEW, number, birth, sex) == (NumberWarning.REGION_UNKNOWN,)


def test_the_old_foreigners_sequence_only_warns() -> None:
    # CAN110081080310 and 911124198108030024 are one person: the parities differ, so it proves nothing.
    assert check(OLD, "CAN110081080310", "1981-08-03", Sex.FEMALE) == (NumberWarning.SEX_DIFFERS,)


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        (RESIDENT, ""),
        (RESIDENT, "11010519491231002"),
        (RESIDENT, "11010519491231002x"),
        (RESIDENT, "11010519491231002X "),
        (RESIDENT, "11010519491231002X\n"),
        (RESIDENT, "01010519491231002X"),
        (RESIDENT, "1101051949123100２X"),
        (RESIDENT, "1101051949123100٢X"),
        (RESIDENT, "110105491231002"),
        (HMT, "840000199408230021"),
        (HMT, "810001199408230021"),
        (HMT, "11010519491231002X"),
        (OLD, "kaz110090123105"),
        (OLD, "KA1110090123105"),
        (NEW, "811124198108030024"),
    ],
)
def test_wrong_form(kind: DocumentKind, number: str) -> None:
    assert fault(kind, number, "1949-12-31", Sex.FEMALE) == RuleFault.NUMBER_FORM


@pytest.mark.parametrize(("kind", "number", "birth", "sex"), GOOD)
def test_the_card_must_agree(kind: DocumentKind, number: str, birth: str, sex: Sex) -> None:
    day = dt.date.fromisoformat(birth) + dt.timedelta(days=1)
    assert fault(kind, number, day.isoformat(), sex) == RuleFault.NUMBER_BIRTH
    other = Sex.MALE if sex is Sex.FEMALE else Sex.FEMALE
    if kind is OLD:
        assert NumberWarning.SEX_DIFFERS in check(kind, number, birth, other)
    else:
        assert fault(kind, number, birth, other) == RuleFault.NUMBER_SEX
    for unsaid in (Sex.UNKNOWN, Sex.UNSTATED):
        assert check(kind, number, birth, unsaid) == ()


@given(st.sampled_from([row for row in GOOD if row[0] is not OLD]), st.integers(1, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_seen(row: tuple[DocumentKind, str, str, Sex], place: int, by: int) -> None:
    kind, number, birth, sex = row
    wrong = number[:place] + str((int(number[place]) + by) % 10) + number[place + 1 :]
    assert fault(kind, wrong, birth, sex) in (RuleFault.NUMBER_CHECK, RuleFault.NUMBER_FORM)


@given(st.sampled_from([row for row in GOOD if row[0] is not OLD]), st.integers(1, 15))
def test_two_swapped_digits_are_always_seen(row: tuple[DocumentKind, str, str, Sex], place: int) -> None:
    kind, number, birth, sex = row
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    if swapped != number:
        assert fault(kind, swapped, birth, sex) in (RuleFault.NUMBER_CHECK, RuleFault.NUMBER_FORM)


@given(st.sampled_from((RESIDENT, HMT, OLD, NEW)), st.text(max_size=20))
def test_anything_else_is_a_named_fault(kind: DocumentKind, text: str) -> None:
    assert fault(kind, text, "1990-01-01", Sex.MALE).startswith("rule.number_")


def test_the_published_example_of_a_number_derived_from_the_new_one() -> None:
    assert old_number("911124198108030024", "CAN", "001") == "CAN110081080310"
    for parts in (
        ("91112419810803002", "CAN", "001"),
        ("911124198108030024", "C1N", "001"),
        ("9" * 18, "CAN", ""),
    ):
        assert old_number(*parts) == ""


@pytest.mark.parametrize(
    ("country", "old", "warned"),
    [
        ("CAN", "CAN110081080310", False),
        ("CAN", "", False),  # nothing was derived
        ("KAZ", "CAN110081080310", True),
        ("CAN", "CAN110081080311", True),  # its check digit
        ("CAN", "CAN120081080310", True),  # another province
        ("CAN", "CAN", True),
    ],
)
def test_an_old_number_that_does_not_go_with_the_new_one_warns(country: str, old: str, warned: bool) -> None:
    found = old_number_warning("911124198108030024", country, old)
    assert found == ((NumberWarning.OLD_NUMBER,) if warned else ())


@pytest.mark.parametrize(
    ("number", "warned"),
    [("H12345678", False), ("M1234567801", False), ("12345678", False), ("", False), ("K12345678", True),
     ("H1234567", True), ("1234567890", True)],
)  # fmt: skip
def test_forms_of_the_permit_behind_a_residence_card(number: str, warned: bool) -> None:
    assert pass_number_warning(number) == ((NumberWarning.PERMIT_FORM,) if warned else ())
