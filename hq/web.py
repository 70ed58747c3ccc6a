"""What stands between HTTP and the services: bounded bodies, answers, faults as JSON."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from core.errors import CounterError, EntryError, EntryFault, Fact, HqError, HqFault, StoreError
from core.exchange import MAX_BATCH_BYTES
from hq.forms import Fault, write_form
from hq.load import AT_ONCE, BURST, RATE

JSON = "application/json"
SMALL_BODY = 64 * 1024
PEER = "counter.peer"  # the ASGI scope's extension in which hq/server.py hands over the peer's certificate

_STATUS: Mapping[str, HTTPStatus] = {
    HqFault.AUTH_LOST: HTTPStatus.FORBIDDEN,
    HqFault.CODE_INVALID: HTTPStatus.FORBIDDEN,
    HqFault.CLOCK: HTTPStatus.FORBIDDEN,
    HqFault.REFUSED: HTTPStatus.CONFLICT,
    HqFault.CONFLICT: HTTPStatus.CONFLICT,
    HqFault.TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HqFault.BUSY: HTTPStatus.SERVICE_UNAVAILABLE,
}


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a request is taken."""

    batch_bytes: int = MAX_BATCH_BYTES
    small_bytes: int = SMALL_BODY
    head_seconds: float = 15.0  # from the open connection, or a request's first byte, to its last header
    body_seconds: float = 30.0  # for a whole body: a slow link still brings 8 MiB in it at 2.2 Mbit/s
    at_once: int = AT_ONCE  # batches in work on this node
    rate: float = RATE  # signed requests of one terminal a second, on this node
    burst: float = BURST
    notice_seconds: float = 1.0  # between a /healthz that says 503 and the shut door


def answer(value: object, status: int = HTTPStatus.OK) -> Response:
    """A JSON answer."""
    return Response(write_form(value), status, media_type=JSON)


def fault_of(error: CounterError) -> tuple[int, Fault]:
    """(HTTP status, body) for a fault.

    A malformed request is "refused" with the entry fault's name; the database's faults are ours, and
    the caller only has to come again.
    """
    facts: dict[str, Fact] = dict(error.facts)
    code, status = str(error.code), HTTPStatus.BAD_REQUEST
    if isinstance(error, HqError):
        status = _STATUS.get(code, HTTPStatus.BAD_REQUEST)
        if facts.get("what") in ("tries", "rate"):
            status = HTTPStatus.TOO_MANY_REQUESTS
    elif isinstance(error, EntryError):
        facts["fault"], code = code, str(HqFault.REFUSED)
    elif isinstance(error, StoreError):
        facts, code, status = {"what": "database"}, str(HqFault.BUSY), HTTPStatus.SERVICE_UNAVAILABLE
    return int(status), Fault(code, facts, error.retry or code == HqFault.BUSY)


async def read_body(request: Request, limit: int, seconds: float) -> bytes:
    """The whole body, counted while it comes; raises HqError TOO_LARGE, BUSY (too slow), EntryError."""
    if request.headers.get("content-encoding", "identity") != "identity":
        raise EntryError(EntryFault.FORM, what="content encoding")
    told = request.headers.get("content-length", "")
    if told.isdecimal() and int(told) > limit:
        raise HqError(HqFault.TOO_LARGE, limit=limit)
    try:
        async with asyncio.timeout(seconds):
            return await _read(request, limit)
    except TimeoutError:
        raise HqError(HqFault.BUSY, retry=True, what="slow body") from None
    except ClientDisconnect:
        raise EntryError(EntryFault.FORM, what="disconnected") from None


def declared_size(request: Request, limit: int) -> int:
    """How long the caller says that the body is; ``limit`` where that is not said, or it is more."""
    told = request.headers.get("content-length", "")
    return min(limit, int(told)) if told.isdecimal() and len(told) < 20 else limit


async def _read(request: Request, limit: int) -> bytes:
    parts = bytearray()
    async for part in request.stream():
        parts += part
        if len(parts) > limit:
            raise HqError(HqFault.TOO_LARGE, limit=limit)
    return bytes(parts)


async def skip_body(request: Request, limit: int, seconds: float) -> bool:
    """Let what is still being sent pass by, so that the caller hears; False where that is too much.

    Nothing of it is kept.
    """
    count = 0
    try:
        async with asyncio.timeout(seconds):
            async for part in request.stream():
                count += len(part)
                if count > limit:
                    return False
    except (TimeoutError, ClientDisconnect):
        return False
    return True


def client_certificate(request: Request) -> bytes:
    """The peer's certificate (DER) that the TLS layer checked; raises HqError AUTH_LOST without one."""
    certificate: bytes | None = request.scope.get("extensions", {}).get(PEER, {}).get("certificate")
    if not certificate:
        raise HqError(HqFault.AUTH_LOST, what="no client certificate")
    return certificate


def peer(request: Request) -> str:
    """The caller's address, for limits on tries; never logged."""
    return request.client.host if request.client else ""


def target(request: Request) -> str:
    """Path and query exactly as they were sent."""
    raw: bytes = request.scope.get("raw_path") or request.url.path.encode("ascii", "replace")
    query: bytes = request.scope.get("query_string", b"")
    return (raw + b"?" + query if query else raw).decode("latin-1")
