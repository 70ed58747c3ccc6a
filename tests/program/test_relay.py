"""The demonstration's line: real sockets with TLS through it, cut, slowed and mended."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from program.relay import SLOW_S, Line, Relay

LIMIT = 20.0
MUCH = bytes(range(256)) * 8_000  # two megabytes
_PIECE = 200_000  # more than the line takes at once


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate of our own for 127.0.0.1, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "relay test")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("relay.invalid")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    chain, secret = folder / "server.pem", folder / "server.key"
    chain.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return chain, secret


class Echo:
    """A TLS server that gives back what it gets."""

    def __init__(self, folder: Path) -> None:
        self.chain, key = certificate(folder)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.chain, key)
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def _accept(self) -> None:
        while True:
            try:
                raw, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(raw,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, raw: socket.socket) -> None:
        raw.settimeout(LIMIT)
        try:
            with self._context.wrap_socket(raw, server_side=True) as client:
                while data := client.recv(65_536):
                    client.sendall(data)
        except OSError:
            raw.close()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(LIMIT)


@pytest.fixture
def echo(tmp_path: Path) -> Iterator[Echo]:
    with closing(Echo(tmp_path)) as echo:
        yield echo


@pytest.fixture
def relay(echo: Echo) -> Iterator[Relay]:
    with Relay(echo.port) as relay:
        yield relay


def call(relay: Relay, echo: Echo) -> ssl.SSLSocket:
    """A TLS connection over the line; the server proves itself to us through it."""
    context = ssl.create_default_context(cafile=str(echo.chain))
    raw = socket.create_connection(("127.0.0.1", relay.port), LIMIT)
    try:
        return context.wrap_socket(raw, server_hostname="relay.invalid")
    except OSError:
        raw.close()
        raise


def echoed(client: ssl.SSLSocket, data: bytes) -> bytes:
    """What came back of what was sent, piece by piece: one TLS connection is one thread's."""
    back = bytearray()
    for start in range(0, len(data), _PIECE):
        client.sendall(data[start : start + _PIECE])
        while len(back) < min(start + _PIECE, len(data)) and (got := client.recv(_PIECE)):
            back.extend(got)
    return bytes(back)


def ended(client: ssl.SSLSocket) -> bool:
    """Whether the connection ends, closed or reset, as the system says it."""
    try:
        while client.recv(1):
            pass
    except TimeoutError:
        return False
    except OSError:
        return True
    return True


def test_everything_passes_unchanged_both_ways(relay: Relay, echo: Echo) -> None:
    with call(relay, echo) as first, call(relay, echo) as second:
        assert echoed(first, MUCH) == MUCH
        assert echoed(second, b"beside it") == b"beside it"


def test_a_cut_ends_what_is_open_and_refuses_until_it_is_mended(relay: Relay, echo: Echo) -> None:
    with call(relay, echo) as client:
        assert echoed(client, b"before") == b"before"
        relay.set(Line.CUT)
        assert ended(client)
    with pytest.raises(OSError):  # noqa: PT011
        call(relay, echo)
    assert relay.line is Line.CUT
    relay.set(Line.UP)
    with call(relay, echo) as client:
        assert echoed(client, b"after") == b"after"


def test_a_slow_line_is_late_and_loses_nothing(relay: Relay, echo: Echo) -> None:
    with call(relay, echo) as client:
        relay.set(Line.SLOW)
        began = time.monotonic()
        assert echoed(client, b"x" * 5000) == b"x" * 5000
        assert time.monotonic() - began >= 2 * SLOW_S  # there and back
        relay.set(Line.UP)
        assert echoed(client, MUCH) == MUCH


def test_nobody_behind_it_is_a_closed_line(echo: Echo) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    with Relay(port) as relay, pytest.raises(OSError):  # noqa: PT011
        call(relay, echo)


def test_it_ends_with_connections_open(echo: Echo) -> None:
    with Relay(echo.port) as relay:
        client = call(relay, echo)
    with client:
        assert ended(client)
    assert not [thread for thread in threading.enumerate() if thread.name == "relay"]
