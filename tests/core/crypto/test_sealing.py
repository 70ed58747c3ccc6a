"""Sealing against an independent HPKE, and the ways it must fail."""

from __future__ import annotations

import pytest
from pyhpke import AEADId, CipherSuite, KDFId, KEMId, KEMKey

from core.crypto import sealing
from core.crypto.keys import new_agreement, new_signer, parse_public_key
from core.errors import CounterError, EntryError, StoreError


def test_an_independent_implementation_opens_it() -> None:
    key = new_agreement()
    sealed = sealing.seal(key.public, "示例".encode(), b"context")
    suite = CipherSuite.new(KEMId.DHKEM_X25519_HKDF_SHA256, KDFId.HKDF_SHA256, AEADId.AES256_GCM)
    body = sealed[18:]
    private = KEMKey.from_pyca_cryptography_key(key.key)
    padded = suite.create_recipient_context(body[:32], private, info=b"context").open(body[32:])
    assert padded.rstrip(b"\0") == "示例".encode() + b"\x80"


@pytest.mark.parametrize("size", [0, 1, 254, 255, 256, 1000])
def test_round_trip_hides_the_length(size: int) -> None:
    key = new_agreement()
    plain = bytes(range(256)) * 4
    sealed = sealing.seal(key.public, plain[:size], b"i")
    assert sealing.unseal(key, sealed, b"i") == plain[:size]
    assert len(sealed) == len(sealing.seal(key.public, plain[: size // 256 * 256 + 255], b"i"))


def test_wrong_key_context_or_byte() -> None:
    key, other = new_agreement(), new_agreement()
    sealed = sealing.seal(key.public, b"x", b"info")
    with pytest.raises(StoreError):
        sealing.unseal(other, sealed, b"info")
    with pytest.raises(StoreError):
        sealing.unseal(key, sealed, b"other")
    for at in range(len(sealed)):
        bad = sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]
        with pytest.raises(CounterError):
            sealing.unseal(key, bad, b"info")


def test_keys_are_told_apart() -> None:
    signer, agreement = new_signer().public, new_agreement().public
    assert parse_public_key(signer.text, signing=True) == signer
    for bad in (agreement.text, "ed25519.", "rsa.AAAA", signer.text + "A", signer.text + "=", 7):
        with pytest.raises(EntryError):
            parse_public_key(bad, signing=True)
    assert not agreement.verify(b"x" * 64, b"m")
    assert not signer.verify(b"", b"m")
