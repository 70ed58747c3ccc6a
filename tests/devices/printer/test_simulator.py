"""The simulated printer's reading of TSPL: the manual's commands, and how firmware treats the rest."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from devices.printer.label import render_label
from devices.printer.tspl import encode_page
from devices.simulators.label_language import Order, PageOrdered, ResetAsked, StatusAsked, TsplInterpreter
from devices.simulators.label_printer import CONDITIONS, LabelPrinterSimulator
from devices.simulators.port import TcpPort
from tests.devices.printer.labels import FULL
from tests.devices.rig import cut_up
from tests.peers.tspl import TsplError, read_tspl

HEAD = b"SIZE 2 mm,1 mm\r\nCLS\r\n"  # 16 × 8 dots, two bytes to the row
BLACK, WHITE = 0, 255


def picture_of(orders: list[Order]) -> Image.Image:
    (page,) = (order for order in orders if isinstance(order, PageOrdered))
    return page.picture


def rows(picture: Image.Image) -> list[str]:
    return [
        "".join("#" if picture.getpixel((x, y)) == BLACK else "." for x in range(picture.width))
        for y in range(picture.height)
    ]


def test_a_zero_bit_burns() -> None:
    orders = TsplInterpreter(8).feed(HEAD + b"BITMAP 0,0,2,2,0,\x7f\xff\xff\xfe\r\nPRINT 1,1\r\n")
    assert rows(picture_of(orders))[:3] == ["#" + 15 * ".", 15 * "." + "#", 16 * "."]


@pytest.mark.parametrize(("mode", "row"), [(0, "..####.."), (1, "######.."), (2, "##..##..")])
def test_modes(mode: int, row: str) -> None:
    first, second = b"BITMAP 0,0,1,1,0,\x0f\r\n", b"BITMAP 0,0,1,1,%d,\xc3\r\n" % mode
    orders = TsplInterpreter(8).feed(HEAD + first + second + b"PRINT 1\r\n")
    assert rows(picture_of(orders))[0] == row + 8 * "."


def test_what_lies_outside_the_label_is_lost() -> None:
    orders = TsplInterpreter(8).feed(HEAD + b"BITMAP 8,7,2,2,0,\x00\x00\x00\x00\r\nPRINT 1,1\r\n")
    assert rows(picture_of(orders))[7] == 8 * "." + 8 * "#"


def test_questions_are_answered_at_any_time_but_not_out_of_data() -> None:
    printer = TsplInterpreter(8)
    assert [type(order) for order in printer.feed(b"SIZE 2 m\x1b!?m,1 mm\r\nCLS\x1b!?")] == [StatusAsked] * 2
    assert printer.feed(b"\r\nBITMAP 0,0,3,1,0,\x1b!?\r\n") == []
    assert [type(order) for order in printer.feed(b"\x1b!R\x1b!x\x1b!?")] == [ResetAsked, StatusAsked]
    assert printer.skipped == 1


def test_nonsense_is_skipped_like_firmware_does() -> None:
    printer = TsplInterpreter(8)
    orders = printer.feed(b"HELLO\r\n\r\n\r\n" + HEAD + b"BITMAP 1,2,x\r\nPRINT 1,1\r\n")
    assert rows(picture_of(orders)) == [16 * "."] * 8
    assert printer.skipped == 2
    assert printer.feed(b"\xff" * 5000) == []
    assert printer.skipped == 3
    assert picture_of(printer.feed(HEAD + b"PRINT 1,1\r\n")).size == (16, 8)


@pytest.mark.parametrize("seed", range(5))
def test_however_the_bytes_are_cut_up(seed: int) -> None:
    data = encode_page(render_label(FULL, 76, 130, 203).bitmap, 76, 130)
    printer = TsplInterpreter(8)
    orders = [order for piece in cut_up(data, seed) for order in printer.feed(piece)]
    # Two readers that share nothing see the same dots.
    (page,) = read_tspl(data)
    expected = ["".join("#" if dot else "." for dot in row) for row in page.dots]
    assert rows(picture_of(orders)) == expected


@pytest.mark.parametrize(
    "data",
    [
        b"CLS\r\n",
        HEAD + b"PRINT 1,1",
        HEAD + b"TEXT 1,2\r\n",
        HEAD + b"BITMAP 0,0,1,1,0,\x00",
        HEAD + b"BITMAP 0,0,1,1,1,\x00\r\n",
        HEAD + b"BITMAP 16,0,1,1,0,\x00\r\n",
        HEAD + b"BITMAP 0,8,1,1,0,\xff\r\n",
        HEAD + b"BITMAP 0,0,3,1,0,\xff\x1b!\r\n",
        b"SIZE 3,2\r\n",
    ],
)
def test_the_strict_reader_refuses_what_the_manual_does_not_have(data: bytes) -> None:
    with pytest.raises(TsplError):
        read_tspl(data)


def test_conditions_have_names(tmp_path: Path) -> None:
    printer = LabelPrinterSimulator(TcpPort(4_000_000), tmp_path)
    for name in CONDITIONS - {"unplugged"}:
        printer.set_condition(name, True)
    assert printer.conditions() == CONDITIONS - {"unplugged"}
    with pytest.raises(KeyError):
        printer.set_condition("on fire", True)
