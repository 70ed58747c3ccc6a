"""The authority of headquarters, the TLS server's certificate, and the terminals' client certificates.

X.509 v3 by ``cryptography.x509`` (RFC 5280).  A client certificate only admits to the door; who a
terminal is says its signature on each request (hq/identity.py).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from core.errors import EntryError, EntryFault

LOOPBACK = ("localhost", "127.0.0.1", "::1")
AUTHORITY_DAYS = 3650
SERVER_DAYS = 397
RENEW_SERVER_DAYS = 120  # with fewer left, ``serve`` makes a new one at start
# Longer than a month offline; renewal over the wire comes with a later version.
CLIENT_DAYS = 180
BACKDATE = dt.timedelta(days=1)  # a counter's clock may be behind ours
MAX_CSR = 8192
_CERTIFICATES = 2048  # remembered: a line's every request is asked whose it is, and parsing takes 0.2 ms


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate and what is recorded of it."""

    pem: bytes
    serial: str
    fingerprint: bytes
    expires: dt.datetime


def make_authority(key: ec.EllipticCurvePrivateKey, now: dt.datetime) -> bytes:
    """The self-signed certificate, PEM."""
    name = _name("Counter headquarters authority")
    builder = (
        _builder(name, name, key.public_key(), now, AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(sign_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
    )
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)


def make_server(
    key: ec.EllipticCurvePrivateKey,
    authority: ec.EllipticCurvePrivateKey,
    authority_pem: bytes,
    hosts: Sequence[str],
    now: dt.datetime,
) -> bytes:
    """The server's certificate for the loopback names and ``hosts``, PEM."""
    names = list(dict.fromkeys([*LOOPBACK, *hosts]))
    issuer = x509.load_pem_x509_certificate(authority_pem)
    builder = _leaf(issuer, _name(names[-1][:64]), key.public_key(), now, SERVER_DAYS)
    builder = builder.add_extension(
        x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False
    ).add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    return builder.sign(authority, hashes.SHA256()).public_bytes(Encoding.PEM)


def make_client(
    csr_pem: str, terminal: str, authority: ec.EllipticCurvePrivateKey, authority_pem: bytes, now: dt.datetime
) -> Issued:
    """A terminal's certificate for the key of its request; the name is ours to give, not the request's.

    Raises EntryError FORM for a request that is malformed, not signed by its key, or of another kind
    of key than Ed25519 or P-256.
    """
    public = _requested_key(csr_pem)
    issuer = x509.load_pem_x509_certificate(authority_pem)
    builder = _leaf(issuer, _name(terminal), public, now, CLIENT_DAYS).add_extension(
        x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False
    )
    certificate = builder.sign(authority, hashes.SHA256())
    return Issued(
        certificate.public_bytes(Encoding.PEM),
        f"{certificate.serial_number:x}",
        fingerprint(certificate.public_bytes(Encoding.DER)),
        certificate.not_valid_after_utc,
    )


def fingerprint(der: bytes) -> bytes:
    """SHA-256 of a certificate's DER bytes."""
    return hashlib.sha256(der).digest()


@lru_cache(_CERTIFICATES)
def subject(der: bytes) -> tuple[str, str]:
    """(common name, serial in hexadecimal) of a certificate; raises EntryError FORM."""
    try:
        certificate = x509.load_der_x509_certificate(der)
        names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        return str(names[0].value), f"{certificate.serial_number:x}"
    except (ValueError, IndexError):
        raise EntryError(EntryFault.FORM, what="certificate") from None


def days_left(pem: bytes, now: dt.datetime) -> int:
    """Whole days until it expires, negative afterwards."""
    return (x509.load_pem_x509_certificate(pem).not_valid_after_utc - now).days


def _requested_key(csr_pem: str) -> ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey:
    if len(csr_pem) > MAX_CSR:
        raise EntryError(EntryFault.FORM, what="csr")
    try:
        request = x509.load_pem_x509_csr(csr_pem.encode("ascii"))
        public = request.public_key()
        signed = request.is_signature_valid
    except (ValueError, UnicodeEncodeError, UnsupportedAlgorithm, InvalidSignature):
        raise EntryError(EntryFault.FORM, what="csr") from None
    if not signed:
        raise EntryError(EntryFault.FORM, what="csr signature")
    if isinstance(public, ed25519.Ed25519PublicKey):
        return public
    if isinstance(public, ec.EllipticCurvePublicKey) and isinstance(public.curve, ec.SECP256R1):
        return public
    raise EntryError(EntryFault.FORM, what="csr key")


def _leaf(
    issuer: x509.Certificate,
    name: x509.Name,
    public: ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey,
    now: dt.datetime,
    days: int,
) -> x509.CertificateBuilder:
    identifier = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return (
        _builder(name, issuer.subject, public, now, days)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(sign_certificates=False), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False
        )
    )


def _builder(
    name: x509.Name,
    issuer: x509.Name,
    public: ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey,
    now: dt.datetime,
    days: int,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATE)
        .not_valid_after(now + dt.timedelta(days=days))
    )


def _usage(*, sign_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not sign_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=sign_certificates,
        crl_sign=sign_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
