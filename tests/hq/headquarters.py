"""A headquarters in this process, on a real database, and counters that talk to it without a network."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx2
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from starlette.testclient import TestClient

from core import wire
from core.exchange import PATH_ENROL, path_entries, path_marks
from core.ledger.documents import Marks, read_marks
from core.ledger.entry import Entry
from core.ports import Probe, no_probe
from hq.app import create_app
from hq.database import Database
from hq.home import create_home, opening_directory
from hq.journal import list_terminals
from hq.keys import open_opening
from hq.server import WithCertificate
from hq.service import build_service
from hq.terminals import new_enrol_code
from hq.web import Limits
from tests.core.books import Book
from tests.hq.entries import TlsKey, batch, enrol_request, new_book, signed_headers

BRANCH = "990100-01"


class SetNow:
    """Headquarters' clock, moved by the test."""

    def __init__(self) -> None:
        self.at = dt.datetime.now(dt.UTC)

    def __call__(self) -> dt.datetime:
        return self.at

    def advance(self, seconds: float) -> None:
        """Forward, or back."""
        self.at += dt.timedelta(seconds=seconds)


class Headquarters:
    """Everything ``python -m hq serve`` runs, but the socket and the thread."""

    def __init__(
        self, directory: Path, url: str, *, limits: Limits | None = None, probe: Probe = no_probe
    ) -> None:
        self.now = SetNow()
        self.url = url
        self.database = Database(url)
        self.home = create_home(
            directory, self.database, passphrase=None, hosts=(), demonstration=True, now=self.now()
        )
        self.keyring = self.home.keyring(None)
        self.opening = open_opening(opening_directory(directory), None).opening()
        self.service = build_service(
            self.home, self.keyring, self.database, limits=limits, now=self.now, probe=probe
        )
        self.app = create_app(self.service)

    def move(self, database: Database) -> None:
        """The same headquarters on another database, as after a restore."""
        self.close()
        self.database = database
        self.service = build_service(self.home, self.keyring, database, now=self.now)
        self.app = create_app(self.service)

    def close(self) -> None:
        """End its threads, give the connections back."""
        self.service.close()
        self.database.close()

    def client(self, certificate: bytes | None = None) -> TestClient:
        """HTTP into the application; ``certificate`` (DER) is what TLS would have shown."""
        return TestClient(WithCertificate(self.app, certificate), client=("127.0.0.1", 50000))

    def book(self, terminal: str = "990100-01-03", role: str = "clerk", operator: str = "") -> Book:
        """A journal whose grant is this headquarters'."""
        return new_book(self.keyring.signing(), self.opening, terminal, role, operator)

    def counter(
        self, terminal: str = "990100-01-03", role: str = "clerk", operator: str = "", code: str = ""
    ) -> Counter:
        """An enrolled terminal with a fresh journal, at which somebody of ``role`` is logged in."""
        book = self.book(terminal, role, operator)
        code = code or new_enrol_code(self.database, terminal, BRANCH, now=self.now)
        key = TlsKey()
        answer = self.client().post(PATH_ENROL, json=enrol_request(book, code, key.csr()))
        assert answer.status_code == 200, answer.text
        certificate = x509.load_pem_x509_certificate(answer.json()["certificate"].encode("ascii"))
        return Counter(self, book, certificate.public_bytes(Encoding.DER))

    def follow(self) -> None:
        """All there is to follow."""
        follower = self.service.worker.follower
        for terminal in follower.behind():
            follower.catch_up(terminal)

    def listed(self, terminal: str = "990100-01-03") -> dict[str, Any]:
        """One line of ``terminal list --json``."""
        return next(row for row in list_terminals(self.database) if row["terminal"] == terminal)


class Counter:
    """One terminal: its journal, its certificate, its signed requests."""

    def __init__(self, headquarters: Headquarters, book: Book, certificate: bytes) -> None:
        self.headquarters = headquarters
        self.book = book
        self.certificate = certificate

    def request(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        headers: Mapping[str, str] | None = None,
        certificate: bytes | None = None,
    ) -> httpx2.Response:
        """A signed request; ``headers`` and ``certificate`` take the place of what is right."""
        made = signed_headers(self.book, method, path, body, self.headquarters.now(), secrets.token_bytes(16))
        client = self.headquarters.client(certificate or self.certificate)
        return client.request(method, path, content=body, headers={**made, **(headers or {})})

    def send(self, entries: Sequence[Entry]) -> httpx2.Response:
        """One batch."""
        return self.request("POST", path_entries(self.book.terminal), batch(entries))

    def sent(self, entries: Sequence[Entry]) -> Marks:
        """One batch that is taken; the marks, checked."""
        return self.read(self.send(entries))

    def marks(self) -> Marks:
        """Asked for."""
        return self.read(self.request("GET", path_marks(self.book.terminal)))

    def read(self, answer: httpx2.Response) -> Marks:
        """Marks out of a good answer."""
        assert answer.status_code == 200, answer.text
        value = answer.json()
        document, signature = wire.unb64(value["document"]), wire.unb64(value["signature"])
        return read_marks(document, signature, self.headquarters.home.rolls().now())


def fault(answer: httpx2.Response) -> tuple[int, str, dict[str, Any]]:
    """(status, code, facts) of a refusal."""
    value = answer.json()
    assert set(value) == {"code", "facts", "retry"}, value
    return answer.status_code, value["code"], value["facts"]


def refusal(answer: httpx2.Response) -> tuple[str, int]:
    """(entry fault, seq) of a refused batch."""
    status, code, facts = fault(answer)
    assert (status, code) == (409, "hq.refused"), answer.text
    return facts["fault"], facts["seq"]
