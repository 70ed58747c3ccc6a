"""The validity printed on a document, against the day of business (居民身份证法 5)."""

from __future__ import annotations

import datetime as dt

from core.errors import RuleError, RuleFault

LONG_TERM = "long_term"  # 长期
DATED = "dated"
UNDATED = "undated"  # a kind of document that states no end


def check_validity(valid_from: dt.date, valid_to: dt.date | None, today: dt.date) -> None:
    """A document holds through its last day; ``valid_to`` None is 长期.

    Raises RuleError DATE_FORM (it ends before it begins), DOCUMENT_NOT_YET_VALID or DOCUMENT_EXPIRED.
    """
    if valid_to is not None and valid_to < valid_from:
        raise RuleError(RuleFault.DATE_FORM)
    if today < valid_from:
        raise RuleError(RuleFault.DOCUMENT_NOT_YET_VALID)
    if valid_to is not None and today > valid_to:
        raise RuleError(RuleFault.DOCUMENT_EXPIRED)


def validity_code(valid_to: dt.date | None) -> str:
    """What the record says of a valid document: "dated" or "long_term"."""
    return LONG_TERM if valid_to is None else DATED
