"""What of PIV (NIST SP 800-73-4) is cryptography: certificates read and made, and the management key.

Certificates carry key and staff number, and prove nothing: a key counts from ``OperatorKeyAccepted``
(docs/keys.md).  But the standard gives public keys back in no other way.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from core import wire
from core.crypto import tlv

# How long a key counts is said by headquarters; and no clock that is wrong may make a card useless.
_FROM, _TO = dt.datetime(2020, 1, 1, tzinfo=dt.UTC), dt.datetime(2099, 12, 31, tzinfo=dt.UTC)
_SEQUENCE, _BIT_STRING = 0x30, 0x03
TRIPLE_DES, AES_192 = 0x03, 0x0A  # SP 800-78-4, table 6-2
# What every card leaves its maker with; SP 800-73 has no other, and an issuer sets his own.
FIRST_MANAGEMENT_KEY = bytes.fromhex("0102030405060708" * 3)
_CIPHERS = {AES_192: AES, TRIPLE_DES: TripleDES}
_BLOCK_BYTES = {AES_192: 16, TRIPLE_DES: 8}
_STAFF_NUMBER = re.compile("[A-Z]{2}[0-9]{4,8}")
_NAMES = (NameOID.USER_ID, NameOID.SERIAL_NUMBER, NameOID.COMMON_NAME)


@dataclass(frozen=True, slots=True)
class Held:
    """What a certificate says: kind of key, the key in its text form ("" unless P-256), a staff number.

    ``ours``: it has the form of :func:`certificate`.
    """

    algorithm: str
    public: str = ""
    operator: str = ""
    ours: bool = False


def read_certificate(encoded: bytes) -> Held:
    """Raises ValueError for what is no certificate."""
    try:
        found = x509.load_der_x509_certificate(encoded)
        key = found.public_key()
        names = [str(name.value) for kind in _NAMES for name in found.subject.get_attributes_for_oid(kind)]
    except UnsupportedAlgorithm:
        raise ValueError("algorithm") from None
    operator = next((name for name in names if _STAFF_NUMBER.fullmatch(name)), "")
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
        point = key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        ours = [name.oid for name in found.subject] == [NameOID.USER_ID] and bool(operator)
        return Held("p256", f"p256.{wire.b64(point)}", operator, ours)
    if isinstance(key, rsa.RSAPublicKey):
        return Held(f"RSA-{key.key_size}", operator=operator)
    if isinstance(key, ec.EllipticCurvePublicKey):
        return Held(f"P-{key.curve.key_size}", operator=operator)
    return Held(type(key).__name__.removesuffix("PublicKey"), operator=operator)


@dataclass(frozen=True, slots=True)
class ManagementKey:
    """The maker's, by ``algorithm``: one block at a time, as the standard has it (part 2, A.1)."""

    algorithm: int

    @property
    def block_bytes(self) -> int:
        """8 or 16."""
        return _BLOCK_BYTES[self.algorithm]

    def encrypt(self, block: bytes) -> bytes:
        """One block."""
        return self._cipher().encryptor().update(block)

    def decrypt(self, block: bytes) -> bytes:
        """The inverse."""
        return self._cipher().decryptor().update(block)

    def _cipher(self) -> Cipher[modes.ECB]:
        return Cipher(_CIPHERS[self.algorithm](FIRST_MANAGEMENT_KEY), modes.ECB())  # noqa: S305


def certificate(operator: str, point: bytes, sign: Callable[[bytes], bytes], *, agrees: bool) -> bytes:
    """DER: an uncompressed ``point`` of P-256 and her staff number, signed by ``sign`` (a digest to DER).

    The library signs with keys in memory only: it makes the form with one that is thrown away, and what
    stands under that form is the card's own signature.
    """
    curve, subject = ec.SECP256R1(), x509.Name([x509.NameAttribute(NameOID.USER_ID, operator)])
    usage = x509.KeyUsage(
        digital_signature=not agrees, key_agreement=agrees,
        content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(ec.EllipticCurvePublicKey.from_encoded_point(curve, point))
        .serial_number(x509.random_serial_number())
        .not_valid_before(_FROM)
        .not_valid_after(_TO)
        .add_extension(usage, critical=True)
    )
    form = builder.sign(ec.generate_private_key(curve), hashes.SHA256())
    whole = tlv.find(form.public_bytes(Encoding.DER), _SEQUENCE) or b""
    algorithm = [value for tag, value in tlv.parse(whole) if tag == _SEQUENCE][1]
    body = form.tbs_certificate_bytes
    signature = sign(hashlib.sha256(body).digest())
    signed = tlv.encode(_SEQUENCE, algorithm) + tlv.encode(_BIT_STRING, b"\0" + signature)
    return tlv.encode(_SEQUENCE, body + signed)
