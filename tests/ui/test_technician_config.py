"""Another counter's configuration on the technician's page, by keys: seen line by line, taken, taken back."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from core.config import load_config
from core.config_transfer import packed, shared
from core.devices import Slot
from core.ledger.documents import Grant, make_grant
from core.ledger.entry import EMPTY_HEAD
from devices.usb import ROOT_NAME
from tests.core.books import Book
from tests.ui.test_technician import Bench
from tests.ui.typing import ALT, Key

pytestmark = [pytest.mark.timeout(120), pytest.mark.requirement("R111")]
_FIRST = """[station]
branch = "520100-01"
terminal = "520100-01-01"
language = "zh"
[headquarters]
url = "https://127.0.0.1:9"
proxy = "http://10.12.0.2:3128"
[devices.label_printer]
driver = "tspl"
link = "tcp://192.0.2.7:9100"
width_mm = 76
right_dots = 8
[devices.scale]
driver = "sics"
link = "tcp://127.0.0.1:9"
"""


@pytest.fixture
def bench(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setenv(ROOT_NAME, str(tmp_path / "root"))
    monkeypatch.setenv("HOME", str(tmp_path))  # no stick is plugged in here
    made = Bench(qtbot, tmp_path, mounts=())
    yield made
    made.close()


def _exported(folder: Path) -> None:
    """What the first counter wrote; and, newer, the same file as a stick pulled too early leaves it."""
    book = Book(terminal="520100-01-01")
    first = Grant("520100-01-01", "520100-01", 1, book.key.public, EMPTY_HEAD, book.opening.public)
    value = shared(_FIRST.encode(), dt.datetime(2026, 11, 21, 6, 20, tzinfo=dt.UTC))
    data = packed(value, book.key, make_grant(first, book.headquarters))
    for name, content, at in (("whole", data, 1_000), ("torn", data[:-40], 2_000)):
        file = folder / f"counter-config-{name}.txt"
        file.write_bytes(content)
        os.utime(file, (at, at))


def _told(bench: Bench) -> str:
    told = bench.workshop.look(None).told
    return told.code if told is not None else ""


def _says(bench: Bench, words: str) -> bool:
    taking = bench.window.console.taking
    shown = " ".join(label.text() for label in taking.findChildren(QLabel)).replace("\u200b", "")
    return taking.isVisible() and words in shown


def test_taken_by_two_presses_and_taken_back_by_one(bench: Bench, tmp_path: Path) -> None:
    """Nobody vouches for it here, so a person compares the fingerprints first; Enter never writes."""
    before = bench.file.read_bytes()
    bench.hands.press(Key.Key_T, ALT)
    bench.wait(lambda: bench.window.at_console)
    bench.hands.press(Key.Key_F7)
    bench.wait(lambda: _told(bench) == "transfer.shut")
    bench.hands.press(Key.Key_F8)
    bench.wait(lambda: _told(bench) == "transfer.no_file")
    _exported(tmp_path)
    bench.hands.press(Key.Key_F8)
    bench.wait(lambda: _says(bench, "counter-config-torn.txt") and _says(bench, "■"))
    bench.hands.press(Key.Key_F9)  # of a file that is not whole nothing is taken
    bench.hands.press(Key.Key_Right)
    bench.wait(lambda: _says(bench, "counter-config-whole.txt") and _says(bench, "520100-01-01"))
    bench.hands.press(Key.Key_Return)
    bench.hands.press(Key.Key_F9)
    bench.wait(lambda: getattr(bench.workshop.look(None).taking, "compared", False))
    assert bench.file.read_bytes() == before
    bench.hands.press(Key.Key_F9)
    bench.wait(lambda: _told(bench).startswith("msg.config_taken"))
    made = load_config(bench.file)
    assert made.station.terminal == "520100-01-03"  # its own name, and its own printer's address, stay
    assert made.devices[Slot.LABEL_PRINTER].link == bench.printer.url
    assert made.devices[Slot.LABEL_PRINTER].options["right_dots"] == 8
    bench.wait(lambda: Slot.SCALE in bench.terminal.rack.records())
    bench.hands.press(Key.Key_U)
    bench.wait(lambda: _told(bench).startswith("msg.config_undone"))
    assert bench.file.read_bytes() == before
    left = [("undo", "done"), ("import", "done"), ("share", "transfer.shut")]
    bench.wait(lambda: [(each.act, each.outcome) for each in bench.workshop.look(None).done] == left)
