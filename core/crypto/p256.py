"""P-256 keys in memory: what the software card holds.  Operators' own are on cards, or Ed25519 and X25519."""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from core import wire
from core.crypto.keys import PublicKey

_POINT = (serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


@dataclass(frozen=True, slots=True)
class P256Key:
    """Signs and agrees; one key is used for one of the two."""

    key: ec.EllipticCurvePrivateKey = field(repr=False)

    @property
    def public(self) -> PublicKey:
        """Its public half."""
        return PublicKey(f"p256.{wire.b64(self.key.public_key().public_bytes(*_POINT))}")

    def sign(self, message: bytes) -> bytes:
        """ECDSA with SHA-256: DER, 72 bytes at most."""
        return self.key.sign(message, ec.ECDSA(hashes.SHA256()))

    def agree(self, point: bytes) -> bytes:
        """32 bytes (SP 800-56A, 5.7.1.2); raises ValueError for what is no point of the curve."""
        other = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        return self.key.exchange(ec.ECDH(), other)

    def private_bytes(self) -> bytes:
        """32 bytes, to be wrapped at once."""
        return self.key.private_numbers().private_value.to_bytes(32, "big")


def new_p256() -> P256Key:
    """A fresh key."""
    return P256Key(ec.generate_private_key(ec.SECP256R1()))


def load_p256(private: bytes) -> P256Key:
    """From 32 raw bytes."""
    return P256Key(ec.derive_private_key(int.from_bytes(private, "big"), ec.SECP256R1()))
