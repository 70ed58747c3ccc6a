"""One authority follows another: both are trusted for as long as it takes every counter to hear of it.

``begin`` makes the next one and puts it beside the present one in ``ca.pem``; counters take both with their
next renewal.  ``switch`` lets the next one sign from then on; nodes take it up at their next start.
"""

from __future__ import annotations

import datetime as dt

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import func, select

from core.errors import HqError, HqFault
from core.ledger.entry import stamp
from hq import certificates
from hq.database import Database
from hq.home import Home
from hq.keys import Keyring, write_private
from hq.schema import CERTIFICATES


def begin(home: Home, keyring: Keyring, now: dt.datetime) -> None:
    """The next authority, trusted beside the present one; cut off, the same call goes on.

    Raises HqError CONFLICT where one waits already.
    """
    key = keyring.next_authority() or keyring.make_next_authority()
    found = x509.load_pem_x509_certificates(home.authority())
    if any(certificate.public_key() == key.public_key() for certificate in found):
        raise HqError(HqFault.CONFLICT, what="an authority waits already")
    _write(home, _pem(found[:1]) + certificates.make_authority(key, now))


def waiting(home: Home, database: Database) -> list[str]:
    """Terminals that have not renewed since the next authority was made: they would not know it."""
    made = x509.load_pem_x509_certificates(home.authority())[-1].not_valid_before_utc + certificates.BACKDATE
    newest = func.max(CERTIFICATES.c.issued_at)
    wanted = select(CERTIFICATES.c.terminal).where(CERTIFICATES.c.revoked_at.is_(None))
    wanted = wanted.group_by(CERTIFICATES.c.terminal).having(newest < stamp(made))
    with database.read() as connection:
        return sorted(connection.execute(wanted).scalars())


def switch(
    home: Home, keyring: Keyring, database: Database, now: dt.datetime, *, anyway: bool = False
) -> None:
    """From now on the next authority signs; the one before stays trusted.

    Raises HqError CONFLICT where none waits, or (unless ``anyway``) where counters would not know it.
    """
    key = keyring.next_authority()
    if key is None:
        raise HqError(HqFault.CONFLICT, what="no authority waits")
    if not anyway and (names := waiting(home, database)):
        raise HqError(HqFault.CONFLICT, what=f"not heard of by {len(names)} terminals, {names[0]} among them")
    found = x509.load_pem_x509_certificates(home.authority())
    # By the key, not by place: where it was cut off after this, the same call goes on.
    first = [certificate for certificate in found if certificate.public_key() == key.public_key()]
    _write(home, _pem([*first, *(certificate for certificate in found if certificate not in first)]))
    keyring.take_next_authority()
    pem = certificates.make_server(keyring.server(), keyring.authority(), home.authority(), home.hosts, now)
    write_private(home.server_file, pem)


def _pem(found: list[x509.Certificate]) -> bytes:
    return b"".join(certificate.public_bytes(Encoding.PEM) for certificate in found)


def _write(home: Home, data: bytes) -> None:
    write_private(home.authority_file, data)
    home.authority_file.chmod(0o644)  # it is what others are given
