"""Two nodes on one PostgreSQL behind one address, and lines cut at each byte.

What is left where nodes and database are killed: ``tests/hq/test_killed_in_turn.py``.
"""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Iterator
from contextlib import ExitStack

import httpx2
import pytest

from core import wire
from core.exchange import path_entries, path_marks
from core.ledger.documents import Marks, read_marks
from hq.clock import utc_now
from hq.home import open_home
from tests.faults.proxy import Proxy, Weather
from tests.hq.entries import batch, signed_headers, write_items
from tests.hq.postgres import PostgresCluster
from tests.hq.server import HqServer, TlsCounter


class Balancer(Proxy):
    """One address; each new connection goes to the next node."""

    def __init__(self, *nodes: HqServer) -> None:
        super().__init__(("127.0.0.1", 0))
        ports = [int(node.url.rpartition(":")[2]) for node in nodes]
        self._turns = itertools.cycle([("127.0.0.1", port) for port in ports])

    @property
    def _target(self) -> tuple[str, int]:
        return next(self._turns)

    @_target.setter
    def _target(self, _value: tuple[str, int]) -> None:
        """The nodes are given at the start."""


@pytest.fixture(scope="module")
def nodes(cluster: PostgresCluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[HqServer]]:
    with ExitStack() as stack:
        url = stack.enter_context(cluster.database())
        directory = tmp_path_factory.mktemp("nodes") / "hq"
        yield [stack.enter_context(HqServer(directory, url)) for _ in range(2)]


@pytest.fixture(scope="module")
def balancer(nodes: list[HqServer]) -> Iterator[Balancer]:
    made = Balancer(*nodes)
    with made:
        yield made


def once(counter: TlsCounter, url: str, method: str, path: str, body: bytes, nonce: bytes) -> httpx2.Response:
    """One request on a connection of its own."""
    headers = signed_headers(counter.book, method, path, body, utc_now(), nonce)
    with httpx2.Client(base_url=url, verify=counter.context(), trust_env=False, timeout=20.0) as client:
        return client.request(method, path, content=body, headers=headers)


def marks_of(counter: TlsCounter, answer: httpx2.Response) -> Marks:
    assert answer.status_code == 200, answer.text
    value = answer.json()
    signing = open_home(counter.server.directory).signing
    return read_marks(wire.unb64(value["document"]), wire.unb64(value["signature"]), signing)


def send(counter: TlsCounter, url: str, body: bytes) -> httpx2.Response:
    path = path_entries(counter.book.terminal)
    return once(counter, url, "POST", path, body, secrets.token_bytes(16))


def test_what_one_node_knows_the_other_knows(nodes: list[HqServer], balancer: Balancer) -> None:
    """Heads, nonces and codes are the database's: a batch at one, its repeat and a replay at the other."""
    counter = nodes[0].counter("990100-01-01")
    entries = counter.book.entries
    for at in range(len(entries)):
        told = marks_of(counter, send(counter, balancer.url, batch(entries[: at + 1])))
        assert told.received == entries[at].head
    path, nonce = path_marks(counter.book.terminal), secrets.token_bytes(16)
    assert marks_of(counter, once(counter, balancer.url, "GET", path, b"", nonce)).received.seq == len(
        entries
    )
    replay = once(counter, balancer.url, "GET", path, b"", nonce)
    assert (replay.status_code, replay.json()["facts"]) == (409, {"what": "nonce"})


def test_cut_at_any_byte_it_is_stored_whole_or_not_at_all(nodes: list[HqServer], balancer: Balancer) -> None:
    """Bytes to and from headquarters, handshake, request and answer: a sample, denser at each end."""
    counter = nodes[0].counter("990100-01-02")
    up, down = _lengths(counter, balancer)
    book, head, stored = counter.book, counter.book.state.head, 0
    places = [Weather(cut_up=at) for at in (*range(0, up, 301), *range(up - 40, up + 1, 8))]
    places += [Weather(cut_down=at) for at in (*range(0, down, 301), *range(down - 40, down + 1, 8))]
    for weather in places:
        entries = write_items(book, 1)
        body = batch(entries)
        balancer.weather = weather
        try:
            answer = send(counter, balancer.url, body)
        except httpx2.HTTPError:
            answer = None
        balancer.weather = Weather()
        if answer is not None:
            assert marks_of(counter, answer).received == entries[-1].head
        path = path_marks(book.terminal)
        here = marks_of(counter, once(counter, balancer.url, "GET", path, b"", secrets.token_bytes(16)))
        assert here.received in (head, entries[-1].head), weather
        stored += here.received == entries[-1].head
        told = marks_of(counter, send(counter, balancer.url, body))
        head = entries[-1].head
        assert told.received == head
    assert 0 < stored < len(places)  # some were cut before, some after the commit
    (row,) = [row for row in nodes[0].listed() if row["terminal"] == book.terminal]
    assert (row["received"]["seq"], row["alarms"], row["late"]) == (head.seq, [], [])


def _lengths(counter: TlsCounter, balancer: Balancer) -> tuple[int, int]:
    """How many bytes one exchange has, each way; the first one is the whole journal's."""
    before = len(balancer._wires)
    send(counter, balancer.url, batch(counter.book.entries))
    send(counter, balancer.url, batch(write_items(counter.book, 1)))
    last = balancer._wires[before:][-1]
    return len(last.up), last.down
