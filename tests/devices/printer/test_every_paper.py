"""Every size, resolution and language: by somebody else's rules dot for dot, and by two readers when weak.

ZPL is drawn by a renderer that is not ours (``test_zpl``, every size and resolution there); TSPL and ESC/POS
by readers written from the manuals alone.  Whatever the language, the same dots: so the weak prints are those
of the page, for every size and resolution.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cache

import pytest
from PIL import Image, ImageChops

from devices.printer import escpos, tspl
from devices.printer.label import render_label
from devices.printer.page import Bitmap
from devices.printer.receipt import render_receipt
from tests.devices.printer.labels import FULL
from tests.devices.printer.receipts import FULL_RECEIPT
from tests.devices.printer.test_escpos import assert_arrived, only_slip
from tests.devices.printer.test_tspl import dots_of, only_page
from tests.devices.printer.test_weak_print import DAMAGES
from tests.peers.barcodes import READERS

LABELS = [(width, height, dpi) for width, height in ((76, 130), (100, 150), (60, 40)) for dpi in (203, 300)]
RECEIPTS = [(paper, dpi) for paper in (80, 58) for dpi in (203, 300)]
WEAK = ("as printed", "contrast -10", "contrast +10", "skewed +2", "skewed -2")

every_label = pytest.mark.parametrize(("width", "height", "dpi"), LABELS)
every_receipt = pytest.mark.parametrize(("paper", "dpi"), RECEIPTS)


@cache
def label_page(width: int, height: int, dpi: int) -> Bitmap:
    return render_label(FULL, width, height, dpi).bitmap


@cache
def receipt_page(paper: int, dpi: int) -> Bitmap:
    return render_receipt(FULL_RECEIPT, paper, dpi).bitmap


def image(bitmap: Bitmap) -> Image.Image:
    return Image.open(io.BytesIO(bitmap.to_png())).convert("L")


@every_label
def test_a_label_in_tspl_is_the_page_dot_for_dot(width: int, height: int, dpi: int) -> None:
    bitmap = label_page(width, height, dpi)
    page = only_page(tspl.encode_page(bitmap, width, height), round(dpi / 25.4))
    assert (page.width_mm, page.height_mm) == (width, height)
    assert page.dots == dots_of(bitmap)


@every_label
def test_a_label_in_escpos_is_the_page(width: int, height: int, dpi: int) -> None:
    bitmap = label_page(width, height, dpi)
    slip = only_slip(escpos.encode_page(bitmap, escpos.Ending.NEXT_LABEL), bitmap.width)
    assert slip.ending == "label"
    assert_arrived(slip, bitmap)


@every_receipt
def test_a_receipt_in_escpos_is_the_page(paper: int, dpi: int) -> None:
    bitmap = receipt_page(paper, dpi)
    slip = only_slip(escpos.encode_page(bitmap), bitmap.width)
    assert slip.ending == "cut"
    assert_arrived(slip, bitmap)


@every_label
@pytest.mark.parametrize("damage", WEAK)
def test_a_weak_label_is_read_by_both(width: int, height: int, dpi: int, damage: str) -> None:
    weak = DAMAGES[damage](image(label_page(width, height, dpi)))
    wanted = {"code128": [FULL.waybill], "qr": [FULL.token]}
    assert [read(weak) for read in READERS.values()] == [wanted, wanted]


@every_receipt
@pytest.mark.parametrize("damage", WEAK)
def test_a_weak_receipt_is_read_by_both(paper: int, dpi: int, damage: str) -> None:
    weak = DAMAGES[damage](image(receipt_page(paper, dpi)))
    wanted = {"qr": [FULL_RECEIPT.qr]}
    assert [read(weak) for read in READERS.values()] == [wanted, wanted]


def near(picture: Image.Image, pick: Callable[[Image.Image, Image.Image], Image.Image]) -> Image.Image:
    """Each row with the ones above and below it."""
    above, below = ImageChops.offset(picture, 0, 1), ImageChops.offset(picture, 0, -1)
    return pick(pick(picture, above), below)


def mended(picture: Image.Image) -> Image.Image:
    """White lines of one or two rows closed, as imagers do before they look for a code.

    A row that the head did not burn is a tenth of a millimetre; a square symbol has one through every other
    module then, and no reader takes it as it is, whatever its size.  Bars do not mind.
    """
    return near(near(picture, ImageChops.darker), ImageChops.lighter)


@every_label
def test_dropped_rows_leave_the_bars_and_mended_both(width: int, height: int, dpi: int) -> None:
    weak = DAMAGES["dropped rows"](image(label_page(width, height, dpi)))
    assert [read(weak)["code128"] for read in READERS.values()] == [[FULL.waybill]] * 2
    wanted = {"code128": [FULL.waybill], "qr": [FULL.token]}
    assert [read(mended(weak)) for read in READERS.values()] == [wanted, wanted]


@every_receipt
def test_dropped_rows_of_a_receipt_mended(paper: int, dpi: int) -> None:
    """A code of a hundred modules: of the two readers the one that looks at it from several sides."""
    weak = DAMAGES["dropped rows"](image(receipt_page(paper, dpi)))
    assert READERS["zxing"](mended(weak)) == {"qr": [FULL_RECEIPT.qr]}
