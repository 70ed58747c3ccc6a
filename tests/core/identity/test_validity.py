"""Validity against the day, and the findings of a whole document."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import RuleError, RuleFault
from core.identity.card import DocumentKind, IdCard, Sex
from core.identity.check import CardWarning, check_card, validity_fault
from core.identity.numbers import NumberWarning
from core.identity.validity import check_validity, validity_code
from core.rules import load_rules

pytestmark = pytest.mark.requirement("R19")

FROM, TO = dt.date(2020, 1, 1), dt.date(2040, 1, 1)
RULES = load_rules(Path(__file__).parents[3] / "resources" / "rules").editions[0]
TODAY = dt.date(2026, 11, 21)
SPECIMEN = IdCard(
    "r1", DocumentKind.RESIDENT, "证件样本", Sex.FEMALE, "01", dt.date(1949, 12, 31),
    "北京市朝阳区样本街道1号", "11010519491231002X", "样本公安局", FROM, TO, b"WL",
)  # fmt: skip


@pytest.mark.parametrize("today", [FROM, FROM + dt.timedelta(1), TO - dt.timedelta(1), TO])
def test_valid_from_the_first_through_the_last_day(today: dt.date) -> None:
    check_validity(FROM, TO, today)
    assert validity_fault(FROM, TO, today) == ""


@pytest.mark.parametrize(
    ("first", "last", "today", "code"),
    [
        (FROM, TO, FROM - dt.timedelta(1), RuleFault.DOCUMENT_NOT_YET_VALID),
        (FROM, TO, TO + dt.timedelta(1), RuleFault.DOCUMENT_EXPIRED),
        (TO, FROM, dt.date(2030, 1, 1), RuleFault.DATE_FORM),
        (FROM, None, FROM - dt.timedelta(1), RuleFault.DOCUMENT_NOT_YET_VALID),
    ],
)
def test_not_valid(first: dt.date, last: dt.date | None, today: dt.date, code: RuleFault) -> None:
    with pytest.raises(RuleError) as caught:
        check_validity(first, last, today)
    assert caught.value.code == code
    assert validity_fault(first, last, today) == code


def test_long_term_never_ends() -> None:
    check_validity(FROM, None, dt.date(9999, 12, 31))
    assert (validity_code(None), validity_code(TO)) == ("long_term", "dated")


def test_the_specimen_is_in_order() -> None:
    finding = check_card(SPECIMEN, TODAY, RULES)
    assert (finding.problems, finding.warnings) == ((), ())


def test_every_finding_is_named_and_no_warning_refuses() -> None:
    wrong_sex = replace(SPECIMEN, sex=Sex.MALE, name="证\u202e样本")
    assert check_card(wrong_sex, TODAY, RULES).problems == (RuleFault.NUMBER_SEX, RuleFault.NAME_FORM)
    unborn = replace(SPECIMEN, birth=dt.date(2027, 1, 1))
    assert check_card(unborn, TODAY, RULES).problems == (RuleFault.NUMBER_BIRTH, RuleFault.DATE_FORM)
    assert check_card(replace(SPECIMEN, name=" "), TODAY, RULES).problems == (RuleFault.NAME_FORM,)


def test_a_child_needs_the_guardian_until_the_day_it_is_fourteen() -> None:
    child = replace(SPECIMEN, number="529999201211220014", birth=dt.date(2012, 11, 22), sex=Sex.MALE)
    assert check_card(child, TODAY, RULES).problems == (RuleFault.GUARDIAN_NEEDED,)
    assert check_card(child, dt.date(2026, 11, 22), RULES).problems == ()


def test_a_foreigner_s_card_has_a_name_in_one_script_or_both() -> None:
    card = replace(
        SPECIMEN, kind=DocumentKind.FOREIGNER_2023, number="911124198108030024",
        birth=dt.date(1981, 8, 3), name="", name_en="SHILI, JIA", nationality="CAN",
        old_number="CAN110081080310",
    )  # fmt: skip
    assert check_card(card, TODAY, RULES) == check_card(replace(card, name="示例甲"), TODAY, RULES)
    assert check_card(card, TODAY, RULES).problems == ()
    assert check_card(replace(card, name_en=""), TODAY, RULES).problems == (RuleFault.NAME_FORM,)
    assert check_card(replace(card, name_en="A\u202eB"), TODAY, RULES).problems == (RuleFault.NAME_FORM,)
    assert check_card(replace(card, nationality="KAZ"), TODAY, RULES).warnings == (NumberWarning.OLD_NUMBER,)


@pytest.mark.parametrize(
    ("number", "birth", "today", "warnings"),
    [
        ("529999201211220014", dt.date(2012, 11, 22), dt.date(2026, 11, 22), (CardWarning.MINOR,)),
        ("529999201211220014", dt.date(2012, 11, 22), dt.date(2030, 11, 22), ()),
        ("999999199001010016", dt.date(1990, 1, 1), TODAY, (NumberWarning.REGION_UNKNOWN,)),
    ],
)
def test_warnings(number: str, birth: dt.date, today: dt.date, warnings: tuple[str, ...]) -> None:
    card = replace(SPECIMEN, number=number, birth=birth, sex=Sex.MALE)
    finding = check_card(card, today, RULES)
    assert (finding.problems, finding.warnings) == ((), warnings)
