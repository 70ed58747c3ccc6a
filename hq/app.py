"""The HTTP interface (FastAPI): routes, what each asks of its caller, and what /openapi.json says.

FastAPI gives the routing and the OpenAPI document; bodies are read and bounded here and decoded by
msgspec (hq/forms.py), because a request's signature covers its bytes as they came.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from functools import partial
from http import HTTPStatus
from ipaddress import ip_address
from typing import TypeVar

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy import text
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route

from core import wire
from core.errors import CounterError, EntryError, EntryFault, HqError, HqFault
from core.exchange import (
    HEADER_KEY,
    PATH_ACTIVATE,
    PATH_ENROL,
    PATH_ENROL_CODE,
    PATH_KEYS,
    PATH_TIME,
    path_branch,
    path_certificate,
    path_directives,
    path_entries,
    path_late,
    path_marks,
    path_operator,
)
from core.ledger.directives import directive_from_json, directive_to_json
from core.ledger.documents import SignedTime, make_time
from hq import openapi
from hq.branch_day import signed_branch_day
from hq.certificates import subject
from hq.clock import Now
from hq.database import Database
from hq.directives import read_held
from hq.forms import (
    ActivateAnswer,
    ActivateRequest,
    Directives,
    EnrolCodeRequest,
    EnrolRequest,
    Fault,
    Health,
    Journal,
    KeysAnswer,
    LostDirectives,
    RenewAnswer,
    RenewRequest,
    RollForm,
    Taken,
    read_form,
    signed,
)
from hq.identity import SignedRequest, Terminal
from hq.marks import signed_marks
from hq.metrics import CONTENT_TYPE
from hq.parameters import AFTER, BRANCH, FIRST, HEAD, NONCE, OPERATOR, TERMINAL
from hq.rolls import SigningKeys
from hq.service import Service
from hq.web import answer, client_certificate, declared_size, fault_of, peer, read_body, skip_body, target

SOON_SECONDS = 2
_WAITED = ("load", "rate")  # who is told so has not had its body read
Work = Callable[[], Awaitable[Response]]
Answers = Callable[..., Awaitable[Response]]
Signs = Callable[[Database, SigningKeys, Terminal, Now], tuple[bytes, bytes]]
Done = TypeVar("Done")


class Interface:
    """One method for each route.  Whatever is refused is answered as a ``Fault`` and counted."""

    def __init__(self, service: Service | None) -> None:
        self._given = service

    @property
    def _service(self) -> Service:
        assert self._given is not None, "made to describe, not to serve"
        return self._given

    async def entries(self, request: Request, terminal: str = TERMINAL) -> Response:
        """Store a batch of the terminal's entries; answers signed marks."""
        service = self._service

        async def work() -> Response:
            limit = service.limits.batch_bytes
            owner = subject(client_certificate(request))[0]
            size = declared_size(request, limit)
            with service.gate.batch(owner, size), service.metrics.ingesting():
                asked = await self._read(request, limit)
                return answer(signed(await service.batches.do(lambda: self._take(asked, terminal))))

        return await self._answered("entries", work, request)

    async def marks(self, request: Request, terminal: str = TERMINAL) -> Response:
        """The terminal's signed marks: received and safe."""
        return await self._document("marks", request, terminal, signed_marks)

    async def branch(self, request: Request, terminal: str = TERMINAL) -> Response:
        """The newest business day of every counter of the terminal's branch, in figures, signed."""
        return await self._document("branch", request, terminal, signed_branch_day)

    async def _document(self, route: str, request: Request, terminal: str, make: Signs) -> Response:
        service = self._service

        async def work() -> Response:
            document = await self._signed(
                request,
                terminal,
                lambda asking, _body: make(service.database, service.signing, asking, service.now),
            )
            return answer(signed(document))

        return await self._answered(route, work, request)

    async def directives(
        self, request: Request, terminal: str = TERMINAL, after: int = AFTER, head: str = HEAD
    ) -> Response:
        """The terminal's signed directives after the one that it holds, at most a hundred."""
        service = self._service

        async def work() -> Response:
            held = read_held(after, head)
            found, more = await self._signed(
                request, terminal, lambda asking, _body: service.feed.after(asking, held)
            )
            return answer(Directives([directive_to_json(each) for each in found], more))  # type: ignore[misc]

        return await self._answered("directives", work, request)

    async def lost_directives(self, request: Request, terminal: str = TERMINAL) -> Response:
        """Take back directives that headquarters signed and lost in a restore."""
        service = self._service

        def take_back(asking: Terminal, body: bytes) -> int:
            lost = [directive_from_json(each) for each in read_form(body, LostDirectives).directives]
            return service.feed.take_back(asking, lost)

        async def work() -> Response:
            limit = service.limits.batch_bytes
            return answer(Taken(await self._signed(request, terminal, take_back, limit)))

        return await self._answered("lost_directives", work)

    async def activate(self, request: Request) -> Response:
        """Take the keys an operator made at this terminal, against her one-time code."""
        service = self._service

        def activate(asking: Terminal, body: bytes) -> ActivateAnswer:
            form = read_form(body, ActivateRequest)
            service.activate_tries.check(asking.terminal)
            try:
                return service.activation.activate(asking.terminal, form)
            except HqError:
                service.activate_tries.failed(asking.terminal)
                raise

        async def work() -> Response:
            return answer(await self._signed(request, None, activate))

        return await self._answered("activate", work, request)

    async def enrol(self, request: Request) -> Response:
        """Admit a terminal by its one-time code; answers its grant and client certificate."""
        work = partial(self._by_code, request, EnrolRequest, self._service.enrolment.enrol)
        return await self._answered("enrol", work)

    async def enrol_code(self, request: Request) -> Response:
        """Which branch and terminal a one-time code is for; nothing is used up."""
        work = partial(self._by_code, request, EnrolCodeRequest, self._service.enrolment.tell)
        return await self._answered("enrol_code", work)

    async def _by_code(self, request: Request, kind: type[Done], act: Callable[[Done], object]) -> Response:
        """Whoever has a one-time code and nothing else yet; wrong ones are counted for each caller."""
        service, caller = self._service, peer(request)
        service.enrol_tries.check(caller)
        body = await read_body(request, service.limits.small_bytes, service.limits.body_seconds)
        form = read_form(body, kind)
        try:
            return answer(await service.requests.do(lambda: act(form)))
        except HqError:
            service.enrol_tries.failed(caller)
            raise

    async def certificate(self, request: Request, terminal: str = TERMINAL) -> Response:
        """A fresh client certificate for the holder of the terminal's key; the old one may have ended."""
        service = self._service

        async def work() -> Response:
            caller = peer(request)
            service.enrol_tries.check(caller)
            body = await read_body(request, service.limits.small_bytes, service.limits.body_seconds)
            asked = SignedRequest(request.method, target(request), request.headers, b"", body)
            form = read_form(body, RenewRequest)
            held = [(wire.unb64(each["document"]), wire.unb64(each["signature"])) for each in form.grants]
            try:
                if held:
                    await service.requests.do(lambda: service.regrants.take_back(asked, terminal, held))
                asking = await service.requests.do(lambda: service.identity.admit_by_key(asked, terminal))
            except HqError:
                service.enrol_tries.failed(caller)
                raise
            service.renewals.check(terminal)
            service.renewals.failed(terminal)  # every one counts: a certificate lasts for months
            made = await service.requests.do(lambda: service.enrolment.renew(asking, form.csr))
            trusted = service.enrolment.trusted
            return answer(RenewAnswer(made.decode("ascii"), trusted))

        return await self._answered("certificate", work)

    async def journal(self, request: Request, terminal: str = TERMINAL, first: int = FIRST) -> Response:
        """The terminal's own entries, for a store that was lost."""
        service = self._service

        async def work() -> Response:
            found = await self._signed(
                request, terminal, lambda asking, _body: service.history.entries(asking, first)
            )
            return answer(Journal(found))  # type: ignore[arg-type]

        return await self._answered("journal", work, request)

    async def late(
        self, request: Request, terminal: str = TERMINAL, branch: str = BRANCH, first: int = FIRST
    ) -> Response:
        """What stands beside the terminal's chain, of one branch, without sealed parts."""
        service = self._service

        async def work() -> Response:
            at = wire.unb64(branch, 32)
            found = await self._signed(
                request, terminal, lambda asking, _body: service.history.late(asking, at, first)
            )
            return answer(Journal(found))  # type: ignore[arg-type]

        return await self._answered("late", work, request)

    async def operator(
        self, request: Request, terminal: str = TERMINAL, operator: str = OPERATOR
    ) -> Response:
        """An operator's keys as she activated them at this terminal, for a store that was lost."""
        service = self._service

        async def work() -> Response:
            found = await self._signed(
                request, terminal, lambda asking, _body: service.history.operator(asking, operator)
            )
            return answer(found)

        return await self._answered("operator", work, request)

    async def keys(self) -> Response:
        """Headquarters' signing key in force, and the rolls that lead to it; needs no certificate."""

        async def work() -> Response:
            chain = self._service.signing.now().chain
            rolls = [RollForm(**roll.as_json()) for roll in chain.rolls]  # type: ignore[typeddict-item]
            return answer(KeysAnswer(chain.current.text, rolls))

        return await self._answered("keys", work)

    async def time(self, request: Request, nonce: str = NONCE) -> Response:
        """Headquarters' time, signed together with the caller's nonce; needs no certificate."""

        async def work() -> Response:
            value = wire.unb64(nonce)
            if not 16 <= len(value) <= 64:
                raise EntryError(EntryFault.FORM, what="nonce")
            signer = self._service.signing.now().known(request.headers.get(HEADER_KEY, ""))
            return answer(signed(make_time(SignedTime(self._service.now(), value), signer)))

        return await self._answered("time", work)

    async def health(self) -> Response:
        """Whether the database answers and the follower runs."""

        async def work() -> Response:
            reachable = await self._service.watch.do(lambda: _reachable(self._service))
            follower = self._service.worker.alive()
            closing = self._service.gate.closing
            sound = reachable and follower and not closing
            status = "draining" if closing else "ok" if sound else "degraded"
            lag = await self._service.watch.do(self._service.worker.lag) if reachable else None
            return answer(Health(status, reachable, follower, lag), 200 if sound else 503)

        return await self._answered("healthz", work)

    async def metrics(self, request: Request) -> Response:
        """Prometheus' text form; to loopback callers, and to others with a client certificate."""

        async def work() -> Response:
            if not _loopback(peer(request)):
                client_certificate(request)
            await self._service.watch.do(self._service.worker.lag)
            return Response(self._service.metrics.text(), media_type=CONTENT_TYPE)

        return await self._answered("metrics", work)

    async def _signed(
        self,
        request: Request,
        terminal: str | None,
        work: Callable[[Terminal, bytes], Done],
        limit: int | None = None,
    ) -> Done:
        """What ``work`` makes of who asks and the body; all of it in one go on one thread."""
        service = self._service
        owner = subject(client_certificate(request))[0]
        with service.door.batch(owner):
            asked = await self._read(request, limit or service.limits.small_bytes)
            admit = service.identity.admit
            return await service.requests.do(lambda: work(admit(asked, terminal), asked.body))

    async def _read(self, request: Request, limit: int) -> SignedRequest:
        """The request as it came.  Without a certificate nothing is read."""
        certificate = client_certificate(request)
        # The TLS layer checked whose certificate it is: nobody empties another terminal's bucket.
        self._service.buckets.take(subject(certificate)[0])
        body = await read_body(request, limit, self._service.limits.body_seconds)
        return SignedRequest(request.method, target(request), request.headers, certificate, body)

    def _take(self, asked: SignedRequest, terminal: str) -> tuple[bytes, bytes]:
        """A batch.  Its nonce is used up in its own transaction."""
        asking = self._service.identity.admit(asked, terminal, use=False)
        return self._service.ingest.take(asking, asked.body)

    async def _answered(self, route: str, work: Work, request: Request | None = None) -> Response:
        """``request``: its body may not be read yet where ``work`` refuses."""
        metrics, began = self._service.metrics, time.monotonic()
        try:
            response = await work()
        except CounterError as error:
            status, fault = fault_of(error)
            what = str(fault.facts.get("fault") or fault.facts.get("what") or "")
            metrics.add("counter_hq_faults_total", code=fault.code, what=what)
            response = answer(fault, status)
            if status in (429, 503):
                # Whoever is not told a time (a slow body, a database that went away) comes soon.
                response.headers["retry-after"] = str(fault.facts.get("seconds") or SOON_SECONDS)
            if request is not None and fault.facts.get("what") in _WAITED and await self._skipped(request):
                pass  # the line stays, for when it comes again
            elif status in (408, 413, 503):
                # The rest of the body was not read: this connection cannot carry another request.
                response.headers["connection"] = "close"
        metrics.add("counter_hq_requests_total", route=route, status=str(response.status_code))
        metrics.add("counter_hq_request_seconds_total", time.monotonic() - began, route=route)
        return response

    async def _skipped(self, request: Request) -> bool:
        limits = self._service.limits
        return not self._service.gate.closing and await skip_body(
            request, limits.batch_bytes, limits.body_seconds
        )


def create_app(service: Service | None) -> FastAPI:
    """The ASGI application; without a service it can only say what it would answer."""
    app = FastAPI(
        title="Counter headquarters",
        version="1",
        description="Replication of counters' journals. Identity is the terminal key's signature.",
        docs_url=None,  # these would load scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
    )
    interface = Interface(service)

    def add(method: str, path: str, answers: Answers, about: openapi.About) -> None:
        app.add_api_route(path, answers, methods=[method], **about.options())

    own = "{terminal}"
    add("POST", path_entries(own), interface.entries, openapi.ENTRIES)
    add("GET", path_entries(own), interface.journal, openapi.JOURNAL)
    add("GET", path_late(own, "{branch}"), interface.late, openapi.JOURNAL)
    add("GET", path_marks(own), interface.marks, openapi.MARKS)
    add("GET", path_branch(own), interface.branch, openapi.MARKS)
    add("POST", path_certificate(own), interface.certificate, openapi.CERTIFICATE)
    add("GET", path_operator(own, "{operator}"), interface.operator, openapi.OPERATOR)
    add("GET", path_directives(own), interface.directives, openapi.DIRECTIVES)
    add("POST", path_directives(own), interface.lost_directives, openapi.LOST_DIRECTIVES)
    add("POST", PATH_ACTIVATE, interface.activate, openapi.ACTIVATE)
    add("POST", PATH_ENROL, interface.enrol, openapi.ENROL)
    add("POST", PATH_ENROL_CODE, interface.enrol_code, openapi.ENROL_CODE)
    add("GET", PATH_TIME, interface.time, openapi.TIME)
    add("GET", PATH_KEYS, interface.keys, openapi.KEYS)
    add("GET", "/healthz", interface.health, openapi.HEALTH)
    add("GET", "/metrics", interface.metrics, openapi.METRICS)
    app.add_exception_handler(HTTPException, _no_such_path)
    app.add_exception_handler(RequestValidationError, _bad_parameter)
    app.add_exception_handler(Exception, _bug)
    openapi.complete(app)
    return app


def _reachable(service: Service) -> bool:
    try:
        with service.database.read() as connection:
            return bool(connection.execute(text("SELECT 1")).scalar_one())
    except CounterError:
        return False


def _loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


async def _no_such_path(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    facts: dict[str, str | int | bool | None] = {"fault": str(EntryFault.FORM), "what": "path or method"}
    said = answer(Fault(HqFault.REFUSED, facts, retry=False), status)
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        said.headers["allow"] = ", ".join(_methods(request))
    return said


def _methods(request: Request) -> list[str]:
    """All that the path knows; the framework names only those of its first route."""
    routes = [route for route in request.app.routes if isinstance(route, Route)]
    routes = [route for route in routes if route.matches(request.scope)[0] is not Match.NONE]
    return sorted({method for route in routes for method in route.methods or ()})


async def _bad_parameter(_request: Request, _error: Exception) -> Response:
    facts: dict[str, str | int | bool | None] = {"fault": str(EntryFault.FORM), "what": "parameter"}
    return answer(Fault(HqFault.REFUSED, facts, retry=False), 400)


async def _bug(_request: Request, _error: Exception) -> Response:
    # The server logs the traceback; the caller keeps its entries and comes again.
    return answer(Fault(HqFault.BUSY, {"what": "internal"}, retry=True), 500)
