"""What the configuration says of a label printer beside its paper: darkness, pace, where the page lies."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops

from core.devices import PrintJob, Slot
from core.errors import ConfigError, DeviceError
from devices.printer import tspl, zpl
from devices.printer.form import OwnPages, label_form
from devices.printer.page import Bitmap, moved
from tests.devices.printer.labels import PLAIN
from tests.devices.rig import Config
from tests.peers.tspl import read_tspl
from tests.peers.zpl import draw_zpl

PAPER = {"width_mm": 76, "height_mm": 130}


def page(driver: str, **options: int) -> bytes:
    """A label as the configured printer would get it."""
    config = Config(Slot.LABEL_PRINTER, driver, "tcp://127.0.0.1:1", {**PAPER, **options})
    return OwnPages().make(label_form(config), PrintJob("a", Slot.LABEL_PRINTER, 1, PLAIN))


def test_tspl_is_told_once_before_the_page_and_the_dots_stay() -> None:
    told, plain = page("tspl", speed=3, density=12), page("tspl")
    assert b"\r\nSPEED 3\r\n" in told
    assert b"\r\nDENSITY 12\r\n" in told
    assert b"SPEED" not in plain
    assert b"DENSITY" not in plain
    assert [found.dots for found in read_tspl(told, 8)] == [found.dots for found in read_tspl(plain, 8)]


def test_zpl_is_told_in_its_own_steps_and_the_dots_stay() -> None:
    told, plain = page("zpl", speed=4, density=0), page("zpl", density=15)
    assert told.startswith(b"~SD00^XA^PR4^")
    assert plain.startswith(b"~SD30^XA^PW")
    pictures = [draw_zpl(data, 76, 130, 8)[0].tobytes() for data in (told, page("zpl"))]
    assert pictures[0] == pictures[1]


def test_what_a_language_cannot_be_told_is_refused() -> None:
    with pytest.raises(ConfigError, match="density"):
        page("escpos", density=3)


@pytest.mark.parametrize("driver", ["tspl", "zpl"])
def test_a_page_is_moved_on_its_paper(driver: str) -> None:
    """By an independent reader: the same ink, so many dots further."""

    def picture(data: bytes) -> Image.Image:
        if driver == "zpl":
            return ImageChops.invert(draw_zpl(data, 76, 130, 8)[0].convert("L"))
        rows = read_tspl(data, 8)[0].dots
        whole = bytes(255 * dot for row in rows for dot in row)
        return Image.frombytes("L", (len(rows[0]), len(rows)), whole)

    before, after = picture(page(driver)), picture(page(driver, right_dots=7, down_dots=-5))
    box = before.getbbox()
    assert box is not None
    assert after.getbbox() == (box[0] + 7, box[1] - 5, box[2] + 7, box[3] - 5)
    assert before.crop(box).tobytes() == after.crop(after.getbbox()).tobytes()


def test_ink_never_falls_off_the_paper() -> None:
    for offset in ({"right_dots": 200}, {"right_dots": -200}, {"down_dots": 200}, {"down_dots": -200}):
        with pytest.raises(DeviceError, match="label_layout"):
            page("tspl", **offset)


@given(st.integers(1, 40), st.integers(1, 12), st.integers(0, 10), st.integers(-15, 15), st.integers(-15, 15))
def test_moving_is_what_it_is_dot_by_dot(width: int, height: int, chance: int, right: int, down: int) -> None:
    """Where it can be done; and it is refused exactly where a dot would leave."""
    ink = {(x, y) for x in range(width) for y in range(height) if (x * 7 + y * 3 + chance) % 11 == 0}
    before = bitmap(ink, width, height)
    there = {(x + right, y + down) for x, y in ink}
    if all(0 <= x < width and 0 <= y < height for x, y in there):
        assert moved(before, right, down) == bitmap(there, width, height)
    else:
        with pytest.raises(DeviceError, match="label_layout"):
            moved(before, right, down)


def bitmap(ink: set[tuple[int, int]], width: int, height: int) -> Bitmap:
    """A page with these dots."""
    stride = (width + 7) // 8
    data = bytearray(stride * height)
    for x, y in ink:
        data[y * stride + x // 8] |= 0x80 >> x % 8
    return Bitmap(width, height, bytes(data))


def test_the_encoders_alone_say_nothing_of_it() -> None:
    blank = bitmap(set(), 16, 2)
    assert b"SPEED" not in tspl.encode_page(blank, 20, 10)
    assert b"^PR" not in zpl.encode_page(blank)
