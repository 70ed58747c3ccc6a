"""Canonical bytes, keys and signed documents, from docs/format.md, sections 1, 2 and 5; for the checker.

Standard library and ``cryptography`` only; nothing of the counter's own code.
"""

from __future__ import annotations

import base64
import datetime
import hashlib
import json
import re
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from tests.peers.numbers import Bad, need

DOCUMENT_TAG = b"counter/document/1\x00"
BODY_LIMIT = 65_536
DEEPEST = 16
LARGEST = 2**53 - 1
TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")
Object = dict[str, Any]


# -- section 1: canonical bytes ------------------------------------------------------------------


def canonical(value: object, depth: int = 0) -> str:
    """The one text of a value, written out by the rules of section 1."""
    need(depth <= DEEPEST, "too deep")
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        need(abs(value) <= LARGEST, "integer too large")
        return str(value)
    if isinstance(value, str):
        return '"' + "".join(map(escaped, value)) + '"'
    if isinstance(value, list):
        return "[" + ",".join(canonical(inner, depth + 1) for inner in value) + "]"
    if isinstance(value, dict):
        need(all(key.isascii() for key in value), "key not ASCII")
        members = (f"{canonical(key)}:{canonical(value[key], depth + 1)}" for key in sorted(value))
        return "{" + ",".join(members) + "}"
    raise Bad("not a value of the format")


def escaped(character: str) -> str:
    """One character as it stands in a canonical string."""
    short = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}
    if character in short:
        return short[character]
    return f"\\u{ord(character):04x}" if character < " " else character


def parse(data: bytes, limit: int | None = BODY_LIMIT) -> Object:
    """The object in canonical bytes."""
    need(limit is None or len(data) <= limit, "too large")
    try:
        value = json.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise Bad("not JSON in UTF-8") from None
    if not isinstance(value, dict):
        raise Bad("not an object")
    try:
        again = canonical(value).encode("utf-8")
    except UnicodeEncodeError:
        raise Bad("unpaired surrogate") from None
    need(again == data, "not canonical")
    return value


def binary(text: Any, size: int | None = None) -> bytes:
    """Bytes from base64url without padding."""
    need(isinstance(text, str) and re.fullmatch(r"[A-Za-z0-9_-]*", text), "not base64url")
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise Bad("not base64url") from None
    need(unbinary(data) == text, "not base64url")
    need(size is None or len(data) == size, "wrong number of bytes")
    return data


def unbinary(data: bytes) -> str:
    """The text form of bytes."""
    return base64.urlsafe_b64encode(data).decode("ascii").rstrip("=")


def check_time(text: Any) -> None:
    """A time of section 1; such texts sort as the times do."""
    need(isinstance(text, str) and TIME.fullmatch(text), "not a time")
    try:
        datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ")
    except ValueError:
        raise Bad("not a time") from None


def members(value: Any, *names: str) -> Object:
    """An object with exactly these members."""
    if not isinstance(value, dict) or set(value) != set(names):
        raise Bad("wrong members")
    return value


# -- section 2: keys -----------------------------------------------------------------------------


def key_id(text: str) -> str:
    """The id of a key in text form."""
    return unbinary(hashlib.sha256(text.encode("ascii")).digest()[:16])


def signed(text: Any, signature: bytes, message: bytes, what: str) -> None:
    """Raise Bad unless the key in text form signed the message."""
    need(isinstance(text, str), f"{what}: no key")
    kind, _, rest = text.partition(".")
    raw = binary(rest)
    try:
        if kind == "ed25519" and len(raw) == 32:
            Ed25519PublicKey.from_public_bytes(raw).verify(signature, message)
        elif kind == "p256" and len(raw) == 65:
            EllipticCurvePublicKey.from_encoded_point(SECP256R1(), raw).verify(
                signature, message, ECDSA(SHA256())
            )
        else:
            raise Bad(f"{what}: not a signing key")
    except (InvalidSignature, ValueError):
        raise Bad(f"{what}: wrong signature") from None


def document(body: bytes, signature: bytes, key: Any, kind: str, *names: str) -> Object:
    """A signed document of one type with exactly these other members."""
    signed(key, signature, DOCUMENT_TAG + body, kind)
    value = members(parse(body), "type", *names)
    need(value["type"] == kind, "wrong type of document")
    return value
