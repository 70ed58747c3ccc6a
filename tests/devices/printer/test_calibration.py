"""The calibration page: true millimetres, codes that scan, on every paper and in every language."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from core.devices import CalibrationPage, DeviceState, PrintJob, PrintOutcome, Slot
from devices.printer.calibration import CODE, CalibrationRenderer, load_calibration
from devices.printer.fonts import FontBook
from devices.printer.form import PageForm
from devices.printer.setting import RenderedPage
from tests.devices.printer.stand import ESCPOS, TSPL, ZPL, Ended, Kind, Started, port_of, stand
from tests.peers.barcodes import READERS

MARGIN_MM = 5
FORMS = [
    PageForm("tspl", 76, 203, 130),
    PageForm("zpl", 76, 300, 130),
    PageForm("zpl", 60, 600, 40),
    PageForm("tspl", 100, 203, 150),
    PageForm("zpl", 60, 203, 40),
    PageForm("escpos", 80, 203),
    PageForm("escpos", 58, 203),
]


def page(form: PageForm) -> RenderedPage:
    printed = {80: 72.0, 58: 48.0}.get(form.width_mm, form.width_mm) if not form.height_mm else form.width_mm
    return CalibrationRenderer(FontBook(), load_calibration(), form, printed).render()


def picture(rendered: RenderedPage) -> Image.Image:
    bitmap = rendered.bitmap
    white = bytes(255 - byte for byte in bitmap.data)
    return Image.frombytes("1", (bitmap.width, bitmap.height), white)


def black(image: Image.Image, x: int, y: int) -> bool:
    return image.getpixel((x, y)) == 0


@pytest.mark.parametrize("form", FORMS, ids=lambda form: f"{form.width_mm}x{form.height_mm}@{form.dpi}")
def test_ten_millimetres_of_the_ruler_are_ten_millimetres(form: PageForm) -> None:
    image, per_mm = picture(page(form)), round(form.dpi / 25.4)
    cross = MARGIN_MM * per_mm
    assert black(image, cross, cross)
    edge = cross - 3 * per_mm + 1  # only the long ticks reach so far
    across = [x for x in range(cross + 1, image.width) if black(image, x, edge)]
    true = form.dpi / 25.4  # a ruler of steel knows no whole dots
    assert across == [cross + round(10 * ten * true) for ten in range(1, len(across) + 1)]
    assert len(across) == int((image.width - cross) / true - 1) // 10
    downward = [y for y in range(cross + 1, image.height) if black(image, edge, y)]
    assert downward == [cross + round(10 * ten * true) for ten in range(1, len(downward) + 1)]
    assert downward


@pytest.mark.parametrize("form", FORMS, ids=lambda form: f"{form.width_mm}x{form.height_mm}@{form.dpi}")
def test_its_codes_scan_and_nothing_leaves_the_page(form: PageForm) -> None:
    rendered = page(form)
    drawn = [one.kind for one in rendered.placed if one.kind != "text"]
    assert drawn[0] == "barcode"
    assert form.height_mm == 40 or drawn == ["barcode", "qr"]
    for read in READERS.values():
        found = read(picture(rendered))
        assert found == {"code128": [CODE], **({"qr": [CODE]} if "qr" in drawn else {})}
    for placed in rendered.placed:
        assert placed.x >= 0
        assert placed.x + placed.width <= rendered.bitmap.width
        assert placed.y + placed.height <= rendered.bitmap.height
    boxes = [one for one in rendered.placed if one.field != "ruler"]
    tops = [one.y for one in boxes if one.kind == "text"]
    assert tops == sorted(tops)


@pytest.mark.parametrize("kind", [ESCPOS, TSPL, ZPL], ids=lambda kind: kind.driver)
def test_it_comes_out_of_a_printer(kind: Kind, tmp_path: Path) -> None:
    with stand(port_of("tcp", tmp_path), tmp_path, kind=kind) as here:
        here.wait_truth(DeviceState.READY)
        here.lane.submit(PrintJob("c", here.kind.slot, 0, CalibrationPage(), passing=True))
        here.wait_ended(1)
        assert here.log.told == [Started("c"), Ended("c", PrintOutcome.PRINTED, "", 1)]
        printed = Image.open(here.simulator.pages()[-1])
        roll = kind.slot is Slot.RECEIPT_PRINTER
        form = PageForm("escpos", 80, 203) if roll else PageForm(kind.driver, 76, 203, 130)
        drawn = page(form).bitmap
        assert (printed.width, printed.height) == (drawn.width, drawn.height)
        for read in READERS.values():
            assert read(printed) == {"code128": [CODE], "qr": [CODE]}
