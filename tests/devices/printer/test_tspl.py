"""TSPL bytes, read back by an independent reader; the status byte, by the manual's table."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.devices import Label
from core.errors import DeviceError, DeviceFault
from devices.printer.label import render_label
from devices.printer.page import Bitmap
from devices.printer.tspl import LARGEST_BLOCK, encode_page, parse_cause, parse_status
from tests.devices.printer.labels import FULL, PLAIN
from tests.peers.tspl import TsplPage, read_tspl


def dots_of(bitmap: Bitmap) -> list[list[bool]]:
    return [
        [bool(bitmap.data[y * bitmap.stride + x // 8] >> (7 - x % 8) & 1) for x in range(bitmap.width)]
        for y in range(bitmap.height)
    ]


def only_page(data: bytes, dots_per_mm: int = 8) -> TsplPage:
    pages = read_tspl(data, dots_per_mm)
    assert len(pages) == 1
    assert pages[0].copies == 1
    assert pages[0].largest_block <= LARGEST_BLOCK
    return pages[0]


@pytest.mark.parametrize("label", [PLAIN, FULL], ids=["plain", "full"])
def test_a_label_arrives_dot_for_dot(label: Label) -> None:
    bitmap = render_label(label, 76, 130, 203).bitmap
    data = encode_page(bitmap, 76, 130)
    page = only_page(data)
    assert (page.width_mm, page.height_mm, page.gap_mm) == (76, 130, 2)
    assert page.dots == dots_of(bitmap)
    # Well under half of a plain BITMAP: what makes a serial printer bearable.
    assert len(data) < 0.5 * len(bitmap.data)


def test_a_page_of_300_dpi() -> None:
    bitmap = render_label(PLAIN, 76, 130, 300).bitmap
    assert only_page(encode_page(bitmap, 76, 130, gap_mm=3), 12).dots == dots_of(bitmap)


def test_an_odd_width_stays_white_beyond_its_edge() -> None:
    # 9 dots: the second byte has seven spare bits, which must not burn.
    bitmap = Bitmap(9, 8, b"\xff\x80" * 8)
    data = encode_page(bitmap, 2, 1)
    assert b"BITMAP 0,0,2,8,0," + b"\x00\x7f" * 8 in data


@pytest.mark.parametrize("fill", [b"\x00", b"\xff", b"\xe4", b"\x01", b"\x80"])
def test_uniform_pages(fill: bytes) -> None:
    bitmap = Bitmap(608, 1040, fill * (76 * 1040))
    assert only_page(encode_page(bitmap, 76, 130)).dots == dots_of(bitmap)


# In data a printed byte is inverted: E4 DE is sent as 1B 21, "ESC !".
_SPARSE = st.sampled_from([0, 0, 0, 0, 0xE4, 0xDE, 0xFF, 0x18])


@settings(max_examples=60, deadline=None)
@given(data=st.data(), width=st.integers(1, 10), height=st.integers(1, 5))
def test_any_page_arrives_and_never_holds_an_immediate_command(
    data: st.DataObject, width: int, height: int
) -> None:
    rows = data.draw(st.lists(_SPARSE, min_size=width * 8 * height, max_size=width * 8 * height))
    bitmap = Bitmap(width * 8, height * 8, bytes(rows))
    assert only_page(encode_page(bitmap, width, height)).dots == dots_of(bitmap)


@pytest.mark.parametrize("row", [b"\xe4\xde\xe4\xde\xe4\xde", b"\xde\xde\xde\xde\xde\xe4", b"\xe4" * 6])
def test_escape_inside_and_across_rows(row: bytes) -> None:
    bitmap = Bitmap(48, 16, row * 8 + b"\xde\xff\xff\xff\xff\xe4" * 8)
    assert only_page(encode_page(bitmap, 6, 2)).dots == dots_of(bitmap)


@pytest.mark.parametrize("cut", [2100, 2140, 2200, 3000, 9000, 20_000, 30_000])
def test_a_page_cut_off_anywhere_does_not_spoil_the_next(cut: int) -> None:
    # A lenient reader stands in for the printer's memory of the first page: the strict one would fail.
    from devices.simulators.label_language import PageOrdered, TsplInterpreter

    bitmap = render_label(PLAIN, 76, 130, 203).bitmap
    data = encode_page(bitmap, 76, 130)
    printer = TsplInterpreter(8)
    orders = printer.feed(data[:cut]) + printer.feed(data)
    assert len(orders) == 1
    assert isinstance(orders[0], PageOrdered)
    white = orders[0].picture.tobytes()
    assert bytes(255 - byte for byte in white) == bitmap.data


# The manual's table of <ESC>!? answers.
STATUS = [
    (0x00, None, False),
    (0x01, DeviceFault.HEAD_OPEN, False),
    (0x02, DeviceFault.PAPER_JAM, False),
    (0x03, DeviceFault.HEAD_OPEN, False),
    (0x04, DeviceFault.PAPER_OUT, False),
    (0x05, DeviceFault.HEAD_OPEN, False),
    (0x08, DeviceFault.RIBBON_OUT, False),
    (0x09, DeviceFault.HEAD_OPEN, False),
    (0x0A, DeviceFault.PAPER_JAM, False),
    (0x0B, DeviceFault.HEAD_OPEN, False),
    (0x0C, DeviceFault.PAPER_OUT, False),
    (0x0D, DeviceFault.HEAD_OPEN, False),
    (0x10, DeviceFault.PAUSED, False),
    (0x20, None, True),
    (0x40, DeviceFault.HEAD_OPEN, False),
    (0x80, DeviceFault.PRINTER_OTHER, False),
]


@pytest.mark.parametrize(("byte", "fault", "printing"), STATUS)
def test_status(byte: int, fault: DeviceFault | None, printing: bool) -> None:
    status = parse_status(bytes([byte]))
    assert (status.fault, status.printing) == (fault, printing)
    assert status.ready == (byte == 0)


@pytest.mark.parametrize("answer", [b"", b"\x00\x00", b"\xff", b"ERR\r\n"])
def test_what_is_no_status(answer: bytes) -> None:
    with pytest.raises(DeviceError) as caught:
        parse_status(answer)
    assert caught.value.code is DeviceFault.BAD_FRAME


def test_only_a_zero_byte_means_ready() -> None:
    assert [byte for byte in range(255) if parse_status(bytes([byte])).ready] == [0]


# The manual's table of <ESC>!S, one line each: (bytes 1 to 4, fault).
CAUSES = [
    (b"E@A@", DeviceFault.HOT),
    (b"E@B@", DeviceFault.HOT),
    (b"E@H@", DeviceFault.PAPER_JAM),
    (b"E@P@", DeviceFault.PRINTER_OTHER),
    (b"E@@A", DeviceFault.PAPER_OUT),
    (b"E@@B", DeviceFault.PAPER_JAM),
    (b"E@@D", DeviceFault.RIBBON_OUT),
    (b"E@@H", DeviceFault.RIBBON_OUT),
    (b"E@@`", DeviceFault.HEAD_OPEN),
    (b"E@Aa", DeviceFault.HEAD_OPEN),
    (b"@@@@", DeviceFault.PRINTER_OTHER),
]


@pytest.mark.parametrize(("told", "fault"), CAUSES)
def test_cause_of_another_error(told: bytes, fault: DeviceFault) -> None:
    assert parse_cause(b"\x02" + told + b"\x03\r\n") is fault


@pytest.mark.parametrize(
    "answer", [b"", b"\x80", b"\x02E@A@\x03", b"\x02E@\x01@\x03\r\n", b"\x02E@A@\x03\r\n\0"]
)
def test_what_names_no_cause(answer: bytes) -> None:
    assert parse_cause(answer) is DeviceFault.PRINTER_OTHER
