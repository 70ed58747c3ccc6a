"""ZPL bytes, drawn by a renderer that is not ours; the host status, by the guide's tables."""

from __future__ import annotations

import dataclasses
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from core.devices import Label
from core.errors import DeviceError, DeviceFault
from devices.printer.label import render_label
from devices.printer.page import Bitmap
from devices.printer.zpl import encode_page, parse_status
from devices.simulators.zpl_language import CancelAsked, FormatOrdered, HostStatusAsked, Order, ZplInterpreter
from tests.devices.printer.labels import FULL, PLAIN
from tests.peers.barcodes import READERS
from tests.peers.zpl import ZplError, draw_zpl


def dots(bitmap: Bitmap) -> bytes:
    """0 black, 255 white, a byte to the dot."""
    white = bytes(255 - byte for byte in bitmap.data)
    return Image.frombytes("1", (bitmap.width, bitmap.height), white).convert("L").tobytes()


def formats(orders: list[Order]) -> list[Image.Image]:
    return [order.picture for order in orders if isinstance(order, FormatOrdered)]


@pytest.mark.parametrize(
    ("label", "size", "dpi"),
    [
        (PLAIN, (76, 130), 203),
        (FULL, (76, 130), 300),
        (FULL, (100, 150), 203),
        (PLAIN, (100, 150), 300),
        (FULL, (60, 40), 203),
        (PLAIN, (60, 40), 300),
    ],
)
def test_a_label_arrives_dot_for_dot(label: Label, size: tuple[int, int], dpi: int) -> None:
    bitmap = render_label(label, *size, dpi).bitmap
    (picture,) = draw_zpl(encode_page(bitmap), *size, round(dpi / 25.4))
    assert picture.size == (bitmap.width, bitmap.height)
    assert picture.tobytes() == dots(bitmap)
    for read in READERS.values():
        assert read(picture) == {"code128": [label.waybill], "qr": [label.token]}


def test_two_labels_are_two() -> None:
    labels = [dataclasses.replace(PLAIN, copy=copy) for copy in (0, 1)]
    pages = [render_label(label, 60, 40, 203).bitmap for label in labels]
    drawn = draw_zpl(b"".join(map(encode_page, pages)), 60, 40, 8)
    assert [picture.tobytes() for picture in drawn] == [dots(page) for page in pages]


_FILLS = [0x00, 0xFF, 0x0F, 0xF0, 0x80, 0x01, 0x55]


@pytest.mark.parametrize("width", [1, 51, 400])
def test_patterns_with_every_kind_of_run_arrive(width: int) -> None:
    """One call of the renderer for many pages: rows of runs from 1 to 800 digits, black ends, repeats."""
    chance = random.Random(41)
    pages = []
    for _ in range(12):
        rows: list[bytes] = []
        while len(rows) < 16:
            row = b""
            while len(row) < width:
                row += bytes([chance.choice(_FILLS)]) * chance.choice([1, 1, 2, 9, 10, 19, 20, 21, 200, 400])
            rows += [row[:width]] * chance.choice([1, 1, 3])
        pages.append(Bitmap(width * 8, 16, b"".join(rows[:16])))
    drawn = draw_zpl(b"".join(map(encode_page, pages)), width, 2, 8)
    assert [picture.tobytes() for picture in drawn] == [dots(page) for page in pages]


@settings(max_examples=60, deadline=None)
@given(data=st.data(), width=st.integers(1, 60), height=st.integers(1, 8))
def test_the_simulator_sees_the_same_dots(data: st.DataObject, width: int, height: int) -> None:
    pieces = data.draw(
        st.lists(st.tuples(st.sampled_from(_FILLS), st.integers(1, 50)), min_size=1, max_size=30)
    )
    filled = b"".join(bytes([fill]) * count for fill, count in pieces)
    bitmap = Bitmap(width * 8, height, (filled * (width * height))[: width * height])
    (picture,) = formats(ZplInterpreter().feed(encode_page(bitmap)))
    assert picture.convert("L").tobytes() == dots(bitmap)


def test_a_page_is_a_third_of_plain_hex() -> None:
    bitmap = render_label(FULL, 76, 130, 203).bitmap
    assert len(encode_page(bitmap)) < 2 * len(bitmap.data) / 3


def test_a_page_that_was_cut_off_is_taken_back() -> None:
    data = encode_page(render_label(PLAIN, 60, 40, 203).bitmap)
    printer = ZplInterpreter()
    orders = printer.feed(data[:3000])
    before = printer.partial
    orders += printer.feed(b"~JA~HS")
    assert [type(order) for order in orders] == [CancelAsked, HostStatusAsked]
    assert (before, printer.partial) == (True, False)
    (whole,) = formats(printer.feed(data))
    assert whole.convert("L").tobytes() == draw_zpl(data, 60, 40, 8)[0].tobytes()


def test_the_renderer_is_asked_for_real() -> None:
    with pytest.raises(ZplError):
        draw_zpl(b"no format at all", 60, 40, 0)


# The guide's example of an answer, members numbered from 0.
IDLE = (
    ("030", "0", "0", "1040", "000", "0", "0", "0", "000", "0", "0", "0"),
    ("001", "0", "0", "0", "1", "2", "6", "0", "00000000", "1", "000"),
    ("1234", "0"),
)


def answer(changes: dict[tuple[int, int], str]) -> bytes:
    strings = [list(string) for string in IDLE]
    for (string, member), text in changes.items():
        strings[string][member] = text
    return b"".join(b"\x02" + ",".join(members).encode("ascii") + b"\x03\r\n" for members in strings)


@pytest.mark.parametrize(
    ("changes", "fault", "printing"),
    [
        ({}, None, False),
        ({(0, 1): "1"}, DeviceFault.PAPER_OUT, False),
        ({(0, 2): "1"}, DeviceFault.PAUSED, False),
        ({(0, 4): "002"}, None, True),
        ({(0, 5): "1"}, None, True),
        ({(0, 7): "1"}, None, False),  # a format that was cut off: nothing is under way
        ({(0, 9): "1"}, DeviceFault.PRINTER_OTHER, False),
        ({(0, 10): "1"}, DeviceFault.PRINTER_OTHER, False),
        ({(0, 11): "1"}, DeviceFault.HOT, False),
        ({(0, 11): "1", (0, 2): "1"}, DeviceFault.HOT, False),
        ({(1, 2): "1"}, DeviceFault.HEAD_OPEN, False),
        ({(1, 2): "1", (0, 1): "1", (0, 2): "1"}, DeviceFault.HEAD_OPEN, False),
        ({(1, 3): "1"}, DeviceFault.RIBBON_OUT, False),
        ({(1, 3): "1", (1, 4): "0"}, None, False),  # direct thermal: there is no ribbon
        ({(1, 8): "00000003"}, None, True),
    ],
)
def test_status(changes: dict[tuple[int, int], str], fault: DeviceFault | None, printing: bool) -> None:
    status = parse_status(answer(changes))
    assert (status.fault, status.printing) == (fault, printing)
    assert status.ready == (fault is None and not printing)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"ERR\r\n",
        answer({})[:-12],
        answer({}) + answer({}),
        answer({(0, 1): "x"}),
        answer({(0, 1): ""}),
        answer({}).replace(b"001,0,0", b"001,0"),
    ],
)
def test_what_is_no_status(text: bytes) -> None:
    with pytest.raises(DeviceError) as caught:
        parse_status(text)
    assert caught.value.code is DeviceFault.BAD_FRAME
