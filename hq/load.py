"""How much at once: batches in work on this node, requests of one terminal, and the way out at a drain.

Who is told to come again is told when.  All limits are this node's own: with two nodes behind one address a
terminal has twice the requests, and each node its own batches.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from core.errors import HqError, HqFault

AT_ONCE = 32  # batches in work or in memory
BYTES = 8 * 1024 * 1024  # of bodies: decoded, each takes some five times as much of the memory
EACH = 4  # of them of one terminal: a slow line, or a hostile one, does not take the door for itself
RATE, BURST = 50.0, 200.0  # requests of one terminal, a second and in a row
TERMINALS = 100_000  # the longest silent are forgotten beyond this: their buckets are full again
# Threads that work for requests.  All of them and the loop, which greets new counters, share one interpreter:
# with forty, a handshake waited for forty turns, and a busy node's counters gave up before it was over.  Each
# holds one of the database's connections at most, so that none ever waits for one.
BATCH_THREADS, REQUEST_THREADS, WATCH_THREADS = 4, 3, 1
REQUESTS = 200  # others than batches, in work or waiting
# A loop that comes so late to what is due greets nobody in time: a counter gives up a handshake after three
# seconds, and shows that.  Until it has caught up only so much is let in at once.
LATE_SECONDS, LATE_AT_ONCE = 0.25, 2
LONGEST_SECONDS = 60  # a pump's longest wait
_DRAIN_SECONDS = 2
_SETTLE = 0.1  # how fast the mean follows

Clock = Callable[[], float]
Done = TypeVar("Done")


class Hands:
    """A few threads; work waits for one of them without holding anything."""

    def __init__(self, name: str, threads: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name)

    async def do(self, work: Callable[[], Done]) -> Done:
        """What ``work`` gives, or raises, on one of the threads."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    def close(self) -> None:
        """What has begun is finished by itself; nothing else begins."""
        self._pool.shutdown(wait=False, cancel_futures=True)


class Gate:
    """Lets so many batches in, or other requests; gives each of the rest a time of its own to come again."""

    def __init__(
        self, at_once: int = AT_ONCE, clock: Clock = time.monotonic, bytes_at_once: int = BYTES
    ) -> None:
        self._at_once = at_once
        self._bytes_at_once = bytes_at_once
        self._bytes = 0
        self._clock = clock
        self._lock = threading.Lock()
        self._running: dict[str, int] = {}
        self._mean = 0.2  # seconds a batch
        self._next = 0.0  # when whoever was turned away last is due
        self._closing = False
        self._late = False

    @property
    def closing(self) -> bool:
        """Whether this node is on its way out."""
        return self._closing

    def close(self) -> None:
        """From now on everybody is told to come again: another node, or the next start, takes them."""
        self._closing = True

    def loop_was_late(self, seconds: float) -> None:
        """How late the loop came to what was due; told again and again."""
        self._late = seconds > LATE_SECONDS

    @contextmanager
    def batch(self, terminal: str, size: int = 0) -> Iterator[None]:
        """Around one batch of ``size`` bytes; raises HqError BUSY (facts: what, seconds)."""
        self._enter(terminal, size)
        began = self._clock()
        try:
            yield
        finally:
            spent = self._clock() - began
            with self._lock:
                self._bytes -= size
                self._running[terminal] -= 1
                if not self._running[terminal]:
                    del self._running[terminal]
                self._mean += _SETTLE * (spent - self._mean)

    def _enter(self, terminal: str, size: int) -> None:
        if self._closing:
            raise HqError(HqFault.BUSY, retry=True, what="drain", seconds=_DRAIN_SECONDS)
        now = self._clock()
        with self._lock:
            mine, inside = self._running.get(terminal, 0), sum(self._running.values())
            # The largest that is allowed is let in where nobody else is.
            fits = not inside or self._bytes + size <= self._bytes_at_once
            most = min(LATE_AT_ONCE, self._at_once) if self._late else self._at_once
            if mine < EACH and inside < most and fits:
                self._running[terminal] = mine + 1
                self._bytes += size
                return
            # One after the other, as fast as batches are done here: a country that comes back at once
            # finds the door open when its turn has come.
            spacing = self._mean / max(1, inside)
            self._next = min(max(self._next, now + 1) + spacing, now + LONGEST_SECONDS)
            raise HqError(HqFault.BUSY, retry=True, what="load", seconds=round(self._next - now))


class Buckets:
    """A token bucket for each terminal."""

    def __init__(self, rate: float = RATE, burst: float = BURST, clock: Clock = time.monotonic) -> None:
        self._rate = rate
        self._burst = burst
        self._clock = clock
        self._lock = threading.Lock()
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()  # tokens, at

    def take(self, terminal: str) -> None:
        """One request; raises HqError BUSY (facts: what, seconds) where there is no token left."""
        now = self._clock()
        with self._lock:
            tokens, at = self._left.pop(terminal, (self._burst, now))
            tokens = min(self._burst, tokens + (now - at) * self._rate)
            short = tokens < 1
            self._left[terminal] = (tokens if short else tokens - 1, now)
            while len(self._left) > TERMINALS:
                self._left.popitem(last=False)
        if short:
            raise HqError(HqFault.BUSY, retry=True, what="rate", seconds=1 + int((1 - tokens) / self._rate))
