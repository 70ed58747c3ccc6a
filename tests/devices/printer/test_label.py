"""The label's page: what is printed, parsed back, equals the record (T22); nothing else is on it."""

from __future__ import annotations

import dataclasses
import io
import itertools
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from core.devices import Label
from core.errors import ConfigError, ConfigFault, DeviceError, DeviceFault
from devices.printer.fonts import FontBook
from devices.printer.label import LabelRenderer, label_texts, render_label
from devices.printer.setting import Placed, RenderedPage
from devices.printer.template import DEFAULT_TEMPLATES, Rule, Template, TextBox, load_template
from tests.devices.printer.labels import FULL, PLAIN, labels
from tests.peers.barcodes import READERS
from tests.peers.glyphs import read_line

pytestmark = pytest.mark.requirement("R18", "R79", "T22")

CAPTIONS = {"收", "寄", "内件", "数量", "重量", "网点", "编号", "经办", "时间"}


SIZES = [(76, 130), (100, 150), (60, 40)]
# What a sticker leaves to the pre-printed waybill: everything of people and contents.
STICKER = {
    *("real_name", "inspected", "security", "copy", "manual", "waybill", "number", "accepted_at"),
    *("weight_g", "weight_source"),
}


@pytest.fixture(scope="module")
def template() -> Template:
    return load_template(DEFAULT_TEMPLATES, 76, 130)


@pytest.fixture(scope="module", params=SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def sized(request: pytest.FixtureRequest) -> LabelRenderer:
    return LabelRenderer(FontBook(), load_template(DEFAULT_TEMPLATES, *request.param), 203)


def shown(page: RenderedPage, label: Label) -> dict[str, str]:
    """The texts that a label of the page's size has to show."""
    texts = {field: text for field, text in label_texts(label).items() if text}
    if page.bitmap.height > page.bitmap.width:
        return texts
    return {field: text for field, text in texts.items() if field in STICKER}


@pytest.fixture(scope="module")
def renderer(template: Template) -> LabelRenderer:
    return LabelRenderer(FontBook(), template, 203)


def picture(page: RenderedPage) -> Image.Image:
    return Image.open(io.BytesIO(page.bitmap.to_png()))


def said(page: RenderedPage, field: str) -> str:
    return "".join(placed.text for placed in page.placed if placed.kind == "text" and placed.field == field)


def texts_of(page: RenderedPage) -> dict[str, str]:
    """Field → text as placed, captions left aside."""
    fields = {placed.field for placed in page.placed if placed.kind == "text" and placed.field != "caption"}
    return {field: said(page, field) for field in fields}


def box(placed: Placed) -> tuple[int, int, int, int]:
    """With the quiet zone: Code 128 needs it at its sides, QR all around."""
    above = placed.quiet if placed.kind == "qr" else 0
    return (
        placed.x - placed.quiet,
        placed.y - above,
        placed.x + placed.width + placed.quiet,
        placed.y + placed.height + above,
    )


def in_dots(area: Rule | TextBox) -> tuple[int, int, int, int]:
    return (
        round(8 * area.x),
        round(8 * area.y),
        round(8 * area.x) + round(8 * area.w),
        round(8 * area.y) + round(8 * area.h),
    )


def assert_sound(page: RenderedPage) -> None:
    """All inside the page, nothing over anything else."""
    for placed in page.placed:
        left, top, right, bottom = box(placed)
        assert left >= 0
        assert top >= 0
        assert right <= page.bitmap.width
        assert bottom <= page.bitmap.height
    for one, other in itertools.combinations(page.placed, 2):
        a, b = box(one), box(other)
        apart = a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
        assert apart, f"{one.field} {a} over {other.field} {b}"


def assert_reads_back(page: RenderedPage, label: Label) -> None:
    for name, read in READERS.items():
        assert read(picture(page)) == {"code128": [label.waybill], "qr": [label.token]}, name


@settings(max_examples=30, deadline=None)
@given(label=labels())
def test_any_label_fits_without_overlap_and_reads_back(sized: LabelRenderer, label: Label) -> None:
    page = sized.render(label)
    assert_sound(page)
    assert_reads_back(page, label)
    assert texts_of(page) == shown(page, label)


def read_from_picture(page: RenderedPage) -> list[tuple[str, str]]:
    """(field, line) as the picture shows them.

    Candidates are all characters of the label and look-alikes: the nearest must be the right one each
    time.
    """
    lines = [placed for placed in page.placed if placed.kind == "text"]
    alphabet = {char for placed in lines for char in placed.text} | set("0123456789未己巳日曰末士土")
    image = picture(page)
    return [
        (
            placed.field,
            read_line(
                image,
                placed.x,
                placed.baseline,
                placed.width,
                placed.size,
                bold=placed.bold,
                inverse=placed.inverse,
                tracking=placed.tracking,
                alphabet=alphabet,
            ),
        )
        for placed in lines
    ]


@pytest.mark.parametrize("label", [PLAIN, FULL], ids=["plain", "full"])
def test_the_picture_itself_says_what_the_record_says(sized: LabelRenderer, label: Label) -> None:
    page = sized.render(label)
    lines = [(placed.field, placed.text.rstrip()) for placed in page.placed if placed.kind == "text"]
    assert read_from_picture(page) == lines


@settings(max_examples=15, deadline=None)
@given(phone=st.text(st.sampled_from("0123456789*"), min_size=11, max_size=11), grams=st.integers(1, 99_999))
def test_every_digit_is_read_from_the_picture(renderer: LabelRenderer, phone: str, grams: int) -> None:
    label = dataclasses.replace(PLAIN, recipient_phone=phone, weight_g=grams)
    read = dict(read_from_picture(renderer.render(label)))
    assert read["recipient_phone"] == phone
    assert read["weight_g"] == f"{grams / 1000:.3f} kg"


@pytest.mark.parametrize("label", [PLAIN, FULL], ids=["plain", "full"])
def test_nothing_else_is_on_the_page(renderer: LabelRenderer, template: Template, label: Label) -> None:
    page = renderer.render(label)
    rest = picture(page).convert("L")
    for placed in page.placed:
        rest.paste(255, (placed.x - 1, placed.y, placed.x + placed.width + 1, placed.y + placed.height))
    for rule in template.rules:
        rest.paste(255, in_dots(rule))
    for area in template.texts:
        if area.style != "plain":
            rest.paste(255, in_dots(area))
    assert rest.getextrema() == (255, 255)


def test_a_document_number_has_no_place(renderer: LabelRenderer) -> None:
    # 快递暂行条例 22: besides name, address and phone nothing of the person's identity.
    allowed = {
        *("waybill", "token", "sender_name", "sender_phone", "recipient_name", "recipient_phone"),
        *("recipient_address", "contents", "quantity", "weight_g", "weight_source", "real_name"),
        *("inspected", "security", "branch", "operator", "number", "accepted_at", "manual", "copy", "paper"),
    }
    assert {field.name for field in dataclasses.fields(Label)} == allowed
    page = renderer.render(FULL)
    captions = {placed.text for placed in page.placed if placed.field == "caption"}
    assert captions == CAPTIONS
    assert {placed.field for placed in page.placed} <= allowed | {"caption"}


@pytest.mark.parametrize(
    ("changes", "marks"),
    [
        ({}, ["已实名", "已验视", "已安检"]),
        ({"security": "centre"}, ["已实名", "已验视", "待安检"]),
        ({"security": "none"}, ["已实名", "已验视"]),
        ({"real_name": False, "security": "none"}, ["已验视"]),
        ({"inspected": False, "security": "none"}, ["已实名"]),
        ({"manual": True}, ["已实名", "已验视", "已安检", "手工"]),
        ({"copy": 1}, ["已实名", "已验视", "已安检", "副本 1"]),
        ({"copy": 12}, ["已实名", "已验视", "已安检", "副本 12"]),
    ],
)
def test_marks(renderer: LabelRenderer, changes: dict[str, Any], marks: list[str]) -> None:
    page = renderer.render(dataclasses.replace(PLAIN, **changes))
    found = [said(page, field) for field in ("real_name", "inspected", "security", "manual", "copy")]
    assert [mark for mark in found if mark] == marks


@pytest.mark.parametrize(
    ("grams", "source", "weight", "mark"),
    [(1284, "typed", "1.284 kg", "手输"), (5, "scale", "0.005 kg", ""), (30_000, "", "30.000 kg", "手输")],
)
def test_weight_and_where_it_came_from(
    renderer: LabelRenderer, grams: int, source: str, weight: str, mark: str
) -> None:
    page = renderer.render(dataclasses.replace(PLAIN, weight_g=grams, weight_source=source))
    assert said(page, "weight_g") == weight
    assert said(page, "weight_source") == mark


@pytest.mark.parametrize(
    ("changes", "code", "facts"),
    [
        ({"recipient_name": "示\ue123"}, DeviceFault.GLYPH_MISSING, {"character": "U+E123"}),
        ({"waybill": "示123"}, DeviceFault.GLYPH_MISSING, {"character": "U+793A"}),
        ({"token": "a\nb"}, DeviceFault.GLYPH_MISSING, {"character": "U+000A"}),
        ({"waybill": ""}, DeviceFault.LABEL_LAYOUT, {"field": "waybill"}),
        ({"waybill": "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}, DeviceFault.LABEL_LAYOUT, {"field": "waybill"}),
        ({"waybill": "A" * 300}, DeviceFault.LABEL_LAYOUT, {"field": "waybill"}),
        ({"token": "x" * 500}, DeviceFault.LABEL_LAYOUT, {"field": "token"}),
        ({"token": "x" * 5000}, DeviceFault.LABEL_LAYOUT, {"field": "token"}),
        ({"recipient_address": "示" * 157}, DeviceFault.LABEL_LAYOUT, {"field": "recipient_address"}),
        ({"security": "maybe"}, DeviceFault.LABEL_LAYOUT, {"field": "security"}),
    ],
)
def test_what_cannot_be_set_is_said_and_never_cut(
    renderer: LabelRenderer, changes: dict[str, Any], code: DeviceFault, facts: dict[str, str]
) -> None:
    with pytest.raises(DeviceError) as caught:
        renderer.render(dataclasses.replace(PLAIN, **changes))
    assert (caught.value.code, dict(caught.value.facts)) == (code, facts)


@pytest.mark.parametrize(("waybill", "module"), [("EA473124829CN", 3), ("AB12CD34EF56GH78IJ", 2)])
def test_modules_are_whole_dots(renderer: LabelRenderer, waybill: str, module: int) -> None:
    page = renderer.render(dataclasses.replace(PLAIN, waybill=waybill))
    bars = next(placed for placed in page.placed if placed.kind == "barcode")
    assert bars.size == module
    image = picture(page)
    row = [image.getpixel((x, bars.y + 20)) == 0 for x in range(bars.x, bars.x + bars.width)]
    runs = [len(list(run)) for _, run in itertools.groupby(row)]
    assert {run % module for run in runs} == {0}
    assert max(runs) <= 4 * module


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("dpi", "dots"), [(203, 8), (300, 12), (600, 24)])
def test_other_resolutions_use_the_same_template(size: tuple[int, int], dpi: int, dots: int) -> None:
    page = LabelRenderer(FontBook(), load_template(DEFAULT_TEMPLATES, *size), dpi).render(FULL)
    assert (page.bitmap.width, page.bitmap.height) == (size[0] * dots, size[1] * dots)
    assert_sound(page)
    assert_reads_back(page, FULL)
    assert texts_of(page) == shown(page, FULL)


def test_a_sticker_says_nothing_of_people() -> None:
    page = render_label(FULL, 60, 40, 203)
    assert {placed.field for placed in page.placed} <= STICKER | {"token"}


def test_one_shot_and_the_same_label_again(renderer: LabelRenderer) -> None:
    once = render_label(PLAIN, 76, 130, 203)
    assert once == renderer.render(PLAIN) == renderer.render(PLAIN)


def test_nobody_is_named_in_a_repr(renderer: LabelRenderer) -> None:
    page = renderer.render(PLAIN)
    for private in (PLAIN.recipient_address, PLAIN.waybill, PLAIN.sender_phone, PLAIN.token):
        assert private not in repr(page)


def test_a_size_without_template_is_named() -> None:
    with pytest.raises(ConfigError) as caught:
        load_template(DEFAULT_TEMPLATES, 101, 150)
    assert caught.value.code is ConfigFault.WRONG_VALUE
    assert caught.value.facts["value"] == "101x150"
    assert "76x130" in str(caught.value.facts["expected"])


@pytest.mark.parametrize(
    "change", [("bold = true", "bolt = true"), ("dated = 2026-11-21", 'dated = "now"'), ("[qr]", "[qr")]
)
def test_a_broken_template_is_named(tmp_path: Path, change: tuple[str, str]) -> None:
    text = (DEFAULT_TEMPLATES / "76x130.toml").read_text(encoding="utf-8")
    (tmp_path / "76x130.toml").write_text(text.replace(*change), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_template(tmp_path, 76, 130)
    assert (caught.value.code, caught.value.facts["file"]) == (ConfigFault.SYNTAX, "76x130.toml")
