"""A scanner that writes files on the technician's page, by keys: its folder typed or mounted, tested, named.

A real folder in memory, the real lane, a simulated scanner.
"""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from core.config import load_config
from core.devices import Slot
from core.paper_pictures import Camera
from devices.conformance import CheckName
from devices.simulators.paper_scanner import paper, put_in
from devices.usb import ROOT_NAME
from tests.ui.test_technician import Bench
from tests.ui.typing import ALT, Key

pytestmark = [pytest.mark.timeout(120), pytest.mark.requirement("R111")]


@pytest.fixture
def bench(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setenv(ROOT_NAME, str(tmp_path / "root"))
    made = Bench(qtbot, tmp_path)
    yield made
    made.close()


@pytest.fixture
def memory() -> Iterator[Path]:
    """A folder of this account alone, in memory."""
    folder = Path(tempfile.mkdtemp(prefix="papers-", dir="/dev/shm"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def _look_for(bench: Bench) -> None:
    bench.hands.press(Key.Key_T, ALT)
    bench.wait(lambda: bench.window.at_console)
    bench.hands.press(Key.Key_N)
    bench.wait(lambda: bench.says("add_step", "现在插上"))
    bench.wait(lambda: bench.hands.place == "add_address")


def _type(bench: Bench, text: str) -> None:
    field = bench.window.findChild(QLineEdit, "add_address")
    bench.wait(lambda: bench.hands.place == "add_address")
    field.selectAll()
    bench.hands.type(text)
    bench.hands.press(Key.Key_Return)


def test_a_folder_is_typed_refused_taken_and_works_at_once(bench: Bench, memory: Path) -> None:
    """No folder, one on the disk, one with somebody's letter: each is said, nothing touched; then taken."""
    letter = memory / "letter.txt"
    letter.write_text("theirs")
    (memory / "left.jpg").write_bytes(paper(size=(300, 300)))
    _look_for(bench)
    for folder, words in (
        (memory / "none", "没有这个文件夹"),
        (bench.file.parent, "磁盘"),
        (memory, "图片文件夹里有别的东西"),
    ):
        _type(bench, str(folder))
        bench.wait(lambda words=words: bench.says("technician_told", words))  # type: ignore[misc]
    assert sorted(path.name for path in memory.iterdir()) == ["left.jpg", "letter.txt"]
    assert load_config(bench.file).devices.keys() == {Slot.LABEL_PRINTER}
    letter.unlink()
    _type(bench, f"{memory}/")
    bench.wait(lambda: bench.says("add_found", "摄像头"))
    assert (memory / "left.jpg").exists()  # looked at, not in use yet
    bench.wait(lambda: bench.hands.place == "add_name")
    bench.hands.type("gao pai yi")
    bench.hands.press(Key.Key_F9)
    bench.wait(lambda: bench.says("device_state_camera", "就绪"))
    assert bench.says("slot_title_camera", "gao pai yi")
    assert not (memory / "left.jpg").exists()
    taken = load_config(bench.file).devices[Slot.CAMERA]
    assert (taken.driver, taken.link) == ("folder", f"file://{memory}")
    assert isinstance(bench.terminal.rack.lane(Slot.CAMERA), Camera)


def test_a_scanner_is_mounted_tested_named_and_taken_out_of_use(bench: Bench, memory: Path) -> None:
    """Its folder comes while somebody looks for it; T asks for a paper; R and D as for every device."""
    mounts = bench.bus.root / "proc/self/mountinfo"
    mounts.parent.mkdir(parents=True)
    mounts.write_text("20 1 254:0 / / rw - ext4 /dev/vda rw\n")
    _look_for(bench)
    with mounts.open("a") as file:
        file.write(f"31 20 0:40 / {memory} rw,nosuid - tmpfs tmpfs rw\n")
    bench.wait(lambda: bench.says("add_found", "摄像头"))
    bench.hands.press(Key.Key_F9)
    bench.wait(lambda: bench.says("device_state_camera", "就绪"))
    bench.wait(lambda: bench.workshop.look(None).adding is None)
    bench.window.console.slots.choose(Slot.CAMERA)

    bench.hands.press(Key.Key_T)
    bench.wait(lambda: bench.window.console.findings.isVisible() and _asked(bench))
    bench.wait(lambda: bench.says("technician_told", "请放一张纸"))  # also while another slot is looked at
    scanner = threading.Thread(target=put_in, args=(memory, paper(size=(400, 300))))
    scanner.start()
    bench.wait(lambda: bench.workshop.look(None).tests[Slot.CAMERA].done)
    scanner.join()
    test = bench.workshop.look(None).tests[Slot.CAMERA]
    assert test.sound
    assert [check.name for check in test.checks] == [name.value for name in CheckName]
    assert list(memory.iterdir()) == []

    bench.wait(lambda: bench.says("device_state_camera", "就绪"))
    bench.hands.press(Key.Key_R)
    bench.wait(lambda: bench.hands.place == "add_name")
    bench.hands.type("men kou")
    bench.hands.press(Key.Key_F9)
    bench.wait(lambda: bench.says("slot_title_camera", "men kou"))
    bench.hands.press(Key.Key_D)
    bench.wait(lambda: bench.says("device_state_camera", "停用"))
    assert bench.terminal.rack.lane(Slot.CAMERA) is None
    bench.wait(lambda: bench.says("technician_told", "停用"))
    bench.hands.press(Key.Key_D)
    bench.wait(lambda: bench.says("device_state_camera", "就绪"))

    memory.chmod(0o755)  # and what is wrong with it is said on the doctor's lines, with what to do
    bench.hands.press(Key.Key_M)
    bench.wait(lambda: bench.says("add_step", "摄像头"))
    bench.hands.press(Key.Key_Escape)
    bench.wait(lambda: bench.says("device_state_camera", "其他账户能看"))
    assert bench.says("slot_detail_camera", "chmod o-rwx")
    bench.hands.press(Key.Key_F4)
    bench.wait(lambda: ("device", "device.folder_open") in _found(bench))


def _asked(bench: Bench) -> bool:
    """Whether the test waits for a paper, and says so."""
    test = bench.workshop.look(None).tests.get(Slot.CAMERA)
    labels = bench.window.console.findings.findChildren(QLabel)
    words = [label.text() for label in labels if label.isVisible()]
    return test is not None and not test.done and any("放一张纸" in line for line in words)


def _found(bench: Bench) -> list[tuple[str, str]]:
    return [(finding.name, finding.code) for finding in bench.workshop.look(None).findings]
