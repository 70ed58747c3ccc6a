"""Everything the rules say about one document as it was read, before anybody looks at the form."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from core.errors import RuleError, RuleFault
from core.identity.card import IdCard
from core.identity.characters import refused
from core.identity.names import clean_name
from core.identity.numbers import check_number, old_number_warning, pass_number_warning
from core.identity.validity import check_validity
from core.rule_data import Rules


class CardWarning(StrEnum):
    """Soft warnings beside those of ``core.identity.numbers``."""

    MINOR = "warning.minor"  # not of age, but old enough to send alone


@dataclass(frozen=True, slots=True)
class CardFinding:
    """``problems`` (RuleFault codes) do not depend on the day; ``warnings`` refuse nothing."""

    problems: tuple[str, ...]
    warnings: tuple[str, ...]


def check_card(card: IdCard, today: dt.date, rules: Rules) -> CardFinding:
    """Number, birth, sex and name of a document.  For validity see :func:`validity_fault`."""
    problems: list[str] = []
    warnings: list[str] = []
    try:
        warnings += check_number(card.kind, card.number, card.birth, card.sex, rules.provinces)
    except RuleError as error:
        problems.append(error.code)
    warnings += pass_number_warning(card.pass_number)
    warnings += old_number_warning(card.number, card.nationality, card.old_number)
    if not name_in_order(card.name, card.name_en):
        problems.append(RuleFault.NAME_FORM)
    problems += person_problems(card.birth, today, rules)
    warnings += person_warnings(card.birth, today, rules)
    return CardFinding(tuple(map(str, problems)), tuple(map(str, warnings)))


def name_in_order(name: str, name_en: str) -> bool:
    """Whether a document has a name, Chinese or English, and nothing in either that may not stand there."""
    return not refused(name) and not refused(name_en) and bool(clean_name(name) or clean_name(name_en))


def person_problems(birth: dt.date, today: dt.date, rules: Rules) -> list[RuleFault]:
    """What a birth date stands against: a day to come, or a child whose guardian has to send.

    Under that age the guardian consents (个人信息保护法 31), so it is the guardian's document that is read.
    """
    if birth > today:
        return [RuleFault.DATE_FORM]
    return [RuleFault.GUARDIAN_NEEDED] if age(birth, today) < rules.limits.minor_age else []


def person_warnings(birth: dt.date, today: dt.date, rules: Rules) -> list[CardWarning]:
    """That somebody is not of age, but old enough to send alone; she is nobody's guardian."""
    minor = rules.limits.minor_age <= age(birth, today) < rules.limits.adult_age
    return [CardWarning.MINOR] if minor else []


def validity_fault(valid_from: dt.date, valid_to: dt.date | None, today: dt.date) -> str:
    """The RuleFault code of a document that is not valid today, or ""."""
    try:
        check_validity(valid_from, valid_to, today)
    except RuleError as error:
        return str(error.code)
    return ""


def age(birth: dt.date, today: dt.date) -> int:
    """Whole years."""
    return today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))
