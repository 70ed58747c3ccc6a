"""A pump at work between a journal and a headquarters, and a listener that keeps what it was told."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from core.view import SyncView
from storage import tls
from storage.headquarters import BestClock, Headquarters, TimeTold
from storage.journal import SqlJournal
from storage.link import HqLink, Route
from storage.pump import Listeners, Pump, PumpSettings
from storage.vault import SUBKEY_TLS
from tests.core.machine import SetClock
from tests.storage.counters import Counter
from tests.storage.stub_hq import NOW, StubHq

QUICK = PumpSettings(first_wait_s=0.02, longest_wait_s=0.1, heartbeat_s=0.1)
LONG = 30.0


@dataclass
class Heard:
    """What the pump told."""

    views: list[tuple[SyncView, int]] = field(default_factory=list)
    times: list[TimeTold] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def listeners(self) -> Listeners:
        def view(now: SyncView, received: int) -> None:
            with self.changed:
                self.views.append((now, received))
                self.changed.notify_all()

        return Listeners(view, self.times.append)

    def wait(self, until: Callable[[SyncView, int], bool]) -> SyncView:
        """The last view, once it is as wanted."""
        with self.changed:
            good = self.changed.wait_for(lambda: bool(self.views) and until(*self.views[-1]), LONG)
            assert good, self.views[-3:]
            return self.views[-1][0]


@dataclass
class Place:
    """A counter with its journal, a headquarters, and a pump between them."""

    counter: Counter
    journal: SqlJournal
    hq: StubHq
    heard: Heard = field(default_factory=Heard)
    pump: Pump | None = None

    def start(
        self,
        settings: PumpSettings = QUICK,
        url: str = "",
        clock: SetClock | None = None,
        route: Route | None = None,
    ) -> Pump:
        best = BestClock(clock or SetClock(NOW))
        context = tls.client_context(self.counter.directory, self.counter.subkey(SUBKEY_TLS))
        link = HqLink(url or self.hq.url, context, best.now, route)
        book = self.counter.book
        client = Headquarters(link, best, book.terminal, book.key, book.headquarters.public)
        self.pump = Pump(self.journal, client, self.heard.listeners(), settings)
        self.pump.start()
        return self.pump

    def stop(self) -> bool:
        pump, self.pump = self.pump, None
        return pump is None or pump.stop()

    def accept(self, count: int = 1) -> None:
        for _ in range(count):
            self.journal.commit(self.counter.accept(), self.counter.book.state)
            if self.pump is not None:
                self.pump.nudge()

    def wait_sent(self) -> SyncView:
        last = len(self.counter.book.entries)
        view = self.heard.wait(lambda view, received: view.unsent == 0 and received == last)
        assert self.hq.entries == self.counter.book.entries
        return view

    def wait_asked(self, count: int) -> None:
        end = time.monotonic() + LONG
        while len(self.hq.asked) < count:
            assert time.monotonic() < end
            time.sleep(0.01)
