"""Canonical bytes: the one form in which an entry is hashed, signed, stored and sent.

UTF-8 JSON, keys sorted and ASCII, no spaces, no floats, binary as unpadded base64url
(docs/format.md).  Hashes and signatures always cover stored bytes; nothing here is ever used
to re-encode something that was received.
"""

from __future__ import annotations

import binascii
import json
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from core.errors import EntryError, EntryFault

MAX_BYTES = 65_536
MAX_DEPTH = 16
MAX_INT = 2**53 - 1
_TO_URL, _FROM_URL = bytes.maketrans(b"+/", b"-_"), bytes.maketrans(b"-_+/=", b"+/***")
_PADDING = (b"", b"=", b"==", b"===")
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_LAST = (_ALPHABET, b"", _ALPHABET[::16], _ALPHABET[::4])  # characters that a text of n mod 4 can end in
_DIGITS = bytes.maketrans(b"123456789", b"000000000")
_JSON = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def _no_float(_text: str) -> NoReturn:
    raise ValueError("no floats")


_READER = json.JSONDecoder(parse_float=_no_float, parse_constant=_no_float)

Json = None | bool | int | str | list[Any] | dict[str, Any]


def encode(value: Mapping[str, Any], *, limit: int = MAX_BYTES) -> bytes:
    """Return the canonical bytes of ``value``.

    Raises :class:`EntryError` FORM for floats, non-ASCII keys, lone surrogates, integers beyond
    ±(2**53 − 1) and anything that is not JSON; TOO_LARGE beyond ``limit`` bytes.
    """
    _check(value, 0)
    return encode_checked(value, limit=limit)


def encode_checked(value: Mapping[str, Any], *, limit: int = MAX_BYTES) -> bytes:
    """The same bytes for a value made of parts of decoded ones only: nothing in it is looked at again.

    Raises :class:`EntryError` TOO_LARGE, and FORM for what JSON cannot say.
    """
    try:
        data = _JSON.encode(value).encode("utf-8")
    except (TypeError, ValueError, UnicodeEncodeError):
        # "from None": the failing value may be a person's name, and a chained traceback shows it.
        raise EntryError(EntryFault.FORM, what="value") from None
    if len(data) > limit:
        raise EntryError(EntryFault.TOO_LARGE, size=len(data), limit=limit)
    return data


def decode(data: bytes, *, limit: int = MAX_BYTES) -> dict[str, Any]:
    """Read canonical bytes strictly; anything that :func:`encode` could not have made is refused."""
    if len(data) > limit:
        raise EntryError(EntryFault.TOO_LARGE, size=len(data), limit=limit)
    if (plain := _decode_plain(data)) is not None:
        return plain
    try:
        value = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError):  # ValueError also where a number has thousands of digits
        raise EntryError(EntryFault.FORM, what="json") from None
    if not isinstance(value, dict):
        raise EntryError(EntryFault.FORM, what="object")
    # Floats are refused by encode; a key that came twice, or any other spelling, is not what comes out.
    if encode(value, limit=limit) != data:
        raise EntryError(EntryFault.FORM, what="canonical")
    return value


def plain(data: bytes) -> bool:
    """Whether it can be seen of bytes as a whole that what they say keeps the rules, floats aside.

    Nearly every body is such: ASCII, so its keys are; no number with sixteen digits; no more brackets than
    levels are allowed.
    """
    return (
        data.isascii()
        and data.count(b"{") + data.count(b"[") <= MAX_DEPTH
        and b"0000000000000000" not in data.translate(_DIGITS)
    )


def _decode_plain(data: bytes) -> dict[str, Any] | None:
    """The same for bytes that are plain; else None.  What is left is no float, and the one spelling."""
    if not plain(data):
        return None
    try:
        text = data.decode("ascii")
        value = _READER.decode(text)
        return value if isinstance(value, dict) and _JSON.encode(value) == text else None
    except ValueError:
        return None


def b64(data: bytes) -> str:
    """Unpadded base64url, the form of binary values in canonical bytes."""
    return binascii.b2a_base64(data, newline=False).rstrip(b"=").translate(_TO_URL).decode("ascii")


def unb64(text: object, size: int | None = None) -> bytes:
    """The bytes of an unpadded base64url text, of exactly ``size`` bytes where given."""
    if not isinstance(text, str):
        raise EntryError(EntryFault.FORM, what="base64url")
    try:
        spelled = text.encode("ascii")
        # What the other alphabet would have, and padding, becomes a character of neither.
        padded = spelled.translate(_FROM_URL) + _PADDING[-len(spelled) % 4]
        data = binascii.a2b_base64(padded, strict_mode=True)
    except (binascii.Error, ValueError):
        raise EntryError(EntryFault.FORM, what="base64url") from None
    # Of the last character only so many bits are used: the others are zero, or there were two spellings.
    unused = spelled[-1] not in _LAST[len(spelled) % 4] if spelled else False
    if unused or (size is not None and len(data) != size):
        raise EntryError(EntryFault.FORM, what="base64url")
    return data


def _check(value: object, depth: int) -> None:
    # By exact type first: every entry, attachment and draft comes through here.
    if depth > MAX_DEPTH:
        raise EntryError(EntryFault.FORM, what="depth")
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return
    if isinstance(value, int):
        if not -MAX_INT <= value <= MAX_INT:
            raise EntryError(EntryFault.FORM, what="integer")
    elif kind is dict or isinstance(value, Mapping):
        inside = depth + 1
        for key, inner in value.items():  # type: ignore[attr-defined]
            if not isinstance(key, str) or not key.isascii():
                raise EntryError(EntryFault.FORM, what="key")
            if type(inner) is not str or depth == MAX_DEPTH:
                _check(inner, inside)
    elif isinstance(value, Sequence) and not isinstance(value, bytes | bytearray | str):
        for inner in value:
            _check(inner, depth + 1)
    elif not isinstance(value, str):
        raise EntryError(EntryFault.FORM, what="type")
