"""The inspection pack as a file: every word of it, and checked offline by anybody."""

from __future__ import annotations

import argparse
import json
import queue
import re
from pathlib import Path

import pytest

from core.commands import RefusalReason
from core.crypto.keys import PublicKey, new_agreement, new_signer
from core.errors import CounterError
from core.inspection import InspectionPage
from core.ledger.documents import Grant, make_grant
from core.ledger.entry import EMPTY_HEAD, Head
from core.ledger.inspection import (
    CASE_CLOSED,
    CASE_LAPSED,
    MONTH,
    NOT_INSPECTED,
    PERSON,
    SEALED,
    TO_CENTRE,
    Erased,
    Inspection,
    Named,
    Trained,
)
from core.receipts.inspection import sign_inspection
from program import receipts
from program.slip_files import DaySlipFiles
from ui.supervisor.inspection_pdf import PAPER, html
from ui.text import LANGUAGES, Texts

TERMINAL = "990100-01-03"
FOUND = Inspection(
    "贵阳市示例支局 990100-01", TERMINAL, "2026-10-23", "2026-11-21",
    EMPTY_HEAD, Head(1, 812, bytes(range(32))), "2026-11-01",
    412, 3, {"chip": 400, "code": 7, "manual": 4, "exempt": 1}, 409,
    {"here": 40, "centre": 12, "not_required": 360}, {"here": 40, "centre": 12},
    {reason.value: count for count, reason in enumerate(RefusalReason, 1)},
    (Named(NOT_INSPECTED, "000004", "2026-11-02 09:15", "OP10001"),
     Named(TO_CENTRE, "000310", "2026-11-20 16:31", "OP10003")),
    1,
    (Erased("2026-10-24", SEALED, "", 385, 96, 101),
     Erased("2026-11-01", MONTH, "acceptance/2025-10", 7401, 377, 377),
     Erased("2026-11-02", MONTH, "later/2025-10", 2, 378, 378),
     *(Erased("2026-11-03", what, "", 1, 400, 400) for what in (PERSON, CASE_CLOSED, CASE_LAPSED))),
    tuple(Trained(f"OP1000{n}", "clerk", "2026-01-05", "", state) for n, state in enumerate((*PAPER, ""))),
)  # fmt: skip


def signed_page() -> tuple[InspectionPage, PublicKey]:
    """The page and HQ's public key: a new HQ, a new terminal's key, its grant."""
    headquarters, key = new_signer(), new_signer()
    grant = Grant(TERMINAL, FOUND.branch, 1, key.public, EMPTY_HEAD, new_agreement().public)
    made = ("OP10009", "2026-11-21 18:06")
    code = sign_inspection(FOUND, made, key, make_grant(grant, headquarters))
    return InspectionPage(FOUND, code, made[1], made[0]), headquarters.public


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
    assert (told["accepted"], told["named"], told["made_by"]) == (412, 3, "OP10009")
    assert told["erased"] == 385 + 7401 + 2 + 3
    options.json = False
    assert receipts.run(options) == 0
    assert "an inspection pack" in capsys.readouterr().out
    value = json.loads(beside.read_bytes())
    value["slip"]["security"]["here"] += 1
    beside.write_text(json.dumps(value))
    with pytest.raises(CounterError, match=r"entry\.signature"):
        receipts.run(options)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_the_file(language: str) -> None:
    """No code reaches whoever reads it."""
    said = html(signed_page()[0], Texts(language))
    assert not re.search(r"pack\.|refusal\.|fact\.|_", re.sub(r"_{5,}|'[^']*'", "", said))
    told = ("412", "000310", "2026-11-20 16:31", "OP10003", "385", "7401", "2025-10", "96 – 101")
    for text in (*told, FOUND.last.hash.hex()):
        assert text in said
