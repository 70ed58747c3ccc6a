"""Who is told to come again, and when: batches at once, requests of one terminal, a node on its way out."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import httpx2
import pytest

from core.errors import HqError
from core.exchange import path_entries, path_marks
from hq.load import BATCH_THREADS, EACH, LONGEST_SECONDS, REQUEST_THREADS, Buckets, Gate, Hands
from hq.web import Limits
from tests.hq.entries import batch, write_items
from tests.hq.headquarters import Headquarters, fault
from tests.hq.server import HqServer


class Watch:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


def told(ask: Callable[[], object]) -> int:
    """Seconds until the caller is to come again, 0 where it was let in."""
    try:
        ask()
    except HqError as error:
        return int(error.facts["seconds"] or 0)
    return 0


def test_everybody_turned_away_gets_a_later_time() -> None:
    watch = Watch()
    gate = Gate(2, watch)
    with ExitStack() as inside:
        for number in range(2):
            inside.enter_context(gate.batch(f"990100-01-{number:02d}"))
        times = [told(gate.batch(f"990100-02-{number:04d}").__enter__) for number in range(2000)]
    assert times == sorted(times)
    assert times[0] >= 1
    assert times[-1] == LONGEST_SECONDS, "no pump is told to wait longer than it would by itself"
    watch.at += LONGEST_SECONDS
    assert told(gate.batch("990100-01-01").__enter__) == 0


def test_large_batches_are_let_in_by_their_bytes() -> None:
    gate = Gate(100, bytes_at_once=1000)
    with ExitStack() as inside:
        inside.enter_context(gate.batch("990100-01-03", 5000))  # alone, whatever its size
        assert told(gate.batch("990100-01-04", 1).__enter__) > 0
    with ExitStack() as inside:
        for number in range(10):
            inside.enter_context(gate.batch(f"990100-01-{number:02d}", 100))
        assert told(gate.batch("990100-01-10", 1).__enter__) > 0
        inside.enter_context(gate.batch("990100-01-10", 0))
    inside.enter_context(gate.batch("990100-01-04", 1000))


def test_one_terminal_does_not_take_the_door_for_itself() -> None:
    gate = Gate(2 * EACH)
    with ExitStack() as inside:
        for _ in range(EACH):
            inside.enter_context(gate.batch("990100-01-03"))
        assert told(gate.batch("990100-01-03").__enter__) > 0
        inside.enter_context(gate.batch("990100-01-04"))


def test_loop_that_is_late_lets_in_little_and_never_nothing() -> None:
    gate = Gate(10)
    with ExitStack() as inside:
        inside.enter_context(gate.batch("990100-01-01"))
        gate.loop_was_late(5.0)
        inside.enter_context(gate.batch("990100-01-02"))
        assert told(gate.batch("990100-01-03").__enter__) > 0
        gate.loop_was_late(0.01)
        inside.enter_context(gate.batch("990100-01-03"))
    gate.loop_was_late(5.0)
    assert told(gate.batch("990100-01-01").__enter__) == 0


def test_bucket_fills_with_time() -> None:
    watch = Watch()
    buckets = Buckets(2.0, 3.0, watch)
    assert [told(lambda: buckets.take("a")) for _ in range(5)] == [0, 0, 0, 1, 1]
    assert told(lambda: buckets.take("b")) == 0
    watch.at += 1
    assert [told(lambda: buckets.take("a")) for _ in range(3)] == [0, 0, 1]
    watch.at += 3600
    assert [told(lambda: buckets.take("a")) for _ in range(4)] == [0, 0, 0, 1], "no more than a burst"


def test_too_many_requests_of_one_terminal(tmp_path: Path, database_url: str) -> None:
    headquarters = Headquarters(tmp_path / "hq", database_url, limits=Limits(rate=0.01, burst=3.0))
    try:
        counter, other = headquarters.counter(), headquarters.counter("990100-01-04")
        entries = counter.book.entries
        for at in range(3):
            counter.sent(entries[at : at + 1])
        answer = counter.send(entries[3:4])
        assert fault(answer)[:2] == (429, "hq.busy")
        assert answer.json()["retry"] is True
        assert int(answer.headers["retry-after"]) == answer.json()["facts"]["seconds"] > 0
        other.sent(other.book.entries)
        metrics = headquarters.service.metrics
        assert metrics.value("counter_hq_faults_total", code="hq.busy", what="rate") == 1
    finally:
        headquarters.close()


def test_full_node_answers_and_keeps_the_line(headquarters: Headquarters) -> None:
    counter = headquarters.counter()
    gate = headquarters.service.gate
    with ExitStack() as inside:
        for _ in range(EACH):
            inside.enter_context(gate.batch(counter.book.terminal))
        answer = counter.send(counter.book.entries)
    assert fault(answer)[:2] == (503, "hq.busy")
    assert answer.json()["facts"]["what"] == "load"
    assert int(answer.headers["retry-after"]) >= 1
    assert answer.headers.get("connection") != "close"
    counter.sent(counter.book.entries)


def test_full_door_answers_whoever_asks_for_marks(headquarters: Headquarters) -> None:
    counter = headquarters.counter()
    with ExitStack() as inside:
        for _ in range(EACH):
            inside.enter_context(headquarters.service.door.batch(counter.book.terminal))
        answer = counter.request("GET", path_marks(counter.book.terminal))
    assert fault(answer)[:2] == (503, "hq.busy")
    assert int(answer.headers["retry-after"]) == answer.json()["facts"]["seconds"] >= 1
    assert answer.headers.get("connection") != "close"
    assert counter.marks().received.seq == 0


def test_busy_node_still_says_how_it_is(headquarters: Headquarters) -> None:
    """Every thread that works for counters is held up: who balances the nodes gets an answer all the same."""
    service, let_go = headquarters.service, threading.Event()

    async def hold_all() -> httpx2.Response:
        held = [service.batches.do(lambda: let_go.wait(60)) for _ in range(2 * BATCH_THREADS)]
        held += [service.requests.do(lambda: let_go.wait(60)) for _ in range(2 * REQUEST_THREADS)]
        waiting = [asyncio.ensure_future(each) for each in held]
        health = await asyncio.to_thread(headquarters.client().get, "/healthz")
        let_go.set()
        assert all(await asyncio.gather(*waiting))
        return health

    service.worker.start()
    health = asyncio.run(asyncio.wait_for(hold_all(), 50))
    assert (health.status_code, health.json()["status"]) == (200, "ok")


def test_so_many_threads_and_no_more() -> None:
    """What waits for its turn takes none from the loop that greets new counters."""
    hands, here, most, lock = Hands("some", 2), 0, 0, threading.Lock()

    def work() -> None:
        nonlocal here, most
        with lock:
            here, most = here + 1, max(most, here + 1)
        time.sleep(0.01)
        with lock:
            here -= 1

    async def all_at_once() -> None:
        await asyncio.gather(*(hands.do(work) for _ in range(10)))

    asyncio.run(all_at_once())
    hands.close()
    assert most == 2


def test_node_on_its_way_out_says_so_first(tmp_path: Path) -> None:
    """SIGTERM: /healthz is 503 while the door is still open, new batches are told to come again."""
    with HqServer(tmp_path / "hq", limits={"notice_seconds": 3.0}) as server:
        counter = server.counter()
        write_items(counter.book, 2)
        with counter.client() as client:
            assert counter.send(client, counter.book.entries[:4]).status_code == 200
            ended: list[tuple[int, str]] = []
            stopping = threading.Thread(target=lambda: ended.append(server.stop()))
            stopping.start()
            health = until_draining(client)
            assert health.json()["status"] == "draining"
            path, body = path_entries(counter.book.terminal), batch(counter.book.entries[4:])
            answer = client.post(path, content=body, headers=counter.signed("POST", path, body))
            assert (answer.status_code, answer.json()["facts"]["what"]) == (503, "drain")
            assert int(answer.headers["retry-after"]) > 0
            stopping.join(40)
        assert ended[0][0] == 0, ended
        server.start()
        with counter.client() as client:
            assert counter.send(client, counter.book.entries[4:]).status_code == 200


def until_draining(client: httpx2.Client) -> httpx2.Response:
    """The first /healthz that is not 200."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        answer = client.get("/healthz")
        if answer.status_code == 503:
            return answer
        time.sleep(0.05)
    pytest.fail("it never said that it drains")
