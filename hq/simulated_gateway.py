"""A gateway that sends nothing: for tests and the demonstration, over real TLS on this machine.

``python -m hq.simulated_gateway DIR`` writes ``DIR/ca.pem`` and says its URL; it tells each message by its id
and the last digits of its number.  Numbers that end in 0000 cannot be reached, in 0001 want no messages.
"""

from __future__ import annotations

import json
import ssl
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from hq.certificates import make_authority, make_server

Answer = tuple[int, bytes]
_MOST = 16 * 1024
_ENDS = {"0000": "number", "0001": "blocked"}


def usual(message: Mapping[str, Any]) -> Answer:
    """Taken, or refused by how the number ends."""
    why = _ENDS.get(str(message["to"])[-4:])
    said = {"id": message["id"], "outcome": "refused" if why else "sent", "why": why or "none"}
    return 200, json.dumps(said).encode("ascii")


class SimulatedGateway:
    """Listens on a free port of 127.0.0.1.  ``answer`` may be changed while it runs; ``token`` is wanted."""

    def __init__(self, answer: Callable[[Mapping[str, Any]], Answer] = usual, token: str = "") -> None:
        self.answer = answer
        self.asked: list[dict[str, Any]] = []  # every request, in sequence
        self._done: dict[str, Answer] = {}  # the first answer to an id stands
        authority, server = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        now = datetime.now(UTC)
        self.authority = make_authority(authority, now)
        context = _context(make_server(server, authority, self.authority, (), now), server)
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            """One request."""

            def do_POST(self) -> None:
                if token and self.headers.get("authorization") != f"Bearer {token}":
                    self._say((401, b""))
                    return
                length = min(int(self.headers.get("content-length", "0")), _MOST)
                self._say(gateway.take(json.loads(self.rfile.read(length))))

            def _say(self, answer: Answer) -> None:
                status, body = answer
                self.send_response(status)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Nothing: a request names a number."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.socket = context.wrap_socket(
            self._server.socket, server_side=True, do_handshake_on_connect=False
        )
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"https://127.0.0.1:{self._server.server_address[1]}/messages"

    def take(self, message: dict[str, Any]) -> Answer:
        """The answer to one message; the same id has the same one."""
        self.asked.append(message)
        known = self._done.get(message["id"])
        if known is not None:
            return known
        status, body = self.answer(message)
        if status == 200:
            self._done[message["id"]] = status, body
        return status, body

    def close(self) -> None:
        """No longer."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _context(certificate: bytes, key: ec.EllipticCurvePrivateKey) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "server.pem"
        path.write_bytes(certificate + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        context.load_cert_chain(path)
    return context


def main(directory: Path) -> None:
    """Until it is ended."""

    def told(message: Mapping[str, Any]) -> Answer:
        answer = usual(message)
        sys.stdout.write(f"{message['id']}  …{str(message['to'])[-4:]}  {json.loads(answer[1])['outcome']}\n")
        sys.stdout.flush()
        return answer

    gateway = SimulatedGateway(told)
    (directory / "ca.pem").write_bytes(gateway.authority)
    sys.stdout.write(f"--gateway {gateway.url} --gateway-ca {directory / 'ca.pem'}\n")
    sys.stdout.flush()
    threading.Event().wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
