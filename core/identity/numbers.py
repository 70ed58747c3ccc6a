"""Document numbers: form, check digit, and agreement with the card's birth date and sex.

One :class:`NumberRule` a document family; a card satisfies one of the rules of its kind.  Errors carry
no digit of the number.  Examples and weights: GB 11643, ICAO 9303 (7 3 1), and the National
Immigration Administration's notice on the 2023 card, as far as public material agrees.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from core.errors import RuleError, RuleFault
from core.identity.card import DocumentKind, Sex

_WEIGHTS_18 = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS_18 = "10X98765432"


class NumberWarning(StrEnum):
    """What is odd about a number but no reason to refuse: codes are abolished and cards live on."""

    REGION_UNKNOWN = "warning.region_unknown"
    SEX_DIFFERS = "warning.number_sex"  # where the rule on sex is only believed
    PERMIT_FORM = "warning.pass_number"  # J: the travel permit's number is written in no known way
    OLD_NUMBER = "warning.old_number"  # Y: the number before it does not go with the new one


def check_character_18(first17: str) -> str:
    """MOD 11-2 over 17 digits: the 18th character of GB 11643."""
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS_18, first17, strict=True))
    return _CHECKS_18[total % 11]


def check_digit_731(text: str) -> str:
    """Weights 7 3 1, A = 10 … Z = 35, mod 10 (ICAO 9303-3)."""
    return str(sum((7, 3, 1)[i % 3] * int(char, 36) for i, char in enumerate(text)) % 10)


@dataclass(frozen=True, slots=True)
class NumberRule:
    """How one family of numbers is written.

    ``birth`` and ``region`` are slices; ``sex_at`` is the place of the digit whose parity says the
    sex (odd: male), and ``sex_blocks`` whether a difference refuses or only warns.
    """

    pattern: re.Pattern[str]
    check: Callable[[str], str]  # of everything but the last character
    birth: slice
    sex_at: int
    region: slice | None
    sex_blocks: bool = True


_RESIDENT = NumberRule(re.compile("[1-9][0-9]{16}[0-9X]"), check_character_18, slice(6, 14), 16, slice(0, 2))
_HMT = NumberRule(re.compile("8[123]0000[0-9]{11}[0-9X]"), check_character_18, slice(6, 14), 16, slice(0, 2))
_FOREIGNER_2017 = NumberRule(
    # The area's four digits begin with the province; that the sequence's parity is the sex is believed only.
    re.compile("[A-Z]{3}[0-9]{12}"),
    check_digit_731,
    slice(7, 13),
    13,
    slice(3, 5),
    sex_blocks=False,
)
_FOREIGNER_2023 = NumberRule(
    re.compile("9[0-9]{16}[0-9X]"), check_character_18, slice(6, 14), 16, slice(1, 3)
)

# By the name that the rule data use for the family.
FAMILIES: Mapping[str, NumberRule] = {
    "resident": _RESIDENT,
    "hmt": _HMT,
    "foreigner_2017": _FOREIGNER_2017,
    "foreigner_2023": _FOREIGNER_2023,
}
# What a chip may hold.
RULES: Mapping[DocumentKind, NumberRule] = {
    DocumentKind.RESIDENT: _RESIDENT,
    DocumentKind.HMT_RESIDENT: _HMT,
    DocumentKind.FOREIGNER_2017: _FOREIGNER_2017,
    DocumentKind.FOREIGNER_2023: _FOREIGNER_2023,
}
_PASS = re.compile("[HM][0-9]{8}(?:[0-9]{2})?|[0-9]{8}")


def check_number(
    kind: DocumentKind, number: str, birth: dt.date, sex: Sex, provinces: Collection[str]
) -> tuple[NumberWarning, ...]:
    """Warnings about a number that is in order.

    Raises RuleError NUMBER_FORM, NUMBER_CHECK, NUMBER_BIRTH or NUMBER_SEX, in this order; fact ``kind``.
    ``provinces`` are the two-digit codes known to the rule data; an unknown one only warns.
    """
    return check_family(RULES[kind], kind, number, birth, sex, provinces)


def check_family(
    rule: NumberRule, kind: DocumentKind, number: str, birth: dt.date, sex: Sex, provinces: Collection[str]
) -> tuple[NumberWarning, ...]:
    """As :func:`check_number`, for a number of a stated family."""
    if not rule.pattern.fullmatch(number):
        raise RuleError(RuleFault.NUMBER_FORM, kind=kind.value)
    if rule.check(number[:-1]) != number[-1]:
        raise RuleError(RuleFault.NUMBER_CHECK, kind=kind.value)
    written = number[rule.birth]  # six or eight digits: the century may be missing
    if not birth.isoformat().replace("-", "").endswith(written):
        raise RuleError(RuleFault.NUMBER_BIRTH, kind=kind.value)
    warnings = []
    if sex in (Sex.MALE, Sex.FEMALE) and (int(number[rule.sex_at]) % 2 == 1) != (sex is Sex.MALE):
        if rule.sex_blocks:
            raise RuleError(RuleFault.NUMBER_SEX, kind=kind.value)
        warnings.append(NumberWarning.SEX_DIFFERS)
    if rule.region is not None and number[rule.region] not in provinces:
        warnings.append(NumberWarning.REGION_UNKNOWN)
    return tuple(warnings)


def birth_and_sex(rule: NumberRule, number: str) -> tuple[dt.date, Sex] | None:
    """What a number of a family says itself; None where it has no full birth date, or an impossible one.

    The number must have the family's form.
    """
    written = number[rule.birth]
    if len(written) != 8:
        return None
    try:
        birth = dt.date(int(written[:4]), int(written[4:6]), int(written[6:]))
    except ValueError:
        return None
    return birth, Sex.MALE if int(number[rule.sex_at]) % 2 else Sex.FEMALE


def pass_number_warning(number: str) -> tuple[NumberWarning, ...]:
    """Of the travel permit behind a J card: H or M and eight digits, Taiwan eight digits, or none."""
    return () if not number or _PASS.fullmatch(number) else (NumberWarning.PERMIT_FORM,)


def old_number(new: str, country: str, association: str) -> str:
    """The 15-character number of a foreigner whose 18-character one is ``new`` (2023 card).

    ``country`` is alpha-3, ``association`` the card's three digits.  "" where a part has not its form:
    the derivation is inferred from one worked example, so that it may warn and never refuse.
    """
    if not (
        re.fullmatch("9[0-9]{16}[0-9X]", new)
        and re.fullmatch("[A-Z]{3}", country)
        and re.fullmatch("[0-9]{3}", association)
    ):
        return ""
    first = country + new[1:3] + association[:2] + new[8:14] + association[2]
    return first + check_digit_731(first)


def old_number_warning(new: str, country: str, old: str) -> tuple[NumberWarning, ...]:
    """Whether the old number is the one that the new number, the country and some association give."""
    if not old or old == old_number(new, country, old[5:7] + old[13:14]):
        return ()
    return (NumberWarning.OLD_NUMBER,)
