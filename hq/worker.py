"""The thread behind the server: follows the journals, forgets old nonces."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from core.errors import CounterError, EntryError
from hq.clock import utc_now
from hq.follower import Follower
from hq.identity import Identity
from hq.metrics import Metrics
from hq.notices import Notices
from hq.person_erasing import PersonErasing
from hq.shelves import Shelves

_LOG = logging.getLogger(__name__)
IDLE_SECONDS = 1.0  # between looks where nobody woke it; another node's ingest cannot
CARE_SECONDS = 60.0
LAG_SECONDS = 5.0  # it is asked of every terminal's row
STEP = 50  # entries between two looks at the clock
TURN = 8  # steps for one terminal before the next has its turn
SHARE = 9  # while batches come in, it rests this many times as long as it worked
STOP_SECONDS = 20.0


class Worker:
    """One daemon thread.  It yields to ingest: what is not received yet matters more than a view."""

    def __init__(
        self,
        follower: Follower,
        identity: Identity,
        metrics: Metrics,
        notices: Notices,
        *,
        mine: Callable[[str], bool] = lambda _terminal: True,
        step: int = STEP,
        shelves: Shelves | None = None,
        erasing: PersonErasing | None = None,
    ) -> None:
        """``mine`` says which terminals this one follows, ``step`` how many entries at a time; with
        ``shelves`` it makes the coming months' partitions, with ``erasing`` persons' items go here as well.
        """
        self._shelves = shelves
        self._erasing = erasing
        self.follower = follower
        self._mine = mine
        self._entries = step
        self._notices = notices
        self._identity = identity
        self._metrics = metrics
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="hq-worker", daemon=True)
        self._cared = 0.0
        self._lag, self._lag_at = 0, float("-inf")
        self._passed_over: set[str] = set()  # said once

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Ask it to end after the step it is in, and wait for that."""
        self._stop.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(STOP_SECONDS)

    def wake(self) -> None:
        """There may be something to do."""
        self._wake.set()

    def alive(self) -> bool:
        """Whether it still runs: a follower that died is a fault that /healthz tells."""
        return self._thread.is_alive()

    def lag(self) -> int | None:
        """Entries received and not followed yet, not older than a few seconds; None where nobody knows."""
        if time.monotonic() - self._lag_at > LAG_SECONDS:
            try:
                self._lag = self.follower.lag()
            except CounterError:
                return None
            self._lag_at = time.monotonic()
            self._metrics.set("counter_hq_follower_lag_entries", self._lag)
        return self._lag

    def _run(self) -> None:
        self.begin()
        while not self._stop.is_set():
            if not self.round(self._stop):
                self._wake.wait(IDLE_SECONDS)
                self._wake.clear()

    def begin(self) -> None:
        """What a newer program may know is tried again."""
        self._guarded(self._begin)

    def round(self, stop: threading.Event) -> bool:
        """A turn for each terminal that is behind; whether there may be more to do at once."""
        return self._guarded(lambda: self._round(stop))

    def _begin(self) -> bool:
        self.follower.retry_stopped()
        return True

    def _round(self, stop: threading.Event) -> bool:
        cares = time.monotonic() - self._cared > CARE_SECONDS
        if cares:
            self._identity.forget()
            self.follower.settle_all()
            if self._shelves is not None:
                self._shelves.ahead(utc_now())
            self._notices.tell_head()
            self._cared = time.monotonic()
        turns = [self._turn(terminal, stop) for terminal in self.follower.behind() if self._mine(terminal)]
        self._notices.tell()
        if self._erasing is not None and (cares or any(turns)):
            self._erasing.settle()
        return any(turns)

    def _turn(self, terminal: str, stop: threading.Event) -> bool:
        """A few steps, so that one terminal's weeks offline do not hold up the others."""
        count = 0
        for _ in range(TURN):
            began = time.monotonic()
            if stop.is_set() or not (count := self._step(terminal)):
                break
            if self._metrics.busy():
                stop.wait(SHARE * (time.monotonic() - began))
            if count < self._entries:
                break  # that was all
        return count > 0

    def _step(self, terminal: str) -> int:
        try:
            count = self.follower.step(terminal, self._entries)
        except EntryError as error:
            # What is stored for this terminal cannot be read; the others can.
            if terminal not in self._passed_over:
                self._passed_over.add(terminal)
                _LOG.warning("follower passes over %s: %s", terminal, error.code)
            return 0
        self._metrics.add("counter_hq_followed_total", count)
        return count

    def _guarded(self, work: Callable[[], bool]) -> bool:
        try:
            return work()
        except CounterError as error:
            # The database is away: ingest says so to the counters, the next look may find it again.
            _LOG.warning("follower waits: %s", error.code)
            return False
