"""Canonical bytes: the one form in which an entry is hashed, signed, stored and sent.

UTF-8 JSON, keys sorted and ASCII, no spaces, no floats, binary as unpadded base64url
(docs/format.md).  Hashes and signatures always cover stored bytes; nothing here is ever used
to re-encode something that was received.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from typing import Any

from core.errors import EntryError, EntryFault

MAX_BYTES = 65_536
MAX_DEPTH = 16
MAX_INT = 2**53 - 1
_JSON = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)

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


def b64(data: bytes) -> str:
    """Unpadded base64url, the form of binary values in canonical bytes."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def unb64(text: object, size: int | None = None) -> bytes:
    """The bytes of an unpadded base64url text, of exactly ``size`` bytes where given."""
    if not isinstance(text, str) or "=" in text:
        raise EntryError(EntryFault.FORM, what="base64url")
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise EntryError(EntryFault.FORM, what="base64url") from None
    if b64(data) != text or (size is not None and len(data) != size):
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
