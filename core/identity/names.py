"""Names: how they are written, compared and refused.

The separator of names is U+00B7, and a name may have 50 characters, 25 of them hanzi
(民委发〔2016〕33号).  Comparing folds what an input method or a card's font changes, never one
ideograph into another (see ``core.identity.characters``).
"""

from __future__ import annotations

import re
import unicodedata

from core.errors import RuleError, RuleFault
from core.identity.characters import fold_width, has_word, is_hanzi, refused, tidy_spaces

SEPARATOR = "\u00b7"
# Every dot at mid height that fonts and input methods give for it.
_DOTS = re.compile(
    "[\u00b7\u0387\u16eb\u2022\u2024\u2027\u2219\u22c5\u25cf\u2e31\u2e33\u30fb\uff65\U00010101]"
)
_LATIN_MARKED = re.compile("[A-Za-z\u00c0-\u024f][\u0300-\u036f]+")
_APOSTROPHES = re.compile("[\u2018\u2019\u02bc\u00b4]")
_HYPHENS = re.compile("[\u2010\u2011\u2012\u2013]")
_AROUND_DOT = re.compile(f" ?{SEPARATOR} ?")


def clean_name(text: str) -> str:
    """A name as it is recorded: narrow letters, U+00B7, no superfluous space; the case stays."""
    name = _LATIN_MARKED.sub(lambda found: unicodedata.normalize("NFC", found.group()), fold_width(text))
    name = _HYPHENS.sub("-", _APOSTROPHES.sub("'", _DOTS.sub(SEPARATOR, name)))
    return _beside_hanzi(_AROUND_DOT.sub(SEPARATOR, tidy_spaces(name)))


def _beside_hanzi(name: str) -> str:
    """Without the spaces between hanzi (张 三), and with a full stop between hanzi as the separator."""
    kept = []
    for index, char in enumerate(name):
        beside = (
            index > 0 and index + 1 < len(name) and is_hanzi(name[index - 1]) and is_hanzi(name[index + 1])
        )
        if beside and char == " ":
            continue
        kept.append(SEPARATOR if beside and char == "." else char)
    return "".join(kept)


def normalise_name(text: str) -> str:
    """For comparing only: cleaned, in capitals, the comma of "SURNAME, GIVEN" a space."""
    return tidy_spaces(clean_name(text).replace(",", " ")).upper()


def names_match(card: str, form: str) -> bool:
    """Whether the name on the form is the card's; an empty name matches nothing."""
    wanted = normalise_name(card)
    return bool(wanted) and wanted == normalise_name(form)


def check_name(text: str, *, characters: int, hanzi: int) -> str:
    """The cleaned name.  Raises RuleError NAME_FORM (``what``) or FIELD_TOO_LONG (``limit``, ``hanzi``)."""
    what = refused(text)
    if what:
        raise RuleError(RuleFault.NAME_FORM, what=what)
    name = clean_name(text)
    if len(name) > characters or sum(map(is_hanzi, name)) > hanzi:
        raise RuleError(RuleFault.FIELD_TOO_LONG, limit=characters, hanzi=hanzi)
    if not has_word(name):
        raise RuleError(RuleFault.NAME_FORM, what="letters")
    return name
