"""Fixed keys of the golden journal: seeds are SHA-256 of a name, so that anybody can make them again."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from core import wire
from core.crypto.keys import AgreementKey, PublicKey, SoftwareSigner, load_agreement, load_signer


def seed(name: str) -> bytes:
    """32 bytes."""
    return hashlib.sha256(f"counter golden {name}".encode()).digest()


def signer(name: str) -> SoftwareSigner:
    """An Ed25519 key."""
    return load_signer(seed(name))


def agreement(name: str) -> AgreementKey:
    """An X25519 key."""
    return load_agreement(seed(name))


@dataclass(frozen=True)
class CardSigner:
    """A P-256 key as cards have it; signs with the nonces of RFC 6979, so that its files stay equal."""

    name: str

    @property
    def _key(self) -> ec.EllipticCurvePrivateKey:
        return ec.derive_private_key(int.from_bytes(seed(self.name)) % (1 << 255), ec.SECP256R1())

    @property
    def public(self) -> PublicKey:
        """In text form."""
        point = self._key.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        return PublicKey(f"p256.{wire.b64(point)}")

    def sign(self, message: bytes) -> bytes:
        """DER."""
        return self._key.sign(message, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
