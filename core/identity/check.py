"""Everything the rules say about one document as it was read, before anybody looks at the form."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from core.errors import RuleError, RuleFault
from core.identity.card import IdCard
from core.identity.characters import refused
from core.identity.names import clean_name
from core.identity.numbers import check_number
from core.identity.validity import check_validity
from core.rule_data import Rules


class CardWarning(StrEnum):
    """Soft warnings beside those of ``core.identity.numbers``."""

    MINOR = "warning.minor"  # under the age at which a guardian must consent (PIPL 31)


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
    if refused(card.name) or not clean_name(card.name):
        problems.append(RuleFault.NAME_FORM)
    if card.birth > today:
        problems.append(RuleFault.DATE_FORM)
    elif _age(card.birth, today) < rules.limits.minor_age:
        warnings.append(CardWarning.MINOR)
    return CardFinding(tuple(map(str, problems)), tuple(map(str, warnings)))


def validity_fault(valid_from: dt.date, valid_to: dt.date | None, today: dt.date) -> str:
    """The RuleFault code of a document that is not valid today, or ""."""
    try:
        check_validity(valid_from, valid_to, today)
    except RuleError as error:
        return str(error.code)
    return ""


def _age(birth: dt.date, today: dt.date) -> int:
    return today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))
