"""``main.py doctor`` as a technician meets it: a line each, what to do, an exit code that tells."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.devices import Slot
from program.demonstration import OPERATOR, PASSWORD, Demonstration
from program.doctor import _CAPTIONS
from ui.text import LANGUAGES, Texts

pytestmark = pytest.mark.requirement("R92")

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def around(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    place = tmp_path_factory.mktemp("doctor") / "d"
    with Demonstration(place, None, whole=True, papers=True) as demonstration:
        yield demonstration


def run(around: Demonstration, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "main.py", *arguments]
    command += ["--data", str(around.data), "--config", str(around.config_path)]
    return subprocess.run(
        command, cwd=ROOT, input=stdin, capture_output=True, text=True, timeout=90, check=False
    )


def lines(done: subprocess.CompletedProcess[str]) -> dict[str, dict[str, object]]:
    return {row["name"]: row for row in map(json.loads, done.stdout.splitlines())}


@pytest.mark.timeout(200)
def test_a_sound_counter(around: Demonstration) -> None:
    done = run(around, "doctor", "--json", "--operator", OPERATOR, stdin=PASSWORD + "\n")
    rows = lines(done)
    assert done.returncode == 0, done.stdout + done.stderr
    assert rows["backup"]["code"] == "doctor.backup_off"  # said, and no fault
    assert {row["state"] for name, row in rows.items() if name != "backup"} == {"ok"}
    assert set(rows) == set(_CAPTIONS)


@pytest.mark.timeout(200)
def test_without_credentials_the_vault_reads_not_opened(around: Demonstration) -> None:
    done = run(around, "doctor", "--json")
    rows = lines(done)
    assert done.returncode == 0, done.stdout + done.stderr
    assert rows["vault"]["state"] == "not opened"
    assert rows["headquarters"]["state"] == "ok"
    assert "journal" not in rows


@pytest.mark.timeout(200)
def test_a_pulled_plug_is_named_and_the_exit_code_tells(around: Demonstration) -> None:
    around.control().tell("unplug", slot="scanner")
    try:
        done = run(around, "doctor")
        tested = run(around, "device", "test", "scanner")
    finally:
        around.control().tell("replug", slot="scanner")
    assert (done.returncode, tested.returncode) == (1, 1)
    assert "连接断开" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.timeout(200)
def test_a_scanner_s_folder_with_somebody_s_letter(around: Demonstration) -> None:
    """A line for the slot as for every device, with what to do; the doctor touches nothing there."""
    folder = Path(around.links()[Slot.CAMERA].link.removeprefix("file://"))
    letter = folder / "letter.txt"
    letter.write_text("theirs")
    try:
        done = run(around, "doctor", "--json")
        assert letter.read_text() == "theirs"
    finally:
        letter.unlink()
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    (camera,) = [row for row in rows if row["facts"].get("slot") == "camera"]
    assert (done.returncode, camera["state"], camera["code"]) == (1, "bad", "device.folder_shared")
    assert str(folder) in camera["text"]
    assert "单独一个文件夹" in camera["text"]
    well = [json.loads(line) for line in run(around, "doctor", "--json").stdout.splitlines()]
    (camera,) = [row for row in well if row["facts"].get("slot") == "camera"]
    assert (camera["state"], camera["code"]) == ("ok", "doctor.device")


@pytest.mark.timeout(200)
def test_one_masked_read(around: Demonstration) -> None:
    around.control().tell("place", card="证件样本")
    try:
        done = run(around, "device", "read", "id_reader")
    finally:
        around.control().tell("lift")
    row = json.loads(done.stdout)
    assert (row["kind"], row["name"], row["number"]) == ("resident", "证**本", "1****************X")
    assert "11010519491231002X" not in done.stdout + done.stderr
    assert row["ms"]["read"] > 0


def test_wrong_password_is_one_sentence(around: Demonstration) -> None:
    done = run(around, "journal", "verify", "--operator", OPERATOR, stdin="wrong-password-1\n")
    assert done.returncode == 3
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_line_has_a_caption(language: str) -> None:
    texts = Texts(language)
    assert all(texts.has(code) for code in _CAPTIONS.values())
