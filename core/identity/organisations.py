"""统一社会信用代码 of organisations (GB 32100): 18 characters, the last one a check character, MOD 31."""

from __future__ import annotations

import re

from core.errors import RuleError, RuleFault
from core.identity.characters import fold_width

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_FORM = re.compile(f"[1-9A-HJ-NP-RTUWXY][{_ALPHABET}][0-9]{{6}}[{_ALPHABET}]{{10}}")
_BETWEEN = re.compile(r"[\s\-]")


def credit_code_check(first17: str) -> str:
    """The 18th character over 17: weights 3^i mod 31."""
    total = sum(_ALPHABET.index(char) * pow(3, place, 31) for place, char in enumerate(first17))
    return _ALPHABET[-total % 31]


def check_credit_code(text: str) -> str:
    """The code in narrow capitals.  Raises RuleError ORGANISATION_CODE; ``what`` is "form" or "check"."""
    code = _BETWEEN.sub("", fold_width(text)).upper()
    if not _FORM.fullmatch(code):
        raise RuleError(RuleFault.ORGANISATION_CODE, what="form")
    if credit_code_check(code[:17]) != code[17]:
        raise RuleError(RuleFault.ORGANISATION_CODE, what="check")
    return code
