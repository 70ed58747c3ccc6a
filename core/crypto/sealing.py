"""Sealing to a public key (HPKE, RFC 9180, base mode) and authenticated encryption under a key.

HPKE here has no ``aad``: everything that must be bound goes into ``info``.  The sealed form carries
a header of our own: 1 byte form, 1 byte suite, 16 bytes key id, then the HPKE message.
"""

from __future__ import annotations

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import x25519
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from core import wire
from core.crypto import card_hpke
from core.crypto.keys import Agreement, AgreementKey, PublicKey
from core.errors import EntryError, EntryFault, StoreError, StoreFault

FORM = 1
SUITE = 1  # DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM
CARD_SUITE = 2  # DHKEM(P-256, HKDF-SHA256), the rest alike: keys on cards
PAD_TO = 256
_HEADER = 18


def _suite() -> Suite:
    return Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


def seal(recipient: PublicKey, plaintext: bytes, info: bytes) -> bytes:
    """Seal to an X25519 or P-256 public key; padded to a multiple of 256 bytes (ISO 7816-4).

    Raises ValueError for a key that is no point of its curve.
    """
    padded = plaintext + b"\x80"
    padded += bytes(-len(padded) % PAD_TO)
    if recipient.algorithm == "p256":
        return _header(CARD_SUITE, recipient) + card_hpke.seal(recipient, padded, info)
    public = x25519.X25519PublicKey.from_public_bytes(recipient.raw)
    message = _suite().encrypt(padded, public, info=info)
    return _header(SUITE, recipient) + message


def _header(suite: int, key: PublicKey) -> bytes:
    return bytes([FORM, suite]) + wire.unb64(key.id, 16)


def unseal(key: Agreement, sealed: bytes, info: bytes) -> bytes:
    """Open what :func:`seal` made.

    Raises StoreError WRONG_KEY, EntryError FORM for a bad header, and CardError where a card is asked.
    """
    suite = SUITE if isinstance(key, AgreementKey) else CARD_SUITE
    if len(sealed) < _HEADER or sealed[:2] != bytes([FORM, suite]):
        raise EntryError(EntryFault.FORM, what="sealed header")
    if wire.b64(sealed[2:_HEADER]) != key.public.id:
        raise StoreError(StoreFault.WRONG_KEY, what="key id")
    try:
        if isinstance(key, AgreementKey):
            padded = _suite().decrypt(sealed[_HEADER:], key.key, info=info)
        else:
            padded = card_hpke.unseal(key, sealed[_HEADER:], info)
    except (InvalidTag, ValueError):
        raise StoreError(StoreFault.WRONG_KEY, what="sealed") from None
    return padded[: padded.rindex(b"\x80")]


def encrypt(key: bytes, plaintext: bytes, bound: bytes) -> bytes:
    """AES-256-GCM: 12-byte random nonce ‖ ciphertext ‖ tag; ``bound`` is authenticated beside it."""
    nonce = secrets.token_bytes(12)
    return nonce + AESGCM(key).encrypt(nonce, plaintext, bound)


def decrypt(key: bytes, data: bytes, bound: bytes) -> bytes:
    """The inverse of :func:`encrypt`; raises StoreError WRONG_KEY."""
    try:
        return AESGCM(key).decrypt(data[:12], data[12:], bound)
    except (InvalidTag, ValueError):
        raise StoreError(StoreFault.WRONG_KEY, what="encrypted") from None


def stretch(password: str, salt: bytes, *, iterations: int, memory_kib: int, lanes: int) -> bytes:
    """Argon2id (RFC 9106) to 32 bytes."""
    return Argon2id(salt=salt, length=32, iterations=iterations, lanes=lanes, memory_cost=memory_kib).derive(
        password.encode("utf-8")
    )


def derive(key: bytes, purpose: str) -> bytes:
    """A subkey of 32 bytes for one purpose (HKDF-Expand, SHA-256, RFC 5869); ``key`` is uniform already."""
    info = b"counter/subkey/1\0" + purpose.encode("ascii")
    return HKDFExpand(algorithm=hashes.SHA256(), length=32, info=info).derive(key)
