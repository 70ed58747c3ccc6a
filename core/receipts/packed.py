"""The text of a signed code: a prefix, then base64url of raw deflate over length-prefixed parts.

Four parts: what is signed (canonical bytes), the terminal key's signature, HQ's grant for that key (canonical
bytes), HQ's signature on it.  Whoever has HQ's public key checks it offline.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from typing import Any

from core import wire
from core.crypto.keys import Signer
from core.errors import EntryError, EntryFault
from core.ledger.documents import Grant, Trusted, read_grant

MAX_TEXT = 4096  # no QR holds more
_MAX_BYTES = 8192
_PARTS = 4


def pack(
    prefix: str, tag: bytes, value: Mapping[str, Any], signer: Signer, grant: tuple[bytes, bytes]
) -> str:
    """The code's text.  Ed25519 is deterministic: the same value signed again is the same text."""
    body = wire.encode(value)
    parts = (body, signer.sign(tag + body), *grant)
    packed = b"".join(struct.pack(">H", len(part)) + part for part in parts)
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    return prefix + wire.b64(squeeze.compress(packed) + squeeze.flush())


def unpack(
    prefix: str, tag: bytes, text: str, headquarters: Trusted, what: str
) -> tuple[dict[str, Any], Grant]:
    """What was signed, and HQ's grant for the key; raises EntryError FORM, TOO_LARGE, SIGNATURE, KEY.

    ``what`` names the paper in errors.
    """
    body, signature, grant_body, grant_signature = _unpacked(prefix, text, what)
    grant = read_grant(grant_body, grant_signature, headquarters)
    if not grant.key.verify(signature, tag + body):
        raise EntryError(EntryFault.SIGNATURE, what=what)
    return wire.decode(body), grant


def _unpacked(prefix: str, text: str, what: str) -> list[bytes]:
    if len(text) > MAX_TEXT:
        raise EntryError(EntryFault.TOO_LARGE, size=len(text), limit=MAX_TEXT)
    if not text.startswith(prefix):
        raise EntryError(EntryFault.FORM, what=f"{what} prefix")
    expand = zlib.decompressobj(-15)
    try:
        packed = expand.decompress(wire.unb64(text[len(prefix) :]), _MAX_BYTES)
        # A hostile code may unpack for ever: what is beyond the limit is refused, never read.
        if expand.unconsumed_tail or not expand.eof or expand.unused_data:
            raise EntryError(EntryFault.FORM, what=f"{what} packing")
        parts, at = [], 0
        while at < len(packed):
            (size,) = struct.unpack_from(">H", packed, at)
            parts.append(packed[at + 2 : at + 2 + size])
            at += 2 + size
    except (zlib.error, struct.error):
        raise EntryError(EntryFault.FORM, what=f"{what} packing") from None
    if len(parts) != _PARTS or at != len(packed):
        raise EntryError(EntryFault.FORM, what=f"{what} parts")
    return parts
