"""Who sends short messages for headquarters: the interface, and the one that asks over HTTPS.

A gateway answers ``sent`` or ``refused`` for the id that it was asked with, and gives the same answer however
often that id comes.  Whatever else happens is no answer and is never taken for one (T20).  docs/gateway.md.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import socket
import ssl
import threading
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlsplit

from core.errors import StoreError, StoreFault
from core.ledger.notify import Outcome, Why

SECONDS = 15.0  # for everything from the first byte to the last
_ANSWER_MOST = 16 * 1024
_CODE = re.compile(r"[a-z_]{1,40}")
_WHYS = {"number": Why.NUMBER, "blocked": Why.BLOCKED}


@dataclass(frozen=True, slots=True)
class Message:
    """One text to one number.  ``id`` is the same at each try, and names nobody."""

    id: str
    to: str = field(repr=False)
    text: str = field(repr=False)
    language: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What the gateway says: ``outcome`` is SENT or REFUSED."""

    outcome: Outcome
    why: Why = Why.NONE


class UnansweredError(Exception):
    """No answer.  ``certain``: nothing of the message left this machine.  ``what`` names nobody."""

    def __init__(self, what: str, *, certain: bool = False) -> None:
        super().__init__(what)
        self.what = what
        self.certain = certain


class Gateway(Protocol):
    """Whoever sends."""

    def send(self, message: Message) -> Reply:
        """Raises UnansweredError; asked again with the same id it sends nothing twice."""


class HttpsGateway:
    """``POST`` of ``{"id", "to", "text", "language"}``; no proxy, no redirect, no connection kept."""

    def __init__(
        self, url: str, context: ssl.SSLContext, token: str | None = None, seconds: float = SECONDS
    ) -> None:
        """Raises StoreError UNSAFE for anything but ``https://HOST[:PORT]/PATH``."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port or 443
        except ValueError:
            raise StoreError(StoreFault.UNSAFE, what="gateway URL") from None
        if parts.scheme != "https" or not host or parts.username or parts.fragment:
            raise StoreError(StoreFault.UNSAFE, what="gateway URL")
        self._host, self._port, self._context = host, port, context
        self._path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._token = token
        self._seconds = seconds

    def send(self, message: Message) -> Reply:
        """See :class:`Gateway`."""
        said = {"id": message.id, "to": message.to, "text": message.text, "language": message.language}
        headers = {"content-type": "application/json", "accept": "application/json"}
        if self._token:
            headers["authorization"] = f"Bearer {self._token}"
        try:
            plain = socket.create_connection((self._host, self._port), timeout=self._seconds)
        except OSError:
            raise UnansweredError("not reached", certain=True) from None
        # A timeout counts from byte to byte; whoever sends one now and then is cut off by this.
        cut = threading.Timer(self._seconds, _shut, [plain])
        cut.daemon = True
        cut.start()
        try:
            with plain:
                secured = self._secured(plain)
                with secured:
                    status, body = self._exchange(secured, json.dumps(said).encode("ascii"), headers)
        except UnansweredError:
            raise
        except (OSError, http.client.HTTPException, ValueError):
            raise UnansweredError("cut off") from None  # an error's text may quote what was sent
        finally:
            cut.cancel()
        return _read(status, body, message.id)

    def _secured(self, plain: socket.socket) -> ssl.SSLSocket:
        try:
            return self._context.wrap_socket(plain, server_hostname=self._host)
        except (ssl.SSLEOFError, ssl.SSLZeroReturnError):
            raise UnansweredError("cut off", certain=True) from None
        except ssl.SSLError:  # also a certificate that is not its own
            raise UnansweredError("tls", certain=True) from None
        except (OSError, ValueError):  # the line, or our own clock: nothing was sent yet
            raise UnansweredError("cut off", certain=True) from None

    def _exchange(self, secured: ssl.SSLSocket, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(self._host, self._port)
        connection.sock = secured
        connection.request("POST", self._path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read(_ANSWER_MOST + 1)


def gateway_from(url: str, authority: str | None, token: str | None) -> Gateway | None:
    """As the command line has it; None without a URL.  Raises StoreError UNSAFE, IO."""
    return HttpsGateway(url, trusting(authority), token) if url else None


def trusting(authority: str | None) -> ssl.SSLContext:
    """Trusts the file ``authority``, or where None what the machine trusts.  Raises StoreError IO."""
    try:
        context = ssl.create_default_context(cafile=authority)
    except (OSError, ssl.SSLError):
        raise StoreError(StoreFault.IO, what="gateway authority") from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _shut(plain: socket.socket) -> None:
    with contextlib.suppress(OSError):
        plain.shutdown(socket.SHUT_RDWR)


def _read(status: int, body: bytes, asked: str) -> Reply:
    if status != http.client.OK:
        raise UnansweredError(f"status {status}")
    if len(body) > _ANSWER_MOST:
        raise UnansweredError("answer too long")
    try:
        said: Any = json.loads(body)
        named, outcome, why = said["id"], said["outcome"], said.get("why", "")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise UnansweredError("answer") from None
    if named != asked:
        raise UnansweredError("answer to something else")
    if outcome == Outcome.SENT:
        return Reply(Outcome.SENT)
    if outcome == Outcome.REFUSED and isinstance(why, str) and _CODE.fullmatch(why or "_"):
        return Reply(Outcome.REFUSED, _WHYS.get(why, Why.GATEWAY))
    raise UnansweredError("answer")
