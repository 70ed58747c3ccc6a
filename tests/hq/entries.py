"""Journals of invented terminals for headquarters' tests, and the requests that carry them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from core import wire
from core.crypto.keys import AgreementKey, SoftwareSigner
from core.exchange import (
    HEADER_NONCE,
    HEADER_SIGNATURE,
    HEADER_TERMINAL,
    HEADER_TIME,
    entry_to_json,
    request_message,
)
from core.ledger.entry import Entry, stamp
from core.ledger.founding import day_opened
from core.ledger.state import FOLD_VERSION
from core.ledger.writer import Proposal
from tests.core.books import Book


def new_book(
    headquarters: SoftwareSigner,
    opening: AgreementKey,
    terminal: str = "990100-01-03",
    role: str = "clerk",
    operator: str = "",
) -> Book:
    """A founded store with a session open: five entries with what follows from them.

    Each terminal has an operator of its own unless one is named.
    """
    digits = "".join(filter(str.isdecimal, terminal))[-4:]
    operator = operator or ("OP10001" if terminal == "990100-01-03" else f"OP1{digits}")
    return (
        Book(terminal=terminal, headquarters=headquarters, opening=opening, role=role, operator=operator)
        .found()
        .log_in()
    )


def write_items(book: Book, count: int) -> list[Entry]:
    """``count`` items of one sender, each with its label: one entry and three for each item."""
    before = len(book.entries)
    sender = book.sender()
    for _ in range(count):
        book.printed(book.item(sender))
    return book.entries[before:]


def close_day(book: Book, *, state: bytes | None = None, last: int | None = None) -> Entry:
    """The verdict on the day so far; ``state`` and ``last`` let a test say something else."""
    head = book.state.head
    data = {
        "day": book.state.day,
        "last": head.seq if last is None else last,
        "fold": FOLD_VERSION,
        "state": wire.b64(state or book.state.hash()),
    }
    return book.propose(Proposal("DayClosed", data, book.operation(), by_person=True))[0]


def open_day(book: Book) -> Entry:
    """The next business day."""
    return book.propose(day_opened(book.state.day + 1, book.clock, book.operation()))[0]


def batch(entries: Sequence[Entry]) -> bytes:
    """A request's body."""
    forms = [entry_to_json(entry) for entry in entries]
    return json.dumps({"entries": forms}, separators=(",", ":")).encode("ascii")


def signed_headers(
    book: Book, method: str, path: str, body: bytes, now: dt.datetime, nonce: bytes
) -> dict[str, str]:
    """The terminal's signature on one request."""
    time, shown = stamp(now), wire.b64(nonce)
    message = request_message(method, path, time, shown, body)
    return {
        HEADER_TERMINAL: book.terminal,
        HEADER_TIME: time,
        HEADER_NONCE: shown,
        HEADER_SIGNATURE: wire.b64(book.key.sign(message)),
    }


@dataclass(frozen=True)
class TlsKey:
    """A client's TLS key and its request for a certificate."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def csr(self) -> str:
        """PKCS #10, PEM; the name in it counts for nothing."""
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "terminal")])
        request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(self.key, hashes.SHA256())
        return request.public_bytes(serialization.Encoding.PEM).decode("ascii")

    def pem(self) -> bytes:
        """The private key, for an SSL context."""
        form = serialization.PrivateFormat.PKCS8
        return self.key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())


def enrol_request(book: Book, code: str, csr: str) -> Mapping[str, object]:
    """What a terminal sends to be let in."""
    proof = book.key.sign(b"counter/enrol/1\0" + code.encode("ascii"))
    return {
        "code": code,
        "terminal_key": book.key.public.text,
        "agreement_key": None,
        "csr": csr,
        "proof": wire.b64(proof),
    }
