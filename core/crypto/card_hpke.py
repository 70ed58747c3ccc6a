"""Opening what was sealed to a P-256 key that stays on a card: HPKE (RFC 9180), base mode, by hand.

The library's own HPKE wants the private key itself.  A card gives the agreed secret only, so the rest of
DHKEM(P-256, HKDF-SHA256) and the key schedule stand here; sealing is the library's, and tests open each
other's messages.
"""

from __future__ import annotations

import hashlib
import hmac

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from core.crypto.keys import CardAgreement, PublicKey

POINT_BYTES = 65
_KEY, _NONCE, _HASH = 32, 12, 32
_KEM_ID, _KDF_ID, _AEAD_ID = b"\x00\x10", b"\x00\x01", b"\x00\x02"
_KEM = b"KEM" + _KEM_ID
_HPKE = b"HPKE" + _KEM_ID + _KDF_ID + _AEAD_ID


def seal(recipient: PublicKey, plaintext: bytes, info: bytes) -> bytes:
    """Encapsulated point (65 bytes), then AES-256-GCM; raises ValueError for a point that is none."""
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), recipient.raw)
    return Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_256_GCM).encrypt(plaintext, public, info=info)


def unseal(key: CardAgreement, message: bytes, info: bytes) -> bytes:
    """The inverse; raises ValueError or InvalidTag for what this key does not open, and as the card does."""
    point, ciphertext = message[:POINT_BYTES], message[POINT_BYTES:]
    ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)  # the card need not see others
    shared = _expand(
        _extract(_KEM, b"", b"eae_prk", key.agree(point)),
        _KEM, b"shared_secret", point + key.public.raw, _KEY,
    )  # fmt: skip
    context = b"\x00" + _extract(_HPKE, b"", b"psk_id_hash", b"") + _extract(_HPKE, b"", b"info_hash", info)
    secret = _extract(_HPKE, shared, b"secret", b"")
    opener = AESGCM(_expand(secret, _HPKE, b"key", context, _KEY))
    return opener.decrypt(_expand(secret, _HPKE, b"base_nonce", context, _NONCE), ciphertext, b"")


def _extract(suite: bytes, salt: bytes, label: bytes, material: bytes) -> bytes:
    """LabeledExtract (RFC 9180, 4)."""
    return hmac.digest(salt or bytes(_HASH), b"HPKE-v1" + suite + label + material, hashlib.sha256)


def _expand(key: bytes, suite: bytes, label: bytes, info: bytes, length: int) -> bytes:
    """LabeledExpand (RFC 9180, 4), of one block at most."""
    labelled = length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info
    return hmac.digest(key, labelled + b"\x01", hashlib.sha256)[:length]
