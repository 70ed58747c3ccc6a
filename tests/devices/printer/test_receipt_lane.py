"""Receipt and ZPL printers on the common lane: what their languages add to tests/…/test_lane.py."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from core.devices import DeviceState, PrintOutcome, Slot
from core.errors import ConfigError, ConfigFault, DeviceFault
from devices.printer.lane import LabelPrinterLane, ReceiptPrinterLane
from devices.printer.queue import PrinterLane
from devices.rack import LaneReport
from devices.simulators.receipt_printer import ReceiptPrinterSimulator
from devices.simulators.zpl_printer import ZplPrinterSimulator
from tests.devices.printer.stand import (
    ESCPOS,
    QUICK,
    ZPL,
    Ended,
    Kind,
    Log,
    Stand,
    Started,
    port_of,
    stand,
)
from tests.devices.rig import Config
from tests.peers.barcodes import read_with_zxing

pytestmark = pytest.mark.requirement("T26")

PRINTED, NOT_PRINTED, UNKNOWN = PrintOutcome.PRINTED, PrintOutcome.NOT_PRINTED, PrintOutcome.UNKNOWN
READY, BUSY, ATTENTION, GONE = DeviceState.READY, DeviceState.BUSY, DeviceState.ATTENTION, DeviceState.GONE
KINDS = {"escpos": ESCPOS, "zpl": ZPL}


@pytest.fixture(params=["tcp", "pty"])
def link(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=list(KINDS))
def kind(request: pytest.FixtureRequest) -> Kind:
    return KINDS[request.param]


@pytest.fixture
def here(link: str, kind: Kind, tmp_path: Path) -> Iterator[Stand]:
    with stand(port_of(link, tmp_path), tmp_path, kind=kind) as placed:
        yield placed


def done(name: str) -> list[Started | Ended]:
    return [Started(name), Ended(name, PRINTED, "", 0)]


def codes(placed: Stand) -> list[str]:
    """Of the pages that are whole, in their order, as a scanner reads them; a remnant has none."""
    symbology = "qr" if placed.kind is ESCPOS else "code128"
    found = [read_with_zxing(Image.open(page)) for page in placed.simulator.pages()]
    return [read[symbology][0] for read in found if symbology in read]


def named(*names: str) -> list[str]:
    return [f"EA{name:0>9}CN" for name in names]


def test_pages_come_out_once_in_order(here: Stand) -> None:
    here.submit("1", "2")
    ends = here.wait_ended(2)
    assert here.log.told == done("1") + done("2")
    assert [end.pages for end in ends] == [1, 2]  # said only when the paper is out
    assert codes(here) == named("1", "2")
    here.wait_truth(READY)


@pytest.mark.parametrize(("print_s", "lag_s"), [(0.0, 0.0), (0.0, 0.2), (0.3, 0.2)])
def test_printed_is_not_said_before_the_page_is_out(
    kind: Kind, tmp_path: Path, print_s: float, lag_s: float
) -> None:
    with stand(port_of("tcp", tmp_path), tmp_path, print_s=print_s, lag_s=lag_s, kind=kind) as here:
        here.submit("1", "2")
        assert [end.pages for end in here.wait_ended(2)] == [1, 2]
        assert here.log.told == done("1") + done("2")


FAULTS = [
    (ESCPOS, "paper_out", DeviceFault.PAPER_OUT),
    (ESCPOS, "head_open", DeviceFault.HEAD_OPEN),
    (ESCPOS, "paper_jam", DeviceFault.PAPER_JAM),
    (ESCPOS, "paused", DeviceFault.PAUSED),
    (ESCPOS, "hot", DeviceFault.HOT),
    (ESCPOS, "other_fault", DeviceFault.PRINTER_OTHER),
    (ZPL, "paper_out", DeviceFault.PAPER_OUT),
    (ZPL, "head_open", DeviceFault.HEAD_OPEN),
    (ZPL, "ribbon_out", DeviceFault.RIBBON_OUT),
    (ZPL, "paused", DeviceFault.PAUSED),
    (ZPL, "hot", DeviceFault.HOT),
]


@pytest.mark.parametrize(("kind", "condition", "fault"), FAULTS)
def test_jobs_wait_for_a_person_and_print_in_order_once(
    kind: Kind, condition: str, fault: DeviceFault, tmp_path: Path
) -> None:
    with stand(port_of("tcp", tmp_path), tmp_path, kind=kind) as here:
        here.simulator.set_condition(condition, True)
        here.submit("1", "2")
        here.wait_truth(ATTENTION, str(fault))
        asked = here.simulator.asked
        here.wait(lambda: here.simulator.asked > asked + 8, "more questions")
        assert here.questions_only()
        here.simulator.set_condition(condition, False)
        here.wait_ended(2)
        assert here.log.told == done("1") + done("2")
        assert codes(here) == named("1", "2")


@pytest.mark.parametrize("condition", ["head_open", "paper_out"])
def test_a_fault_in_the_middle_leaves_it_unknown(
    kind: Kind, link: str, tmp_path: Path, condition: str
) -> None:
    with stand(port_of(link, tmp_path), tmp_path, print_s=0.6, kind=kind) as here:
        here.submit("1", "2")
        here.wait_truth(BUSY)
        here.simulator.set_condition(condition, True)
        here.wait_ended(1)
        assert [type(entry) for entry in here.log.told] == [Started, Ended]
        assert here.log.ends()[0].outcome is UNKNOWN
        assert here.simulator.torn == 1
        here.simulator.set_condition(condition, False)
        here.wait_ended(2)
        # The mark of the torn page is answered late and must not pass for the second page's.
        assert here.log.told[2:] == done("2")
        assert codes(here) == named("2")


@pytest.mark.parametrize("after", [0, 1, 700, 2200, 5000, 9000])
def test_the_cable_is_pulled_in_the_middle(kind: Kind, link: str, tmp_path: Path, after: int) -> None:
    with stand(port_of(link, tmp_path), tmp_path, kind=kind) as here:
        here.log.on_starting = lambda job: here.simulator.cut_after(after) if job.job == "1" else None
        here.submit("1", "2")
        (end, *_) = here.wait_ended(1)
        here.wait_truth(GONE, str(DeviceFault.GONE))
        assert end.outcome is UNKNOWN or (after == 0 and end.outcome is NOT_PRINTED)
        here.simulator.set_condition("unplugged", False)
        here.wait_ended(2)
        assert codes(here) == named("2")
        assert here.log.told[2:] == done("2")


@pytest.mark.parametrize(
    ("kind", "condition", "fault"),
    [
        (ESCPOS, "silent", DeviceFault.NO_ANSWER),
        (ESCPOS, "garbage", DeviceFault.BAD_FRAME),
        (ESCPOS, "noise", DeviceFault.BAD_FRAME),
        (ZPL, "silent", DeviceFault.NO_ANSWER),
        (ZPL, "noise", DeviceFault.BAD_FRAME),
    ],
)
def test_a_printer_that_makes_no_sense_gets_no_page(
    kind: Kind, link: str, tmp_path: Path, condition: str, fault: DeviceFault
) -> None:
    with stand(port_of(link, tmp_path), tmp_path, kind=kind) as here:
        here.wait_truth(READY)
        here.simulator.set_condition(condition, True)
        here.submit("1")
        here.wait_truth(ATTENTION, str(fault))
        assert here.questions_only()
        here.simulator.set_condition(condition, False)
        here.wait_ended(1)
        assert here.log.told == done("1")


def test_silence_after_the_page_leaves_it_unknown(here: Stand) -> None:
    here.on_first = lambda: here.simulator.set_condition("silent", True)
    here.submit("1")
    (end,) = here.wait_ended(1)
    assert (end.outcome, end.fault) == (UNKNOWN, str(DeviceFault.NO_ANSWER))
    here.on_first = lambda: None
    here.simulator.set_condition("silent", False)
    here.submit("2")
    here.wait_ended(2)
    assert here.log.told[2:] == done("2")


def test_printing_that_never_ends_is_not_waited_for_without_limit(here: Stand) -> None:
    here.on_first = lambda: here.simulator.set_condition("stuck", True)
    here.submit("1")
    (end,) = here.wait_ended(1)
    assert (end.outcome, end.fault) == (UNKNOWN, str(DeviceFault.PRINTER_OTHER))
    here.on_first = lambda: None
    here.simulator.set_condition("stuck", False)
    here.submit("2")
    here.wait_ended(2)
    assert here.log.told[2:] == done("2")
    assert codes(here)[-1:] == named("2")


def test_what_cannot_be_drawn_is_said_before_printing(here: Stand) -> None:
    here.wait_truth(READY)
    here.submit("1", recipient_name="示\ue000例")
    here.wait_ended(1)
    assert here.log.told == [Ended("1", NOT_PRINTED, str(DeviceFault.GLYPH_MISSING), 0)]
    assert here.questions_only()


def test_a_roll_near_its_end_still_prints_and_is_told(tmp_path: Path) -> None:
    with stand(port_of("tcp", tmp_path), tmp_path, kind=ESCPOS) as here:
        here.simulator.set_condition("paper_low", True)
        here.submit("1")
        here.wait_ended(1)
        here.wait_truth(READY)
        here.wait(lambda: dict(here.truths[-1].facts) == {"paper_low": True}, "the note")
        assert here.log.told == done("1")


def test_what_a_torn_page_left_goes_to_nobody_else(tmp_path: Path) -> None:
    with stand(port_of("tcp", tmp_path), tmp_path, kind=ESCPOS) as here:
        here.log.on_starting = lambda job: here.simulator.cut_after(20_000) if job.job == "1" else None
        here.submit("1", "2")
        here.wait_truth(GONE, str(DeviceFault.GONE))
        here.simulator.set_condition("unplugged", False)
        here.wait_ended(2)
        remnant, whole = (Image.open(page) for page in here.simulator.pages())
        assert read_with_zxing(remnant) == {}
        assert remnant.height < whole.height
        assert read_with_zxing(whole) == {"qr": named("2")}


def test_a_zpl_printer_that_is_silent_with_its_head_open(tmp_path: Path) -> None:
    simulator = ZplPrinterSimulator(port_of("tcp", tmp_path), tmp_path / "pages", print_s=0.1, dumb=True)
    simulator.start()
    placed = Stand(simulator, simulator.url, QUICK, ZPL)
    try:
        placed.rack.start()
        placed.wait_truth(READY)
        simulator.set_condition("head_open", True)
        placed.submit("1")
        placed.wait_truth(ATTENTION, str(DeviceFault.NO_ANSWER))
        assert placed.log.told == []
        simulator.set_condition("head_open", False)
        placed.wait_ended(1)
        assert placed.log.told == done("1")
    finally:
        assert placed.rack.stop() == ()
        simulator.stop()


def test_stop_while_a_page_is_printed(kind: Kind, link: str, tmp_path: Path) -> None:
    with stand(port_of(link, tmp_path), tmp_path, print_s=5.0, kind=kind) as here:
        here.submit("1")
        here.wait_truth(BUSY)
        assert here.rack.stop() == ()
        assert here.log.told == [Started("1"), Ended("1", UNKNOWN, str(DeviceFault.CANCELLED), 0)]


@pytest.mark.parametrize(
    ("lane", "slot", "driver", "options", "key"),
    [
        (ReceiptPrinterLane, Slot.RECEIPT_PRINTER, "escpos", {"width_mm": 76}, "width_mm"),
        (ReceiptPrinterLane, Slot.RECEIPT_PRINTER, "escpos", {"dpi": "203"}, "devices.receipt_printer.dpi"),
        (LabelPrinterLane, Slot.STICKER_PRINTER, "cpcl", {}, "devices.sticker_printer.driver"),
    ],
)
def test_wrong_options_are_named(
    lane: type[LabelPrinterLane | ReceiptPrinterLane],
    slot: Slot,
    driver: str,
    options: dict[str, int | str],
    key: str,
    tmp_path: Path,
) -> None:
    log = Log(ReceiptPrinterSimulator(port_of("tcp", tmp_path), tmp_path))
    report = LaneReport(slot, lambda _event: None)
    with pytest.raises(ConfigError) as caught:
        lane(Config(slot, driver, "tcp://127.0.0.1:1", options), report, log)
    assert (caught.value.code, caught.value.facts["key"]) == (ConfigFault.WRONG_VALUE, key)


def test_a_lane_is_a_printer_for_other_threads(tmp_path: Path) -> None:
    with stand(port_of("tcp", tmp_path), tmp_path, kind=ESCPOS) as here:
        assert isinstance(here.lane, PrinterLane)
        threads = [threading.Thread(target=here.submit, args=(str(number),)) for number in (1, 2, 3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        here.wait_ended(3)
        assert sorted(codes(here)) == named("1", "2", "3")
