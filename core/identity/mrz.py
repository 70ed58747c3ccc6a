"""The machine-readable zone of a travel document (ICAO 9303-3, -4, -5), typed or read: pure.

TD3 (passports) has two lines of 44 characters, TD1 (cards) three of 30.  Every check digit is asked;
errors name the field and carry none of its characters.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field

from core.errors import RuleError, RuleFault
from core.identity.card import Sex
from core.identity.characters import fold_width
from core.identity.numbers import check_digit_731

_LENGTHS = {(44, 44): "td3", (30, 30, 30): "td1"}
_ALLOWED = re.compile("[A-Z0-9<]+")
_LETTERS = re.compile("[A-Z<]+")
_STATE = re.compile("[A-Z]{1,3}<{0,2}")
_SEXES = {"M": Sex.MALE, "F": Sex.FEMALE, "<": Sex.UNSTATED}
_TEXT_MAX = 200
_YEARS_AHEAD = 50  # a two-digit year of expiry lies less than so far ahead


@dataclass(frozen=True, slots=True)
class MachineReadable:
    """What the zone says.  States are alpha-3 or ICAO's own codes; names are in capitals."""

    form: str  # "td1" | "td3"
    document: str  # "P", "I", "AC" …
    issuer: str
    nationality: str
    number: str = field(repr=False)
    surname: str = field(repr=False)
    given: str = field(repr=False)
    birth: dt.date = field(repr=False)
    sex: Sex = field(repr=False)
    expiry: dt.date = field(repr=False)
    optional: str = field(default="", repr=False)

    @property
    def name(self) -> str:
        """SURNAME, GIVEN NAMES; one of them alone where the other is empty."""
        return ", ".join(part for part in (self.surname, self.given) if part)


def parse_mrz(text: str, today: dt.date) -> MachineReadable:
    """The zone in ``text``, lines apart or run together; ``today`` decides the century of two-digit years.

    Raises RuleError MRZ_FORM or MRZ_CHECK; ``what`` is "length", "character", "state", "name", "number",
    "birth", "sex", "expiry", "optional" or "composite".
    """
    lines = _lines(text)
    form = _LENGTHS[tuple(map(len, lines))]
    return _td3(lines, today) if form == "td3" else _td1(lines, today)


def _lines(text: str) -> list[str]:
    folded = fold_width(text[:_TEXT_MAX]).upper()
    lines = [line for line in (re.sub(r"\s", "", part) for part in folded.splitlines()) if line]
    joined = "".join(lines)
    if not joined or not _ALLOWED.fullmatch(joined):
        raise RuleError(RuleFault.MRZ_FORM, what="character" if joined else "length")
    if len(lines) == 1:
        size = {88: 44, 90: 30}.get(len(joined), len(joined))
        lines = [joined[start : start + size] for start in range(0, len(joined), size)]
    if tuple(map(len, lines)) not in _LENGTHS:
        raise RuleError(RuleFault.MRZ_FORM, what="length")
    return lines


def _td3(lines: list[str], today: dt.date) -> MachineReadable:
    first, second = lines
    surname, given = _names(first[5:])
    _check(second[0:9], second[9], "number")
    optional, digit = second[28:42], second[42]
    if digit != "<" or optional.strip("<"):
        _check(optional, digit, "optional")
    zone = MachineReadable(
        form="td3",
        document=_document(first[0:2]),
        issuer=_state(first[2:5]),
        nationality=_state(second[10:13]),
        number=_number(second[0:9]),
        surname=surname,
        given=given,
        birth=_birth(second[13:19], second[19], today),
        sex=_sex(second[20]),
        expiry=_expiry(second[21:27], second[27], today),
        optional=_filled(optional),
    )
    _check(second[0:10] + second[13:20] + second[21:43], second[43], "composite")
    return zone


def _td1(lines: list[str], today: dt.date) -> MachineReadable:
    first, second, third = lines
    surname, given = _names(third)
    number, optional = _long_number(first)
    zone = MachineReadable(
        form="td1",
        document=_document(first[0:2]),
        issuer=_state(first[2:5]),
        nationality=_state(second[15:18]),
        number=number,
        surname=surname,
        given=given,
        birth=_birth(second[0:6], second[6], today),
        sex=_sex(second[7]),
        expiry=_expiry(second[8:14], second[14], today),
        optional=" ".join(part for part in (optional, _filled(second[18:29])) if part),
    )
    _check(first[5:30] + second[0:7] + second[8:15] + second[18:29], second[29], "composite")
    return zone


def _long_number(line: str) -> tuple[str, str]:
    """(number, optional data) of a TD1's first line: a long number goes on in the optional data (9303-5)."""
    if line[14] != "<":
        _check(line[5:14], line[14], "number")
        return _number(line[5:14]), _filled(line[15:30])
    rest, _, optional = line[15:30].partition("<")
    if len(rest) < 2 or "<" in line[5:14]:
        raise RuleError(RuleFault.MRZ_FORM, what="number")
    number = line[5:14] + rest[:-1]
    # ICAO 9303-5 computes this digit over the number's characters without the filler in their midst.
    _check(number, rest[-1], "number")
    return number, _filled(optional)


def _check(text: str, digit: str, what: str) -> None:
    plain = text.replace("<", "0")
    if check_digit_731(plain) != digit:
        raise RuleError(RuleFault.MRZ_CHECK, what=what)


def _document(text: str) -> str:
    if not _LETTERS.fullmatch(text) or text[0] == "<":
        raise RuleError(RuleFault.MRZ_FORM, what="document")
    return text.rstrip("<")


def _state(text: str) -> str:
    if not _STATE.fullmatch(text):
        raise RuleError(RuleFault.MRZ_FORM, what="state")
    return text.rstrip("<")


def _number(text: str) -> str:
    number = text.rstrip("<")
    if not number or "<" in number:
        raise RuleError(RuleFault.MRZ_FORM, what="number")
    return number


def _filled(text: str) -> str:
    return text.replace("<", " ").strip()


def _names(text: str) -> tuple[str, str]:
    if not _LETTERS.fullmatch(text) or text[0] == "<":
        raise RuleError(RuleFault.MRZ_FORM, what="name")
    surname, _, given = text.rstrip("<").partition("<<")
    return surname.replace("<", " "), " ".join(given.replace("<", " ").split())


def _sex(char: str) -> Sex:
    if char not in _SEXES:
        raise RuleError(RuleFault.MRZ_FORM, what="sex")
    return _SEXES[char]


def _birth(text: str, digit: str, today: dt.date) -> dt.date:
    """The latest such day that is not to come."""
    _check(text, digit, "birth")
    century = today.year // 100 * 100
    born = _date(text, century, "birth")
    if born is None or born > today:
        born = _date(text, century - 100, "birth")
    if born is None:
        raise RuleError(RuleFault.MRZ_FORM, what="birth")
    return born


def _expiry(text: str, digit: str, today: dt.date) -> dt.date:
    """The first such day whose year is not fifty years past."""
    _check(text, digit, "expiry")
    year = today.year + (int(_digits(text, "expiry")[:2]) - today.year) % 100
    if year - today.year >= _YEARS_AHEAD:
        year -= 100
    expiry = _date(text, year - year % 100, "expiry")
    if expiry is None:
        raise RuleError(RuleFault.MRZ_FORM, what="expiry")
    return expiry


def _digits(text: str, what: str) -> str:
    if not re.fullmatch("[0-9]{6}", text):
        raise RuleError(RuleFault.MRZ_FORM, what=what)
    return text


def _date(text: str, century: int, what: str) -> dt.date | None:
    digits = _digits(text, what)
    try:
        return dt.date(century + int(digits[:2]), int(digits[2:4]), int(digits[4:]))
    except ValueError:
        return None  # 29 February of the wrong century, or no date at all
