"""One :class:`Case` a driver.  To put a driver under the suite, add its case to :data:`CASES`."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from core.devices import (
    CardLifted,
    CardRead,
    CardReading,
    CodeScanned,
    DeviceState,
    PrintJob,
    PrintOutcome,
    Slot,
    Weighed,
)
from core.errors import DeviceFault
from devices.idcard.exchange import Exchange
from devices.idcard.lane import ReaderLane
from devices.idcard.session import SamSession
from devices.printer.lane import LabelPrinterLane, ReceiptPrinterLane
from devices.printer.queue import PrinterLane
from devices.printer.session import Timing, TsplSession
from devices.printer.zpl_session import ZplSession
from devices.rack import DeviceConfig, Driver, Lane, LaneReport, Rack
from devices.scale.asking import NciSession, SicsSession
from devices.scale.lane import ScaleLane, nci_lane, sics_lane
from devices.scale.said import Reading
from devices.scanner.serial import ScannerLane
from devices.simulators.cards import load_people
from devices.simulators.label_printer import LabelPrinterSimulator
from devices.simulators.port import Device, Port
from devices.simulators.printer import PrinterSimulator
from devices.simulators.reader import ReaderSimulator
from devices.simulators.receipt_printer import ReceiptPrinterSimulator
from devices.simulators.scale import NciScale, ScaleSimulator, SicsScale
from devices.simulators.scanner import ScannerSimulator
from devices.simulators.zpl_printer import ZplPrinterSimulator
from devices.traffic import TrafficLog
from tests.devices.printer.labels import PLAIN
from tests.devices.printer.receipts import PLAIN_RECEIPT
from tests.devices.rig import Told, until
from tests.devices.scripted import Pair, ScriptedLink
from tests.devices.vectors import vector

A = load_people()["证件样本"]
CODE = "RA123456785CN"


@dataclass
class Desk:
    """A device (perhaps the wrong one), a rack with one lane, what it told."""

    device: Device
    rack: Rack
    told: Told
    ended: list[tuple[str, PrintOutcome]] = field(default_factory=list)


@dataclass(frozen=True)
class Case:
    """What the suite needs to know about one driver."""

    name: str
    slot: Slot
    baud: int
    device: Callable[[Port, Path], Device]
    lane: Callable[[Desk | None], Driver]  # the desk is there when the lane begins to work
    work: Callable[[Desk], None]  # one sensible thing from end to end; fails where anything about it is wrong
    options: dict[str, int | str] = field(default_factory=dict)
    asks: bool = True  # whether the driver hears from a sound device without end: else silence is usual
    speaks: bool = False  # whether the device talks unasked, so that others take it for what it is not
    doubled: str = "works"  # every answer twice: "works", or the fault that is said
    noisy: str = "works"  # noise before every answer
    pairs: tuple[Pair, ...] = ()  # a conversation byte by byte …
    talk: Callable[[ScriptedLink], object] | None = None  # … and who holds it
    link: str = ""  # "pty" or "tcp": a relative of another case, tried on that link alone
    faults: dict[str, str] = field(default_factory=dict)  # a printer's condition → what is said of it


# -- the ID reader -----------------------------------------------------------------------------------


def _read(desk: Desk) -> None:
    assert isinstance(desk.device, ReaderSimulator)
    desk.device.place(A)
    assert isinstance(desk.told.story(), CardReading)
    event = desk.told.story()
    assert isinstance(event, CardRead), event
    assert event.card.number == A.fields["number"]
    desk.device.lift()
    assert isinstance(desk.told.story(), CardLifted)


def _talk_sam(link: ScriptedLink) -> None:
    session = SamSession(Exchange(link, TrafficLog()))
    session.start()
    assert session.find()
    assert session.read_found().card.name == "证件样本"


SAM = Case(
    "sam",
    Slot.ID_READER,
    115_200,
    lambda port, _folder: ReaderSimulator(port),
    lambda _desk: ReaderLane,
    _read,
    options={"poll_ms": 25, "patience_percent": 30, "start_limit_ms": 300},
    pairs=(
        Pair(vector("req_sam_status"), (vector("rsp_status_ok"),)),
        Pair(vector("req_find"), (vector("rsp_find_ok"),)),
        Pair(vector("req_select"), (vector("rsp_select_ok"),)),
        Pair(vector("req_read_base"), (vector("base_resident_dated"),)),
    ),
    talk=_talk_sam,
)


# -- the scanner -------------------------------------------------------------------------------------


def _scan(desk: Desk) -> None:
    assert isinstance(desk.device, ScannerSimulator)
    seen: list[CodeScanned] = []

    def came() -> bool:
        # Over TCP a code that is scanned before the line stands is lost, as without a cable: scan again.
        desk.device.scan(CODE)  # type: ignore[attr-defined]
        seen.extend(event for event in desk.told.nothing_more(0.3) if isinstance(event, CodeScanned))
        return bool(seen)

    until(came, "no code")
    assert {(event.text, event.symbology) for event in seen} == {(CODE, "]C0")}


SCANNER = Case(
    "scanner",
    Slot.SCANNER,
    9_600,
    lambda port, _folder: ScannerSimulator(port),
    lambda _desk: ScannerLane,
    _scan,
    asks=False,
)


# -- the scale ---------------------------------------------------------------------------------------


def _weigh(desk: Desk) -> None:
    assert isinstance(desk.device, ScaleSimulator)
    for grams in (1284, 0):
        desk.device.put(grams)
        seen = None
        while not (isinstance(seen, Weighed) and seen.stable and seen.grams == grams):
            seen = desk.told.story()
            assert isinstance(seen, Weighed), seen
            assert not seen.stable or seen.grams in (grams, 0), seen
            assert not seen.net


SCALE = Case(
    "ascii",
    Slot.SCALE,
    9_600,
    lambda port, _folder: ScaleSimulator(port),
    lambda _desk: ScaleLane,
    _weigh,
    speaks=True,
)


def _talk_sics(link: ScriptedLink) -> None:
    session = SicsSession(link, TrafficLog())
    assert session.read() == Reading(1284, True)
    assert session.read() == Reading(-250, False)


_NO_TARE = Pair(b"TA\r\n", (b"TA A      0.000 kg\r\n",))
SICS = Case(
    "sics",
    Slot.SCALE,
    9_600,
    lambda port, _folder: SicsScale(port),
    lambda _desk: sics_lane,
    _weigh,
    pairs=(
        _NO_TARE,
        Pair(b"SI\r\n", (b"S S      1.284 kg\r\n",)),
        _NO_TARE,
        Pair(b"SI\r\n", (b"S D     -0.250 kg\r\n",)),
        _NO_TARE,
    ),
    talk=_talk_sics,
    link="pty",
)


def _talk_nci(link: ScriptedLink) -> None:
    session = NciSession(link, TrafficLog())
    assert session.read() == Reading(1284, True)
    assert session.read() == Reading(1284, False)


NCI = Case(
    "nci",
    Slot.SCALE,
    9_600,
    lambda port, _folder: NciScale(port, even_parity=True),
    lambda _desk: nci_lane,
    _weigh,
    options={"even_parity": 1},
    noisy="device.bad_frame",  # its noise has the wrong parity
    pairs=(
        Pair(b"W\r", (b"\n  1.284KG\r\n00\r\x03",)),
        Pair(b"W\r", (b"\n  1.284KG\r\n10\r\x03",)),
    ),
    talk=_talk_nci,
    link="tcp",
)


# -- the label printer -------------------------------------------------------------------------------

QUICK = Timing(
    status_limit=0.5, idle_poll=0.05, retry_poll=0.05, print_poll=0.02, write_limit=5.0, print_limit=2.5,
    settle=0.4,
)  # fmt: skip


class _Log:
    """Every job may start; how it ended goes to the desk."""

    def __init__(self, desk: Desk | None) -> None:
        self._desk = desk

    def starting(self, job: PrintJob) -> bool:
        return True

    def ended(self, job: PrintJob, outcome: PrintOutcome, fault: str = "") -> None:
        if self._desk is not None:
            self._desk.ended.append((job.job, outcome))


def _lane(kind: type[LabelPrinterLane | ReceiptPrinterLane]) -> Callable[[Desk | None], Driver]:
    def lane(desk: Desk | None) -> Driver:
        def driver(config: DeviceConfig, report: LaneReport) -> Lane:
            return kind(config, report, _Log(desk), timing=QUICK)

        return driver

    return lane


def _print(desk: Desk) -> None:
    assert isinstance(desk.device, PrinterSimulator)
    slot = Slot.RECEIPT_PRINTER if isinstance(desk.device, ReceiptPrinterSimulator) else Slot.LABEL_PRINTER
    lane = desk.rack.lane(slot)
    assert isinstance(lane, PrinterLane)
    page = SHORT_RECEIPT if slot is Slot.RECEIPT_PRINTER else PLAIN
    pages, number = len(desk.device.pages()), len(desk.ended)
    lane.submit(PrintJob(f"job-{number}", slot, 1, page))
    until(lambda: len(desk.ended) > number, "the job has no outcome")
    assert desk.ended[number:] == [(f"job-{number}", PrintOutcome.PRINTED)]
    assert len(desk.device.pages()) == pages + 1


def _talk_tspl(link: ScriptedLink) -> None:
    session = TsplSession(link, TrafficLog(), QUICK)
    assert session.status().ready
    assert not session.status().ready


TSPL = Case(
    "tspl",
    Slot.LABEL_PRINTER,
    921_600,
    lambda port, folder: LabelPrinterSimulator(port, folder / "pages", print_s=0.1),
    _lane(LabelPrinterLane),
    _print,
    doubled="device.bad_frame",
    noisy="device.bad_frame",
    pairs=(Pair(b"\x1b!?", (b"\x00",)), Pair(b"\x1b!?", (b"\x04",))),
    talk=_talk_tspl,
    faults={
        "paper_out": "device.paper_out",
        "head_open": "device.head_open",
        "ribbon_out": "device.ribbon_out",
        "paper_jam": "device.paper_jam",
        "hot": "device.hot",
        "other_fault": "device.printer_other",
    },
)


# -- ZPL and ESC/POS --------------------------------------------------------------------------------

SHORT_RECEIPT = dataclasses.replace(PLAIN_RECEIPT, qr="CR1.short", paragraphs=PLAIN_RECEIPT.paragraphs[:1])
_HS_READY = (
    b"\x02030,0,0,1040,000,0,0,0,000,0,0,0\x03\r\n"
    b"\x02001,0,0,0,1,2,6,0,00000000,1,000\x03\r\n"
    b"\x021234,0\x03\r\n"
)
_HS_HOT = _HS_READY.replace(b"000,0,0,0\x03", b"000,0,0,1\x03", 1)


def _talk_zpl(link: ScriptedLink) -> None:
    session = ZplSession(link, TrafficLog(), QUICK)
    assert session.status().ready
    assert session.status().fault is DeviceFault.HOT


ZPL = Case(
    "zpl",
    Slot.LABEL_PRINTER,
    921_600,
    lambda port, folder: ZplPrinterSimulator(port, folder / "pages", print_s=0.1),
    _lane(LabelPrinterLane),
    _print,
    doubled="device.bad_frame",
    noisy="works",  # its answers begin and end with bytes of their own
    pairs=(Pair(b"~HS", (_HS_READY,)), Pair(b"~HS", (_HS_HOT,))),
    talk=_talk_zpl,
    faults={
        "paper_out": "device.paper_out",
        "head_open": "device.head_open",
        "ribbon_out": "device.ribbon_out",
        "hot": "device.hot",
    },
)

ESCPOS = Case(
    "escpos",
    Slot.RECEIPT_PRINTER,
    921_600,
    lambda port, folder: ReceiptPrinterSimulator(port, folder / "pages", print_s=0.1),
    _lane(ReceiptPrinterLane),
    _print,
    doubled="device.bad_frame",
    noisy="device.bad_frame",
    faults={
        "paper_out": "device.paper_out",
        "head_open": "device.head_open",
        "paper_jam": "device.paper_jam",
        "hot": "device.hot",
        "other_fault": "device.printer_other",
    },
)

CASES = (SAM, SCANNER, SCALE, SICS, NCI, TSPL, ZPL, ESCPOS)
READY = DeviceState.READY
