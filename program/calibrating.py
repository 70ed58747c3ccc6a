"""``main.py device calibrate SLOT``: the page of rulers and codes, printed, or as a picture for a look."""

from __future__ import annotations

import queue
import time
from pathlib import Path

from core.devices import CalibrationPage, DeviceChanged, DeviceEvent, PrintJob, PrintOutcome, Slot
from core.errors import ConfigError, ConfigFault, DeviceError, DeviceFault
from core.handover import CodedPage
from devices.printer.calibration import CalibrationRenderer, load_calibration
from devices.printer.fonts import FontBook
from devices.printer.form import label_form, receipt_form
from devices.printer.page import moved
from devices.printer.queue import PrinterLane
from devices.printer.receipt_template import DEFAULT_RECEIPTS, load_receipt_template
from devices.rack import DeviceConfig, Rack

PRINTERS = (Slot.LABEL_PRINTER, Slot.STICKER_PRINTER, Slot.RECEIPT_PRINTER)
_PAGE_SECONDS = 60.0
_JOB = "calibration"


class _OnePage:
    """A page that no journal knows: it says nothing of any item."""

    def __init__(self) -> None:
        self.ends: queue.SimpleQueue[tuple[PrintOutcome, str]] = queue.SimpleQueue()

    def starting(self, job: PrintJob) -> bool:
        """See :class:`core.ports.PrintLog`."""
        return job.job == _JOB

    def ended(self, job: PrintJob, outcome: PrintOutcome, fault: str = "") -> None:
        """See :class:`core.ports.PrintLog`."""
        self.ends.put((outcome, fault))


def calibrate(device: DeviceConfig, picture: Path | None) -> int:
    """0 where the page came out.

    Raises ConfigError WRONG_VALUE for a slot that is no printer or a file that cannot be written, DeviceError
    with what the printer said.
    """
    if device.slot not in PRINTERS:
        expected = ", ".join(slot.value for slot in PRINTERS)
        raise ConfigError(ConfigFault.WRONG_VALUE, key="SLOT", value=device.slot.value, expected=expected)
    if picture is not None:
        try:
            picture.write_bytes(page_png(device))
        except OSError:
            raise ConfigError(
                ConfigFault.WRONG_VALUE,
                key="--png",
                value=picture.name,
                expected="a file that can be written",
            ) from None
        return 0
    print_page(device)
    return 0


def page_png(device: DeviceConfig, *, on_paper: bool = False) -> bytes:
    """The page of a printer, dot for dot; ``on_paper``: moved on it as the options say.

    Raises ConfigError for an option or a size that cannot be, DeviceError LABEL_LAYOUT.
    """
    if device.slot is Slot.RECEIPT_PRINTER:
        form = receipt_form(device)
        width: float = load_receipt_template(DEFAULT_RECEIPTS, form.width_mm).printed_mm
    else:
        form = label_form(device)
        width = form.width_mm
    page = CalibrationRenderer(FontBook(), load_calibration(), form, width).render().bitmap
    if on_paper:
        page = moved(page, form.right_dots, form.down_dots, cut=True)
    return page.to_png()


def print_page(device: DeviceConfig, page: CalibrationPage | CodedPage | None = None) -> None:
    """One page, of rulers where none is given; nobody else holds the link.

    Raises DeviceError as the printer says.
    """
    from program.terminal import drivers

    log, last = _OnePage(), ""
    events: queue.SimpleQueue[DeviceEvent] = queue.SimpleQueue()
    rack = Rack([device], drivers(log), events.put)
    rack.start()
    try:
        lane = rack.lane(device.slot)
        if not isinstance(lane, PrinterLane):
            raise DeviceError(DeviceFault.PRINTER_OTHER)
        lane.submit(PrintJob(_JOB, device.slot, 0, page or CalibrationPage(), passing=True))
        end = time.monotonic() + _PAGE_SECONDS
        while time.monotonic() < end:
            try:
                outcome, fault = log.ends.get(timeout=0.2)
            except queue.Empty:
                continue
            if outcome is not PrintOutcome.PRINTED:
                raise DeviceError(DeviceFault(fault) if fault else DeviceFault.PRINTER_OTHER)
            return
        while not events.empty():
            event = events.get()
            last = event.truth.fault if isinstance(event, DeviceChanged) else last
        raise DeviceError(DeviceFault(last) if last else DeviceFault.NO_ANSWER)
    finally:
        rack.stop()
