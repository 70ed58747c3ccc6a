"""The real server: TLS, client certificates, slow and broken callers, SIGTERM, SIGKILL between steps."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import threading
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from core import wire
from core.exchange import path_entries, path_marks
from core.ledger.documents import Marks, read_marks
from hq.certificates import make_authority
from hq.clock import utc_now
from hq.database import Database
from hq.home import open_home
from hq.journal import list_entries
from hq.server import listen
from tests.hq.entries import batch, close_day, write_items
from tests.hq.server import HqServer, TlsCounter, run_hq

pytestmark = pytest.mark.requirement("T3")


@pytest.fixture
def server(tmp_path: Path, database_url: str) -> Iterator[HqServer]:
    """Serving, on each database."""
    with HqServer(tmp_path / "hq", database_url) as running:
        yield running


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HqServer]:
    """One server for tests that leave nothing behind."""
    with HqServer(tmp_path_factory.mktemp("hq") / "hq") as running:
        yield running


@pytest.fixture(scope="module")
def caller(plain: HqServer) -> TlsCounter:
    """Enrolled there."""
    return plain.counter()


def marks(server: HqServer, answer: httpx2.Response) -> Marks:
    """Checked."""
    assert answer.status_code == 200, answer.text
    value = answer.json()
    signing = open_home(server.directory).signing
    return read_marks(wire.unb64(value["document"]), wire.unb64(value["signature"]), signing)


def until_folded(server: HqServer, seq: int) -> dict[str, object]:
    """``terminal list`` once the follower is there."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        (row,) = server.listed()
        if row["folded"] == seq:
            return row
        time.sleep(0.1)
    raise AssertionError(row)


def test_a_day_over_tls(server: HqServer, tmp_path: Path) -> None:
    """Enrol, send in batches, follow, back up, drain: the way a counter and its operator see it."""
    counter = server.counter()
    book = counter.book
    write_items(book, 20)
    close_day(book)
    with counter.client() as client:
        for at in range(0, len(book.entries), 13):
            last = counter.send(client, book.entries[at : at + 13])
        assert marks(server, last).received == book.state.head
        row = until_folded(server, book.state.head.seq)
        assert row["state"] == wire.b64(book.state.hash())
        assert row["alarms"] == []
        done = server.run("backup", str(tmp_path / "elsewhere"))
        assert done["entries"] == len(book.entries)
        assert marks(server, counter.marks(client)).safe == book.state.head
        assert client.get("/healthz").json() == {"status": "ok", "database": True, "follower": True, "lag": 0}
        code, said = server.stop()
    assert code == 0, said
    assert "Traceback" not in said


@pytest.mark.parametrize("step", ["ingest.locked", "ingest.inserted", "ingest.committed"])
def test_killed_between_steps(tmp_path: Path, database_url: str, step: str) -> None:
    """T3: the answer never came.  Sent again, everything is here once."""
    with HqServer(tmp_path / "hq", database_url, kill_at=(step, 3)) as server:
        counter = server.counter()
        book = counter.book
        write_items(book, 10)
        parts = [book.entries[at : at + 10] for at in range(0, len(book.entries), 10)]
        with counter.client() as client:
            for part in parts[:2]:
                assert counter.send(client, part).status_code == 200
            with pytest.raises(httpx2.TransportError):
                counter.send(client, parts[2])
        assert server.wait()[0] == -9
    with HqServer(tmp_path / "hq", database_url) as server:
        counter.server = server
        with counter.client() as client:
            here = marks(server, counter.marks(client)).received.seq
            assert here == (30 if step == "ingest.committed" else 20)
            for part in parts[2:]:
                last = counter.send(client, part)
            assert marks(server, last).received == book.state.head
        row = until_folded(server, book.state.head.seq)
        assert row["state"] == wire.b64(book.state.hash())
    database = Database(database_url)
    hashes = [row["hash"] for row in list_entries(database, book.terminal)]
    database.close()
    assert hashes == [wire.b64(entry.hash) for entry in book.entries]


def test_no_client_certificate(plain: HqServer, caller: TlsCounter) -> None:
    path = path_marks(caller.book.terminal)
    with plain.client() as client:
        answer = client.get(path, headers=dict(caller.signed("GET", path)))
    assert (answer.status_code, answer.json()["code"]) == (403, "hq.auth_lost")


def test_certificate_of_another_terminal(plain: HqServer, caller: TlsCounter) -> None:
    other = plain.counter("990100-01-09")
    with other.client() as client:
        answer = caller.marks(client)
    assert answer.json()["facts"] == {"what": "foreign"}


def test_certificate_of_another_authority(plain: HqServer, caller: TlsCounter, tmp_path: Path) -> None:
    """TLS itself refuses it."""
    with HqServer(tmp_path / "other") as elsewhere:
        foreign = elsewhere.counter()
    context = plain.context()
    pem = tmp_path / "foreign.pem"
    pem.write_bytes(foreign.key.pem() + foreign.certificate)
    context.load_cert_chain(pem)
    with plain.client(context) as client, pytest.raises(httpx2.TransportError):
        caller.marks(client)


def test_server_of_another_authority(plain: HqServer) -> None:
    """A counter does not talk to just anyone."""
    other = make_authority(ec.generate_private_key(ec.SECP256R1()), utc_now())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=other.decode("ascii"))
    with plain.client(context) as client, pytest.raises(httpx2.ConnectError):
        client.get("/healthz")


def test_old_tls_is_refused(plain: HqServer) -> None:
    context = plain.context()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1_1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    with plain.client(context) as client, pytest.raises(httpx2.ConnectError):
        client.get("/healthz")


def connected(server: HqServer, context: ssl.SSLContext) -> ssl.SSLSocket:
    """A bare TLS connection."""
    url = httpx2.URL(server.url)
    raw = socket.create_connection((url.host, url.port or 0), timeout=60)
    return context.wrap_socket(raw, server_hostname=url.host)


def test_slow_callers_are_given_up(tmp_path: Path) -> None:
    """Silence, half a head, a body that drips: others are served meanwhile, and these are shut."""
    with HqServer(tmp_path / "hq", limits={"head_seconds": 1.0, "body_seconds": 2.0}) as server:
        counter = server.counter()
        path, body = path_entries(counter.book.terminal), batch(counter.book.entries)
        head = [f"POST {path} HTTP/1.1", "Host: hq", f"Content-Length: {len(body)}"]
        head += [f"{name}: {value}" for name, value in counter.signed("POST", path, body).items()]
        idle = [connected(server, counter.context()) for _ in range(10)]
        idle[0].sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-")
        idle[1].sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
        said = b""
        while b'"status"' not in said:
            said += idle[1].recv(4096)
        idle[1].sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-")
        slow = connected(server, counter.context())
        slow.sendall("\r\n".join([*head, "", ""]).encode("ascii") + body[:100])
        with counter.client() as client:
            assert counter.marks(client).status_code == 200
        for connection in idle:
            with connection:
                assert connection.recv(100) == b""
        with slow:
            said = slow.recv(4096)
            assert said.startswith(b"HTTP/1.1 503")
            while part := slow.recv(4096):
                said += part
            assert b"slow body" in said
        with counter.client() as client:
            assert marks(server, counter.marks(client)).received.seq == 0


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"\x16\x03\x01 not http\r\n\r\n",
        b"POST /v1/enrol HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"POST /v1/enrol HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\nhello",
        b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 1_000_000,  # and no end
        b"GET /healthz HTTP/1.1\r\nHost: a\r\n X: folded\x00\r\n\r\n",
        b"GET /" + b"a" * 70_000,
    ],
)
def test_what_is_not_http_is_shut(plain: HqServer, request_bytes: bytes) -> None:
    said = b""
    # It may shut the door before all of it is said.
    with connected(plain, plain.context()) as connection, contextlib.suppress(OSError):
        connection.sendall(request_bytes)
        while part := connection.recv(4096):
            said += part
        assert said.startswith(b"HTTP/1.1 400") or said == b""
    with plain.client() as client:
        assert client.get("/healthz").status_code == 200


def test_sigterm_drains(plain: HqServer, tmp_path: Path) -> None:
    """What is being stored is answered before the end."""
    with HqServer(tmp_path / "hq") as server:
        counter = server.counter()
        write_items(counter.book, 120)
        answers = []

        def send() -> None:
            with counter.client() as client:
                for at in range(0, len(counter.book.entries), 60):
                    try:
                        answers.append(counter.send(client, counter.book.entries[at : at + 60]).status_code)
                    except httpx2.TransportError:
                        return

        sending = threading.Thread(target=send)
        sending.start()
        while not answers:
            time.sleep(0.01)
        code, said = server.stop()
        sending.join(30)
        assert code == 0, said
        assert set(answers) <= {200, 503}  # or it came within the notice, and was told to come again
        stored = answers.count(200)
        server.start()
        with counter.client() as client:
            assert marks(server, counter.marks(client)).received.seq == min(
                60 * stored, len(counter.book.entries)
            )


def test_port_that_is_taken(plain: HqServer) -> None:
    taken = plain.url.removeprefix("https://")
    done = run_hq("serve", "--listen", taken, *plain.common)
    assert done.returncode == 3
    assert done.stderr.startswith("hq: ")
    assert "Traceback" not in done.stderr


def test_answers_are_not_held_back() -> None:
    """Small answers leave at once (TCP_NODELAY) on what the server's socket accepts."""

    async def accepted() -> int:
        options: asyncio.Queue[int] = asyncio.Queue()

        def take(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            plain = writer.get_extra_info("socket")
            options.put_nowait(plain.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        listening = listen("127.0.0.1", 0)
        async with await asyncio.start_server(take, sock=listening):
            with socket.create_connection(listening.getsockname()[:2], timeout=10):
                return await asyncio.wait_for(options.get(), 10)

    assert asyncio.run(accepted()) == 1


def test_a_connection_takes_little_memory(plain: HqServer, caller: TlsCounter) -> None:
    """A thousand counters at one node stay below its 200 MB: asyncio's own buffer alone would take 250."""
    assert plain.process is not None
    status = Path(f"/proc/{plain.process.pid}/status")

    def kilobytes() -> int:
        return next(
            int(line.split()[1]) for line in status.read_text("ascii").splitlines() if "VmRSS" in line
        )

    context, count = caller.context(), 60
    with contextlib.ExitStack() as open_lines:
        sizes = []
        for _ in range(2):  # the first ones also warm the server up
            for _ in range(count):
                client = open_lines.enter_context(plain.client(context))
                assert client.get("/healthz").status_code == 200
            sizes.append(kilobytes())
    assert sizes[1] - sizes[0] < count * 128
