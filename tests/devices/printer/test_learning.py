"""A printer that measures its own labels: over a real link, and what it says where it cannot."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from core.devices import Slot
from core.errors import DeviceError, DeviceFault
from devices.printer.learning import learn, learns
from devices.simulators.label_printer import LabelPrinterSimulator
from devices.simulators.port import TcpPort
from devices.simulators.zpl_printer import ZplPrinterSimulator
from tests.devices.rig import Config

_SIZE: dict[str, int | str] = {"width_mm": 60, "height_mm": 40}


def test_a_zpl_printer_tells_its_length_after_the_paper_has_run(tmp_path: Path) -> None:
    """Not the length that it had before; nothing is printed; an open head is named and nothing runs."""
    printer = ZplPrinterSimulator(TcpPort(4_000_000), tmp_path, print_s=0.5)
    printer.start()
    try:
        printer.media_dots = 320
        config = Config(Slot.LABEL_PRINTER, "zpl", printer.url, _SIZE)
        assert learn(config, threading.Event()) == pytest.approx(40, abs=0.1)
        assert (printer.measured, printer.pages()) == (1, [])
        printer.set_condition("head_open", on=True)
        with pytest.raises(DeviceError) as told:
            learn(config, threading.Event())
        assert told.value.code is DeviceFault.HEAD_OPEN
        assert printer.measured == 1
    finally:
        printer.stop()


def test_a_tspl_printer_keeps_its_length_to_itself(tmp_path: Path) -> None:
    printer = LabelPrinterSimulator(TcpPort(4_000_000), tmp_path)
    printer.start()
    try:
        assert learn(Config(Slot.STICKER_PRINTER, "tspl", printer.url, _SIZE), threading.Event()) is None
        assert printer.measured == 1
    finally:
        printer.stop()


@pytest.mark.parametrize(
    ("slot", "driver", "can"),
    [
        (Slot.LABEL_PRINTER, "zpl", True),
        (Slot.STICKER_PRINTER, "tspl", True),
        (Slot.LABEL_PRINTER, "escpos", False),
        (Slot.RECEIPT_PRINTER, "escpos", False),
        (Slot.SCALE, "ascii", False),
    ],
)
def test_who_can(slot: Slot, driver: str, can: bool) -> None:
    assert learns(Config(slot, driver, "tcp://127.0.0.1:9")) is can
