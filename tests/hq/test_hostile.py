"""Oversized, slow, smuggled, replayed, forged, in another's name: over real TLS, refused and counted."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families

from core.exchange import MAX_BATCH_BYTES, path_entries, path_marks
from tests.hq.entries import batch
from tests.hq.server import HqServer, TlsCounter
from tests.hq.test_server import connected

pytestmark = pytest.mark.requirement("R63", "R80")

FAULTS, CUT = "counter_hq_faults_total", "counter_hq_cut_total"
Counted = dict[tuple[str, str], float]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HqServer]:
    """One that gives nobody long."""
    limits = {"head_seconds": 1.0, "body_seconds": 1.0}
    with HqServer(tmp_path_factory.mktemp("hq") / "hq", limits=limits) as running:
        yield running


@pytest.fixture(scope="module")
def mine(server: HqServer) -> TlsCounter:
    """Enrolled there."""
    return server.counter()


@pytest.fixture(scope="module")
def other(server: HqServer) -> TlsCounter:
    """As well."""
    return server.counter("990100-01-04")


def counted(server: HqServer) -> Counted:
    """(metric, what) → how often, as Prometheus' own parser reads it; each family says what it is."""
    with server.client() as client:
        answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    found: Counted = {}
    for family in text_string_to_metric_families(answer.text):
        assert family.documentation
        assert family.type in ("counter", "gauge")
        for sample in family.samples:
            name = (sample.name, sample.labels.get("what") or sample.labels.get("code", ""))
            found[name] = found.get(name, 0.0) + sample.value
            assert "990100" not in str(sample.labels)
    return found


def until_counted(server: HqServer, metric: str, what: str, before: Counted) -> None:
    """One more than before; a cut connection is counted as it ends."""
    limit = time.monotonic() + 30
    while counted(server).get((metric, what), 0.0) != before.get((metric, what), 0.0) + 1:
        assert time.monotonic() < limit, (metric, what, counted(server))
        time.sleep(0.1)


def exchanged(server: HqServer, counter: TlsCounter, *parts: bytes) -> bytes:
    """All that comes back until the server ends the connection."""
    said = b""
    with connected(server, counter.context()) as connection, contextlib.suppress(OSError):
        for part in parts:
            connection.sendall(part)
        while part := connection.recv(65536):
            said += part
    return said


def head(counter: TlsCounter, body: bytes, *more: str) -> bytes:
    """A signed batch's request line and headers, with more of them."""
    path = path_entries(counter.book.terminal)
    lines = [f"POST {path} HTTP/1.1", "Host: hq", *more]
    lines += [f"{name}: {value}" for name, value in counter.signed("POST", path, body).items()]
    return "\r\n".join([*lines, "", ""]).encode("ascii")


BODY = b'{"entries":[]}'
HIDDEN = b"GET /v1/time?nonce=AAAAAAAAAAAAAAAAAAAAAA HTTP/1.1\r\nHost: hq\r\n\r\n"
RAW: dict[str, tuple[Callable[[TlsCounter], tuple[bytes, ...]], int, str, str]] = {
    "oversized": (
        lambda c: (head(c, BODY, f"Content-Length: {MAX_BATCH_BYTES + 1}"),),
        413,
        FAULTS,
        "hq.too_large",
    ),
    "slow head": (lambda _c: (b"GET /healthz HTTP/1.1\r\nHost: hq\r\nX-",), 0, CUT, "slow head"),
    "slow body": (lambda c: (head(c, BODY, "Content-Length: 14"), BODY[:5]), 503, FAULTS, "slow body"),
    "two framings": (
        lambda c: (head(c, BODY, "Content-Length: 300", "Transfer-Encoding: chunked"), b"0\r\n\r\n" + HIDDEN),
        400,
        CUT,
        "two framings",
    ),
    "two lengths": (
        lambda c: (head(c, BODY, "Content-Length: 14", "Content-Length: 0"), BODY + HIDDEN),
        400,
        CUT,
        "malformed",
    ),
    "folded": (
        lambda c: (head(c, BODY, "X-A: b\r\n Content-Length: 0", "Content-Length: 14"), BODY),
        400,
        CUT,
        "malformed",
    ),
    "chunks that are none": (
        lambda c: (head(c, BODY, "Transfer-Encoding: chunked"), b"zz\r\n" + BODY),
        400,
        CUT,
        "malformed",
    ),
    "another coding": (
        lambda c: (head(c, BODY, "Transfer-Encoding: gzip, chunked"), b"0\r\n\r\n"),
        400,
        CUT,
        "malformed",
    ),
}


@pytest.mark.parametrize("name", RAW)
def test_raw(server: HqServer, mine: TlsCounter, name: str) -> None:
    """Bytes on the connection; never a second answer, and the connection ends."""
    parts, status, metric, what = RAW[name]
    before = counted(server)
    said = exchanged(server, mine, *parts(mine))
    answers = [line for line in said.split(b"\r\n") if line.startswith(b"HTTP/1.1 ")]
    assert [int(line.split()[1]) for line in answers] == ([status] if status else []), said[:300]
    until_counted(server, metric, what, before)
    with mine.client() as client:
        assert mine.marks(client).status_code == 200


def refused(answer: httpx2.Response) -> tuple[int, str]:
    """(status, what)."""
    return answer.status_code, answer.json()["facts"]["what"]


def test_a_replayed_request(server: HqServer, mine: TlsCounter) -> None:
    path, body = path_entries(mine.book.terminal), batch(mine.book.entries)
    headers = mine.signed("POST", path, body)
    with mine.client() as client:
        assert client.post(path, content=body, headers=headers).status_code == 200
        before = counted(server)
        assert refused(client.post(path, content=body, headers=headers)) == (409, "nonce")
    until_counted(server, FAULTS, "nonce", before)


def test_a_forged_request(server: HqServer, mine: TlsCounter, other: TlsCounter) -> None:
    """The certificate and name of one, the key of another; and a body that was changed on its way."""
    path = path_marks(mine.book.terminal)
    forged = {**other.signed("GET", path), "x-counter-terminal": mine.book.terminal}
    with mine.client() as client:
        before = counted(server)
        assert refused(client.get(path, headers=forged)) == (403, "signature")
        until_counted(server, FAULTS, "signature", before)
        path, before = path_entries(mine.book.terminal), counted(server)
        headers = mine.signed("POST", path, BODY)
        assert refused(client.post(path, content=BODY + b" ", headers=headers)) == (403, "signature")
        until_counted(server, FAULTS, "signature", before)


def test_one_terminal_in_anothers_name(server: HqServer, mine: TlsCounter, other: TlsCounter) -> None:
    path, body = path_entries(mine.book.terminal), batch(mine.book.entries)
    with other.client() as client:
        for headers in (other.signed("POST", path, body), mine.signed("POST", path, body)):
            before = counted(server)
            assert refused(client.post(path, content=body, headers=headers)) == (403, "foreign")
            until_counted(server, FAULTS, "foreign", before)
        assert other.marks(client).status_code == 200


def test_without_a_certificate(server: HqServer, mine: TlsCounter) -> None:
    path, before = path_marks(mine.book.terminal), counted(server)
    with server.client() as client:
        answer = client.get(path, headers=mine.signed("GET", path))
    assert refused(answer) == (403, "no client certificate")
    until_counted(server, FAULTS, "no client certificate", before)
