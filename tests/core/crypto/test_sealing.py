"""Sealing against an independent HPKE, and the ways it must fail."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pyhpke import AEADId, CipherSuite, KDFId, KEMId, KEMKey

from core import wire
from core.crypto import sealing
from core.crypto.keys import AgreementKey, new_agreement, new_signer, parse_public_key
from core.crypto.p256 import P256Key, new_p256
from core.errors import CounterError, EntryError, StoreError

pytestmark = pytest.mark.requirement("R58")

MAKE = pytest.mark.parametrize("make", [new_agreement, new_p256], ids=["x25519", "card"])
Make = Callable[[], AgreementKey | P256Key]


@pytest.mark.parametrize(
    ("make", "kem", "point"),
    [
        (new_agreement, KEMId.DHKEM_X25519_HKDF_SHA256, 32),
        (new_p256, KEMId.DHKEM_P256_HKDF_SHA256, 65),
    ],
    ids=["x25519", "card"],
)
def test_an_independent_implementation_opens_it_and_seals(make: Make, kem: KEMId, point: int) -> None:
    key = make()
    sealed = sealing.seal(key.public, "示例".encode(), b"context")
    suite = CipherSuite.new(kem, KDFId.HKDF_SHA256, AEADId.AES256_GCM)
    body = sealed[18:]
    private = KEMKey.from_pyca_cryptography_key(key.key)
    padded = suite.create_recipient_context(body[:point], private, info=b"context").open(body[point:])
    assert padded.rstrip(b"\0") == "示例".encode() + b"\x80"
    public = KEMKey.from_pyca_cryptography_key(key.key.public_key())
    encapsulated, context = suite.create_sender_context(public, info=b"back")
    theirs = sealed[:18] + encapsulated + context.seal(b"from elsewhere\x80")
    assert sealing.unseal(key, theirs, b"back") == b"from elsewhere"


@MAKE
@pytest.mark.parametrize("size", [0, 1, 254, 255, 256, 1000])
def test_round_trip_hides_the_length(size: int, make: Make) -> None:
    key = make()
    plain = bytes(range(256)) * 4
    sealed = sealing.seal(key.public, plain[:size], b"i")
    assert sealing.unseal(key, sealed, b"i") == plain[:size]
    assert len(sealed) == len(sealing.seal(key.public, plain[: size // 256 * 256 + 255], b"i"))


@MAKE
def test_wrong_key_context_or_byte(make: Make) -> None:
    key, other = make(), make()
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
    assert parse_public_key(new_p256().public.text).algorithm == "p256"
    nowhere = "p256." + wire.b64(bytes([4]) + bytes(64))  # no point of the curve: nothing may be sealed to it
    for bad in (nowhere, agreement.text, "ed25519.", "rsa.AAAA", signer.text + "A", signer.text + "=", 7):
        with pytest.raises(EntryError):
            parse_public_key(bad, signing=True)
    assert not agreement.verify(b"x" * 64, b"m")
    assert not signer.verify(b"", b"m")
