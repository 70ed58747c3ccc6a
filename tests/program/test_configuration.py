"""``main.py config``: real vaults of two counters, real files, the real command line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from core.config import load_config
from devices.usb import ROOT_NAME
from program.cli import main
from storage.gate_file import GateFile
from tests.core.books import Book
from tests.devices.test_usb import Bus
from tests.storage.counters import PASSWORD, Counter

ROOT = Path(__file__).resolve().parents[2]
_TEXT = """# counter {terminal}
[station]
branch = "990100-01"  # ours
terminal = "{terminal}"
[headquarters]
url = "https://127.0.0.1:9"
"""
_DEVICES = """[devices.label_printer]
driver = "tspl"
link = "usb://1203:0140/TSC-1"
right_dots = 8
[devices.scanner]
driver = "wedge"
"""


class Two:
    """The first counter with devices, the tenth without; one headquarters."""

    def __init__(self, folder: Path) -> None:
        self.first, self.tenth = folder / "first", folder / "tenth"
        headquarters = Book().headquarters
        for data, terminal in ((self.first, "990100-01-01"), (self.tenth, "990100-01-10")):
            data.mkdir()
            Counter(data, Book(terminal=terminal, headquarters=headquarters)).start().database.close()
            (data / "counter.toml").write_text(_TEXT.format(terminal=terminal), "utf-8")
        with (self.first / "counter.toml").open("a") as file:
            file.write(_DEVICES)
        self.here, self.file = self.tenth / "counter.toml", folder / "shared.txt"

    @property
    def kept(self) -> Path:
        return self.here.with_name("counter.toml.before")


@pytest.fixture
def two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Two:
    monkeypatch.setenv(ROOT_NAME, str(tmp_path / "root"))
    Bus(tmp_path / "root").plug("lp0", "1-1", "1203:0140", "TSC-9", "TSC")
    monkeypatch.setattr("getpass.getpass", lambda _prompt: PASSWORD)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    return Two(tmp_path)


def _do(*words: str | Path) -> int:
    return main([str(word) for word in ("config", *words, "--lang", "en")])


def test_from_the_first_counter_to_the_tenth_and_back(two: Two, capsys: pytest.CaptureFixture[str]) -> None:
    """Exported, looked at, taken, taken back; a changed, cut or foreign file changes nothing."""
    export = ("export", two.file, "--data", two.first, "--operator", Book().operator)
    assert _do(*export) == 0
    printed = capsys.readouterr().out.rpartition("is ")[2].strip()
    good, here = two.file.read_bytes(), two.here.read_bytes()
    take = ("import", two.file, "--data", two.tenth)
    assert _do(*take, "--dry-run") == 0
    said = capsys.readouterr().out
    assert "Label printer · link: not set → usb://1203:0140/TSC-9  (the same model" in said
    for bad, words in (
        (good[:-9], "not whole"),
        (good[:80] + b"x" + good[81:], "not whole"),
        (here, "no configuration that a counter exported"),
        (b"\xff\xfe" * 50, "no configuration that a counter exported"),
        (good + bytes(10_000), "too large"),
        (good.replace(b"CC1", b"CC3", 1), "newer program"),
    ):
        two.file.write_bytes(bad)
        assert _do(*take) == 1
        assert words in capsys.readouterr().err
    assert (two.here.read_bytes(), two.kept.exists()) == (here, False)
    two.file.write_bytes(good)
    assert _do(*take, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["written"], told["known"], told["fingerprint"]) == (True, True, printed)
    made = load_config(two.here)
    assert [(each.driver, each.link) for each in made.devices.values()] == [
        ("wedge", ""),
        ("tspl", "usb://1203:0140/TSC-9"),
    ]
    assert made.station.terminal == "990100-01-10"
    assert "# ours" in two.here.read_text("utf-8")
    assert two.kept.read_bytes() == here
    assert _do("undo", "--data", two.tenth) == 0
    assert two.here.read_bytes() == here
    assert "wedge → not set" in capsys.readouterr().out
    assert _do("undo", "--data", two.tenth) == 0
    assert load_config(two.here).devices == made.devices
    assert _do(*take[:2], "--data", two.tenth / "nowhere", "--config", two.here) == 1
    assert "fingerprint" in capsys.readouterr().err
    trusted = (*take[:2], "--data", two.tenth / "nowhere", "--config", two.here, "--trust")
    assert _do(*trusted, "0000 " * 8) == 1
    assert _do(*trusted, printed.lower().replace(" ", "")) == 0
    assert "No difference" in capsys.readouterr().out
    two.kept.unlink()
    assert _do("undo", "--data", two.tenth) == 1
    assert _do("import", two.file.with_name("none.txt"), "--data", two.tenth) == 2
    left = [(each.act, each.outcome) for each in reversed(GateFile(two.tenth).newest(99))]
    assert left[-4:] == [
        ("undo", "done"), ("undo", "done"), ("undo", "transfer.no_before"), ("import", "config.missing_file"),
    ]  # fmt: skip
    assert left[0] == ("import", "transfer.torn")  # a look leaves none
    assert [each.act for each in GateFile(two.first).newest(9)] == ["share"]


def test_two_processes_write_one_gate_log(tmp_path: Path) -> None:
    """The counter is open while somebody types commands: no line is lost, and each names the one before."""
    code = "from storage.gate_file import GateFile; from pathlib import Path; import sys\n"
    code += "for _ in range(40): GateFile(Path(sys.argv[1])).note('import', '', 'done')"
    run = [sys.executable, "-c", code, str(tmp_path)]
    both = [subprocess.Popen(run, cwd=ROOT) for _ in range(2)]
    assert [each.wait(60) for each in both] == [0, 0]
    found = GateFile(tmp_path).read()
    assert (len(found.lines), found.last, found.broken) == (80, 80, 0)
