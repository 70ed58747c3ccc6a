"""The server process: uvicorn over TLS, its client certificates handed to the application.

uvicorn passes no client certificate on, so the protocol class does.  h11 was chosen over httptools: it
refuses malformed framing more strictly, and here the signatures cost more than the parsing.
"""

from __future__ import annotations

import asyncio
import gc
import re
import signal
import socket
import ssl
from asyncio.sslproto import SSLProtocol
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from http import HTTPStatus
from types import FrameType
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from core.errors import EntryFault, Fact, HqFault, StoreError, StoreFault
from hq.app import create_app
from hq.forms import Fault
from hq.home import Home
from hq.keys import SERVER, Keyring
from hq.service import Service
from hq.web import PEER, Limits, answer

KEEP_ALIVE_SECONDS = 75  # longer than a counter keeps an idle connection
DRAIN_SECONDS = 15
FAREWELL_SECONDS = 1.0
# Taken from the queue in one turn of the loop.  Were all taken that came, all handshakes would be done side
# by side, and all of them given up by their counters a moment before they were over.
GREETED_AT_ONCE = 8
BEAT_SECONDS = 0.1  # how often the loop looks whether it is late
# asyncio's own 256 KiB lie there for each connection whether it speaks or not: a thousand counters that come
# back at once took 390 MB.  Half a TLS record is enough, a body comes in more pieces.
TLS_BUFFER = 8 * 1024
_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_END_OF_HEAD, _FOLD = re.compile(rb"\r?\n\r?\n"), re.compile(rb"\n[ \t]")

Scope = MutableMapping[str, Any]


class WithCertificate:
    """An ASGI application that says whose connection a request came on."""

    def __init__(self, app: Any, certificate: bytes | None) -> None:
        self._app = app
        self._certificate = certificate

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        """ASGI."""
        extensions = {**scope.get("extensions", {}), PEER: {"certificate": self._certificate}}
        await self._app({**scope, "extensions": extensions}, receive, send)


class OneFraming:
    """An ASGI application that refuses a body framed in two ways: others may read it in the other way.

    h11 takes such a request as RFC 9112, 6.3 allows; nobody who means well sends one.
    """

    def __init__(self, app: Any, cut: Callable[[str], None]) -> None:
        self._app = app
        self._cut = cut

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        """ASGI."""
        names = [name for name, _value in scope.get("headers", ())]
        if b"transfer-encoding" not in names or b"content-length" not in names:
            await self._app(scope, receive, send)
            return
        self._cut("two framings")
        facts: dict[str, Fact] = {"fault": str(EntryFault.FORM), "what": "framing"}
        refused = answer(Fault(HqFault.REFUSED, facts, retry=False), HTTPStatus.BAD_REQUEST)
        refused.headers["connection"] = "close"
        await refused(scope, receive, send)


class Protocol(H11Protocol):
    """One connection: knows its peer's certificate, and does not wait for slow headers for ever."""

    head_seconds = Limits().head_seconds
    cut: Callable[[str], None] = staticmethod(lambda _what: None)
    _deadline: asyncio.TimerHandle | None = None
    _head = b""  # of the request that is coming, as far as it came

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """The TLS handshake is over: whatever certificate there is, our authority signed it."""
        super().connection_made(transport)
        tls: ssl.SSLObject | None = transport.get_extra_info("ssl_object")
        certificate = tls.getpeercert(binary_form=True) if tls is not None else None
        self.app = OneFraming(WithCertificate(self.app, certificate), self.cut)
        self._arm()

    def data_received(self, data: bytes) -> None:
        """Bytes of a head count against the deadline; bytes of a body are timed by its reader."""
        before = self.scope
        if self._deadline is None and (self.cycle is None or self.cycle.response_complete):
            self._arm()
        if self._deadline is not None and self._folded(data):
            self.send_400_response("A header line is folded.")
            return
        super().data_received(data)
        if self.scope is not before:
            self._disarm()

    def _folded(self, data: bytes) -> bool:
        """Whether the head that is coming has a folded line, which some read as one header, some as two."""
        self._head += data
        end = _END_OF_HEAD.search(self._head)
        return _FOLD.search(self._head, 0, end.start() if end else len(self._head)) is not None

    def connection_lost(self, exc: Exception | None) -> None:
        """The end."""
        self._disarm()
        super().connection_lost(exc)

    def _arm(self) -> None:
        self._head = b""
        self._deadline = self.loop.call_later(self.head_seconds, self._too_slow)

    def _disarm(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_slow(self) -> None:
        self._deadline = None
        if not self.transport.is_closing():
            self.cut("slow head")
            self.transport.abort()

    def send_400_response(self, msg: str) -> None:
        """What is not HTTP, or could be read in two ways, ends its connection."""
        self.cut("malformed")
        super().send_400_response(msg)


class Server(uvicorn.Server):
    """Says when it listens, and ends with a drain and status 0 on SIGTERM."""

    def __init__(self, config: uvicorn.Config, service: Service, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._limits = service.limits
        self._service = service
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then say so.

        Not uvicorn's own: that gives a TLS handshake a minute, and lets a caller who does not answer
        the farewell of TLS hold up the drain for half of one.
        """
        await self.lifespan.startup()
        loop = asyncio.get_running_loop()

        def protocol() -> Protocol:
            made = Protocol(self.config, self.server_state, self.lifespan.state)
            made.head_seconds = self._limits.head_seconds
            made.cut = self._cut
            return made

        self.servers = [
            await loop.create_server(
                protocol,
                sock=listening,
                ssl=self.config.ssl,
                backlog=GREETED_AT_ONCE,
                ssl_handshake_timeout=self._limits.head_seconds,
                ssl_shutdown_timeout=FAREWELL_SECONDS,
            )
            for listening in sockets or []
        ]
        for listening in sockets or []:
            listening.listen(self.config.backlog)  # whoever waits, waits in the system's queue
        self.started = True
        self._beat(loop, loop.time())
        self._ready()

    def _beat(self, loop: asyncio.AbstractEventLoop, due: float) -> None:
        now = loop.time()
        for gate in (self._service.gate, self._service.door):
            gate.loop_was_late(now - due)
        loop.call_at(now + BEAT_SECONDS, self._beat, loop, now + BEAT_SECONDS)

    def _cut(self, what: str) -> None:
        self._service.metrics.add("counter_hq_cut_total", what=what)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """As uvicorn's, but a signal that was obeyed is not raised once more at the end."""

        loop = asyncio.get_running_loop()

        def stop(number: int, frame: FrameType | None) -> None:
            gate = self._service.gate
            if gate.closing or not self.server_state.connections:
                self.handle_exit(number, frame)
                return
            # First /healthz says so and new batches are told to come again: whoever balances the nodes
            # has until the notice is over to send them elsewhere.
            gate.close()
            loop.call_soon_threadsafe(
                loop.call_later, self._limits.notice_seconds, self.handle_exit, number, frame
            )

        before = {number: signal.signal(number, stop) for number in _SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def tls_context(home: Home, keyring: Keyring) -> ssl.SSLContext:
    """TLS 1.2 or newer; a client certificate is asked for, and checked where one is shown.

    Raises StoreError DAMAGED.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(home.server_file, keyring.directory / SERVER, lambda: keyring.password or b"")
        context.load_verify_locations(home.authority_file)
    except (ssl.SSLError, OSError):
        raise StoreError(StoreFault.DAMAGED, what="TLS certificates and keys") from None
    context.verify_mode = ssl.CERT_OPTIONAL
    context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION
    # No resumption: every connection proves its certificate anew.
    context.options |= ssl.OP_NO_TICKET
    context.num_tickets = 0
    return context


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 lets the system choose.  Raises StoreError IO."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Without the protocol named, asyncio does not take it for TCP and leaves Nagle's algorithm on: every
    # answer then waits 40 ms for the caller's delayed acknowledgement.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.set_inheritable(False)
    except OSError as error:
        listening.close()
        raise StoreError(StoreFault.IO, what=f"listen: {error.strerror or type(error).__name__}") from None
    return listening


def serve(
    service: Service, home: Home, keyring: Keyring, listening: socket.socket, announce: Callable[[str], None]
) -> None:
    """Serve until SIGTERM or SIGINT; ``announce`` is given ``listening on https://HOST:PORT``."""
    home.renew_server(keyring, service.now())
    context = tls_context(home, keyring)
    config = uvicorn.Config(
        create_app(service),
        http=Protocol,
        ws="none",
        lifespan="off",
        loop="asyncio",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # nobody may claim another address
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=DRAIN_SECONDS,
        h11_max_incomplete_event_size=16 * 1024,
        ssl_context_factory=lambda _config, _default: context,
    )
    host, port = listening.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    server = Server(config, service, lambda: announce(f"listening on https://{shown}:{port}"))
    SSLProtocol.max_size = TLS_BUFFER
    # What is loaded now stays for good: collections need not walk over it at every few entries.
    gc.collect()
    gc.freeze()
    service.worker.start()
    try:
        server.run(sockets=[listening])
    finally:
        service.close()
        listening.close()
