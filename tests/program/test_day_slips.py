"""A day slip on paper: what it says, its code read from the picture and checked offline by anybody."""

from __future__ import annotations

import argparse
import dataclasses
import io
import json
import queue
import re
from pathlib import Path

import pytest
from PIL import Image

from core.errors import EntryError, StoreError, StoreFault
from core.receipts.record import read_record
from devices.printer.day_slip import DaySlipRenderer, load_day_slip
from devices.printer.fonts import FontBook
from devices.scanner.picture import read_codes
from program import receipts
from program.slip_files import DaySlipFiles
from tests.devices.printer.day_slips import HQ_KEY, LONG, PAGE, SLIP, signed_page
from tests.peers.numbers import Bad
from tests.peers.slips import check_slip, code_parts
from ui.supervisor.slip_pdf import _html
from ui.text import LANGUAGES, Texts


@pytest.mark.parametrize("printed_mm", [72, 48])
def test_the_page_and_its_code(printed_mm: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = DaySlipRenderer(FontBook(), load_day_slip(), printed_mm, 203).render(PAGE)
    said = "".join(each.text for each in made.placed if each.kind == "text").replace(" ", "")
    for text in (
        "副本1",
        "OP10009",
        "收寄：143",
        "日初12＋收寄144",
        "移交机关2＋不再跟踪0＋日末33",
        "盘点：扫到32，没扫到1，多出1，不认识3",
        "账上在库，盘点没扫到",
        "账上已走，盘点扫到",
        "000127",
        "设备故障",
        "2026-11-18",
        "第287–287号：印错",
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
        True, 143, {"explained": 2, "disputed": 2, "unsaid": 1})  # fmt: skip
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


def test_a_file_is_written_and_checked_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """F7: a PDF of as many pages as it takes, and beside it what anybody checks offline."""
    files, made = DaySlipFiles(tmp_path, mounts=(str(tmp_path / "nothing"),)), queue.SimpleQueue[object]()
    page, key = signed_page(LONG)
    files.begin(page, "stick", "zh", made.put)
    failed = made.get(timeout=30)
    assert isinstance(failed, StoreError)
    assert failed.code is StoreFault.MISSING
    files.begin(page, "folder", "en", made.put)
    path = Path(str(made.get(timeout=60)))
    assert path.parent == tmp_path / "export"
    pdf = path.read_bytes()
    assert (pdf[:5], path.stat().st_mode & 0o777) == (b"%PDF-", 0o600)
    assert len(re.findall(rb"/Type */Page\b", pdf)) > 2
    whole, keys = path.with_suffix(".json"), tmp_path / "keys.txt"
    keys.write_text(key.text)
    options = argparse.Namespace(receipt=str(whole), keys=keys, json=True)
    assert receipts.run(options) == 0
    value = json.loads(whole.read_text("utf-8"))
    check_slip(value["slip"], json.loads(code_parts(value["code"], "DS1.")[0]))
    value["slip"]["differences"][7]["outcome"] = "explained,"
    whole.write_text(json.dumps(value))
    assert receipts.run(options) == 1
    capsys.readouterr()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_the_file(language: str) -> None:
    """No code reaches whoever reads it, and every time stands with its day."""
    said = _html(PAGE, Texts(language))
    assert not re.search(r"slip\.|difference\.|refusal\.|right\.|_", re.sub(r"_{5,}|'[^']*'", "", said))
    for name, figure in (SLIP.stock or {}).items():
        assert f">{figure}<" in said, name
    assert Texts(language)("slip.counted", found=32, missing=1, extra=1, strange=3) in said
    bare = dataclasses.replace(SLIP, stocktake=None)
    assert Texts(language)("slip.never_counted") in _html(signed_page(bare)[0], Texts(language))
    for text in ("2026-11-21 18:04", "2026-11-21 18:06", "11-24 18:04", "000127", SLIP.state.hex()):
        assert text in said
