"""Which font draws what, and what no font can draw."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import DeviceError, DeviceFault
from devices.printer.fonts import FontBook

NOTO, HANA_A, HANA_B = "NotoSansCJK-Regular.ttc", "HanaMinA.ttf", "HanaMinB.ttf"


@pytest.fixture(scope="module")
def fonts() -> FontBook:
    return FontBook()


def test_everything_is_installed(fonts: FontBook) -> None:
    assert fonts.absent() == ()


def test_the_fall_back_works_character_by_character(fonts: FontBook) -> None:
    # U+20BB7 is one of the 2,108 Extension B characters in Noto; U+2A6A5 is not, HanaMin A has it.
    runs = list(fonts.runs("示𠮷𪚥例𫝀甲"))
    assert runs == [(NOTO, "示𠮷"), (HANA_A, "𪚥"), (NOTO, "例"), (HANA_B, "𫝀"), (NOTO, "甲")]


def test_bold_has_the_same_reach(fonts: FontBook) -> None:
    assert [file for file, _ in fonts.runs("示𪚥𫝀", bold=True)] == ["NotoSansCJK-Bold.ttc", HANA_A, HANA_B]


def test_the_chinese_face_is_taken_out_of_the_collection(fonts: FontBook) -> None:
    # 骨 is drawn differently for China and for Japan: the first face of the file would be Japanese.
    from PIL import Image, ImageDraw, ImageFont

    path = f"/usr/share/fonts/opentype/noto/{NOTO}"
    looks = {}
    for index in range(5):
        font = ImageFont.truetype(path, 48, index=index, layout_engine=ImageFont.Layout.BASIC)
        cell = Image.new("1", (64, 64), 0)
        draw = ImageDraw.Draw(cell)
        draw.fontmode = "1"
        draw.text((0, 0), "骨", fill=1, font=font, anchor="lt")
        box = cell.getbbox()
        assert box is not None
        looks[font.getname()[0]] = cell.crop(box).tobytes()
    assert looks["Noto Sans CJK SC"] != looks["Noto Sans CJK JP"]
    glyph = fonts.glyph("骨", 48)
    stride = (glyph.width + 7) // 8
    ours = b"".join((row << (stride * 8 - glyph.width)).to_bytes(stride, "big") for row in glyph.rows)
    assert ours == looks["Noto Sans CJK SC"]


@pytest.mark.parametrize(
    ("text", "code_point"),
    [
        ("示\U000323af例", "U+323AF"),  # Extension H, in no font here
        ("示\ue000例", "U+E000"),  # private use: old cards carry such
        ("示\n例", "U+000A"),
        ("示\u200b例", "U+200B"),
        ("e\u0301", "U+0301"),  # a combining mark would be set beside its letter
        ("مثال", "U+0645"),  # needs shaping
    ],
)
def test_what_cannot_be_drawn_is_named(fonts: FontBook, text: str, code_point: str) -> None:
    with pytest.raises(DeviceError) as caught:
        fonts.require(text)
    assert caught.value.code is DeviceFault.GLYPH_MISSING
    assert caught.value.facts == {"character": code_point}


def test_the_name_separator_and_its_neighbours_are_there(fonts: FontBook) -> None:
    fonts.require("阿·买·提 A-Z 0–9 ，。、（）*＊“”‘’—…×")


def test_without_fonts_every_character_is_missing(tmp_path: Path) -> None:
    bare = FontBook([tmp_path])
    assert len(bare.absent()) == 4
    assert bare.missing("已") == "已"


def test_only_hanamin_is_enough_for_names(tmp_path: Path) -> None:
    bare = FontBook([Path("/usr/share/fonts/truetype/hanazono")])
    assert bare.missing("示𪚥𫝀") is None


def test_a_full_cache_draws_the_same(fonts: FontBook) -> None:
    for code in range(0x4E00, 0x4E00 + 9000):
        fonts.advance(chr(code), 20)
    first = fonts.glyph("一", 20)
    for code in range(0x4E00, 0x4E00 + 8300):
        fonts.glyph(chr(code), 12)
    assert fonts.glyph("一", 20) == first
