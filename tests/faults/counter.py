"""A counter without a window, in a process that can be killed at a named step.

What it saw on its view is written as JSON lines to standard output.  A line is out before the program goes
on: what it says was shown to the clerk before the kill.  ``tests/faults/serve.py`` runs it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import signal
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.acceptance.visit import Visit
from core.commands import CloseDay, Field, Lock, Resume
from core.config import Config, HeadquartersConfig, StationConfig
from core.devices import PrintJob
from core.ports import DraftRow, Printer, PrintLog
from core.view import CounterView
from devices.simulators.control import ControlClient
from program.machine import SystemClock
from program.terminal import Parts, Terminal
from storage import database
from storage.enrol import EnrolRequest, enrol
from storage.pump import PumpSettings
from storage.slots import Argon2Cost
from tests.faults.clerk import Clerk, Eyes, draft_of
from tests.faults.desk import device_configs
from tests.faults.rulebook import rule_book
from tests.faults.work import each, from_json

CHEAP = Argon2Cost(iterations=1, memory_kib=64)
PASSWORD = "shili-2026-guitai"
QUICK_PUMP = PumpSettings(first_wait_s=0.05, longest_wait_s=0.5, heartbeat_s=0.5)


def say(**facts: object) -> None:
    """One line, out at once, whole: a pipe takes up to 4096 bytes in one piece."""
    os.write(1, json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")


@dataclass
class Trap:
    """A probe that kills its own process at the ``nth`` hit of ``step`` after the first ``after``."""

    step: str = ""
    nth: int = 1
    after: str = ""
    hits: int = 0
    armed: bool = False
    open_f9: bool = False  # between F9 and the end of its label
    seen: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)
    watch: dict[str, Callable[[], None]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.armed = not self.after

    def __call__(self, step: str, /) -> None:
        """``core.ports.Probe``."""
        note = self.watch.get(step)
        if note is not None:
            note()
        with self.lock:
            self.seen.add(step)
            self.open_f9 = step == "f9.received" or (self.open_f9 and step != "print.recorded")
            self.armed = self.armed or step == self.after
            if step != self.step or not self.armed:
                return
            self.hits += 1
            if self.hits == self.nth:
                say(killed=step, within_f9=self.open_f9)
                os.kill(os.getpid(), signal.SIGKILL)


class ProbedPrinter:
    """The lane behind a probe."""

    def __init__(self, lane: Printer, trap: Trap) -> None:
        self._lane = lane
        self._trap = trap

    def submit(self, job: PrintJob) -> None:
        """See :class:`core.ports.Printer`."""
        self._lane.submit(job)
        self._trap("lane.queued")


class Counter:
    """One terminal at work, its clerk, and what is said of it."""

    def __init__(self, order: Mapping[str, Any], trap: Trap) -> None:
        self.shown: set[str] = set()
        self._last = ""
        self.trap = trap
        config = Config(
            StationConfig(order["branch"], order["terminal"]),
            HeadquartersConfig(order["url"]),
            device_configs(order["links"]),
        )

        def probed(lane: Printer | None, _log: PrintLog) -> Printer | None:
            return None if lane is None else ProbedPrinter(lane, trap)

        def first_byte(job: PrintJob, _at_ns: int) -> None:
            self._mark("byte", str(job.item))
            trap("print.first_byte")

        self._marks = Path(order["marks"]) if "marks" in order else None
        parts = Parts(probe=trap, pump=QUICK_PUMP, rules=rule_book(), printer=probed, first_byte=first_byte)
        self.eyes = Eyes(self._look)
        self.terminal = Terminal(config, Path(order["data"]), self.eyes, parts=parts)
        self.devices = ControlClient(Path(order["control"]))
        self.clerk = Clerk(self.terminal.station, self.eyes, self.devices, say)
        self._watch_drafts(trap)
        if order.get("early"):
            trap.watch["entries.composed"] = self._promise_early
        trap.watch["draft.drop"] = lambda: say(draft="drop")
        trap.watch["draft.dropped"] = lambda: say(draft="dropped")

    def _look(self, view: CounterView) -> None:
        """Whatever the screen now shows as accepted is a promise."""
        for item in (view.last, *(view.visit.items if view.visit else ())):
            if item is not None and item.waybill not in self.shown:
                self.shown.add(item.waybill)
                self._mark("shown", item.waybill, item.number)
                say(shown=item.waybill, number=item.number, seq=item.seq)
        code = view.message.code if view.message else ""
        if code != self._last:
            self._last = code
            say(message=code)

    def _mark(self, *parts: str) -> None:
        """An empty file of that name: the recorder of writes sees it in its place among them."""
        if self._marks is not None:
            os.close(os.open(self._marks / "-".join(parts), os.O_WRONLY | os.O_CREAT, 0o600))

    def _promise_early(self) -> None:
        """What the harness must see: an item that counts as shown before its commit."""
        visit, live = self.eyes.view.visit, self.terminal.station._live
        waybill = visit.fields[Field.WAYBILL].text if visit is not None else ""
        if waybill and not (visit is not None and visit.missing):
            self._mark("shown", waybill, f"{int(live.state.value['items']) + 1:06d}")

    def _watch_drafts(self, trap: Trap) -> None:
        """Say the digest of each draft: its bytes are to be found again in the file."""
        drafts = self.terminal.station._desk.drafts
        make, written = drafts._row, list[str]()

        def made(visit: Visit, draft: str, parked: dt.datetime | None = None) -> DraftRow:
            row = make(visit, draft, parked)
            written[:] = [hashlib.sha256(row.data).hexdigest()]
            say(draft="save", digest=written[0])
            return row

        def durable() -> None:
            if written:
                say(draft="saved", digest=written.pop())

        vars(drafts)["_row"] = made
        for saved in ("draft.saved", "park.saved", "resume.saved"):
            trap.watch[saved] = durable
        trap.watch["journal.after_commit"] = durable  # with the entries of an item


def careless() -> None:
    """What the harness must see: a store that does not wait for the disk."""
    promises = {**database._PROMISES, "synchronous": 0}
    vars(database)["_PROMISES"] = promises


def work(order: Mapping[str, Any], trap: Trap) -> None:
    """Log in, put right what was left open, do the items that are not accepted yet, go."""
    if order.get("careless"):
        careless()
    counter = Counter(order, trap)
    clerk, eyes = counter.clerk, counter.eyes
    counter.terminal.start()
    view = clerk.log_in(order["operator"], PASSWORD)
    pending = [[item.waybill, item.label] for item in view.pending]
    message = view.message.code if view.message else ""
    trap.open_f9 = trap.open_f9 or bool(pending)
    waits = len(view.parked)
    for parked in view.parked:
        clerk.press(Resume(parked.draft))
        view = eyes.view
    say(state="in", message=message, pending=pending, waits=waits, draft_shown=draft_of(view.visit))
    clerk.look_at_printer()
    for visit, item in each(from_json(order["visits"])):
        if item.waybill in counter.shown or clerk.found(item.waybill) is not None:
            continue
        clerk.accept(visit, item, pause_s=order.get("pause_s", 0.0), park=order.get("park", False))
        if order.get("lock"):
            clerk.press(Lock())
            clerk.log_in(order["operator"], PASSWORD)
    clerk.wait_labels()
    if order.get("close"):
        clerk.press(CloseDay())
    if order.get("synced"):
        live = counter.terminal.station._live  # the view may still be that of the entry before
        eyes.wait(lambda _view: live.received == live.state.head.seq, "headquarters")
    say(state="done")
    counter.terminal.stop()


def enrolment(order: Mapping[str, Any], trap: Trap) -> None:
    """The first run, or its continuation."""
    request = EnrolRequest(
        url=order["url"],
        ca_file=Path(order["ca"]),
        code=order["code"],
        operator=order["operator"],
        activation_code=order["activation"],
        password=PASSWORD,
        rules="2026-11-01",
        cost=CHEAP,
    )
    done = enrol(Path(order["data"]), request, SystemClock(), probe=trap)
    say(state="done", terminal=done.terminal)
