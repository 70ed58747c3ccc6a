"""A whole counter in the test's own process, over the simulated devices; enrolled at a real headquarters."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from core.config import Config, HeadquartersConfig, StationConfig
from core.ports import Clock, Probe, no_probe
from core.view import CounterView
from program.machine import SystemClock
from program.terminal import Parts, Terminal
from storage.enrol import EnrolRequest, enrol
from storage.pump import PumpSettings
from tests.faults.around import BRANCH, Headquarters
from tests.faults.clerk import Clerk, Eyes
from tests.faults.counter import CHEAP, PASSWORD, QUICK_PUMP
from tests.faults.desk import Desk, Page, device_configs
from tests.faults.rulebook import rule_book
from tests.faults.store import Snapshot, look


class Rig:
    """A context manager: devices and terminal run inside it.  ``clerk`` works, ``look`` audits."""

    def __init__(
        self,
        headquarters: Headquarters,
        directory: Path,
        number: int,
        *,
        url: str = "",
        probe: Probe = no_probe,
        publish: Callable[[CounterView], None] = lambda _view: None,
        pump: PumpSettings = QUICK_PUMP,
        desk: Callable[[Path], Desk] = Desk,
        clock: Clock | None = None,
        role: str = "clerk",
    ) -> None:
        """``url``: where the terminal looks for headquarters once it is enrolled; "": there."""
        self.headquarters = headquarters
        self.operator, self.terminal_name = f"OP3{number:04d}", f"990100-03-{number:02d}"
        self.data = directory / "counter"
        self.desk = desk(directory / "desk")
        self.eyes = Eyes(publish)
        self._url = url or headquarters.url
        self._probe = probe
        self._pump = pump
        self._clock = clock or SystemClock()
        self._enrol(role)
        self.terminal: Terminal | None = None

    def _enrol(self, role: str) -> None:
        codes = self.headquarters.codes(self.terminal_name, self.operator, role)
        request = EnrolRequest(
            self.headquarters.url,
            Path(codes["ca"]),
            codes["code"],
            self.operator,
            codes["activation"],
            PASSWORD,
            "2026-11-01",
            CHEAP,
        )
        enrol(self.data, request, SystemClock())

    def __enter__(self) -> Rig:
        self.desk.start()
        self.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.stop()
        self.desk.stop()

    def start(self) -> None:
        """The terminal over the same directory and devices, again where it was stopped."""
        config = Config(
            StationConfig(BRANCH, self.terminal_name),
            HeadquartersConfig(self._url),
            device_configs(self.desk.links()),
        )
        self.terminal = Terminal(
            config,
            self.data,
            self.eyes,
            parts=Parts(clock=self._clock, probe=self._probe, pump=self._pump, rules=rule_book()),
        )
        self.clerk = Clerk(self.terminal.station, self.eyes, self.desk.client)
        self.terminal.start()

    def stop(self) -> None:
        """The program ends; the devices stay."""
        if self.terminal is not None:
            self.terminal.stop()
            self.terminal = None

    def log_in(self) -> CounterView:
        """The clerk's screen."""
        return self.clerk.log_in(self.operator, PASSWORD)

    @property
    def pages(self) -> list[Page]:
        """What came out of the printer."""
        return self.desk.watched.out

    def message(self) -> str:
        """The code on the screen."""
        said = self.eyes.view.message
        return said.code if said is not None else ""

    def wait_synced(self) -> None:
        """Until headquarters has said that it holds everything, also that the labels are out."""
        assert self.terminal is not None
        self.clerk.wait_labels()  # else the last page is noted after this, and never sent where the rig stops
        live = self.terminal.station._live
        self.eyes.wait(lambda _view: live.received == live.state.head.seq, "headquarters")

    def look(self) -> Snapshot:
        """Everything in the store, verified from outside."""
        return look(self.data, self.operator)
