"""Each field of the form: canonical values, problems by name, and no text that breaks the check."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.acceptance.fields import FieldCheck, check_field
from core.commands import Field
from core.errors import RuleFault
from tests.core.acceptance.people import RULES

pytestmark = pytest.mark.requirement("R2", "R3", "R20")

PHONES = {
    "13800138000": "13800138000",
    "138 0013 8000": "13800138000",
    "138-0013-8000": "13800138000",
    "+86 138 0013 8000": "13800138000",
    "008613800138000": "13800138000",
    "１３８００１３８０００": "13800138000",
    "0851-85551234": "0851-85551234",
    "085185551234": "0851-85551234",
    "(0851) 8555 1234": "0851-85551234",
    "（０８５１）８５５５１２３４": "0851-85551234",
    "+86 851 8555 1234": "0851-85551234",
    "+86 0851 8555 1234": "0851-85551234",
    "010-8555-1234": "010-85551234",
    "0851—85551234": "0851-85551234",
    "0851-85551234-123": "0851-85551234-123",
    "0851-85551234转123": "0851-85551234-123",
    "0851-85551234 ext. 123": "0851-85551234-123",
    "0855-3221234": "0855-3221234",
    "400-123-4567": "4001234567",
    "+852 2123 4567": "+85221234567",
    "00852 21234567": "+85221234567",
}


@pytest.mark.parametrize(("text", "value"), PHONES.items())
def test_phones(text: str, value: str) -> None:
    assert check_field(Field.SENDER_PHONE, text, RULES) == FieldCheck(value)
    assert check_field(Field.RECIPIENT_PHONE, value, RULES) == FieldCheck(value)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("85551234", "area_code"),
        ("8555 1234", "area_code"),
        ("12345678901", "form"),
        ("1380013800", "form"),
        ("138001380001", "form"),
        ("13800138000转1", "form"),
        ("+861234567", "form"),
        ("0000-85551234", "form"),
        ("+", "form"),
        ("1380013800a", "form"),
        ("138****8000", "form"),
        ("138\x0000138000", "form"),
        ("0" * 5000, "form"),
    ],
)
def test_what_is_no_phone(text: str, what: str) -> None:
    found = check_field(Field.SENDER_PHONE, text, RULES)
    assert (found.value, found.problem, dict(found.facts)) == (None, RuleFault.PHONE_FORM, {"what": what})


@pytest.mark.parametrize(
    ("text", "grams"),
    [
        ("1.284", 1284),
        ("1", 1000),
        ("0.5", 500),
        ("0.001", 1),
        ("50", 50_000),
        ("50.000", 50_000),
        ("１．２８４", 1284),
        ("1。5", 1500),
        ("2.", 2000),
        (" 3 ", 3000),
        ("007", 7000),
    ],
)
def test_weights(text: str, grams: int) -> None:
    found = check_field(Field.WEIGHT, text, RULES)
    assert (found.number, found.problem) == (grams, "")


@pytest.mark.parametrize(
    "text", ["0", "0.000", "50.001", "-1", "1.2345", "1,5", "1.2.3", ".", "1kg", "1e1", "٣", "NaN", "1 2"]
)
def test_what_is_no_weight(text: str) -> None:
    found = check_field(Field.WEIGHT, text, RULES)
    assert (found.value, found.problem) == (None, RuleFault.WEIGHT_FORM)
    assert found.facts == {"least": 1, "most": 50_000}


@pytest.mark.parametrize(("text", "pieces"), [("1", 1), ("9999", 9999), (" ２ ", 2), ("0010", 10)])
def test_quantities(text: str, pieces: int) -> None:
    assert check_field(Field.QUANTITY, text, RULES).number == pieces


@pytest.mark.parametrize("text", ["0", "10000", "-1", "1.0", "两", "1a", "9" * 5000, "²", "٣"])
def test_what_is_no_quantity(text: str) -> None:
    assert check_field(Field.QUANTITY, text, RULES).problem == RuleFault.QUANTITY_FORM


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        (Field.CONTENTS, " 衣物　２件 ", "衣物 2件"),
        (Field.CONTENTS, "书", "书"),
        (Field.CONTENTS, "物" * 40, "物" * 40),
        (Field.SENDER_ADDRESS, "示例市示例路１００号（东门）", "示例市示例路100号（东门）"),
        (Field.RECIPIENT_NAME, "阿甲•示例", "阿甲·示例"),
        (Field.WAYBILL, "ea 473124829 cn", "EA473124829CN"),
    ],
)
def test_texts(name: Field, text: str, value: str) -> None:
    assert check_field(name, text, RULES) == FieldCheck(value)


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        (Field.CONTENTS, "物" * 41, RuleFault.FIELD_TOO_LONG),
        (Field.CONTENTS, "123", RuleFault.CONTENTS_FORM),
        (Field.CONTENTS, "衣\u202e物", RuleFault.CONTENTS_FORM),
        (Field.SENDER_ADDRESS, "示例路1号", RuleFault.ADDRESS_FORM),
        (Field.SENDER_ADDRESS, "123456789", RuleFault.ADDRESS_FORM),
        (Field.SENDER_ADDRESS, "示例市示例路\n100号", RuleFault.ADDRESS_FORM),
        (Field.RECIPIENT_ADDRESS, "路" * 121, RuleFault.FIELD_TOO_LONG),
        (Field.SENDER_NAME, "示" * 26, RuleFault.FIELD_TOO_LONG),
        (Field.RECIPIENT_NAME, "\ud800示", RuleFault.NAME_FORM),
        (Field.WAYBILL, "EA473124820CN", RuleFault.WAYBILL_CHECK),
    ],
)
def test_what_is_refused(name: Field, text: str, problem: RuleFault) -> None:
    found = check_field(name, text, RULES)
    assert (found.value, found.problem) == (None, problem)


@pytest.mark.parametrize("name", Field)
@pytest.mark.parametrize("text", ["", " ", "　", "\t"])
def test_an_empty_field_is_neither_right_nor_wrong(name: Field, text: str) -> None:
    assert check_field(name, text, RULES) == FieldCheck()


@given(st.sampled_from(Field), st.text(max_size=200))
def test_any_text_has_a_value_or_a_problem(name: Field, text: str) -> None:
    found = check_field(name, text, RULES)
    if text.strip():
        assert (found.value is None) == bool(found.problem)
    shown = repr(found)
    assert len(text) < 8 or text not in shown
    for fact in found.facts.values():
        assert not isinstance(fact, str) or fact.isascii()


@given(st.sampled_from(Field), st.text(max_size=60))
def test_a_value_checked_again_is_itself(name: Field, text: str) -> None:
    value = check_field(name, text, RULES).value
    if isinstance(value, str):
        assert check_field(name, value, RULES) == FieldCheck(value)
