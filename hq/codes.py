"""One-time codes: 125 random bits for people to carry, of which only a digest is stored.

The letters are Crockford's base32 (no I, L, O, U), in five groups of five; what a person reads as O, I
or L is taken as 0, 1 and 1.
"""

from __future__ import annotations

import hashlib
import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
GROUPS, GROUP = 5, 5
_TAG = b"counter/one-time-code/1\0"
_READ_AS = str.maketrans("OIL", "011")


def new_code() -> str:
    """``XXXXX-XXXXX-XXXXX-XXXXX-XXXXX``, 125 bits."""
    letters = [secrets.choice(ALPHABET) for _ in range(GROUPS * GROUP)]
    return "-".join("".join(letters[at : at + GROUP]) for at in range(0, len(letters), GROUP))


def digest(code: str) -> bytes:
    """What is stored of a code, 32 bytes.

    A plain hash is enough: 125 random bits cannot be enumerated, a slow hash would only help callers
    to keep the server busy.  Case, blanks and hyphens do not count.
    """
    plain = "".join(code.upper().split()).replace("-", "").translate(_READ_AS)
    return hashlib.sha256(_TAG + plain.encode("utf-8", "replace")).digest()
