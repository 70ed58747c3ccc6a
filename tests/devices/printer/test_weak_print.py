"""A worn head, pale paper, a hand that holds the scanner askew: both readers still read the label."""

from __future__ import annotations

import io
import random
from collections.abc import Callable

import pytest
from PIL import Image, ImageFilter

from core.devices import Label
from devices.printer.label import render_label
from devices.printer.receipt import render_receipt
from tests.devices.printer.labels import FULL, PLAIN
from tests.devices.printer.receipts import PLAIN_RECEIPT
from tests.peers.barcodes import READERS

Damage = Callable[[Image.Image], Image.Image]


def as_printed(image: Image.Image) -> Image.Image:
    return image


def dropped_rows(image: Image.Image) -> Image.Image:
    """One row in twelve stays white: the roller slips."""
    damaged, chance = image.copy(), random.Random(12)
    for y in range(image.height):
        if chance.random() < 1 / 12:
            damaged.paste(255, (0, y, image.width, y + 1))
    return damaged


def dead_dots(image: Image.Image) -> Image.Image:
    """Four elements of the head burn nothing any more: white lines down the whole label."""
    damaged = image.copy()
    for x in (97, 233, 331, 517):
        damaged.paste(255, (x, 0, x + 1, image.height))
    return damaged


def contrast(percent: int) -> Damage:
    """Darker paper and paler ink, or the scanner's gain, by ``percent``."""

    def change(image: Image.Image) -> Image.Image:
        return image.point(lambda level: max(0, min(255, round(128 + (level - 128) * (100 + percent) / 100))))

    return change


def pale(image: Image.Image) -> Image.Image:
    """Grey ink on greyish paper."""
    return image.point(lambda level: 215 if level else 105)


def skewed(degrees: float) -> Damage:
    def turn(image: Image.Image) -> Image.Image:
        return image.rotate(degrees, resample=Image.Resampling.BICUBIC, expand=True, fillcolor=255)

    return turn


def blurred(image: Image.Image) -> Image.Image:
    return image.filter(ImageFilter.GaussianBlur(1.0))


def all_at_once(image: Image.Image) -> Image.Image:
    return contrast(-10)(skewed(2)(dropped_rows(image)))


DAMAGES: dict[str, Damage] = {
    "as printed": as_printed,
    "dropped rows": dropped_rows,
    "contrast -10": contrast(-10),
    "contrast +10": contrast(10),
    "pale": pale,
    "skewed +2": skewed(2),
    "skewed -2": skewed(-2),
    "blurred": blurred,
    "upside down": skewed(180),
    "all at once": all_at_once,
}


@pytest.fixture(scope="module", params=["plain", "full"])
def label(request: pytest.FixtureRequest) -> Label:
    return {"plain": PLAIN, "full": FULL}[request.param]


@pytest.fixture(scope="module")
def sticker(label: Label) -> Image.Image:
    return Image.open(io.BytesIO(render_label(label, 60, 40, 203).bitmap.to_png())).convert("L")


@pytest.fixture(scope="module")
def image(label: Label) -> Image.Image:
    return Image.open(io.BytesIO(render_label(label, 76, 130, 203).bitmap.to_png())).convert("L")


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("damage", DAMAGES)
def test_read_back(image: Image.Image, label: Label, damage: str, reader: str) -> None:
    read = READERS[reader](DAMAGES[damage](image))
    assert read == {"code128": [label.waybill], "qr": [label.token]}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("damage", ["dropped rows", "contrast -10", "contrast +10", "skewed +2", "skewed -2"])
def test_a_sticker_is_read_back(sticker: Image.Image, label: Label, damage: str, reader: str) -> None:
    read = READERS[reader](DAMAGES[damage](sticker))
    assert read == {"code128": [label.waybill], "qr": [label.token]}


def receipt_image(paper_mm: int) -> Image.Image:
    return Image.open(io.BytesIO(render_receipt(PLAIN_RECEIPT, paper_mm).bitmap.to_png())).convert("L")


@pytest.mark.parametrize(
    "damage", ["contrast -10", "contrast +10", "pale", "skewed +2", "skewed -2", "blurred"]
)
@pytest.mark.parametrize("paper_mm", [80, 58])
def test_a_receipt_is_read_back(paper_mm: int, damage: str) -> None:
    worn = DAMAGES[damage](receipt_image(paper_mm))
    assert [read(worn) for read in READERS.values()] == [{"qr": [PLAIN_RECEIPT.qr]}] * 2


@pytest.mark.parametrize(
    ("paper_mm", "damage"), [(80, "dropped rows"), (80, "dead dots"), (80, "all at once"), (58, "dead dots")]
)
def test_a_receipt_with_white_lines_is_read_when_they_are_closed(paper_mm: int, damage: str) -> None:
    """A code of 105 modules has a white line through every twelfth row: closing mends what no reader bears.

    On 58 mm paper a module is three dots and one row in twelve is too many: a slipping roller shows there.
    """
    worn = {**DAMAGES, "dead dots": dead_dots}[damage](receipt_image(paper_mm))
    closed = worn.filter(ImageFilter.MinFilter(3)).filter(ImageFilter.MaxFilter(3))
    assert {"qr": [PLAIN_RECEIPT.qr]} in [read(closed) for read in READERS.values()]


def test_dead_dots_leave_the_token_and_one_reader_the_waybill(image: Image.Image, label: Label) -> None:
    # A white line through a wide bar makes two bars of it: only a reader that looks at several
    # heights and tolerates it (zxing-cpp) still reads the Code 128.  The QR corrects itself.
    read = {name: reader(dead_dots(image)) for name, reader in READERS.items()}
    assert [found["qr"] for found in read.values()] == [[label.token], [label.token]]
    assert read["zxing"]["code128"] == [label.waybill]


def test_a_destroyed_label_is_not_read(image: Image.Image) -> None:
    blank = image.copy()
    blank.paste(255, (0, 100, 608, 330))
    blank.paste(255, (400, 850, 608, 1040))
    assert [read(blank) for read in READERS.values()] == [{}, {}]
