"""One process of simulated counters: ``python -m bench.hq_load PLAN`` (JSON), one JSON answer.

Each counter has its own key, certificate and TLS connection and behaves as the pump does: it asks for
its marks, sends from there on, obeys "busy, come again in n seconds", and backs off where nobody answers.
Bodies are sent as they lie on the disk.  Requests may be signed before the clock runs: counters do that on
machines of their own, and here it would be taken from the one that is measured.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import random
import secrets
import ssl
import sys
import time
from collections import Counter as Tally
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from core import wire
from core.crypto.keys import SoftwareSigner, load_signer, parse_public_key
from core.exchange import (
    HEADER_NONCE,
    HEADER_SIGNATURE,
    HEADER_TERMINAL,
    HEADER_TIME,
    path_entries,
    path_marks,
    request_message,
)
from core.ledger.documents import Marks, read_marks
from core.ledger.entry import stamp

CONNECT_SECONDS, ANSWER_SECONDS = 3.0, 30.0  # storage.link.Route
FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0  # storage.pump.PumpSettings
_GONE = (OSError, ssl.SSLError, asyncio.IncompleteReadError, TimeoutError)


class NotGreetedError(TimeoutError):
    """No connection, or no end of the handshake, in time."""


@dataclass
class Outcome:
    """What one process saw."""

    entries: int = 0
    latencies: list[float] = field(default_factory=list)  # milliseconds of each stored batch
    answers: Tally[str] = field(default_factory=Tally)
    shown: list[str] = field(default_factory=list)  # what a clerk would have been shown as a fault
    unfinished: list[str] = field(default_factory=list)
    late: float = 0.0  # seconds that the generator itself came late at most: its counters' waits were its own
    began: float = 0.0  # wall clock
    ended: float = 0.0


@dataclass(frozen=True)
class Plan:
    """``urls``: counters begin on one after the other, as balancers do, and come back to any.

    ``batch`` entries a request, up to seq ``last``.
    ``spread``: seconds over which the counters begin.  ``rate``: batches a second of this process, 0: as
    fast as they are answered.  ``patient``: a line that breaks is waited out, as through kills.
    """

    urls: list[str]
    home: str
    stores: str
    terminals: list[str]
    batch: int
    last: int
    spread: float = 0.0
    rate: float = 0.0
    patient: bool = False
    warm: bool = False  # lines are open and marks known before the clock runs
    signed: bool = False  # and all requests signed: for less than five minutes' work, it lies in memory
    seconds: float = 0.0  # end after so long, 0: when all is sent


@dataclass(frozen=True)
class Signed:
    """One request, ready to be sent."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes = field(repr=False)


class Line:
    """One TLS connection, one request at a time."""

    def __init__(self, context: ssl.SSLContext, first: int) -> None:
        """``first``: on which of the addresses it begins."""
        self._context = context
        self._first: int | None = first
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self.host = ""

    async def request(self, urls: list[str], asked: Signed) -> tuple[int, dict[str, str], bytes]:
        """(status, headers, body); raises one of ``_GONE``."""
        if self._streams is None:
            await self._connect(random.choice(urls) if self._first is None else urls[self._first % len(urls)])
            self._first = None
        assert self._streams is not None
        reader, writer = self._streams
        lines = [f"{asked.method} {asked.path} HTTP/1.1", f"Host: {self.host}"]
        lines += [f"Content-Length: {len(asked.body)}"]
        lines += [f"{name}: {value}" for name, value in asked.headers.items()]
        writer.write("\r\n".join([*lines, "", ""]).encode("ascii") + asked.body)
        async with asyncio.timeout(ANSWER_SECONDS):
            await writer.drain()
            head = (await reader.readuntil(b"\r\n\r\n")).decode("ascii").split("\r\n")
            said = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:])}
            answer = await reader.readexactly(int(said.get("content-length", "0")))
        if said.get("connection") == "close":
            self.close()
        return int(head[0].split(" ")[1]), said, answer

    async def _connect(self, url: str) -> None:
        where = urlsplit(url)
        self.host = where.netloc
        try:
            async with asyncio.timeout(2 * CONNECT_SECONDS):
                self._streams = await asyncio.open_connection(
                    where.hostname, where.port, ssl=self._context, server_hostname=where.hostname
                )
        except TimeoutError:
            raise NotGreetedError from None

    def close(self) -> None:
        """Cut; the next request connects anew."""
        if self._streams is not None:
            self._streams[1].transport.abort()
            self._streams = None


class SimulatedCounter:
    """One terminal's pump over a prepared journal."""

    def __init__(self, plan: Plan, terminal: str, outcome: Outcome, place: int = 0) -> None:
        """``place``: its number among the counters of this process."""
        self._plan = plan
        self._outcome = outcome
        self.terminal = terminal
        directory = Path(plan.stores)
        self._file = directory / f"{terminal}.jsonl"
        self._key: SoftwareSigner = load_signer(
            wire.unb64(json.loads((directory / f"{terminal}.json").read_text("ascii"))["key"])
        )
        about = json.loads((Path(plan.home) / "hq.json").read_text("utf-8"))
        self._signing = parse_public_key(about["signing"], signing=True)
        self._lines: list[bytes] = []
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(Path(plan.home) / "ca.pem")
        context.load_cert_chain(directory / f"{terminal}.pem")
        self._line = Line(context, place)
        self._prepared: dict[int, Signed] = {}  # by the seq before the batch
        self.received = 0
        self._known = False
        self._failures = 0
        self._shown = False

    @property
    def done(self) -> bool:
        """Whether headquarters has all of it."""
        return self._known and self.received >= self._plan.last

    async def step(self) -> float:
        """One request; seconds to wait before the next."""
        try:
            if not self._known:
                return await self._ask()
            return await self._send()
        except _GONE as error:
            self._line.close()
            self._outcome.answers[f"line {type(error).__name__}"] += 1
            if not self._plan.patient:
                self._show(type(error).__name__)
            self._known = False
            self._failures += 1
            longest = min(LONGEST_WAIT, FIRST_WAIT * (1 << min(self._failures - 1, 30)))
            return longest * random.uniform(0.5, 1.0)

    @property
    def given_up(self) -> bool:
        """Whether its clerk was shown a fault that a bench does not go on from."""
        return self._shown and not self._plan.patient

    def _show(self, what: str) -> None:
        self._shown = True
        self._outcome.shown.append(f"{self.terminal}: {what}")

    def close(self) -> None:
        """Hang up."""
        self._line.close()

    async def _ask(self) -> float:
        asked = self._signed("GET", path_marks(self.terminal), b"")
        status, headers, answer = await self._line.request(self._plan.urls, asked)
        if status != 200:
            return self._refused(status, headers, answer)
        self._take(answer, check=True)
        self._known = True
        return 0.0

    def prepare(self) -> None:
        """All its batches, signed.  Headquarters takes a signature for five minutes."""
        starts = range(self.received, self._plan.last, self._plan.batch)
        self._prepared = {first: self._batch(first) for first in starts}

    def _batch(self, first: int) -> Signed:
        if not self._lines:
            self._lines = self._file.read_bytes().splitlines()
        batch = self._lines[first : min(first + self._plan.batch, self._plan.last)]
        return self._signed("POST", path_entries(self.terminal), b'{"entries":[' + b",".join(batch) + b"]}")

    async def _send(self) -> float:
        first = self.received
        asked = self._prepared.pop(first, None) or self._batch(first)
        began = time.perf_counter()
        status, headers, answer = await self._line.request(self._plan.urls, asked)
        if status != 200:
            return self._refused(status, headers, answer)
        self._outcome.latencies.append((time.perf_counter() - began) * 1000)
        self._outcome.answers["stored"] += 1
        self._take(answer, check=False)
        self._outcome.entries += self.received - first
        self._failures = 0
        if self.done:
            self._lines = []
        return 0.0

    def _signed(self, method: str, path: str, body: bytes) -> Signed:
        time_, nonce = stamp(dt.datetime.now(dt.UTC)), wire.b64(secrets.token_bytes(16))
        signature = self._key.sign(request_message(method, path, time_, nonce, body))
        headers = {
            HEADER_TERMINAL: self.terminal,
            HEADER_TIME: time_,
            HEADER_NONCE: nonce,
            HEADER_SIGNATURE: wire.b64(signature),
        }
        return Signed(method, path, headers, body)

    def _take(self, answer: bytes, *, check: bool) -> None:
        """The marks; their signature is checked where ``check``, to spare the machine that is measured."""
        value: dict[str, Any] = json.loads(answer)
        document = wire.unb64(value["document"])
        if check:
            marks: Marks = read_marks(document, wire.unb64(value["signature"]), self._signing)
            self.received = marks.received.seq
        else:
            self.received = int(json.loads(document)["received"]["seq"])

    def _refused(self, status: int, headers: dict[str, str], answer: bytes) -> float:
        """Busy is waited out, as the pump does; anything else is what a clerk would be shown."""
        fault = json.loads(answer)
        facts = fault.get("facts", {})
        self._outcome.answers[f"{status} {fault.get('code')} {facts.get('what')}"] += 1
        if fault.get("code") == "hq.busy":
            told = headers.get("retry-after")
            if told is not None:
                return float(told) + random.uniform(0.0, 1.0)
            self._failures += 1
            if self._plan.patient:
                return min(LONGEST_WAIT, FIRST_WAIT * (1 << min(self._failures - 1, 30)))
        self._show(f"{status} {fault.get('code')} {facts}")
        return LONGEST_WAIT / 10


async def run(plan: Plan) -> Outcome:
    """All counters of the plan to their end."""
    outcome = Outcome(began=time.time())
    counters = [SimulatedCounter(plan, name, outcome, at) for at, name in enumerate(plan.terminals)]
    if plan.warm:
        # One at a time: what is measured then is batches, not handshakes.
        for counter in counters:
            await counter.step()
            if plan.signed:
                counter.prepare()
    print("ready", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
    outcome.began = time.time()
    end = time.monotonic() + plan.seconds if plan.seconds else None
    work = _paced(plan, counters, end) if plan.rate else _free(plan, counters, end)
    beat = asyncio.create_task(_beat(outcome))
    await work
    outcome.ended = time.time()
    beat.cancel()
    outcome.unfinished = [counter.terminal for counter in counters if not counter.done]
    for counter in counters:
        counter.close()
    return outcome


async def _beat(outcome: Outcome) -> None:
    while True:
        due = time.monotonic() + 0.1
        await asyncio.sleep(0.1)
        outcome.late = max(outcome.late, time.monotonic() - due)


async def _free(plan: Plan, counters: list[SimulatedCounter], end: float | None) -> None:
    async def one(counter: SimulatedCounter) -> None:
        await asyncio.sleep(random.uniform(0, plan.spread))
        while not counter.done and not counter.given_up and (end is None or time.monotonic() < end):
            await asyncio.sleep(await counter.step())

    await asyncio.gather(*(one(counter) for counter in counters))


async def _paced(plan: Plan, counters: list[SimulatedCounter], end: float | None) -> None:
    """Batches at random moments (a Poisson process), whatever became of the ones before."""
    idle = list(counters)
    running: set[asyncio.Task[None]] = set()

    async def one(counter: SimulatedCounter) -> None:
        await asyncio.sleep(await counter.step())
        if not counter.done:
            idle.append(counter)

    due = time.monotonic()
    while (idle or running) and (end is None or time.monotonic() < end):
        due += random.expovariate(plan.rate)
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        if idle:
            task = asyncio.create_task(one(idle.pop(random.randrange(len(idle)))))
            running.add(task)
            task.add_done_callback(running.discard)
    await asyncio.gather(*running)


def main(text: str) -> None:
    """Run the plan; the outcome goes to standard output."""
    outcome = asyncio.run(run(Plan(**json.loads(text))))
    print(json.dumps(vars(outcome)), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
