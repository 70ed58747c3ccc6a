"""The check of each field of the form: what was typed, scanned or read becomes a value or a problem.

An empty field has neither: it is missing, which ``core.acceptance.gates`` says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from core.acceptance.waybill import check_waybill
from core.commands import Field
from core.errors import Fact, RuleError, RuleFault
from core.identity.characters import (
    fold_letters_and_digits,
    fold_width,
    has_word,
    refused,
    tidy_spaces,
)
from core.identity.names import check_name
from core.regions.place import completed, recognise
from core.rule_data import DocumentRule, Rules

# No field is kept longer than this, whatever is pasted: a draft must fit its store.
TEXT_MAX = 400


@dataclass(frozen=True, slots=True)
class FieldCheck:
    """``value`` is the canonical value (text; quantity as pieces, weight as grams), None without one.

    ``problem`` is a RuleFault code or "".
    """

    value: str | int | None = field(default=None, repr=False)
    problem: str = ""
    facts: Mapping[str, Fact] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The value of a text field, "" without one."""
        return self.value if isinstance(self.value, str) else ""

    @property
    def number(self) -> int:
        """The value of a number field, 0 without one."""
        return self.value if isinstance(self.value, int) else 0


def check_field(name: Field, text: str, rules: Rules) -> FieldCheck:
    """Check one field against the rules in force."""
    if not text.strip():
        return FieldCheck()
    try:
        return FieldCheck(_CHECKS[name](text, rules))
    except RuleError as error:
        return FieldCheck(problem=str(error.code), facts=error.facts)


def check_sender_name(text: str, document: DocumentRule) -> FieldCheck:
    """The sender's name, within what a document of that kind can hold (foreigners' have 60 letters)."""
    if not text.strip():
        return FieldCheck()
    try:
        return FieldCheck(check_name(text, characters=document.name_characters, hanzi=document.name_hanzi))
    except RuleError as error:
        return FieldCheck(problem=str(error.code), facts=error.facts)


def check_person(text: str, rules: Rules) -> str:
    """A name on the form (民委发〔2016〕33号)."""
    return check_name(text, characters=rules.limits.name_characters, hanzi=rules.limits.name_hanzi)


_DASHES = re.compile("[\u2010-\u2015\u2212]")
_PHONE_SPACES = re.compile(r"[\s\-()]")
_EXTENSION = re.compile(r"(.+?)\s*(?:转|轉|#|ext\.?)\s*([0-9]{1,6})", re.IGNORECASE)
_DASHED_EXTENSION = re.compile(r"([0-9+() ]+-[0-9 ]{7,9}|(?:\+?(?:00)?86-?)?1[3-9][0-9]{9})-([0-9]{1,6})")
_MOBILE = re.compile("1[3-9][0-9]{9}")
_AREA = re.compile("(010|02[0-9]|0[3-9][0-9]{2})([0-9]{7,8})")
_PHONE_TEXT_MAX = 40


def check_phone(text: str, rules: Rules) -> str:
    """Canonical form: 11 digits or area-number, either with -extension, 400…, or +countrycode….

    Raises RuleError PHONE_FORM; ``what`` "area_code" where a landline lacks it, else "form".
    """
    folded = _DASHES.sub("-", fold_width(text)).strip()
    if len(folded) <= _PHONE_TEXT_MAX:
        for candidate in _phone_candidates(folded):
            if any(form.pattern.fullmatch(candidate) for form in rules.phones):
                return candidate
    local = re.fullmatch("[2-9][0-9]{6,7}", _PHONE_SPACES.sub("", folded))
    raise RuleError(RuleFault.PHONE_FORM, what="area_code" if local else "form")


def _phone_candidates(text: str) -> Iterator[str]:
    """What the number may be in canonical form; +86 and 0086 are the country's own."""
    extension = ""
    found = _EXTENSION.fullmatch(text) or _DASHED_EXTENSION.fullmatch(text)
    if found:
        text, extension = found.groups()
    joined = _PHONE_SPACES.sub("", text)
    if joined.startswith("00"):
        joined = f"+{joined[2:]}"
    national = joined.removeprefix("+86")
    for number in (national, f"0{national}") if joined.startswith("+86") else (joined,):
        landline = _AREA.fullmatch(number)
        if landline:
            yield "-".join(part for part in (*landline.groups(), extension) if part)
        elif extension and _MOBILE.fullmatch(number):
            yield f"{number}-{extension}"
        elif not extension:
            yield number


def check_address(text: str, rules: Rules) -> str:
    """The address, with province, city and county written out where they are certain.

    Raises RuleError ADDRESS_FORM (``what``, ``least``) or FIELD_TOO_LONG (``limit``).
    """
    what = refused(text)
    if what:
        raise RuleError(RuleFault.ADDRESS_FORM, what=what)
    address = tidy_spaces(fold_letters_and_digits(text))
    if len(address) > rules.limits.address_max:
        raise RuleError(RuleFault.FIELD_TOO_LONG, limit=rules.limits.address_max)
    if len(address) < rules.limits.address_min:
        raise RuleError(RuleFault.ADDRESS_FORM, what="short", least=rules.limits.address_min)
    if not has_word(address):
        raise RuleError(RuleFault.ADDRESS_FORM, what="letters")
    whole = completed(address, recognise(address, rules.regions))
    return whole if len(whole) <= rules.limits.address_max else address


def check_contents(text: str, rules: Rules) -> str:
    """Name and nature of the item.  Raises RuleError CONTENTS_FORM or FIELD_TOO_LONG, as an address."""
    what = refused(text)
    if what:
        raise RuleError(RuleFault.CONTENTS_FORM, what=what)
    contents = tidy_spaces(fold_letters_and_digits(text))
    if len(contents) > rules.limits.contents_max:
        raise RuleError(RuleFault.FIELD_TOO_LONG, limit=rules.limits.contents_max)
    if not has_word(contents):
        raise RuleError(RuleFault.CONTENTS_FORM, what="letters")
    return contents


def check_quantity(text: str, rules: Rules) -> int:
    """Pieces, 1 to the limit.  Raises RuleError QUANTITY_FORM (``least``, ``most``)."""
    digits = fold_width(text).strip()
    most = rules.limits.quantity_max
    if not re.fullmatch("[0-9]{1,9}", digits) or not 1 <= int(digits) <= most:
        raise RuleError(RuleFault.QUANTITY_FORM, least=1, most=most)
    return int(digits)


def check_weight(text: str, rules: Rules) -> int:
    """Kilograms with up to three decimals → grams.  Raises RuleError WEIGHT_FORM (limits in grams).

    An input method types 。 for the decimal point.  A comma is refused: it means thousands to one
    person and decimals to another.
    """
    limits = rules.limits
    number = fold_width(text).strip().replace("。", ".")
    found = re.fullmatch(r"([0-9]{1,6})(?:\.([0-9]{0,3}))?", number)
    grams = int(found[1]) * 1000 + int((found[2] or "").ljust(3, "0")) if found else 0
    if not limits.weight_min_g <= grams <= limits.weight_max_g:
        raise RuleError(RuleFault.WEIGHT_FORM, least=limits.weight_min_g, most=limits.weight_max_g)
    return grams


_CHECKS: Mapping[Field, Callable[[str, Rules], str | int]] = {
    Field.SENDER_NAME: check_person,
    Field.SENDER_PHONE: check_phone,
    Field.SENDER_ADDRESS: check_address,
    Field.RECIPIENT_NAME: check_person,
    Field.RECIPIENT_PHONE: check_phone,
    Field.RECIPIENT_ADDRESS: check_address,
    Field.WAYBILL: check_waybill,
    Field.CONTENTS: check_contents,
    Field.QUANTITY: check_quantity,
    Field.WEIGHT: check_weight,
}
