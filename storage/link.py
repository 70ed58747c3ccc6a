"""One HTTPS connection to headquarters: bounded answers, bounded waits, errors as codes, can be cut.

No proxy but the configured one (CONNECT, RFC 9110 section 9.3.6; TLS runs through it, and it sees host and
port alone), never one of the environment; no redirect, no cookie, no compression.  The server's certificate
dates are held against the caller's idea of the time, which may be better than this machine's clock.
"""

from __future__ import annotations

import datetime as dt
import json
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx2

from core.errors import EntryFault, Fact, HqError, HqFault

MAX_ANSWER_BYTES = 1024 * 1024
_MAX_FACTS, _MAX_FACT_TEXT = 16, 200
_TAKEN = {"code", "retry", "self"}
_OK = 200
# How h11 says that the other side hung up; anything else it objects to is a bad answer.
_CUT_OFF = ("disconnected", "closed connection")

# Of a direct connection, and of one through a proxy's tunnel.
_TLS_BEGUN = ("connection.start_tls.complete", "proxy.start_tls.complete")
_TLS_FAILED = ("connection.start_tls.failed", "proxy.start_tls.failed")
_ASKS = "407"  # how httpx2 says that the proxy wants a name and a password

Now = Callable[[], dt.datetime]


@dataclass(frozen=True, slots=True)
class Route:
    """How headquarters is reached.  Seconds; ``read`` covers the time that HQ takes to store a whole batch.

    ``proxy``: ``http://HOST:PORT``, "" for none.
    """

    connect: float = 3.0
    read: float = 30.0
    write: float = 30.0
    proxy: str = ""


class HqLink:
    """JSON requests, one at a time.  ``cancel`` may be called from another thread."""

    def __init__(self, url: str, context: ssl.SSLContext, now: Now, route: Route | None = None) -> None:
        """``url`` is ``https://HOST:PORT``; raises HqError UNREACHABLE for anything else."""
        limits = route or Route()
        try:
            address = httpx2.URL(url)
        except httpx2.InvalidURL:
            raise HqError(HqFault.UNREACHABLE, what="url") from None
        if address.scheme != "https" or not address.host:
            raise HqError(HqFault.UNREACHABLE, what="url")
        self._now, self._proxied = now, bool(limits.proxy)
        self._cut = threading.Event()
        self._socket: socket.socket | None = None
        self._spare: socket.socket | None = None
        self._client = httpx2.Client(
            base_url=url,
            verify=context,
            trust_env=False,
            proxy=limits.proxy or None,
            follow_redirects=False,
            headers={"accept": "application/json", "accept-encoding": "identity"},
            timeout=httpx2.Timeout(
                connect=limits.connect, read=limits.read, write=limits.write, pool=limits.connect
            ),
            limits=httpx2.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=50.0),
        )

    def request(
        self,
        method: str,
        target: str,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        *,
        check_dates: bool = True,
    ) -> dict[str, Any]:
        """The answer's JSON object.

        Raises HqError UNREACHABLE, TLS, BAD_ANSWER, or what the error body says.
        """
        if self._cut.is_set():
            raise HqError(HqFault.UNREACHABLE, retry=True, what="stopped")
        sent = {**(headers or {}), **({"content-type": "application/json"} if body else {})}
        trace = self._tracer(check_dates=check_dates)
        try:
            with self._client.stream(
                method, target, content=body or None, headers=sent, extensions={"trace": trace}
            ) as answer:
                return _read(answer)
        except HqError:
            raise
        except httpx2.HTTPError as error:
            raise _transport_fault(error, proxied=self._proxied) from None

    def cancel(self) -> None:
        """Cut the connection: a request that waits ends now, and none begins any more."""
        self._cut.set()
        held = self._socket
        if held is not None:
            try:
                # Not SSLSocket's own: that would pull the TLS object from under the waiting thread.
                socket.socket.shutdown(held, socket.SHUT_RDWR)
            except OSError:
                return  # it was closed already: nothing waits on it

    def close(self) -> None:
        """By the thread that made the requests."""
        self._client.close()
        self._drop_spare()

    def _drop_spare(self) -> None:
        if self._spare is not None:
            self._spare.close()
            self._spare = None

    def _tracer(self, *, check_dates: bool) -> Callable[[str, dict[str, Any]], None]:
        """Called by the connection at each of its steps; what it raises ends the request."""

        def trace(event: str, info: dict[str, Any]) -> None:
            if event == "connection.connect_tcp.complete":
                # TLS takes the descriptor over; a second one lets us cut a handshake too.
                self._spare = self._socket = info["return_value"].get_extra_info("socket").dup()
                self._need_uncut(info["return_value"])
            elif event in _TLS_BEGUN:
                stream = info["return_value"]
                self._socket = stream.get_extra_info("socket")
                self._drop_spare()
                self._need_uncut(stream)
                certificate = stream.get_extra_info("ssl_object").getpeercert()
                if check_dates and not _dates_hold(certificate, self._now()):
                    stream.close()
                    raise HqError(HqFault.TLS, retry=True, what="dates")
            elif event in _TLS_FAILED:
                self._drop_spare()

        return trace

    def _need_uncut(self, stream: Any) -> None:
        if self._cut.is_set():
            stream.close()
            self._drop_spare()
            raise HqError(HqFault.UNREACHABLE, retry=True, what="stopped")


def _in_tls(error: BaseException) -> bool:
    """Whether it is TLS that failed, with the tunnel standing."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return True
        cause = cause.__cause__ or cause.__context__
    return False


def _dates_hold(certificate: Mapping[str, Any], now: dt.datetime) -> bool:
    begin, end = (ssl.cert_time_to_seconds(str(certificate[name])) for name in ("notBefore", "notAfter"))
    return begin <= now.timestamp() <= end


def _read(answer: httpx2.Response) -> dict[str, Any]:
    data = bytearray()
    for piece in answer.iter_raw():
        data += piece
        if len(data) > MAX_ANSWER_BYTES:
            raise HqError(HqFault.BAD_ANSWER, retry=True, what="size", status=answer.status_code)
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise HqError(HqFault.BAD_ANSWER, retry=True, what="form", status=answer.status_code)
    if answer.status_code == _OK:
        return value
    raise _told_fault(value, answer.status_code)


def _told_fault(value: Mapping[str, Any], status: int) -> HqError:
    """The error that HQ names.  Its facts are bounded: they reach logs and screens."""
    code, facts = value.get("code"), _facts(value.get("facts"))
    retry = value.get("retry") is True
    if isinstance(code, str) and code in set(HqFault):
        return HqError(HqFault(code), retry=retry, **facts)
    if isinstance(code, str) and code in set(EntryFault):
        return HqError(HqFault.REFUSED, retry=retry, **{**facts, "fault": code})
    return HqError(HqFault.BAD_ANSWER, retry=True, what="code", status=status)


def _facts(value: object) -> dict[str, Fact]:
    if not isinstance(value, dict):
        return {}
    return {
        name: fact
        for name, fact in list(value.items())[:_MAX_FACTS]
        if isinstance(name, str)
        and name.isidentifier()
        and name not in _TAKEN
        and (fact is None or isinstance(fact, bool | int) or (isinstance(fact, str) and _short(fact)))
    }


def _short(text: str) -> bool:
    return len(text) <= _MAX_FACT_TEXT


def _transport_fault(error: httpx2.HTTPError, *, proxied: bool = False) -> HqError:
    if isinstance(error, httpx2.ProxyError):
        asks = str(error).startswith(_ASKS)
        return HqError(HqFault.PROXY_ASKS if asks else HqFault.PROXY, retry=True, what="refused")
    if proxied and isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout) and not _in_tls(error):
        return HqError(HqFault.PROXY, retry=True, what="unreachable")
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return HqError(HqFault.TLS, retry=True, what="certificate", verify=int(cause.verify_code))
        # A connection cut in the middle of TLS is a broken line, not a wrong partner.
        if isinstance(cause, ssl.SSLError) and not isinstance(
            cause, ssl.SSLEOFError | ssl.SSLZeroReturnError
        ):
            return HqError(HqFault.TLS, retry=True, what=str(cause.reason or "handshake")[:60])
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpx2.RemoteProtocolError) and not any(said in str(error) for said in _CUT_OFF):
        return HqError(HqFault.BAD_ANSWER, retry=True, what="protocol")
    return HqError(HqFault.UNREACHABLE, retry=True, what=type(error).__name__)
