"""``main.py receipt verify`` as a shell sees it: text, picture, wrong key, nonsense."""

from __future__ import annotations

import dataclasses
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from devices.printer.receipt import render_receipt
from devices.scanner.picture import read_codes
from tests.devices.printer.receipts import HQ_KEY, PLAIN_RECEIPT, QR, RECORD, signed

ROOT = Path(__file__).parents[2]
FORGED, OTHER_KEY = signed(dataclasses.replace(RECORD, fee_cents=1))


def verify(*arguments: str, stdin: str = "") -> tuple[int, str, str]:
    """Exit code, standard output, standard error."""
    done = subprocess.run(
        [sys.executable, "main.py", "receipt", "verify", *arguments],
        cwd=ROOT, input=stdin, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout, done.stderr


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("keys") / "keys.txt"
    path.write_text(f"# headquarters, then and now\n{OTHER_KEY.text}\n\n{HQ_KEY.text} # since November\n")
    return str(path)


def test_the_text_is_sound(keys: str) -> None:
    code, out, _ = verify(QR, "--keys", keys, "--json")
    assert code == 0
    assert json.loads(out) == {"sound": True, **{k: v for k, v in RECORD.as_json().items() if k != "type"}}
    code, out, _ = verify("-", "--keys", keys, stdin=QR + "\n")
    assert code == 0
    assert out.startswith("sound\n")
    assert RECORD.number in out


@pytest.mark.parametrize("paper_mm", [80, 58])
def test_a_picture_of_the_receipt_is_sound(paper_mm: int, keys: str, tmp_path: Path) -> None:
    path = tmp_path / "receipt.png"
    path.write_bytes(render_receipt(PLAIN_RECEIPT, paper_mm).bitmap.to_png())
    code, out, _ = verify(str(path), "--keys", keys, "--json")
    assert (code, json.loads(out)["waybill"]) == (0, RECORD.waybill)


def test_a_worn_print_is_read_all_the_same(keys: str, tmp_path: Path) -> None:
    image = Image.open(io.BytesIO(render_receipt(PLAIN_RECEIPT, 80).bitmap.to_png())).convert("L")
    for y in range(5, image.height, 13):
        image.paste(255, (0, y, image.width, y + 1))
    image.save(tmp_path / "worn.png")
    assert read_codes(image) == [QR]
    assert verify(str(tmp_path / "worn.png"), "--keys", keys)[0] == 0


def test_what_another_headquarters_signed_is_not(tmp_path: Path) -> None:
    path = tmp_path / "keys.txt"
    path.write_text(HQ_KEY.text)
    code, out, _ = verify(FORGED, "--keys", str(path), "--json")
    assert (code, json.loads(out)["sound"]) == (1, False)
    code, out, said = verify(FORGED, "--keys", str(path))
    assert (code, out) == (1, "")
    assert said.strip()


def test_nonsense_is_told(keys: str, tmp_path: Path) -> None:
    blank, torn, empty = tmp_path / "blank.png", tmp_path / "torn.png", tmp_path / "empty.txt"
    Image.new("L", (300, 300), 255).save(blank)
    torn.write_bytes(blank.read_bytes()[:60])
    empty.write_text("# nothing\n")
    wrong = tmp_path / "wrong.txt"
    wrong.write_text("ed25519.AAAA\n")
    assert verify(QR[:-5], "--keys", keys)[0] == 1
    assert verify("CR1.", "--keys", keys)[0] == 1
    assert verify(str(blank), "--keys", keys)[0] == 1
    assert verify(str(torn), "--keys", keys)[0] == 2
    assert verify("no such file", "--keys", keys)[0] == 2
    assert verify(QR, "--keys", str(tmp_path / "none"))[0] == 2
    assert verify(QR, "--keys", str(empty))[0] == 2
    assert verify(QR, "--keys", str(wrong))[0] == 2
    assert verify(QR)[0] == 2
