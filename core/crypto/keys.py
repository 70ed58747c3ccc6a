"""Public keys, signers and key ids.

Text form of a public key: ``ed25519.<base64url raw>``, ``x25519.<base64url raw>`` or
``p256.<base64url uncompressed point>`` (cards have P-256 keys).  A key id is the first 16 bytes of
SHA-256 over that text, as base64url.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, x25519
from nacl.bindings import crypto_sign_open
from nacl.exceptions import BadSignatureError

from core import wire
from core.errors import EntryError, EntryFault

_RAW = (serialization.Encoding.Raw, serialization.PublicFormat.Raw)
_SIGNATURE_BYTES = 64
_KEYS_KEPT = 4096
_ED25519, _X25519, _P256 = "ed25519", "x25519", "p256"


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key in its text form."""

    text: str

    @property
    def algorithm(self) -> str:
        """ "ed25519", "x25519" or "p256"."""
        return self.text.partition(".")[0]

    @property
    def raw(self) -> bytes:
        """Raw bytes (32, or 65 for P-256)."""
        return _raw(self.text)

    @property
    def id(self) -> str:
        """22 characters."""
        return _id(self.text)

    def verify(self, signature: bytes, message: bytes) -> bool:
        """Whether ``signature`` over ``message`` is this key's; a malformed key or signature is False."""
        try:
            if self.algorithm == _ED25519:
                return len(signature) == _SIGNATURE_BYTES and _opens(signature + message, self.raw)
            if self.algorithm == _P256:
                point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), self.raw)
                point.verify(signature, message, ec.ECDSA(hashes.SHA256()))
                return True
        except (InvalidSignature, ValueError, EntryError):
            pass
        return False


# A key checks thousands of entries, and its text is read anew for each batch of them.
@lru_cache(_KEYS_KEPT)
def _raw(text: str) -> bytes:
    return wire.unb64(text.partition(".")[2])


@lru_cache(_KEYS_KEPT)
def _id(text: str) -> str:
    return wire.b64(hashlib.sha256(text.encode("ascii")).digest()[:16])


def _opens(signed: bytes, key: bytes) -> bool:
    """Ed25519 by libsodium: in half of OpenSSL's time, and without the interpreter's lock.

    Stricter than OpenSSL: keys and points of small order sign nothing (docs/decisions).
    """
    try:
        crypto_sign_open(signed, key)
    except BadSignatureError:
        return False
    return True


def parse_public_key(text: object, *, signing: bool | None = None) -> PublicKey:
    """A public key from its text form; raises EntryError KEY for anything else.

    ``signing`` True wants a key that signs, False one that agrees, None either.
    """
    if not isinstance(text, str):
        raise EntryError(EntryFault.KEY, what="type")
    key = PublicKey(text)
    sizes = {_ED25519: 32, _X25519: 32, _P256: 65}
    try:
        good = len(key.raw) == sizes.get(key.algorithm, -1)
        if good and key.algorithm == _P256:  # whoever seals to it later must not fail then
            ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key.raw)
    except (EntryError, ValueError):
        good = False
    if (
        not good
        or (signing is True and key.algorithm == _X25519)
        or (signing is False and key.algorithm == _ED25519)
    ):
        raise EntryError(EntryFault.KEY, what="form")
    return key


class Signer(Protocol):
    """Something that holds a private signing key: memory, or a card."""

    @property
    def public(self) -> PublicKey: ...

    def sign(self, message: bytes) -> bytes: ...


@dataclass(frozen=True, slots=True)
class SoftwareSigner:
    """An Ed25519 key in memory."""

    key: ed25519.Ed25519PrivateKey = field(repr=False)

    @property
    def public(self) -> PublicKey:
        return PublicKey(f"{_ED25519}.{wire.b64(self.key.public_key().public_bytes(*_RAW))}")

    def sign(self, message: bytes) -> bytes:
        """64 bytes."""
        return self.key.sign(message)

    def private_bytes(self) -> bytes:
        """32 bytes, to be wrapped at once."""
        return self.key.private_bytes_raw()


class CardAgreement(Protocol):
    """A P-256 agreement key on a card: it never leaves it, and only what was agreed comes out."""

    @property
    def public(self) -> PublicKey: ...

    def agree(self, point: bytes) -> bytes:
        """The 32 bytes agreed with an uncompressed point (65 bytes): SP 800-56A, 5.7.1.2."""
        ...


@dataclass(frozen=True, slots=True)
class AgreementKey:
    """An X25519 key in memory: opens what was sealed to it."""

    key: x25519.X25519PrivateKey = field(repr=False)

    @property
    def public(self) -> PublicKey:
        return PublicKey(f"{_X25519}.{wire.b64(self.key.public_key().public_bytes(*_RAW))}")

    def private_bytes(self) -> bytes:
        """32 bytes, to be wrapped at once."""
        return self.key.private_bytes_raw()


Agreement = AgreementKey | CardAgreement


def new_signer() -> SoftwareSigner:
    """A fresh Ed25519 key."""
    return SoftwareSigner(ed25519.Ed25519PrivateKey.generate())


def load_signer(private: bytes) -> SoftwareSigner:
    """From 32 raw bytes."""
    return SoftwareSigner(ed25519.Ed25519PrivateKey.from_private_bytes(private))


def new_agreement() -> AgreementKey:
    """A fresh X25519 key."""
    return AgreementKey(x25519.X25519PrivateKey.generate())


def load_agreement(private: bytes) -> AgreementKey:
    """From 32 raw bytes."""
    return AgreementKey(x25519.X25519PrivateKey.from_private_bytes(private))
