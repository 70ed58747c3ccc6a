"""The terminal's TLS client key and the one authority it trusts (DIR/tls).

The certificate only admits to headquarters' door; the terminal key's signature on each request says
who asks.  The key file is encrypted under a subkey of the vault: shut, it opens no door.
"""

from __future__ import annotations

import datetime as dt
import ssl
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from core import wire
from core.errors import StoreError, StoreFault
from storage.faults import os_errors
from storage.files import read_small, write_atomic

FOLDER = "tls"
_KEY, _CERTIFICATE, AUTHORITY = "client.key", "client.pem", "ca.pem"
_MOST_AUTHORITIES = 4
_SUBJECT = "terminal"  # headquarters gives the name; it is not known when the request is made
# OpenSSL's X509_V_FLAG_NO_CHECK_TIME: dates are checked by storage/link.py against trusted time, so
# that a counter whose battery died still reaches HQ's signed time.
_NO_CHECK_TIME = 0x200000


@dataclass(frozen=True, slots=True)
class TlsRequest:
    """A fresh key, already encrypted, and the certificate request for it (both PEM)."""

    key: str
    csr: str


def new_request(subkey: bytes) -> TlsRequest:
    """A P-256 key under ``subkey`` and its PKCS #10 request."""
    key = ec.generate_private_key(ec.SECP256R1())
    encrypted = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(_password(subkey)),
    )
    return TlsRequest(encrypted.decode("ascii"), _request(key))


def _password(subkey: bytes) -> bytes:
    return wire.b64(subkey).encode("ascii")


def save(directory: Path, key: str, certificate: str, authority: str) -> None:
    """Write DIR/tls; raises StoreError as writes do."""
    folder = directory / FOLDER
    with os_errors(FOLDER):
        folder.mkdir(mode=0o700, exist_ok=True)
    write_atomic(folder / _KEY, key.encode("ascii"))
    write_atomic(folder / _CERTIFICATE, certificate.encode("ascii"))
    write_atomic(folder / AUTHORITY, authority.encode("ascii"))


def client_context(directory: Path, subkey: bytes) -> ssl.SSLContext:
    """TLS with our certificate, trusting only the pinned authority; raises StoreError."""
    folder = directory / FOLDER
    context = pinned_context(read_small(folder / AUTHORITY))
    try:
        context.load_cert_chain(folder / _CERTIFICATE, folder / _KEY, password=_password(subkey))
    except FileNotFoundError:
        raise StoreError(StoreFault.MISSING, what=FOLDER) from None
    except (ssl.SSLError, OSError):
        raise StoreError(StoreFault.DAMAGED, what=FOLDER) from None
    return context


def pinned_context(authority: bytes) -> ssl.SSLContext:
    """TLS 1.2 or later to a server whose certificate this authority (PEM) signed; raises StoreError."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_flags |= ssl.VerifyFlags(_NO_CHECK_TIME)
    try:
        # OpenSSL looks at no signature of what it was told to trust: a byte of one would change unseen.
        for each in x509.load_pem_x509_certificates(authority):
            each.verify_directly_issued_by(each)
        context.load_verify_locations(cadata=authority.decode("ascii"))
    except (ssl.SSLError, ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        raise StoreError(StoreFault.DAMAGED, what="ca") from None
    return context


def certificate_life(directory: Path) -> tuple[dt.datetime, dt.datetime]:
    """From when until when our certificate is good, aware UTC; raises StoreError MISSING, DAMAGED."""
    try:
        certificate = x509.load_pem_x509_certificate(read_small(directory / FOLDER / _CERTIFICATE))
    except ValueError:
        raise StoreError(StoreFault.DAMAGED, what=_CERTIFICATE) from None
    return certificate.not_valid_before_utc, certificate.not_valid_after_utc


def renewal_request(directory: Path, subkey: bytes) -> str:
    """PKCS #10 (PEM) for the key that is here; raises StoreError MISSING, DAMAGED."""
    return _request(_key(directory, subkey))


def replace_certificate(directory: Path, subkey: bytes, certificate: str) -> None:
    """Another certificate (PEM) for the key that is here; raises ValueError for one of another key."""
    ours = _key(directory, subkey).public_key()
    if x509.load_pem_x509_certificate(certificate.encode("ascii")).public_key() != ours:
        raise ValueError("another key")
    write_atomic(directory / FOLDER / _CERTIFICATE, certificate.encode("ascii"))


def replace_authority(directory: Path, authority: str) -> None:
    """Trust these from now on (PEM); raises ValueError for what are no authorities.

    Whoever says so was reached under those trusted so far.
    """
    data = authority.encode("ascii")
    if data == read_small(directory / FOLDER / AUTHORITY):
        return
    found = x509.load_pem_x509_certificates(data)
    for certificate in found:
        try:
            basic = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
        except x509.ExtensionNotFound:
            raise ValueError("no authority") from None
        if not basic.ca:
            raise ValueError("no authority")
    if len(found) > _MOST_AUTHORITIES:
        raise ValueError("too many")
    write_atomic(directory / FOLDER / AUTHORITY, data)


def _key(directory: Path, subkey: bytes) -> ec.EllipticCurvePrivateKey:
    try:
        key = serialization.load_pem_private_key(read_small(directory / FOLDER / _KEY), _password(subkey))
    except (ValueError, TypeError):
        raise StoreError(StoreFault.DAMAGED, what=FOLDER) from None
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise StoreError(StoreFault.DAMAGED, what=FOLDER)
    return key


def _request(key: ec.EllipticCurvePrivateKey) -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, _SUBJECT)])
    request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
    return request.public_bytes(serialization.Encoding.PEM).decode("ascii")


def certificate_end(directory: Path) -> dt.datetime:
    """Until when our certificate is good, aware UTC; raises StoreError MISSING, DAMAGED."""
    return certificate_life(directory)[1]


def public_context(directory: Path) -> ssl.SSLContext:
    """TLS without our certificate, trusting only the pinned authority: works while the vault is shut."""
    return pinned_context(read_small(directory / FOLDER / AUTHORITY))
