"""The receipt's page: whole at any length, parsed back equal to the record (T22)."""

from __future__ import annotations

import dataclasses
import io
import itertools
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from PIL import Image

from core.devices import Receipt
from core.errors import ConfigError, ConfigFault, DeviceError, DeviceFault
from core.identity.card import DocumentKind
from core.receipts.record import read_record
from devices.printer.receipt import ReceiptRenderer, receipt_renderer, receipt_texts, render_receipt
from devices.printer.receipt_template import DEFAULT_RECEIPTS, load_receipt_template, load_receipt_words
from devices.printer.setting import Placed, RenderedPage
from tests.devices.printer.receipts import FULL_RECEIPT, HQ_KEY, PLAIN_RECEIPT, RECORD, receipts
from tests.peers.barcodes import READERS
from tests.peers.glyphs import read_line

pytestmark = pytest.mark.requirement("R7", "T22")

WIDTHS = {80: 576, 58: 384}
WORDS = load_receipt_words(DEFAULT_RECEIPTS)
CAPTIONS = (
    *("登记回执", "回执编号", "运单号", "收寄时间", "终端", "经办", "内件", "数量", "重量", "资费"),
    *("付款方式", "寄件人", "证件种类", "证件号码", "收件人", "请妥善保管。扫描上方二维码可离线核验本回执。"),
)


@pytest.fixture(scope="module", params=sorted(WIDTHS))
def paper(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture(scope="module")
def renderer(paper: int) -> ReceiptRenderer:
    return receipt_renderer(paper, 203)


def picture(page: RenderedPage) -> Image.Image:
    return Image.open(io.BytesIO(page.bitmap.to_png()))


def said(page: RenderedPage) -> dict[str, str]:
    """Field → text as placed, lines joined; the notice's pieces run on."""
    found: dict[str, str] = {}
    for placed in page.placed:
        if placed.kind == "text" and placed.field != "caption":
            found[placed.field] = found.get(placed.field, "") + placed.text
    return found


def expected(receipt: Receipt) -> dict[str, str]:
    texts = receipt_texts(receipt, WORDS)
    texts["notice_title"] = receipt.notice_title
    texts["heading"] = "".join(heading for heading, _ in receipt.paragraphs)
    texts["paragraph"] = "".join(text for _, text in receipt.paragraphs)
    return {field: text for field, text in texts.items() if text}


def box(placed: Placed) -> tuple[int, int, int, int]:
    quiet = placed.quiet
    return (
        placed.x - quiet,
        placed.y - quiet,
        placed.x + placed.width + quiet,
        placed.y + placed.height + quiet,
    )


def assert_sound(page: RenderedPage) -> None:
    """All inside the page, nothing over anything else (a caption may reach into the next line's lead)."""
    boxes = [box(placed) for placed in page.placed]
    for left, top, right, bottom in boxes:
        assert left >= 0
        assert top >= 0
        assert right <= page.bitmap.width
        assert bottom <= page.bitmap.height
    for a, b in itertools.combinations(boxes, 2):
        assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1], (a, b)


@settings(max_examples=30, deadline=None)
@given(receipt=receipts())
def test_any_receipt_is_whole_and_reads_back(renderer: ReceiptRenderer, paper: int, receipt: Receipt) -> None:
    page = renderer.render(receipt)
    assert page.bitmap.width == WIDTHS[paper]
    assert_sound(page)
    assert said(page) == expected(receipt)
    for name, read in READERS.items():
        assert read(picture(page)) == {"qr": [receipt.qr]}, name


@pytest.mark.parametrize("receipt", [PLAIN_RECEIPT, FULL_RECEIPT], ids=["plain", "full"])
def test_the_signed_record_is_read_from_the_picture(renderer: ReceiptRenderer, receipt: Receipt) -> None:
    image = picture(renderer.render(receipt))
    for name, read in READERS.items():
        (text,) = read(image)["qr"]
        assert read_record(text, HQ_KEY) == RECORD, name


@pytest.mark.parametrize("receipt", [PLAIN_RECEIPT, FULL_RECEIPT], ids=["plain", "full"])
def test_the_picture_itself_says_what_the_record_says(renderer: ReceiptRenderer, receipt: Receipt) -> None:
    """T22: an engine that is not ours reads every line of facts, and of the notice, from the dots."""
    page = renderer.render(receipt)
    image = picture(page)
    lines = [placed for placed in page.placed if placed.kind == "text"]
    own = {char for placed in lines for char in placed.text if placed.field not in ("paragraph", "heading")}
    notice = {char for placed in lines for char in placed.text}
    for placed in lines:
        alphabet = (notice if placed.field in ("paragraph", "heading") else own) | set("0123456789未己巳日曰")
        read = read_line(
            image, placed.x, placed.baseline, placed.width, placed.size,
            bold=placed.bold, inverse=placed.inverse, tracking=placed.tracking, alphabet=alphabet,
        )  # fmt: skip
        assert read == placed.text.rstrip(), placed.field


@pytest.mark.parametrize("receipt", [PLAIN_RECEIPT, FULL_RECEIPT], ids=["plain", "full"])
def test_nothing_else_is_on_the_page(renderer: ReceiptRenderer, paper: int, receipt: Receipt) -> None:
    page = renderer.render(receipt)
    rest = picture(page).convert("L")
    width, pad = WIDTHS[paper], 6
    for placed in page.placed:
        more = pad if placed.inverse else 1
        rest.paste(255, (placed.x - more, placed.y, placed.x + placed.width + more, placed.y + placed.height))
    rules = [block for block in load_receipt_template(DEFAULT_RECEIPTS, paper).blocks if block.kind == "rule"]
    left = [y for y in range(rest.height) if rest.crop((0, y, width, y + 1)).getextrema() != (255, 255)]
    assert len(left) == sum(round(8 * rule.thick) for rule in rules)
    captions = "".join(placed.text for placed in page.placed if placed.field == "caption")
    assert captions == "".join(CAPTIONS)


def test_every_document_kind_has_words() -> None:
    assert set(WORDS.document) == {kind.value for kind in DocumentKind}


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"fee_cents": None, "payment": ""}, "fee", "未记录"),
        ({"fee_cents": None, "payment": ""}, "payment", "未记录"),
        ({"fee_cents": 0}, "fee", "0.00 元"),
        ({"fee_cents": 105}, "fee", "1.05 元"),
        ({"weight_source": "typed"}, "weight", "1.284 kg（手输）"),
        ({"weight_source": "scale"}, "weight", "1.284 kg"),
        ({"copy": 3}, "copy", "副本 3"),
        ({"document": "passport"}, "document", "护照"),
    ],
)
def test_words(renderer: ReceiptRenderer, changes: dict[str, Any], field: str, words: str) -> None:
    assert said(renderer.render(dataclasses.replace(PLAIN_RECEIPT, **changes)))[field] == words


@pytest.mark.parametrize("field", ["copy", "document", "document_number"])
def test_what_is_not_there_takes_no_place(renderer: ReceiptRenderer, field: str) -> None:
    empty = dataclasses.replace(PLAIN_RECEIPT, document="", document_number="", copy=0)
    page = renderer.render(empty)
    assert field not in said(page)
    assert page.bitmap.height < renderer.render(PLAIN_RECEIPT).bitmap.height


@pytest.mark.parametrize(
    ("changes", "code", "facts"),
    [
        ({"recipient_name": "示\ue123"}, DeviceFault.GLYPH_MISSING, {"character": "U+E123"}),
        ({"paragraphs": (("甲", "乙\n丙"),)}, DeviceFault.GLYPH_MISSING, {"character": "U+000A"}),
        ({"qr": "x" * 3000}, DeviceFault.LABEL_LAYOUT, {"field": "qr"}),
        ({"qr": "x" * 4000}, DeviceFault.LABEL_LAYOUT, {"field": "qr"}),
        ({"qr": ""}, DeviceFault.LABEL_LAYOUT, {"field": "qr"}),
        ({"payment": "gold"}, DeviceFault.LABEL_LAYOUT, {"field": "payment"}),
        ({"document": "library"}, DeviceFault.LABEL_LAYOUT, {"field": "document"}),
        ({"copy": 10**30}, DeviceFault.LABEL_LAYOUT, {"field": "copy"}),
    ],
)
def test_what_cannot_be_set_is_said_and_never_cut(
    renderer: ReceiptRenderer, changes: dict[str, Any], code: DeviceFault, facts: dict[str, str]
) -> None:
    with pytest.raises(DeviceError) as caught:
        renderer.render(dataclasses.replace(PLAIN_RECEIPT, **changes))
    assert (caught.value.code, dict(caught.value.facts)) == (code, facts)


@pytest.mark.parametrize(
    ("paper_mm", "length", "module"), [(80, 16, 5), (80, 740, 5), (80, 780, 4), (58, 780, 3), (58, 1000, 3)]
)
def test_modules_are_as_wide_as_the_paper_lets(paper_mm: int, length: int, module: int) -> None:
    page = render_receipt(dataclasses.replace(PLAIN_RECEIPT, qr="x" * length), paper_mm)
    assert next(placed.size for placed in page.placed if placed.kind == "qr") == module


def test_300_dpi_reads_back_too(paper: int) -> None:
    page = render_receipt(FULL_RECEIPT, paper, 300)
    assert_sound(page)
    assert said(page) == expected(FULL_RECEIPT)
    for read in READERS.values():
        assert read(picture(page)) == {"qr": [FULL_RECEIPT.qr]}


def test_nobody_is_named_in_a_repr(renderer: ReceiptRenderer) -> None:
    page = renderer.render(PLAIN_RECEIPT)
    for private in (PLAIN_RECEIPT.waybill, PLAIN_RECEIPT.sender_name, PLAIN_RECEIPT.qr):
        assert private not in repr(page)


def test_a_width_without_template_is_named() -> None:
    with pytest.raises(ConfigError) as caught:
        load_receipt_template(DEFAULT_RECEIPTS, 76)
    assert (caught.value.code, caught.value.facts["expected"]) == (ConfigFault.WRONG_VALUE, "58, 80")


@pytest.mark.parametrize(
    "change",
    [("bold = true", "bolt = true"), ('kind = "pair"', 'kind = "pear"'), ("[template]", "[template")],
)
def test_a_broken_template_is_named(tmp_path: Path, change: tuple[str, str]) -> None:
    text = (DEFAULT_RECEIPTS / "80.toml").read_text(encoding="utf-8")
    (tmp_path / "80.toml").write_text(text.replace(*change), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_receipt_template(tmp_path, 80)
    assert (caught.value.code, caught.value.facts["file"]) == (ConfigFault.SYNTAX, "80.toml")
    with pytest.raises(ConfigError):
        load_receipt_words(tmp_path)
