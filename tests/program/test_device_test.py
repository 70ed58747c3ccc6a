"""``main.py device test SLOT`` at simulated devices: a line a check, exit 0 or 1."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from devices.simulators.desk import SimulatedDesk

ROOT = Path(__file__).parents[2]
HEAD = '[station]\nbranch="1"\nterminal="1-1"\n[headquarters]\nurl="https://127.0.0.1:8443"\n'


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[SimulatedDesk]:
    """All simulated devices, and the configuration for them in ``counter.toml`` beside them."""
    with SimulatedDesk(tmp_path / "desk", read_s=0.0) as desk:
        listing = json.loads((tmp_path / "desk" / "devices.json").read_text(encoding="utf-8"))
        tables = [
            f'[devices.{slot}]\ndriver = "{entry["driver"]}"\nlink = "{entry["link"]}"\n'
            for slot, entry in listing["slots"].items()
        ]
        (tmp_path / "counter.toml").write_text(HEAD + "".join(tables), encoding="utf-8")
        yield desk


def outcome(slot: str, folder: Path, *more: str, action: str = "test") -> tuple[int, str]:
    """Exit code and output."""
    command = [
        sys.executable,
        "main.py",
        "device",
        action,
        slot,
        "--config",
        str(folder / "counter.toml"),
        *more,
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=90, check=False)
    return done.returncode, done.stdout.decode("utf-8")


@pytest.mark.parametrize("slot", ["id_reader", "scanner", "scale", "label_printer"])
def test_sound_devices(desk: SimulatedDesk, tmp_path: Path, slot: str) -> None:
    code, said = outcome(slot, tmp_path)
    assert code == 0, said
    lines = said.splitlines()
    assert [line.split() for line in lines[:5]] == [
        [name, "ok"] for name in ("opens", "ready", "steady", "ends", "again")
    ]
    assert lines[5] == f"{slot}: ready"


def test_a_mute_reader_says_what_to_do(desk: SimulatedDesk, tmp_path: Path) -> None:
    desk.reader.quirks.silent = True
    code, said = outcome("id_reader", tmp_path)
    assert code == 1
    assert said.splitlines()[0].split() == ["opens", "ok"]
    assert said.splitlines()[1].startswith("ready    FAILED ")
    assert len(said.splitlines()[1]) > 20


def test_as_json(desk: SimulatedDesk, tmp_path: Path) -> None:
    code, said = outcome("scanner", tmp_path, "--json")
    assert code == 0
    assert json.loads(said)["checks"] == dict.fromkeys(("opens", "ready", "steady", "ends", "again"), True)
    desk.scanner.port.unplug()
    code, said = outcome("scanner", tmp_path, "--json")
    answer = json.loads(said)
    assert (code, answer["fault"], answer["checks"]) == (1, "device.gone", {"opens": False})


@pytest.mark.timeout(120)
def test_a_paper_is_asked_for_and_its_picture_dropped(tmp_path: Path) -> None:
    """The line that asks for it comes before the check that waits."""
    with SimulatedDesk(tmp_path / "desk", papers=True) as desk:
        assert desk.papers is not None
        folder = desk.papers.place.folder
        table = f'[devices.camera]\ndriver = "folder"\nlink = "{desk.papers.url}"\nsettle_ms = 200\n'
        (tmp_path / "counter.toml").write_text(HEAD + table, encoding="utf-8")
        command = [sys.executable, "main.py", "device", "test", "camera"]
        command += ["--config", str(tmp_path / "counter.toml")]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            said = []
            for line in process.stdout:
                said.append(line.split())
                if "一分钟内" in line:
                    desk.papers.put()
        assert process.returncode == 0, said
        asked = next(at for at, words in enumerate(said) if "一分钟内" in " ".join(words))
        assert [words[:2] for words in said if words[1:2] == ["ok"]] == [
            [name, "ok"] for name in ("opens", "ready", "steady", "picture", "ends", "again")
        ]
        assert said[asked - 1][0] == "steady"
        assert said[-1] == ["camera:", "ready"]
        assert list(folder.iterdir()) == []


def test_a_weight_is_read_once_it_stands(desk: SimulatedDesk, tmp_path: Path) -> None:
    desk.scale.put(1284)
    code, said = outcome("scale", tmp_path, action="read")
    answer = json.loads(said)
    assert code == 0
    assert (answer["kind"], answer["grams"], answer["net"]) == ("weight", 1284, False)
    desk.scale.port.unplug()
    assert outcome("scale", tmp_path, action="read") == (3, "")


def test_a_calibration_page_printed_and_as_a_picture(desk: SimulatedDesk, tmp_path: Path) -> None:
    code, said = outcome("label_printer", tmp_path, action="calibrate")
    assert (code, said) == (0, "")
    (printed,) = (tmp_path / "desk").rglob("page-*.png")
    code, said = outcome("label_printer", tmp_path, "--png", str(tmp_path / "look.png"), action="calibrate")
    assert code == 0, said
    with Image.open(printed) as paper, Image.open(tmp_path / "look.png") as look:
        assert paper.convert("1").tobytes() == look.convert("1").tobytes()
    desk.printer.set_condition("paper_out", True)
    assert outcome("label_printer", tmp_path, action="calibrate")[0] == 3
    assert outcome("scanner", tmp_path, action="calibrate")[0] == 2
