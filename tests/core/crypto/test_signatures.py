"""What a signature is at the edges of Ed25519: nothing passes here that the independent checker refuses.

The cases are those in which implementations are known to differ ("Taming the many EdDSAs", eprint 2020/1244):
points of small and mixed order, the equation with and without the cofactor, scalars and points in a second
spelling.  They are built here from the curve's own arithmetic (RFC 8032, section 5.1).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from core import wire
from core.crypto.keys import PublicKey, new_signer

P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
MESSAGE = b"an entry"


@dataclass(frozen=True)
class Point:
    """On the curve, affine."""

    x: int
    y: int

    def __add__(self, other: Point) -> Point:
        product = D * self.x * other.x * self.y * other.y
        x = (self.x * other.y + other.x * self.y) * pow(1 + product, -1, P)
        return Point(x % P, (self.y * other.y + self.x * other.x) * pow(1 - product, -1, P) % P)

    def times(self, scalar: int) -> Point:
        """By doubling and adding."""
        made, twice = NEUTRAL, self
        while scalar:
            if scalar & 1:
                made += twice
            twice, scalar = twice + twice, scalar >> 1
        return made

    def encoded(self, more: int = 0) -> bytes:
        """32 bytes; ``more`` is added to y: P for the second spelling of a small one."""
        return (self.y + more | (self.x & 1) << 255).to_bytes(32, "little")


def point_of(y: int) -> Point | None:
    """The point with an even x at ``y``; None where there is none."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * pow(2, (P - 1) // 4, P) % P
    return Point(P - x if x & 1 else x, y) if x * x % P == square else None


NEUTRAL = Point(0, 1)


def of_order_eight() -> Point:
    """One of the four points that generate the small group."""
    for y in range(2, 100):
        found = point_of(y)
        if found is not None and (torsion := found.times(L)).times(4) != NEUTRAL:
            return torsion
    raise AssertionError


BASE = point_of(4 * pow(5, -1, P) % P)
assert BASE is not None
EIGHT = of_order_eight()
SMALL = [EIGHT.times(number) for number in range(8)]
SECRET, NONCE = 0x1234567890ABCDEF << 180, 0x0FEDCBA987654321 << 170


def challenge(r: bytes, a: bytes, message: bytes) -> int:
    return int.from_bytes(hashlib.sha512(r + a + message).digest(), "little") % L


def signed(key: Point, nonce: Point, message: bytes, secret: int = SECRET, r: int = NONCE) -> bytes:
    """As if ``key`` were ``secret`` times the base, and ``nonce`` were ``r`` times it."""
    k = challenge(nonce.encoded(), key.encoded(), message)
    return nonce.encoded() + ((r + k * secret) % L).to_bytes(32, "little")


def message_where(key: Point, nonce: Point, residue: int) -> bytes:
    """One under which the challenge is ``residue`` modulo eight."""
    for number in range(1000):
        message = b"m%d" % number
        if challenge(nonce.encoded(), key.encoded(), message) % 8 == residue:
            return message
    raise AssertionError


def ours(key: bytes, signature: bytes, message: bytes) -> bool:
    """What headquarters and the counter say."""
    return PublicKey("ed25519." + wire.b64(key)).verify(signature, message)


def checkers(key: bytes, signature: bytes, message: bytes) -> bool:
    """What the independent checker's library says."""
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


PURE, PURE_NONCE = BASE.times(SECRET), BASE.times(NONCE)
MIXED, MIXED_NONCE = PURE + EIGHT, PURE_NONCE + EIGHT


def test_the_arithmetic_is_the_curves() -> None:
    """What it signs is a signature to both."""
    signature = signed(PURE, PURE_NONCE, MESSAGE)
    assert ours(PURE.encoded(), signature, MESSAGE)
    assert checkers(PURE.encoded(), signature, MESSAGE)
    assert len({point.encoded() for point in SMALL}) == 8


@pytest.mark.parametrize("size", [0, 1, 64, 5000])
def test_what_a_key_signs_is_its_own(size: int) -> None:
    signer, message = new_signer(), bytes(size)
    key, signature = signer.public, signer.sign(message)
    assert key.verify(signature, message)
    assert not new_signer().public.verify(signature, message)
    assert not key.verify(signature, message + b"\0")
    for at in range(0, 512, 7):
        changed = bytearray(signature)
        changed[at // 8] ^= 1 << at % 8
        assert not key.verify(bytes(changed), message)


def test_signature_and_message_cannot_be_shifted() -> None:
    signer = new_signer()
    signature = signer.sign(MESSAGE)
    for at in (0, 1, 63, 65, 70):
        both = signature + MESSAGE
        assert not signer.public.verify(both[:at], both[at:])


def test_scalar_has_one_spelling() -> None:
    signature = signed(PURE, PURE_NONCE, MESSAGE)
    scalar = int.from_bytes(signature[32:], "little")
    for more in range(1, 15):
        if (second := scalar + more * L) < 2**256:
            twin = signature[:32] + second.to_bytes(32, "little")
            assert not ours(PURE.encoded(), twin, MESSAGE)
            assert not checkers(PURE.encoded(), twin, MESSAGE)


def test_cofactor_does_not_help() -> None:
    """Eight times the equation holds, the equation does not: neither takes it."""
    for key, nonce, residue in ((MIXED, PURE_NONCE, 1), (PURE, MIXED_NONCE, 0), (MIXED, MIXED_NONCE, 0)):
        message = message_where(key, nonce, residue)
        signature = signed(key, nonce, message)
        assert not ours(key.encoded(), signature, message)
        assert not checkers(key.encoded(), signature, message)


def test_mixed_order_where_the_equation_holds() -> None:
    """Only the key's holder can make such a key and such a message; both take it."""
    for nonce, residue in ((PURE_NONCE, 0), (MIXED_NONCE, 7)):
        message = message_where(MIXED, nonce, residue)
        signature = signed(MIXED, nonce, message)
        assert ours(MIXED.encoded(), signature, message)
        assert checkers(MIXED.encoded(), signature, message)


def test_key_of_small_order_signs_nothing() -> None:
    """Such a key's signature would hold for whatever anybody says: the checker's library takes some."""
    taken = 0
    for key in SMALL:
        message = message_where(key, PURE_NONCE, 0)
        signature = signed(key, PURE_NONCE, message, secret=0)
        assert not ours(key.encoded(), signature, message)
        taken += checkers(key.encoded(), signature, message)
    assert taken == len(SMALL)


def test_nonce_of_small_order_signs_nothing() -> None:
    for number, nonce in enumerate(SMALL):
        message = message_where(MIXED, nonce, -number % 8)
        assert not ours(MIXED.encoded(), signed(MIXED, nonce, message, r=0), message)


def test_second_spelling_of_a_point() -> None:
    for point in SMALL:
        if point.y < 19:
            key = point.encoded(P)
            for nonce in (point.encoded(), key):
                assert not ours(key, nonce + bytes(32), MESSAGE)
                assert not ours(PURE.encoded(), key + bytes(32), MESSAGE)
