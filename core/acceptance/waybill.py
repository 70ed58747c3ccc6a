"""Waybill numbers: UPU S10 with its check digit, and the forms that the rule data list.

A waybill is personal information too (寄递服务用户个人信息安全管理规定 3), and what a scanner gives may be
anything: errors carry a length and a reason, never the code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.errors import RuleError, RuleFault
from core.identity.characters import fold_width
from core.rule_data import Rules, WaybillForm

_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)
_IGNORED = re.compile(r"[ \-\u2010-\u2015\u2212]")
_PLAIN = re.compile("[A-Z0-9]+")
_S10 = re.compile("([A-Z]{2})([0-9]{8})([0-9])([A-Z]{2})")


@dataclass(frozen=True, slots=True)
class S10:
    """The parts of a UPU S10 identifier: AA 00000000 C BB."""

    service: str
    serial: str
    check: str
    country: str

    @property
    def text(self) -> str:
        """13 characters."""
        return f"{self.service}{self.serial}{self.check}{self.country}"


def s10_check_digit(serial: str) -> str:
    """Of eight digits (UPU S10-12): 11 − S mod 11, where 10 becomes 0 and 11 becomes 5."""
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, serial, strict=True))
    check = 11 - total % 11
    return {10: "0", 11: "5"}.get(check, str(check))


def parse_s10(code: str, countries: frozenset[str]) -> S10:
    """The parts of a normalised code.  Raises RuleError WAYBILL_FORM or WAYBILL_CHECK."""
    found = _S10.fullmatch(code)
    if found is None:
        raise RuleError(RuleFault.WAYBILL_FORM, what="form", length=len(code))
    parts = S10(*found.groups())
    if s10_check_digit(parts.serial) != parts.check:
        raise RuleError(RuleFault.WAYBILL_CHECK)
    if parts.country not in countries:
        raise RuleError(RuleFault.WAYBILL_FORM, what="country", length=len(code))
    return parts


def normalise_waybill(text: str, scan_max: int) -> str:
    """Narrow capitals without spaces and dashes.

    Raises RuleError WAYBILL_FORM (``what``, ``length``) for what is too long or has any other character.
    """
    if len(text) > scan_max:
        raise RuleError(RuleFault.WAYBILL_FORM, what="length", length=len(text))
    code = _IGNORED.sub("", fold_width(text.strip())).upper()
    if not _PLAIN.fullmatch(code):
        raise RuleError(RuleFault.WAYBILL_FORM, what="character", length=len(text))
    return code


def check_waybill(text: str, rules: Rules) -> str:
    """The normalised waybill number.  Raises RuleError WAYBILL_FORM or WAYBILL_CHECK."""
    code = normalise_waybill(text, rules.limits.scan_max)
    form = _form(code, rules)
    if form.check == "s10":
        parse_s10(code, rules.s10_countries)
    return code


def preprinted(code: str, rules: Rules) -> bool:
    """Whether a normalised number is of a series that comes on printed waybills; an unknown form is not."""
    return next((form.preprinted for form in rules.waybills if form.pattern.fullmatch(code)), False)


def _form(code: str, rules: Rules) -> WaybillForm:
    for form in rules.waybills:
        if form.pattern.fullmatch(code):
            return form
    raise RuleError(RuleFault.WAYBILL_FORM, what="form", length=len(code))
