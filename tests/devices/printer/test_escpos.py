"""ESC/POS bytes, read back by an independent reader; the status bytes, by the reference's tables."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from core.devices import Receipt
from core.errors import DeviceError, DeviceFault
from devices.printer.escpos import (
    FENCE,
    LARGEST_BAND,
    RESYNC,
    Ending,
    encode_page,
    is_mark,
    is_status,
    parse_status,
)
from devices.printer.label import render_label
from devices.printer.page import Bitmap
from devices.printer.receipt import render_receipt
from devices.simulators.receipt_language import Asked, EscPosInterpreter, MarkAsked, Order, SlipOrdered
from tests.devices.printer.labels import PLAIN
from tests.devices.printer.receipts import FULL_RECEIPT, HQ_KEY, PLAIN_RECEIPT, RECORD
from tests.devices.printer.test_tspl import dots_of
from tests.devices.rig import cut_up
from tests.peers.barcodes import READERS
from tests.peers.escpos import EscPosError, Slip, read_escpos

HEAD = b"\x1b@"
END = b"\x1bd\x02\x1dVB\x00"


def only_slip(data: bytes, width: int) -> Slip:
    (slip,) = read_escpos(data, width)
    assert slip.marked
    assert slip.largest_band <= LARGEST_BAND
    return slip


def assert_arrived(slip: Slip, bitmap: Bitmap) -> None:
    """Never a dot less; at most one more, beside one, for each real-time command that was broken up."""
    wanted = dots_of(bitmap)
    assert len(slip.dots) == len(wanted)
    more = 0
    for sent, row in zip(slip.dots, wanted, strict=True):
        for x, dot in enumerate(row):
            if dot != sent[x]:
                assert not dot
                assert row[x - 1]
                more += 1
    assert more <= sum(bitmap.data.count(pair) for pair in (b"\x10\x04", b"\x10\x05", b"\x10\x14"))


def picture(slip: Slip) -> Image.Image:
    image = Image.new("1", (len(slip.dots[0]), len(slip.dots)), 1)
    image.putdata([0 if dot else 255 for row in slip.dots for dot in row])
    return image


@pytest.mark.parametrize(("paper", "width"), [(80, 576), (58, 384)])
@pytest.mark.parametrize("receipt", [PLAIN_RECEIPT, FULL_RECEIPT], ids=["plain", "full"])
def test_a_receipt_arrives_dot_for_dot_and_its_qr_is_sound(paper: int, width: int, receipt: Receipt) -> None:
    from core.receipts.record import read_record

    bitmap = render_receipt(receipt, paper).bitmap
    data = encode_page(bitmap)
    slip = only_slip(data, width)
    assert slip.ending == "cut"
    assert_arrived(slip, bitmap)
    assert len(data) < 0.8 * len(bitmap.data)
    for read in READERS.values():
        (text,) = read(picture(slip))["qr"]
        assert read_record(text, HQ_KEY) == RECORD


def test_a_label_ends_at_the_next_label() -> None:
    bitmap = render_label(PLAIN, 76, 130, 203).bitmap
    slip = only_slip(encode_page(bitmap, Ending.NEXT_LABEL), 608)
    assert slip.ending == "label"
    assert_arrived(slip, bitmap)


_BYTES = st.sampled_from([0, 0, 0, 0x10, 0x10, 0x04, 0x05, 0x14, 0x18, 0xFF, 0x1B, 0x1D])


@settings(max_examples=80, deadline=None)
@given(data=st.data(), width=st.integers(1, 12), height=st.integers(1, 30))
def test_any_page_arrives_and_never_holds_a_real_time_command(
    data: st.DataObject, width: int, height: int
) -> None:
    rows = bytes(data.draw(st.lists(_BYTES, min_size=width * height, max_size=width * height)))
    slip = only_slip(encode_page(Bitmap(width * 8, height, rows)), width * 8)
    assert_arrived(slip, Bitmap(width * 8, height, rows))


@pytest.mark.parametrize("fill", [b"\x00", b"\xff", b"\x01", b"\x80"])
def test_uniform_pages(fill: bytes) -> None:
    bitmap = Bitmap(576, 300, fill * (72 * 300))
    assert only_slip(encode_page(bitmap), 576).dots == dots_of(bitmap)


def slips(orders: list[Order]) -> list[Image.Image]:
    return [order.picture for order in orders if isinstance(order, SlipOrdered)]


@pytest.mark.parametrize("cut", [1, *range(2064, 2086), 3000, 9000, 20_000, 40_000])
def test_a_page_cut_off_anywhere_does_not_spoil_the_next(cut: int) -> None:
    """Between a band's name and its last parameter, too (2066 to 2074)."""
    bitmap = render_receipt(PLAIN_RECEIPT, 80).bitmap
    data = encode_page(bitmap)
    printer = EscPosInterpreter(576)
    printer.feed(data[:cut])
    # What a session does before the next page: questions first.
    asked = printer.feed(FENCE + b"".join(b"\x10\x04" + bytes([number]) for number in (1, 2, 3, 4)))
    assert asked == [Asked(number) for number in (1, 2, 3, 4)]
    torn = printer.feed(RESYNC + HEAD + END)
    (whole,) = slips(printer.feed(data))
    assert len(slips(torn)) == 1
    assert whole.tobytes() == picture(only_slip(data, 576)).tobytes()


@pytest.mark.parametrize("seed", range(5))
def test_however_the_bytes_are_cut_up(seed: int) -> None:
    bitmap = render_receipt(FULL_RECEIPT, 58).bitmap
    page_bytes = encode_page(bitmap)
    data = b"\x10\x04\x01" + page_bytes + b"\x10\x04\x04"
    printer = EscPosInterpreter(384)
    orders = [order for piece in cut_up(data, seed) for order in printer.feed(piece)]
    assert [type(order) for order in orders].count(MarkAsked) == 1
    assert [order.number for order in orders if isinstance(order, Asked)] == [1, 4]
    (page,) = slips(orders)
    # Two readers that share nothing see the same dots.
    assert page.tobytes() == picture(only_slip(page_bytes, 384)).tobytes()
    assert printer.skipped == 0


def test_questions_are_answered_inside_raster_data_too() -> None:
    printer = EscPosInterpreter(16)
    orders = printer.feed(HEAD + b"\x1dv0\x00\x03\x00\x01\x00\x10\x04\x02" + END)
    assert [type(order) for order in orders] == [Asked, SlipOrdered]


@pytest.mark.parametrize(
    "data",
    [
        b"\x1dv0\x00\x01\x00\x01\x00\xff",  # before ESC @
        HEAD + b"\x1dv0\x00\x01\x00\x01\x00\xff",  # not cut
        HEAD + END,
        HEAD + b"\x1dv0\x01\x01\x00\x01\x00\xff" + END,
        HEAD + b"\x1dv0\x00\x03\x00\x01\x00\xff\xff\xff" + END,
        HEAD + b"\x1dv0\x00\x02\x00\x01\x00\x10\x04" + END,
        HEAD + b"\x1dv0\x00\x01\x00\x02\x00\xff",
        HEAD + b"hello",
        HEAD + b"\x1dr\x01",
    ],
)
def test_the_strict_reader_refuses_what_the_reference_does_not_have(data: bytes) -> None:
    with pytest.raises(EscPosError):
        read_escpos(data, 16)


IDLE = [0x12, 0x12, 0x12, 0x12]
# The reference's tables of DLE EOT 1 to 4: (which answer, byte, fault).
STATUS = [
    (1, 0x12 | 0x08, DeviceFault.PAUSED),
    (1, 0x12 | 0x04, None),  # the drawer's pin
    (1, 0x12 | 0x40, None),  # the feed button
    (2, 0x12 | 0x04, DeviceFault.HEAD_OPEN),
    (2, 0x12 | 0x08, None),
    (2, 0x12 | 0x20, DeviceFault.PAPER_OUT),
    (2, 0x12 | 0x24, DeviceFault.HEAD_OPEN),
    (2, 0x12 | 0x40, DeviceFault.PRINTER_OTHER),
    (3, 0x12 | 0x04, DeviceFault.PRINTER_OTHER),
    (3, 0x12 | 0x08, DeviceFault.PAPER_JAM),
    (3, 0x12 | 0x20, DeviceFault.PRINTER_OTHER),
    (3, 0x12 | 0x40, DeviceFault.HOT),
    (3, 0x12 | 0x60, DeviceFault.PRINTER_OTHER),
    (4, 0x12 | 0x60, DeviceFault.PAPER_OUT),
    (4, 0x12 | 0x0C, None),
]


@pytest.mark.parametrize(("which", "byte", "fault"), STATUS)
def test_status(which: int, byte: int, fault: DeviceFault | None) -> None:
    answers = [byte if number == which else 0x12 for number in (1, 2, 3, 4)]
    status = parse_status(answers, printing=False)
    assert (status.fault, status.ready) == (fault, fault is None)
    assert status.low == (which == 4 and bool(byte & 0x0C))
    assert parse_status(IDLE, printing=True).printing


@pytest.mark.parametrize("answers", [[], IDLE[:3], [*IDLE, 0x12], [0x12, 0x12, 0x12, 0xFF], [0, 0, 0, 0]])
def test_what_is_no_status(answers: list[int]) -> None:
    with pytest.raises(DeviceError) as caught:
        parse_status(answers, printing=False)
    assert caught.value.code is DeviceFault.BAD_FRAME


def test_marks_and_answers_cannot_be_confused() -> None:
    assert not [byte for byte in range(256) if is_mark(byte) and is_status(byte)]
    assert not is_status(0xFF)
    assert not is_mark(0xFF)
