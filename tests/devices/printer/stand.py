"""A printer simulator on a real link, a lane in a real rack, and a print log that remembers."""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from core.devices import (
    DeviceChanged,
    DeviceEvent,
    DeviceState,
    DeviceTruth,
    Label,
    PrintJob,
    PrintOutcome,
    Receipt,
    Slot,
)
from devices.printer.escpos import FENCE
from devices.printer.lane import LabelPrinterLane, ReceiptPrinterLane
from devices.printer.queue import PrinterLane
from devices.printer.session import Timing
from devices.rack import DeviceConfig, Lane, LaneReport, Rack
from devices.simulators.label_printer import LabelPrinterSimulator
from devices.simulators.port import Port, PtyPort, TcpPort
from devices.simulators.printer import PrinterSimulator
from devices.simulators.receipt_printer import ReceiptPrinterSimulator
from devices.simulators.zpl_printer import ZplPrinterSimulator
from tests.devices.printer.labels import PLAIN
from tests.devices.printer.receipts import PLAIN_RECEIPT
from tests.devices.rig import Config

PATIENCE_S = 30.0
QUICK = Timing(
    status_limit=0.8,
    idle_poll=0.05,
    retry_poll=0.05,
    print_poll=0.02,
    write_limit=5.0,
    print_limit=2.5,
    settle=0.4,
)


@dataclass(frozen=True)
class Started:
    """PrintStarted became durable."""

    job: str


@dataclass(frozen=True)
class Ended:
    """The outcome of a job; ``pages`` had left the printer by then."""

    job: str
    outcome: PrintOutcome
    fault: str
    pages: int = field(compare=False)


class Log:
    """A PrintLog that writes down what it is told, in order."""

    def __init__(self, simulator: PrinterSimulator) -> None:
        self.told: list[Started | Ended] = []
        self.refused: set[str] = set()
        self.on_starting: Callable[[PrintJob], None] = lambda _job: None
        self._simulator = simulator

    def starting(self, job: PrintJob) -> bool:
        self.on_starting(job)
        if job.job in self.refused:
            return False
        self.told.append(Started(job.job))
        return True

    def ended(self, job: PrintJob, outcome: PrintOutcome, fault: str = "") -> None:
        self.told.append(Ended(job.job, outcome, fault, len(self._simulator.pages())))

    def ends(self) -> list[Ended]:
        return [entry for entry in self.told if isinstance(entry, Ended)]


def label_of(name: str, **changes: object) -> Label:
    """The waybill carries the job's name, so that a page tells which job it was."""
    return dataclasses.replace(PLAIN, waybill=f"EA{name:0>9}CN", **changes)  # type: ignore[arg-type]


def receipt_of(name: str, **changes: object) -> Receipt:
    """Number and QR carry the job's name; a short notice, so that a slow line is not slower still."""
    short = dataclasses.replace(PLAIN_RECEIPT, qr=f"EA{name:0>9}CN", paragraphs=PLAIN_RECEIPT.paragraphs[:1])
    return dataclasses.replace(short, **changes)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Kind:
    """One kind of printer: its driver, its simulator, and what it prints."""

    slot: Slot
    driver: str
    lane: type[LabelPrinterLane | ReceiptPrinterLane]
    simulator: type[LabelPrinterSimulator | ReceiptPrinterSimulator | ZplPrinterSimulator]
    page: Callable[..., Label | Receipt]


TSPL = Kind(Slot.LABEL_PRINTER, "tspl", LabelPrinterLane, LabelPrinterSimulator, label_of)
ZPL = Kind(Slot.LABEL_PRINTER, "zpl", LabelPrinterLane, ZplPrinterSimulator, label_of)
ESCPOS = Kind(Slot.RECEIPT_PRINTER, "escpos", ReceiptPrinterLane, ReceiptPrinterSimulator, receipt_of)


class Stand:
    """Everything of one test."""

    def __init__(self, simulator: PrinterSimulator, link: str, timing: Timing, kind: Kind) -> None:
        self.simulator = simulator
        self.kind = kind
        self.log = Log(simulator)
        self.truths: list[DeviceTruth] = []
        self.first_bytes: list[tuple[str, int]] = []
        self.on_first: Callable[[], None] = lambda: None
        self._lanes: list[PrinterLane] = []

        def driver(config: DeviceConfig, report: LaneReport) -> Lane:
            lane = kind.lane(config, report, self.log, first_byte=self._first, timing=timing)
            self._lanes.append(lane)
            return lane

        config = Config(kind.slot, kind.driver, link)
        self.rack = Rack([config], {(kind.slot, kind.driver): driver}, self._listen)

    @property
    def lane(self) -> PrinterLane:
        return self._lanes[0]

    def submit(self, *names: str, **changes: object) -> None:
        for name in names:
            page = self.kind.page(name, **changes)
            self.lane.submit(PrintJob(name, self.kind.slot, 1, page, time.perf_counter_ns()))

    def wait(self, true: Callable[[], bool], what: str) -> None:
        """Until it is so; fails after half a minute, which no test comes near."""
        deadline = time.monotonic() + PATIENCE_S
        while not true():
            if time.monotonic() > deadline:
                raise AssertionError(f"waited in vain for {what}; told {self.log.told}; truths {self.truths}")
            time.sleep(0.005)

    def wait_truth(self, state: DeviceState, fault: str = "") -> DeviceTruth:
        self.wait(lambda: self._now() == (state, fault), f"{state} {fault}")
        return self.truths[-1]

    def wait_ended(self, count: int) -> list[Ended]:
        self.wait(lambda: len(self.log.ends()) >= count, f"{count} outcomes")
        return self.log.ends()

    def questions_only(self) -> bool:
        """Nothing but status questions has reached the printer, and the NULs before a link's first."""
        others = self.simulator.received - 3 * self.simulator.asked
        openings = sum(truth.state is DeviceState.CONNECTING for truth in self.truths)
        return others == 0 if self.kind is not ESCPOS else others in range(0, 8 * openings + 1, len(FENCE))

    def _now(self) -> tuple[DeviceState, str] | None:
        return (self.truths[-1].state, self.truths[-1].fault) if self.truths else None

    def _listen(self, event: DeviceEvent) -> None:
        assert isinstance(event, DeviceChanged)
        self.truths.append(event.truth)

    def _first(self, printed: PrintJob, at_ns: int) -> None:
        self.first_bytes.append((printed.job, at_ns))
        self.on_first()


def port_of(kind: str, directory: Path, baud: int = 4_000_000) -> Port:
    return TcpPort(baud) if kind == "tcp" else PtyPort(directory / "printer", baud)


@contextmanager
def stand(
    port: Port,
    directory: Path,
    *,
    timing: Timing = QUICK,
    print_s: float = 0.1,
    lag_s: float = 0.0,
    plugged: bool = True,
    kind: Kind = TSPL,
) -> Iterator[Stand]:
    """A running printer and a running lane; both are stopped and checked at the end."""
    simulator = kind.simulator(port, directory / "pages", print_s=print_s, lag_s=lag_s)
    simulator.start()
    if not plugged:
        simulator.set_condition("unplugged", True)
    placed = Stand(simulator, simulator.url, timing, kind)
    try:
        placed.rack.start()
        yield placed
    finally:
        late = placed.rack.stop()
        simulator.stop()
    assert late == (), "the lane did not end in time"
    assert not [thread for thread in threading.enumerate() if thread.name == f"lane-{kind.slot.value}"]
