"""Waybill numbers: UPU's own example, worked check digits, other forms, and hostile scans."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.acceptance.waybill import check_waybill, parse_s10, s10_check_digit
from core.errors import RuleError, RuleFault
from tests.core.acceptance.people import RULES

pytestmark = pytest.mark.requirement("R20", "R32")


@pytest.mark.parametrize(
    ("serial", "digit"),
    [
        ("47312482", "9"),  # the example of S10-12
        ("12345678", "5"),
        ("00000000", "5"),  # S mod 11 = 0: 11 becomes 5
        ("00004000", "0"),  # S = 12, mod 11 = 1: 10 becomes 0
        ("10000000", "3"),  # S = 8
        ("00000001", "4"),  # S = 7
    ],
)
def test_worked_check_digits(serial: str, digit: str) -> None:
    assert s10_check_digit(serial) == digit


@pytest.mark.parametrize(
    "scan",
    [
        "EA473124829CN",
        "ea473124829cn",
        "EA 4731 2482 9 CN",
        "EA-473-124-829-CN",
        " EA473124829CN\r\n",
        "ＥＡ４７３１２４８２９ＣＮ",
    ],
)
def test_one_number_however_it_is_written(scan: str) -> None:
    assert check_waybill(scan, RULES) == "EA473124829CN"


@pytest.mark.parametrize(
    "number",
    [
        "RR123456785GB",
        "1234567890123",
        "SF1234567890123",
        "JT1234567890123",
        "73123456789012",
        "431234567890123",
    ],
)
def test_other_forms(number: str) -> None:
    assert check_waybill(number, RULES) == number


def test_the_parts_of_s10() -> None:
    parts = parse_s10("EA473124829CN", RULES.s10_countries)
    assert (parts.service, parts.serial, parts.check, parts.country) == ("EA", "47312482", "9", "CN")
    assert parts.text == "EA473124829CN"


@pytest.mark.parametrize(
    ("scan", "code", "what"),
    [
        ("EA473124820CN", RuleFault.WAYBILL_CHECK, None),
        ("EA473124819CN", RuleFault.WAYBILL_CHECK, None),
        ("EA473124829ZZ", RuleFault.WAYBILL_FORM, "country"),
        ("QA473124829CN", RuleFault.WAYBILL_FORM, "form"),
        ("EA47312482CN", RuleFault.WAYBILL_FORM, "form"),
        ("6901234567892", RuleFault.WAYBILL_FORM, "form"),  # a product's EAN-13
        ("13800138000", RuleFault.WAYBILL_FORM, "form"),
        ("https://example.invalid/EA473124829CN", RuleFault.WAYBILL_FORM, "character"),
        ("EA473124829CN'; DROP TABLE entries;--", RuleFault.WAYBILL_FORM, "character"),
        ("EA47312482٩CN", RuleFault.WAYBILL_FORM, "character"),
        ("EA473124829CN\x1dF9", RuleFault.WAYBILL_FORM, "character"),
        ("EA473124829CN\nEA473124829CN", RuleFault.WAYBILL_FORM, "character"),
        ("\ud800", RuleFault.WAYBILL_FORM, "character"),
        ("", RuleFault.WAYBILL_FORM, "character"),
        ("-- --", RuleFault.WAYBILL_FORM, "character"),
        ("ß" * 13, RuleFault.WAYBILL_FORM, "form"),
        ("E" * 100_000, RuleFault.WAYBILL_FORM, "length"),
    ],
)
def test_what_is_no_waybill(scan: str, code: RuleFault, what: str | None) -> None:
    with pytest.raises(RuleError) as caught:
        check_waybill(scan, RULES)
    assert caught.value.code == code
    assert caught.value.facts.get("what") == what


def outcome(scan: str) -> tuple[str, RuleError | None]:
    """The number, or why there is none."""
    try:
        return check_waybill(scan, RULES), None
    except RuleError as error:
        return "", error


@given(st.text(max_size=80))
def test_an_error_never_echoes_the_code(scan: str) -> None:
    number, error = outcome(scan)
    if error is None:
        assert number.isascii()
        assert number.isalnum()
    else:
        assert set(error.facts) <= {"what", "length"}
        assert error.facts.get("what") in (None, "form", "character", "length", "country")


@given(st.text("0123456789", min_size=8, max_size=8))
def test_exactly_one_check_digit_fits(serial: str) -> None:
    errors = [error for digit in "0123456789" if (error := outcome(f"EA{serial}{digit}CN")[1])]
    assert [error.code for error in errors] == [RuleFault.WAYBILL_CHECK] * 9
