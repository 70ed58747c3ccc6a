"""The simulated devices of a counter under test, in the process that watches it: they outlive its kills.

A printer is as slow as its status needs to be seen printing, no slower, and every page that leaves it is
read back by a bar-code reader at once.
"""

from __future__ import annotations

import base64
import json
import struct
import zlib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import zxingcpp
from PIL import Image

from core.config import DeviceConfig
from core.devices import Slot
from devices.simulators.control import ControlClient, Orders, Reply
from devices.simulators.desk import SimulatedDesk
from devices.simulators.label_printer import LabelPrinterSimulator
from devices.simulators.port import Device, TcpPort
from devices.simulators.reader import ReaderSimulator
from devices.simulators.receipt_printer import ReceiptPrinterSimulator
from devices.simulators.scanner import ScannerSimulator

FAST_BAUD = 40_000_000
PRINT_S = 0.09  # a lane looks every 50 ms
DOTS_PER_MM = 8
# Where a page of that many millimetres across says that it is a copy: resources/labels, [[text]] "copy".
COPY_BOXES = {76: (61.0, 3.0, 73.0, 12.5), 60: (49.0, 1.75, 58.0, 5.25)}
# A receipt's title stands in its first rows; the mark's box is wider than any stroke of a title.
TITLE_DOTS, MARK_DOTS = 45, 64
SHORTEST = 300  # dots of a receipt; what is cut off of a torn one may be less


@dataclass(frozen=True)
class Page:
    """One page that left the printer, as a bar-code reader sees it."""

    waybill: str
    token: str
    copy: bool


def read_page(picture: Image.Image) -> Page:
    """Raises ValueError where the two symbols cannot be read."""
    symbols = {symbol.format: symbol.text for symbol in zxingcpp.read_barcodes(picture.convert("L"))}
    texts = {zxingcpp.BarcodeFormat.Code128: "", zxingcpp.BarcodeFormat.QRCode: ""} | symbols
    waybill, token = texts[zxingcpp.BarcodeFormat.Code128], texts[zxingcpp.BarcodeFormat.QRCode]
    if not waybill or not token:
        raise ValueError("unreadable label")
    left, top, right, bottom = (
        round(DOTS_PER_MM * edge) for edge in COPY_BOXES[picture.width // DOTS_PER_MM]
    )
    darkest, _ = picture.convert("L").crop((left, top, right, bottom)).getextrema()
    return Page(waybill, token, copy=darkest == 0)


@dataclass(frozen=True)
class Slip:
    """One receipt that left the printer: its code's text, the waybill in it, and whether it says "copy"."""

    text: str
    waybill: str
    copy: bool


def read_slip(picture: Image.Image) -> Slip | None:
    """None for paper without a code: what was cut off, or a slip.  The code is taken apart, not checked."""
    found = zxingcpp.read_barcodes(
        picture.convert("L"), formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    )
    if not found:
        return None
    text = found[0].text
    code = text.removeprefix("CR1.")
    packed = zlib.decompress(base64.urlsafe_b64decode(code + "=" * (-len(code) % 4)), -15)
    (size,) = struct.unpack_from(">H", packed)
    return Slip(text, json.loads(packed[2 : 2 + size])["waybill"], copy=_has_mark(picture))


def _has_mark(picture: Image.Image) -> bool:
    """Beside the title a copy has its mark in a solid box: a long black run above the first rule."""
    top = picture.convert("L").crop((0, 0, picture.width, TITLE_DOTS))
    rows = [top.crop((0, y, top.width, y + 1)).tobytes() for y in range(top.height)]
    return any(bytes(MARK_DOTS) in row for row in rows)


class WatchedPrinter(LabelPrinterSimulator):
    """Reads its pages back, and says when a page has arrived and when it has been printed."""

    def __init__(self, directory: Path) -> None:
        super().__init__(TcpPort(FAST_BAUD), directory, print_s=PRINT_S)
        self.out: list[Page] = []
        self.on_ordered: Callable[[], None] | None = None
        self.on_printed: Callable[[], None] | None = None

    def _obey(self, data: bytes) -> bytes:
        before = len(self._ordered)
        answers = super()._obey(data)
        if len(self._ordered) > before and self.on_ordered is not None:
            self.on_ordered()
        return answers

    def _write(self, picture: Image.Image) -> None:
        super()._write(picture)
        self.out.append(read_page(picture))
        if self.on_printed is not None:
            self.on_printed()


class WatchedReceipts(ReceiptPrinterSimulator):
    """Reads its receipts back, and says when one has arrived and when it has been printed."""

    def __init__(self, directory: Path) -> None:
        super().__init__(TcpPort(FAST_BAUD), directory, print_s=PRINT_S)
        self.out: list[Slip] = []
        self.on_ordered: Callable[[], None] | None = None
        self.on_printed: Callable[[], None] | None = None

    def _order(self, what: Image.Image | bytes | None) -> None:
        super()._order(what)
        if isinstance(what, Image.Image) and what.height > SHORTEST and self.on_ordered is not None:
            self.on_ordered()

    def _write(self, picture: Image.Image) -> None:
        super()._write(picture)
        slip = read_slip(picture)
        if slip is not None:
            self.out.append(slip)
            if self.on_printed is not None:
                self.on_printed()


class Desk(SimulatedDesk):
    """Reader, scanner and printers over TCP, fast: objects here, a control socket for the counter."""

    def __init__(self, directory: Path, *, receipts: bool = False, stickers: bool = False) -> None:
        """With a label printer always; with a receipt and a sticker printer where they are asked for."""
        super().__init__(directory, tcp=True, read_s=0.0, stickers=stickers)
        self.reader = ReaderSimulator(TcpPort(FAST_BAUD))
        self.scanner = ScannerSimulator(TcpPort(FAST_BAUD))
        self.watched = WatchedPrinter(directory / "labels")
        self.printer = self.watched
        self.slips = WatchedReceipts(directory / "receipts")
        self.receipts = self.slips
        self.watched_stickers = WatchedPrinter(directory / "stickers")
        self.stickers = self.watched_stickers
        devices: dict[str, Device] = {
            "id_reader": self.reader,
            "scanner": self.scanner,
            "label_printer": self.printer,
        }
        devices |= {"receipt_printer": self.slips} if receipts else {}
        devices |= {"sticker_printer": self.stickers} if stickers else {}
        self._devices = devices
        self.client = ControlClient(self._socket)

    def _orders(self) -> Orders:
        return {**super()._orders(), "came_out": lambda _order: self._came_out()}

    def _came_out(self) -> Reply:
        """How often each waybill's label and receipt have left the printers: what lies in the trays."""
        return {
            "pages": Counter(page.waybill for page in self.watched.out),
            "receipts": Counter(slip.waybill for slip in self.slips.out),
        }

    @property
    def control_path(self) -> str:
        """The control socket."""
        return str(self._socket)

    def links(self) -> dict[str, str]:
        """Slot → link."""
        return {slot: device.url.partition("?")[0] for slot, device in self._devices.items()}


def device_configs(links: Mapping[str, str]) -> dict[Slot, DeviceConfig]:
    """As the configuration file would give them."""
    drivers = {
        "id_reader": ("sam", {"poll_ms": 20}),
        "scanner": ("serial", {}),
        "label_printer": ("tspl", {}),
        "receipt_printer": ("escpos", {"width_mm": 80, "dpi": 203}),
        "sticker_printer": ("tspl", {"width_mm": 60, "height_mm": 40}),
    }
    return {
        Slot(name): DeviceConfig(Slot(name), drivers[name][0], link, drivers[name][1])
        for name, link in links.items()
    }
