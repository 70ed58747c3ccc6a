"""Which characters may stand in a text that people, cards and scanners give us.

Full-width forms (U+FF01 to U+FF5E) are what a Chinese input method types for ASCII; nothing else is
folded.  Unicode's own compatibility folding (NFKC) is **not** used: it, and even NFC, replace the
compatibility ideographs (U+F900 to U+FAFF, U+2F800 to U+2FA1F) by other hanzi, and a name written
with U+FA1E is not the name written with U+7FBD.
"""

from __future__ import annotations

import re
import unicodedata

_WIDTH = {0xFF01 + i: 0x21 + i for i in range(94)} | {0x3000: 0x20}
_WIDTH_ALNUM = {wide: narrow for wide, narrow in _WIDTH.items() if chr(narrow).isalnum()}
# Shown as nothing at all, yet letters or marks to Unicode: two names that look alike would differ.
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
_NEVER = _INVISIBLE | {"\ufffd"}
_REFUSED_CATEGORIES = {"Cc": "control", "Cf": "format", "Cs": "surrogate", "Zl": "control", "Zp": "control"}
_LONE = re.compile("[\ud800-\udfff]")
_SPACES = re.compile(r"\s+")


def fold_width(text: str) -> str:
    """Full-width ASCII and the ideographic space to their ASCII forms."""
    return text.translate(_WIDTH)


def fold_letters_and_digits(text: str) -> str:
    """Full-width letters and digits only: the punctuation of a Chinese address stays as it is."""
    return text.translate(_WIDTH_ALNUM)


def tidy_spaces(text: str) -> str:
    """No space at the ends, one where there were several."""
    return _SPACES.sub(" ", text).strip()


def is_hanzi(char: str) -> bool:
    """Whether ``char`` is an ideograph, 〇, a radical, or a private-use character.

    The private-use area counts: rare names were issued with code points there before GB 18030 gave
    them proper ones.  Planes 2 and 3 count whole, also where Python's tables do not know them yet.
    """
    point = ord(char)
    return (
        0x4E00 <= point <= 0x9FFF
        or 0x3400 <= point <= 0x4DBF
        or 0xF900 <= point <= 0xFAFF
        or 0x20000 <= point <= 0x3FFFD
        or point == 0x3007
        or 0x2E80 <= point <= 0x2FDF
        or 0xE000 <= point <= 0xF8FF
        or point >= 0xF0000
    )


def refused(text: str) -> str:
    """Why ``text`` may not stand in a field: "control", "format", "surrogate", "unknown", or "" if it may.

    "format" has the bidirectional overrides and everything invisible, "unknown" the replacement
    character that a failed decoding leaves, and non-characters.
    """
    if text.isprintable() and _NEVER.isdisjoint(text):
        return ""  # the usual case, at once: this is asked for every field at every key
    for char in text:
        what = _REFUSED_CATEGORIES.get(unicodedata.category(char), "")
        if what:
            return what
        if char in _INVISIBLE:
            return "format"
        point = ord(char)
        if char == "\ufffd" or 0xFDD0 <= point <= 0xFDEF or point & 0xFFFE == 0xFFFE:
            return "unknown"
    return ""


def has_word(text: str) -> bool:
    """Whether there is at least one letter or ideograph in it."""
    return any(char.isalpha() or is_hanzi(char) for char in text)


def storable(text: str) -> str:
    """The text with lone surrogates replaced by U+FFFD, so that a draft can hold it (and still refuse it)."""
    return _LONE.sub("\ufffd", text)
