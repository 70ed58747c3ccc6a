"""Pages rendered and encoded at 203 dpi: time of each, on the clock and on the processor; 2,000 in a row."""

from __future__ import annotations

import dataclasses
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import zxingcpp
from PIL import Image

from bench.figures import Figure, at_most, percentile
from core.devices import Label
from devices.printer import escpos, tspl, zpl
from devices.printer.fonts import FontBook
from devices.printer.label import LabelRenderer
from devices.printer.page import Bitmap
from devices.printer.receipt import receipt_renderer
from devices.printer.template import DEFAULT_TEMPLATES, load_template
from tests.devices.printer.labels import FULL
from tests.devices.printer.receipts import FULL_RECEIPT, PLAIN_RECEIPT

_PAGES, _WARM, _ROW = 200, 40, 2000
_SIZES = ((76, 130), (100, 150), (60, 40))
_READ_EVERY = 20  # of the pages in a row, by a bar-code reader
_FIRST_HANZI, _LAST_HANZI = 0x4E00, 0x9FA5


def run() -> Iterator[Figure]:
    """Labels with names and streets of their own each, receipts likewise; then memory and correctness."""
    chance = random.Random(7)
    for width, height in _SIZES:
        labels = LabelRenderer(FontBook(), load_template(DEFAULT_TEMPLATES, width, height), 203)
        for language, encode in _encoders(width, height).items():
            yield from _timed(f"label {width}x{height} {language}", _labels(labels, encode, chance))
    for paper in (80, 58):
        yield from _timed(f"receipt {paper} mm escpos", _slips(paper, chance))
    labels = LabelRenderer(FontBook(), load_template(DEFAULT_TEMPLATES, 76, 130), 203)
    yield from _in_a_row(labels, chance)


def _encoders(width: int, height: int) -> dict[str, Callable[[Bitmap], bytes]]:
    return {
        "tspl": lambda page: tspl.encode_page(page, width, height),
        "zpl": zpl.encode_page,
        "escpos": lambda page: escpos.encode_page(page, escpos.Ending.NEXT_LABEL),
    }


def _labels(
    labels: LabelRenderer, encode: Callable[[Bitmap], bytes], chance: random.Random
) -> Callable[[], object]:
    return lambda: encode(labels.render(_label(chance)).bitmap)


def _slips(paper: int, chance: random.Random) -> Callable[[], None]:
    receipts = receipt_renderer(paper, 203)

    def slip() -> None:
        chosen = chance.choice((PLAIN_RECEIPT, FULL_RECEIPT))
        receipt = dataclasses.replace(chosen, recipient_name=_hanzi(chance, 4))
        escpos.encode_page(receipts.render(receipt).bitmap)

    return slip


def _timed(name: str, page: Callable[[], object]) -> Iterator[Figure]:
    for _ in range(_WARM):
        page()
    wall: list[float] = []
    processor: list[float] = []
    for _ in range(_PAGES):
        began, used = time.perf_counter_ns(), time.thread_time_ns()
        page()
        processor.append((time.thread_time_ns() - used) / 1e6)
        wall.append((time.perf_counter_ns() - began) / 1e6)
    note = f"wall p50 {percentile(wall, 0.5):.1f} p99 {percentile(wall, 0.99):.1f}, {_PAGES} pages"
    yield at_most(f"{name} p99 cpu", percentile(processor, 0.99), "ms", 25, note)


def _in_a_row(labels: LabelRenderer, chance: random.Random) -> Iterator[Figure]:
    """Growth of this process from the 500th page on, and pages whose codes are not their own."""
    wrong, settled = 0, 0.0
    for number in range(_ROW):
        label = dataclasses.replace(_label(chance), waybill=f"EA{number:09d}CN")
        bitmap = labels.render(label).bitmap
        tspl.encode_page(bitmap, 76, 130)
        if number % _READ_EVERY == 0:
            wrong += not _reads(bitmap, label)
        if number == _ROW // 4:
            settled = _resident_mb()
    grown = _resident_mb() - settled
    yield at_most(
        "labels in a row wrong", wrong, "pages", 0, f"{_ROW} labels, every {_READ_EVERY}th read back"
    )
    yield at_most("labels in a row growth", grown, "MB", 4, f"resident, from label {_ROW // 4} to {_ROW}")


def _reads(bitmap: Bitmap, label: Label) -> bool:
    white = bytes(255 - byte for byte in bitmap.data)
    picture = Image.frombytes("1", (bitmap.width, bitmap.height), white).convert("L")
    return {found.text for found in zxingcpp.read_barcodes(picture)} == {label.waybill, label.token}


def _label(chance: random.Random) -> Label:
    return dataclasses.replace(
        FULL,
        sender_name=_hanzi(chance, 3),
        recipient_name=_hanzi(chance, 4),
        recipient_address=_hanzi(chance, 30),
    )


def _hanzi(chance: random.Random, count: int) -> str:
    """Any characters at all: harder on the glyph cache than names and streets are."""
    return "".join(chr(chance.randint(_FIRST_HANZI, _LAST_HANZI)) for _ in range(count))


def _resident_mb() -> float:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024
