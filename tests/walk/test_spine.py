"""One card, one item, from the serial port to headquarters on PostgreSQL: the whole way, real parts.

Card bytes over a pty at 115200 baud, a scan over another, SQLCipher, TSPL over TCP, TLS, PostgreSQL.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from core import commands as c
from core import wire
from core.ledger.state import State, fold
from core.ports import ItemRow
from program.demonstration import OPERATOR, PASSWORD, TERMINAL, Demonstration
from program.machine import SystemClock
from storage.store import open_reader
from storage.vault import FileVault
from tests.hq.postgres import PostgresCluster
from tests.peers.barcodes import READERS
from tests.walk.counter import WalkingCounter
from tests.walk.watching import PATIENCE_SECONDS

pytestmark = pytest.mark.requirement("R11", "R22")

ROOT = Path(__file__).parents[2]
WAYBILLS = ("EA473124829CN", "EA473124815CN")


def followed(around: Demonstration) -> dict[str, Any]:
    """The terminal as headquarters has it, once it folded what it received: that takes its own time."""
    end = time.monotonic() + PATIENCE_SECONDS
    while (told := around.ask_headquarters("terminal", "list")[0])["folded"] != told["received"]["seq"]:
        assert time.monotonic() < end, told
    found: dict[str, Any] = told
    return found


@pytest.fixture
def around(tmp_path: Path) -> Iterator[Demonstration]:
    with (
        PostgresCluster() as cluster,
        cluster.database() as url,
        Demonstration(tmp_path / "walk", None, whole=True, database=url) as demonstration,
    ):
        yield demonstration


def run(*command: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def stored(around: Demonstration) -> tuple[State, list[ItemRow]]:
    """What the counter's file holds, read by another opening of it: the folded entries, the items."""
    vault = FileVault(around.data, SystemClock())
    vault.unlock(OPERATOR, PASSWORD)
    journal = open_reader(around.data, vault)
    try:
        state = State()
        for entry in journal.entries(1):
            state = fold(state, entry)
        rows = [journal.item_by_waybill(waybill) for waybill in WAYBILLS]
    finally:
        journal.database.close()
    return state, [row for row in rows if row is not None]


@pytest.mark.timeout(240)
def test_one_card_two_items_to_headquarters(around: Demonstration, tmp_path: Path) -> None:
    with WalkingCounter(around) as counter:
        counter.log_in()
        counter.sender("示䶮")
        for number, waybill in enumerate(WAYBILLS):
            if number:
                counter.do(c.NextItem())
            counter.parcel(waybill)
            assert counter.visit().missing == ()
            counter.do(c.Commit())
            counter.printed()
        counter.do(c.CloseDay())
        assert counter.at_headquarters().today == 2
        pages, slips = counter.labels(), counter.receipts()

    state, rows = stored(around)
    for page, waybill, row in zip(pages, WAYBILLS, rows, strict=True):
        picture = Image.open(page)
        for read in READERS.values():
            assert read(picture) == {"code128": [waybill], "qr": [row.token]}

    told = followed(around)
    assert (told["received"]["seq"], told["folded"]) == (state.head.seq, state.head.seq)
    assert told["received"]["hash"] == wire.b64(state.head.hash)
    assert told["state"] == wire.b64(state.hash())
    assert told["alarms"] == []

    data = ("--data", str(around.data), "--operator", OPERATOR)
    checked = run("main.py", "journal", "verify", *data, stdin=PASSWORD + "\n")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    export = tmp_path / "export.jsonl"
    assert run("main.py", "journal", "export", *data, str(export), stdin=PASSWORD + "\n").returncode == 0
    headquarters = json.loads(export.read_text("utf-8").splitlines()[0])["headquarters"]
    peer = run("tests/peers/checker.py", str(export), "--headquarters", headquarters)
    assert peer.returncode == 0, peer.stdout + peer.stderr

    keys = tmp_path / "keys.txt"
    keys.write_text(headquarters + "\n", "utf-8")
    for page, waybill in zip(slips, WAYBILLS, strict=True):
        receipt = run("main.py", "receipt", "verify", str(page), "--keys", str(keys), "--json")
        assert receipt.returncode == 0, receipt.stdout + receipt.stderr
        assert json.loads(receipt.stdout)["waybill"] == waybill

    shown = around.ask_headquarters(
        "journal", "show", "--terminal", TERMINAL, "--seq", str(rows[0].seq), "--open"
    )
    assert shown["opened"][0]["item"]["waybill"] == WAYBILLS[0]


@pytest.mark.timeout(240)
def test_weeks_without_headquarters_then_everything_arrives(around: Demonstration) -> None:
    """HQ is away from the start: the counter works; when it is back the journal drains by itself."""
    around.stop_headquarters()
    with WalkingCounter(around) as counter:
        counter.log_in()
        counter.sender("证件样本")
        counter.parcel(WAYBILLS[0])
        counter.do(c.Commit())
        counter.printed()
        assert counter.until("unsent", lambda view: view.sync.unsent > 0).sync.state == "trying"
        around.start_headquarters()
        counter.at_headquarters()
    followed(around)
