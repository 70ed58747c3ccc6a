"""A hand-over slip on paper and as files: what it says, and that anybody checks it offline."""

from __future__ import annotations

import argparse
import dataclasses
import io
import json
import re
from pathlib import Path

import pytest
from PIL import Image

from core.handover import HandOverPage
from devices.printer.day_slip import DaySlipRenderer, load_day_slip
from devices.printer.fonts import FontBook
from devices.scanner.picture import read_codes
from program import receipts
from program.slip_files import export_folder, taken_along, write_slip
from tests.devices.printer.handovers import signed_hand_over
from tests.peers.handover import check_hand_over
from tests.peers.slips import code_parts
from ui.assistant.handover_paper import _html, printed
from ui.text import LANGUAGES, Texts

PAGE, KEY = signed_hand_over()


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_it_says(language: str) -> None:
    """Every word by the texts: no code reaches whoever reads it, and both papers say the same."""
    texts = Texts(language)
    again: HandOverPage = dataclasses.replace(PAGE, again=True)
    made = printed(again, texts)
    paper, html = "\n".join((made.title, *(line.text for line in made.lines))), _html(again, texts)
    marked = texts("handover.again")
    for said in (paper, html):
        plain = re.sub(r"_{5,}|'[^']*'|serial:[^<]+", "", said)
        assert not re.search(r"handover\.|device\.|doctor\.|_", plain)
        for text in ("OP10009", "990100-01-03", "2026-11-23 10:20", PAGE.slip.what.authority, marked):
            assert text in said, text
    assert PAGE.entry.hash.hex() in html
    assert texts.what("device.paper_out") in paper


def test_its_code_is_read_from_the_paper_and_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for width in (72, 48):
        made = DaySlipRenderer(FontBook(), load_day_slip(), width, 203).page(printed(PAGE, Texts("zh")))
        picture = tmp_path / f"slip-{width}.png"
        picture.write_bytes(made.bitmap.to_png())
        assert read_codes(Image.open(io.BytesIO(picture.read_bytes())).convert("L")) == [PAGE.qr]
    stick = tmp_path / "stick"
    stick.mkdir()
    path = taken_along(write_slip(PAGE, export_folder(tmp_path) / "hand-over", "en"), stick)
    assert path.read_bytes()[:5] == b"%PDF-"
    whole, keys = stick / "hand-over.json", tmp_path / "keys.txt"
    keys.write_text(KEY.text)
    options = argparse.Namespace(receipt=str(whole), keys=keys, json=True)
    assert receipts.run(options) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["sound"], told["operator"], told["ready"]) == (True, "OP10009", 3)
    options.receipt, options.json = str(picture), False
    assert receipts.run(options) == 0
    assert "a hand-over slip" in capsys.readouterr().out
    value = json.loads(whole.read_text("utf-8"))
    check_hand_over(value["slip"], json.loads(code_parts(value["code"], "HO1.")[0]))
    value["slip"]["devices"][2]["outcome"] = "ok"
    whole.write_text(json.dumps(value))
    options.receipt, options.json = str(whole), True
    assert receipts.run(options) == 1
    assert json.loads(capsys.readouterr().out)["sound"] is False
