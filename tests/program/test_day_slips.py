"""A day slip on paper: what it says, its code read from the picture and checked offline by anybody."""

from __future__ import annotations

import argparse
import io
import json
from pathlib import Path

import pytest
from PIL import Image

from core.errors import EntryError
from core.receipts.record import read_record
from devices.printer.day_slip import DaySlipRenderer, load_day_slip
from devices.printer.fonts import FontBook
from devices.scanner.picture import read_codes
from program import receipts
from tests.devices.printer.day_slips import HQ_KEY, LONG, PAGE, SLIP, signed_page
from tests.peers.numbers import Bad
from tests.peers.slips import check_slip, code_parts


@pytest.mark.parametrize("printed_mm", [72, 48])
def test_the_page_and_its_code(printed_mm: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = DaySlipRenderer(FontBook(), load_day_slip(), printed_mm, 203).render(PAGE)
    said = " ".join(each.text for each in made.placed if each.kind == "text")
    for text in (
        "副本 1",
        "OP10009",
        "收寄：143",
        "000127",
        "设备故障",
        "2026-11-18",
        "37",
        SLIP.state.hex()[:8],
    ):
        assert text in said, text
    picture = tmp_path / "slip.png"
    picture.write_bytes(made.bitmap.to_png())
    assert read_codes(Image.open(io.BytesIO(picture.read_bytes())).convert("L")) == [PAGE.qr]
    keys = tmp_path / "keys.txt"
    keys.write_text(HQ_KEY.text)
    options = argparse.Namespace(receipt=str(picture), keys=keys, json=True)
    assert receipts.run(options) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["sound"], told["total"]["accepted"], told["said"]) == (
        True, 143, {"explained": 2, "disputed": 1})  # fmt: skip
    options.receipt = signed_page()[0].qr  # of another headquarters
    assert receipts.run(options) == 1


def test_an_independent_reader_says_the_same() -> None:
    """By docs/format.md alone: the code names the slip, and a figure that was changed is another slip."""
    code = json.loads(code_parts(PAGE.qr, "DS1.")[0])
    value = json.loads(SLIP.to_bytes())
    check_slip(value, code)
    value["total"]["accepted"] += 1
    with pytest.raises(Bad, match="not the slip"):
        check_slip(value, code)
    with pytest.raises(EntryError):
        read_record(PAGE.qr, HQ_KEY)


def test_a_long_list_is_cut_on_paper_and_says_so() -> None:
    page, _ = signed_page(LONG, 0)
    made = DaySlipRenderer(FontBook(), load_day_slip(), 72, 203).render(page)
    said = [each.text for each in made.placed if each.kind == "text"]
    assert sum("有收寄无面单" in text for text in said) == load_day_slip().most
    assert any("还有 140 件" in text for text in said)
    assert not any("副本" in text for text in said)
