"""What the technician's page asks for, done beside everything else: one thread, one thing at a time.

Lanes go on meanwhile; only the slot that is tested or changed lets go of its link.  Nothing here opens the
vault, and nothing that a person sent is ever in it: the traffic of a lane holds device bytes alone.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from core.config import DRIVERS, Config
from core.config_edit import Value
from core.config_plan import with_parts
from core.devices import DeviceState, Slot
from core.errors import ConfigError, CounterError, DeviceError, DeviceFault
from core.incident import place
from core.technician import (
    Adding,
    Candidate,
    Finding,
    Test,
    Tested,
    Told,
    Verdict,
    Work,
    WorkshopView,
)
from devices.conformance import Check, CheckName, check_device
from devices.identify import Patience
from devices.printer.learning import learn
from devices.usb import device_root
from program import diagnostics, doctor, paper_bench
from program.adding import GIVE_UP_S, Finder
from program.calibrating import PRINTERS, print_page
from program.config_bench import ConfigBench
from program.config_desk import ConfigDesk
from program.configured_file import ConfigurationFile
from program.device_commands import NoLog
from program.evidence_files import MOUNTS, folder
from program.gate_trace import GateTrace
from program.slot_rows import lines_of, now, row_of, traffic_of
from program.terminal import drivers

if TYPE_CHECKING:
    from core.errors import Fact
    from program.terminal import Terminal

_log = logging.getLogger(__name__)
_HEARD_FROM = (DeviceState.READY, DeviceState.BUSY, DeviceState.UNKNOWN, DeviceState.DISABLED)
_MOST_WAITING = 8  # writes behind what is being done; nobody types faster than that
_LENGTH_MM = 3  # as much may be said otherwise of one and the same label: its gap counts, or not
_ENDED_BY_LEAVING = (Work.TESTING, Work.LOOKING)
_ONE_AT_A_TIME = (Work.TESTING, Work.EXAMINING, Work.BUNDLING, Work.PRINTING, Work.LEARNING)
_Job = Callable[[], None]


class Workshop(ConfigDesk):
    """See :class:`core.technician.Workshop`.  ``terminal`` gives None until one is put together."""

    def __init__(
        self,
        data: Path,
        path: Path,
        terminal: Callable[[], Terminal | None],
        *,
        patience: Patience | None = None,
        give_up_s: float = GIVE_UP_S,
        mounts: tuple[str, ...] = MOUNTS,
    ) -> None:
        """``patience``, ``give_up_s``: how long somebody who adds a device is waited for."""
        self._data, self._file, self._terminal = data, ConfigurationFile(path), terminal
        self._shared = ConfigBench(data, self._file, terminal, mounts)
        self._lock = threading.Lock()
        self._gate = GateTrace(data, terminal)
        self._view = WorkshopView(file=str(path), done=self._gate.newest())
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._stop, self._leave = threading.Event(), threading.Event()
        self._finder = Finder(
            device_root(), drivers(NoLog()), self._leave, self._show, self._tell, patience, give_up_s
        )
        # Lines told; how often somebody left; jobs that were asked for and have not ended.
        self._serial = self._left = self._asked = 0
        self._thread = threading.Thread(target=self._run, name="workshop", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End what is being done; never hangs."""
        self._stop.set()
        self.leave()
        self._jobs.put(None)
        self._thread.join(5)

    # -- from the main thread: nothing here waits ----------------------------------------------------

    def look(self, slot: Slot | None) -> WorkshopView:
        """See the protocol."""
        with self._lock:
            view = replace(self._view, undoable=self._shared.undoable)
        terminal = self._terminal()
        if terminal is None:
            return view
        records, at = terminal.rack.records(), now()
        rows = tuple(
            row_of(device, records.get(device.slot), traffic_of(terminal.rack, device.slot), at)
            for device in terminal.config.devices.values()
        )
        log = traffic_of(terminal.rack, slot) if slot is not None else None
        return replace(view, rows=rows, traffic=lines_of(log) if log is not None else ())

    def test(self, *slots: Slot) -> None:
        """See the protocol."""
        self._do(lambda: self._test_all(slots), Work.TESTING)

    def examine(self) -> None:
        """See the protocol."""
        self._do(self._examine, Work.EXAMINING)

    def add(self, wanted: Slot | None) -> None:
        """See the protocol."""
        self._finder.forget()
        self._do(lambda: self._look_for(wanted), Work.LOOKING, adding=Adding(wanted, waits=True))

    def try_address(self, text: str) -> None:
        """See the protocol."""
        self._show(told=None)
        self._finder.typed(text)

    def take(self, slot: Slot, name: str) -> None:
        """See the protocol."""
        with self._lock:  # what F9 was pressed for: Esc, or another plug, may come before its turn does
            found = self._view.adding.found if self._view.adding is not None else None
        if found is not None and slot in found.slots:
            self._do(lambda: self._take(slot, name, found), Work.WRITING, ("take", slot))

    def leave(self) -> None:
        """See the protocol."""
        with self._lock:
            self._left += 1
            self._leave.set()
            self._view = replace(self._view, adding=None, paper=None, taking=None, proxy=None, told=None)

    def paper(self, slot: Slot) -> None:
        """See the protocol."""
        self._do(lambda: self._begin_paper(slot), Work.NOTHING)

    def adjust(self, name: str, by: int) -> None:
        """See the protocol."""
        with self._lock:
            paper = self._view.paper
            if paper is None:
                return
            self._view = replace(self._view, paper=paper_bench.stepped(paper, name, by))
        self._jobs.put(self._draw_paper)

    def print_page(self) -> None:
        """See the protocol."""
        self._do(self._print_page, Work.PRINTING, ("print_page", self._printer()))

    def learn(self) -> None:
        """See the protocol."""
        self._do(self._learn, Work.LEARNING, ("learn", self._printer()))

    def rename(self, slot: Slot, name: str) -> None:
        """See the protocol."""
        values: dict[str, Value] = {"name": name.strip() or None}
        self._do(lambda: self._change(slot, values, "msg.device_renamed"), Work.WRITING, ("rename", slot))

    def enable(self, slot: Slot, *, on: bool) -> None:
        """See the protocol."""
        code, act = ("msg.device_enabled", "enable") if on else ("msg.device_disabled", "disable")
        values: dict[str, Value] = {"enabled": None if on else False}
        self._do(lambda: self._change(slot, values, code), Work.WRITING, (act, slot))

    def bundle(self) -> None:
        """See the protocol."""
        self._do(self._bundle, Work.BUNDLING, ("bundle", None))

    # -- the workshop's thread -----------------------------------------------------------------------

    def _do(
        self,
        job: Callable[[], object],
        work: Work,
        act: tuple[str, Slot | None] = ("", None),
        **shown: object,
    ) -> None:
        """Behind what is being done now, and then ``shown`` is seen at once; ``act`` leaves a trace.

        While something waits all but a write is refused, and that is said; so is the very thing that is on.
        """
        twice = work in _ONE_AT_A_TIME and self._view.work is work and not self._leave.is_set()
        most = 1 + (_MOST_WAITING if work is Work.WRITING else 1)  # the one that is on, or about to be
        if twice or self._asked >= most:
            self._tell("msg.workshop_busy", {}, "warning")
            return
        with self._lock:
            asked = self._left
            self._asked += 1

        def whole() -> None:
            try:
                unless_left()
            finally:
                with self._lock:
                    self._asked -= 1

        def unless_left() -> None:
            with self._lock:  # who left meanwhile has left this too
                if self._stop.is_set() or (work in _ENDED_BY_LEAVING and self._left != asked):
                    return
                self._leave.clear()
            self._show(work=work)
            outcome = "bug"
            try:
                job()
                outcome = "done"
            except CounterError as error:
                outcome = str(error.code)
                self._tell(outcome, dict(error.facts), "error")
            finally:
                self._trace(*act, outcome)
                self._show(work=Work.NOTHING)

        self._show(told=None, **shown)
        self._jobs.put(whole)

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None and not self._stop.is_set():
            try:
                job()
            except Exception as error:  # noqa: BLE001 - the workshop's boundary, as a lane's
                where = place(error.__traceback__)
                _log.error("workshop: %s at %s", type(error).__name__, where)
                self._tell("msg.workshop_bug", {"bug": type(error).__name__, "place": where}, "error")

    def _show(self, **changes: object) -> None:
        with self._lock:
            self._view = replace(self._view, **changes)  # type: ignore[arg-type]

    def _tell(self, code: str, facts: dict[str, Fact], level: str) -> None:
        with self._lock:
            self._serial += 1
            self._view = replace(self._view, told=Told(code, facts, level, self._serial))

    def _trace(self, act: str, slot: Slot | None, outcome: str) -> None:
        if act:
            self._show(done=self._gate.leave(act, slot, outcome))

    def _printer(self) -> Slot | None:
        with self._lock:
            return self._view.paper.slot if self._view.paper is not None else None

    def _config(self) -> Config:
        """As the terminal has it; as the file says where there is none.  Raises ConfigError."""
        terminal = self._terminal()
        return terminal.config if terminal is not None else self._file.read()

    def _test_all(self, slots: Sequence[Slot]) -> None:
        used = self._config().used
        if len(slots) == 1 and slots[0] not in used:
            self._tell("msg.device_is_off", {"slot": slots[0].value}, "warning")
        for slot in slots:
            if slot in used and not self._leave.is_set():
                self._test(slot)

    def _test(self, slot: Slot) -> None:
        """Its lane lets go of the link, the checks run, the lane goes on."""
        device, terminal = self._config().devices[slot], self._terminal()
        self._note(Test(slot))
        checks: list[Tested] = []
        done = False
        try:
            if terminal is not None and not terminal.rack.hold(slot):
                checks.append(Tested(CheckName.OPENS.value, ok=False, fault=str(DeviceFault.BUSY)))
                done = True
                return
            for check in check_device(device, drivers(NoLog()), stop=self._leave):
                checks.append(Tested(check.name.value, check.ok, check.fault, dict(check.facts)))
                if slot is Slot.CAMERA:
                    self._ask_paper(check)
                self._note(Test(slot, tuple(checks)))
            done = not self._leave.is_set()
        finally:
            if terminal is not None:
                terminal.rack.resume(slot)
            ended = Test(slot, tuple(checks), done=done, broken_off=not done)
            self._note(ended)
            self._trace("test", slot, "broken_off" if not done else "sound" if ended.sound else "unsound")

    def _ask_paper(self, check: Check) -> None:
        """Between two checks of a scanner somebody has to put a paper in, whichever slot is looked at."""
        if check.name is CheckName.STEADY and check.ok:
            self._tell("msg.paper_now", {}, "warning")
        elif check.name is CheckName.PICTURE:
            self._show(told=None)

    def _note(self, test: Test) -> None:
        with self._lock:
            self._view = replace(self._view, tests={**self._view.tests, test.slot: test})

    def _examine(self) -> None:
        """The doctor's lines, each as it is found."""
        terminal, found = self._terminal(), list[Finding]()

        def asked(_config: Config) -> Iterator[doctor.Line]:
            for truth in terminal.rack.truths() if terminal is not None else ():
                yield doctor.device_line(truth, _HEARD_FROM)

        path = self._file.path if self._file.path.exists() else None
        for line in doctor.examine(self._data, path, None, asked if terminal is not None else None):
            found.append(Finding(line.name, Verdict(line.state), line.code, line.facts))
            self._show(findings=tuple(found))

    def _bundle(self) -> None:
        self._examine()
        view, config = self.look(None), None
        with suppress(ConfigError):  # then it is all the more needed: the doctor's lines say what is wrong
            config = self._config()
        traffic = {row.slot.value: self.look(row.slot).traffic for row in view.rows}
        value = diagnostics.collect(
            self._data, config, view.findings, view.rows, view.tests.values(), traffic
        )
        name = f"diagnostics-{diagnostics.terminal_of(self._data)}-{now()[0]:%Y%m%d-%H%M%S}.sealed"
        file = folder() / name
        diagnostics.write(self._data, file, value)
        self._tell("msg.bundle_written", {"file": str(file)}, "good")

    def _begin_paper(self, slot: Slot) -> None:
        device = self._config().devices[slot]
        if slot not in PRINTERS:
            self._tell("msg.no_printer", {"slot": slot.value}, "warning")
            return
        self._show(paper=paper_bench.drawn(paper_bench.begun(device), device))

    def _draw_paper(self) -> None:
        """The page as it is set now; of several steps in a row only the last is drawn."""
        with self._lock:
            paper = self._view.paper
        if paper is None or not self._jobs.empty():
            return
        drawn = paper_bench.drawn(paper, self._config().devices[paper.slot])
        with self._lock:
            if self._view.paper == paper:
                self._view = replace(self._view, paper=drawn)

    def _print_page(self) -> None:
        """What was changed is written first: the page says of itself how it was printed."""
        with self._lock:
            paper = self._view.paper
        if paper is None:
            return
        if changes := paper_bench.changes(paper):
            self._change(paper.slot, changes, "msg.page_set")
        device = self._config().devices[paper.slot]
        self._show(paper=paper_bench.drawn(paper_bench.begun(device), device))
        with self._holding(paper.slot):
            print_page(device)
        self._tell("msg.page_printed", {"slot": paper.slot.value}, "good")

    def _learn(self) -> None:
        with self._lock:
            paper = self._view.paper
        if paper is None or not paper.learns:
            return
        device = self._config().devices[paper.slot]
        with self._holding(paper.slot):
            length = learn(device, self._leave)
        height = device.options.get("height_mm")
        if length is None:
            self._tell("msg.label_measured", {}, "good")
        elif isinstance(height, int) and abs(length - height) > _LENGTH_MM:
            self._tell("msg.label_other", {"found": round(length), "expected": height}, "warning")
        else:
            self._tell("msg.label_learnt", {"found": round(length)}, "good")

    @contextmanager
    def _holding(self, slot: Slot) -> Iterator[None]:
        """The slot's lane lets go of its link meanwhile.  Raises DeviceError BUSY."""
        terminal = self._terminal()
        try:
            if terminal is not None and not terminal.rack.hold(slot):
                raise DeviceError(DeviceFault.BUSY)
            yield
        finally:
            if terminal is not None:
                terminal.rack.resume(slot)

    def _look_for(self, wanted: Slot | None) -> None:
        with self._lock:
            left = self._left
        found = None
        try:
            found = self._search(wanted)
        finally:
            with self._lock:  # whoever left and asked again looks at another one by now
                over = found is None and self._left == left
                if over:
                    self._view = replace(self._view, adding=None)
        if over:
            self._tell("msg.nothing_plugged", {}, "warning")
        if found is not None and wanted is not None and wanted not in found.slots:
            facts: dict[str, Fact] = {"found": f"slot.{found.slots[0].value}", "slot": wanted.value}
            self._tell("msg.device_other", facts, "warning")

    def _search(self, wanted: Slot | None) -> Candidate | None:
        """Raises ConfigError."""
        config = self._config()
        links = [each.link for each in config.devices.values() if each.enabled and each.slot is not wanted]
        driver = config.devices[wanted].driver if wanted is not None and wanted in config.devices else ""
        # Its lane may hold the very port that its plug is in.
        with self._holding(wanted) if wanted is not None else nullcontext():
            return self._finder.find(Adding(wanted), links, driver)

    def _take(self, slot: Slot, name: str, found: Candidate) -> None:
        before = self._config().devices.get(slot)
        known = DRIVERS[slot][found.driver].options
        values: dict[str, Value] = {
            key: None for key in (before.options if before else ()) if key not in known
        }
        values.pop("name", None)  # stays, unless another one was typed
        values |= {"driver": found.driver, "link": found.link, "enabled": None}
        if name:
            values["name"] = name
        self._change(slot, values, "msg.device_added")
        self._show(adding=None)

    def _change(self, slot: Slot, values: Mapping[str, Value], code: str) -> None:
        """Into the file, then at work; where that fails the file is as before.  Raises CounterError."""
        terminal = self._terminal()
        config = self._file.change(slot, values)
        if terminal is not None:
            try:
                terminal.reconfigure(with_parts(terminal.config, config, [slot]), slot)
            except CounterError:
                self._file.take_back()
                raise
        self._tell(code, {"slot": slot.value}, "good")
