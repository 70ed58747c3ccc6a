"""The manifest of a bag as a file: every word of it, and checked offline by anybody."""

from __future__ import annotations

import argparse
import json
import queue
import re
from pathlib import Path

import pytest

from core.crypto.keys import PublicKey, new_agreement, new_signer
from core.errors import CounterError
from core.ledger.documents import Grant, make_grant
from core.ledger.entry import EMPTY_HEAD, Head
from core.ledger.manifest import Listed, Manifest
from core.manifest import ManifestPage
from core.receipts.manifest import sign_manifest
from program import receipts
from program.slip_files import DaySlipFiles
from ui.manifest_pdf import html
from ui.text import LANGUAGES, Texts

TERMINAL = "990100-01-03"
FOUND = Manifest(
    "贵阳市示例支局 990100-01", TERMINAL, "B-0001", "S-1001", "sorting_01", "2026-11-24 16:20", "OP10003",
    Head(1, 812, bytes(range(32))), "A" * 43,
    tuple(Listed(f"{n:06d}", 125 * n, "OP10001") for n in range(4)),
)  # fmt: skip
TO = {"zh": "示例处理中心", "en": "Sample sorting office"}


def signed_page() -> tuple[ManifestPage, PublicKey]:
    """The page and HQ's public key: a new HQ, a new terminal's key, its grant."""
    headquarters, key = new_signer(), new_signer()
    grant = Grant(TERMINAL, FOUND.branch, 1, key.public, EMPTY_HEAD, new_agreement().public)
    made = ("OP10009", "2026-11-24 16:31")
    code = sign_manifest(FOUND, made, key, make_grant(grant, headquarters))
    return ManifestPage(FOUND, code, made[1], made[0], TO), headquarters.public


def test_written_and_checked_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page, key = signed_page()
    done: queue.SimpleQueue[str | CounterError] = queue.SimpleQueue()
    DaySlipFiles(tmp_path, mounts=()).begin(page, "folder", "zh", done.put)
    path = Path(str(done.get(timeout=60)))
    assert path.read_bytes().startswith(b"%PDF")
    keys, beside = tmp_path / "keys.txt", path.with_suffix(".json")
    keys.write_text(key.text)
    options = argparse.Namespace(receipt=str(beside), keys=keys, json=True)
    assert receipts.run(options) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["seal"], told["count"], told["weight_g"], told["by"]) == ("S-1001", 4, 750, "OP10003")
    options.json = False
    assert receipts.run(options) == 0
    assert "a bag's manifest" in capsys.readouterr().out
    value = json.loads(beside.read_bytes())
    value["slip"]["items"][2]["number"] = "000009"
    beside.write_text(json.dumps(value))
    with pytest.raises(CounterError, match=r"entry\.signature"):
        receipts.run(options)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_the_file(language: str) -> None:
    """No code reaches whoever reads it; what is not known of an item is no nought."""
    said = html(signed_page()[0], Texts(language))
    assert not re.search(r"manifest\.|slip\.|_", re.sub(r"_{5,}|'[^']*'", "", said))
    told = ("B-0001", "S-1001", "000003", "375 g", "0.750 kg", "—", "OP10003", TO[language])
    for text in (*told, FOUND.closed.hash.hex()):
        assert text in said
