"""A small headquarters for the counter's side: real TLS, real signatures, and whatever a test wants broken.

It speaks the contract of core/exchange.py, checks every request's signature, keeps a chain and signs
its marks.  ``script`` holds what happens to the next requests instead.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import socket
import ssl
import tempfile
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from core import wire
from core.crypto.keys import PublicKey, SoftwareSigner
from core.exchange import HEADER_NONCE, HEADER_SIGNATURE, HEADER_TIME, entry_from_json, request_message
from core.ledger.documents import Marks, SignedTime, make_marks, make_time
from core.ledger.entry import EMPTY_HEAD, Entry, Head, parse_stamp

NOW = dt.datetime(2026, 11, 21, 6, 0, tzinfo=dt.UTC)
_PEM = serialization.Encoding.PEM


class Authority:
    """A certificate authority made for one test run."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "stub authority")])
        builder = self._builder(self.name, self.key.public_key(), NOW.replace(year=2020), 40 * 365)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        self.certificate = builder.sign(self.key, hashes.SHA256())

    @property
    def pem(self) -> str:
        """What counters trust."""
        return self.certificate.public_bytes(_PEM).decode()

    def _builder(
        self, name: x509.Name, public: ec.EllipticCurvePublicKey, begin: dt.datetime, days: int
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self.name)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(begin)
            .not_valid_after(begin + dt.timedelta(days=days))
        )

    def client(self, csr: str, terminal: str) -> str:
        """A terminal's certificate for its request."""
        public = x509.load_pem_x509_csr(csr.encode()).public_key()
        assert isinstance(public, ec.EllipticCurvePublicKey)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, terminal)])
        builder = self._builder(name, public, NOW.replace(year=2020), 40 * 365)
        return builder.sign(self.key, hashes.SHA256()).public_bytes(_PEM).decode()

    def server(self, host: str = "localhost", begin: dt.datetime | None = None) -> ssl.SSLContext:
        """A server's context that wants client certificates of this authority; 30 days from ``begin``."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        builder = self._builder(name, key.public_key(), begin or NOW - dt.timedelta(days=1), 30)
        names = x509.SubjectAlternativeName([x509.DNSName(host)])
        certificate = builder.add_extension(names, critical=False).sign(self.key, hashes.SHA256())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with tempfile.TemporaryDirectory() as place:
            path = Path(place) / "server.pem"
            private = key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
            path.write_bytes(private + certificate.public_bytes(_PEM))
            context.load_cert_chain(path)
        context.verify_mode = ssl.CERT_OPTIONAL
        context.load_verify_locations(cadata=self.pem)
        return context


@dataclass
class Asked:
    """One request as it came."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes = field(repr=False)
    certificate: str = ""

    @property
    def path(self) -> str:
        """Without the query."""
        return urlsplit(self.target).path

    @property
    def seqs(self) -> list[int]:
        """Of the entries in it."""
        return [entry_from_json(value).header.seq for value in json.loads(self.body)["entries"]]


Answer = tuple[int, bytes]
Step = Callable[[Asked], Answer | None]  # None: handle it as usual


class DropError(Exception):
    """Hang up without an answer."""


def drop(_asked: Asked) -> Answer | None:
    """A script's step: the line breaks before the request is looked at."""
    raise DropError


def refuse(code: str, status: int = 409, **facts: object) -> Step:
    """A script's step: that error."""
    return lambda _asked: error(code, status, **facts)


def error(code: str, status: int = 409, **facts: object) -> Answer:
    """An error body."""
    return status, json.dumps({"code": code, "facts": facts, "retry": False}).encode()


class StubHq:
    """Headquarters for one terminal."""

    def __init__(
        self,
        signer: SoftwareSigner,
        terminal: str,
        key: PublicKey,
        authority: Authority | None = None,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self.signer, self.terminal, self.key = signer, terminal, key
        self.authority = authority or Authority()
        self.entries: list[Entry] = []
        self.safe = 0
        self.asked: list[Asked] = []
        self.script: deque[Step] = deque()
        self.always: Step | None = None
        self.now: Callable[[], dt.datetime] = lambda: NOW
        self.activated: dict[str, Any] = {}
        self.rolls: list[dict[str, str]] = []
        self.enrol: Callable[[dict[str, Any]], dict[str, Any]] | None = None
        self._connections: set[socket.socket] = set()
        self._context = context or self.authority.server()
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="stub-hq")
        self._thread.start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"https://localhost:{self._server.server_address[1]}"

    @property
    def head(self) -> Head:
        """What it holds."""
        return self.entries[-1].head if self.entries else EMPTY_HEAD

    def close(self) -> None:
        """Stop, and cut every connection."""
        self._server.shutdown()
        self._thread.join()
        self.cut()
        self._server.server_close()

    def cut(self) -> None:
        """Break every line."""
        for held in list(self._connections):
            with contextlib.suppress(OSError):
                socket.socket.shutdown(held, socket.SHUT_RDWR)

    def paths(self) -> list[str]:
        """The last member of each path asked."""
        return [asked.path.rpartition("/")[2] for asked in self.asked]

    def wrap(self, connection: socket.socket) -> socket.socket:
        """TLS; the handshake happens in the connection's own thread."""
        wrapped = self._context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        self._connections.add(wrapped)
        return wrapped

    def handle(self, asked: Asked) -> Answer:
        """What a request gets; raises DropError to hang up.

        It has no directives, and what is asked of them, or of its keys, is neither kept nor scripted.
        """
        if asked.path == "/v1/keys":
            return 200, json.dumps({"signing": self.signer.public.text, "rolls": self.rolls}).encode()
        if asked.path.endswith("/directives"):
            return 200, b'{"directives":[],"more":false}'
        self.asked.append(asked)
        step = self.script.popleft() if self.script else self.always
        answer = step(asked) if step is not None else None
        return answer if answer is not None else self.usual(asked)

    def usual(self, asked: Asked) -> Answer:
        """The contract, kept."""
        if asked.path == "/v1/time":
            nonce = wire.unb64(parse_qs(urlsplit(asked.target).query)["nonce"][0])
            return self._signed(make_time(SignedTime(self.now(), nonce), self.signer))
        if asked.path == "/v1/enrol":
            assert self.enrol is not None
            return 200, json.dumps(self.enrol(json.loads(asked.body))).encode()
        if not self._identified(asked):
            return error("hq.auth_lost", 403, what="signature")
        told = parse_stamp(asked.headers[HEADER_TIME])
        if abs((told - self.now()).total_seconds()) > 300:
            return error("hq.clock", 403, seconds=int((told - self.now()).total_seconds()))
        if asked.path.endswith("/activate"):
            self.activated = json.loads(asked.body)
            return 200, json.dumps(
                {"operator": self.activated["operator"], "name": "示例甲", "role": "clerk"}
            ).encode()
        return self.store(asked) if asked.path.endswith("/entries") else self.marks()

    def store(self, asked: Asked) -> Answer:
        """Idempotent ingest: the same again is passed over, a gap or another history refused."""
        for value in json.loads(asked.body)["entries"]:
            entry = entry_from_json(value)
            seq = entry.header.seq
            if seq <= len(self.entries):
                if self.entries[seq - 1].hash != entry.hash:
                    return error("hq.refused", fault="entry.fork", seq=seq, received=len(self.entries))
            elif seq > len(self.entries) + 1:
                return error("hq.refused", fault="entry.gap", seq=seq, received=len(self.entries))
            elif entry.header.previous != self.head.hash:
                return error("hq.refused", fault="entry.previous", seq=seq, received=len(self.entries))
            else:
                self.entries.append(entry)
        return self.marks()

    def marks(self) -> Answer:
        """Signed."""
        number = min(self.safe, len(self.entries))
        safe = self.entries[number - 1].head if number else EMPTY_HEAD
        return self._signed(make_marks(Marks(self.terminal, self.head, safe, self.now()), self.signer))

    def _signed(self, document: tuple[bytes, bytes]) -> Answer:
        body, signature = document
        return 200, json.dumps({"document": wire.b64(body), "signature": wire.b64(signature)}).encode()

    def _identified(self, asked: Asked) -> bool:
        headers = asked.headers
        if asked.certificate != self.terminal or headers.get("x-counter-terminal") != self.terminal:
            return False
        nonce = wire.b64(wire.unb64(headers[HEADER_NONCE], 16))
        message = request_message(asked.method, asked.target, headers[HEADER_TIME], nonce, asked.body)
        return self.key.verify(wire.unb64(headers[HEADER_SIGNATURE]), message)


class _Server(ThreadingHTTPServer):
    """Threads for connections; noisy clients are nobody's error here."""

    daemon_threads = True

    def __init__(self, owner: StubHq) -> None:
        self.owner = owner
        super().__init__(("127.0.0.1", 0), _Handler)

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        connection.settimeout(20)
        return self.owner.wrap(connection), address

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up."""


class _Handler(BaseHTTPRequestHandler):
    """HTTP/1.1 with keep-alive."""

    protocol_version = "HTTP/1.1"
    server: _Server

    def _do(self) -> None:
        owner = self.server.owner
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        assert isinstance(self.connection, ssl.SSLSocket)
        peer: Any = self.connection.getpeercert() or {}
        names = dict(part[0] for part in peer.get("subject", ()))
        asked = Asked(self.command, self.path, headers, body, names.get("commonName", ""))
        try:
            status, answer = owner.handle(asked)
        except DropError:
            self.close_connection = True
            return
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer)))
        if 300 <= status < 400:
            self.send_header("location", "/v1/time?nonce=AAAAAAAAAAAAAAAAAAAAAA")
        self.end_headers()
        self.wfile.write(answer)

    def finish(self) -> None:
        """Close what TLS holds, too."""
        with contextlib.suppress(OSError, ValueError):
            super().finish()
        self.server.owner._connections.discard(self.connection)
        self.connection.close()

    do_GET = do_POST = _do  # noqa: N815 - http.server's names

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nothing."""
