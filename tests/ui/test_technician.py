"""The technician's page by keys: the real window, the real lanes, simulated devices on ptys and TCP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PySide6.QtWidgets import QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from core.config import load_config
from core.devices import DeviceState, Slot
from core.technician import Work
from devices.identify import Patience
from devices.simulators.label_printer import LabelPrinterSimulator
from devices.simulators.port import PtyPort, TcpPort
from devices.simulators.scale import SicsScale
from devices.simulators.scanner import CODE_128, ScannerSimulator
from devices.usb import ROOT_NAME
from program.terminal import Parts, Terminal
from program.workshop import Workshop
from tests.devices.test_usb import Bus
from tests.ui.typing import ALT, Hands, Key
from ui.bridge import Bridge
from ui.keys import DELIBERATE_MS
from ui.specimens import NOW
from ui.window import MainWindow

pytestmark = [pytest.mark.timeout(120), pytest.mark.requirement("R111")]
_CONFIG = """# Counter 3, set up by hand
[station]
branch = "520100-01"
terminal = "520100-01-03"

[headquarters]
url = "https://127.0.0.1:9"  # nobody is there

[devices.label_printer]  # beside the window
driver = "tspl"
link = "{link}"   # its own cable
width_mm = 76
"""


class Bench:
    """A window on a terminal without a vault, a bus to plug things into, hands on the keyboard."""

    def __init__(self, qtbot: QtBot, folder: Path, **workshop: Any) -> None:
        self.qtbot, self.file, self.bus = qtbot, folder / "counter.toml", Bus(folder / "root")
        self.printer = LabelPrinterSimulator(TcpPort(4_000_000), folder / "labels")
        self.printer.start()
        self.file.write_text(_CONFIG.format(link=self.printer.url), encoding="utf-8")
        bridge = Bridge()
        parts = Parts(page_process=False)
        self.terminal = Terminal(load_config(self.file), folder / "data", bridge.post, parts=parts)
        (folder / "data").mkdir(exist_ok=True)
        self.workshop = Workshop(folder / "data", self.file, lambda: self.terminal, **workshop)
        self.window = MainWindow(
            self.terminal.station, bridge, "zh", clock=lambda: NOW, workshop=self.workshop
        )
        self.devices: list[SicsScale | ScannerSimulator] = []
        self.terminal.start()
        with qtbot.waitActive(self.window):
            self.window.show()
        self.hands = Hands(qtbot, self.window)

    def plug(
        self,
        port: str,
        socket: str,
        make: Callable[[PtyPort], SicsScale | ScannerSimulator] = SicsScale,
        baud: int = 9600,
    ) -> None:
        """Something into a socket, at work."""
        path = self.bus.plug(port, socket, "067b:2303", f"S-{port}", "USB-Serial")
        device = make(PtyPort(path, baud))
        device.start()
        self.devices.append(device)

    def wait(self, true: Callable[[], bool], seconds: float = 30) -> None:
        """Until the screen is so."""
        self.qtbot.waitUntil(true, timeout=round(seconds * 1000))

    def says(self, name: str, words: str) -> bool:
        """Whether a label has these words now, and can be seen."""
        label = self.window.findChild(QLabel, name)
        return label is not None and label.isVisible() and words in label.text()

    def close(self) -> None:
        """Everything ends."""
        self.window.close()
        self.workshop.stop()
        self.terminal.stop()
        for device in (*self.devices, self.printer):
            device.stop()


@pytest.fixture
def bench(
    request: pytest.FixtureRequest, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Bench]:
    """A test's ``parametrize`` gives the workshop other patience."""
    monkeypatch.setenv(ROOT_NAME, str(tmp_path / "root"))
    made = Bench(qtbot, tmp_path, **getattr(request, "param", {}))
    yield made
    made.close()


def _open(bench: Bench) -> None:
    bench.hands.press(Key.Key_T, ALT)
    bench.wait(lambda: bench.window.at_console)


def test_slots_are_seen_and_tested_without_a_log_in(bench: Bench) -> None:
    """And a pulled plug is seen by itself, says what to do, and is over by itself."""
    _open(bench)
    bench.wait(lambda: bench.says("device_state_label_printer", "就绪"))
    bench.hands.press(Key.Key_T)
    bench.wait(lambda: bench.workshop.look(None).tests.get(Slot.LABEL_PRINTER) is not None)
    bench.wait(lambda: bench.workshop.look(None).tests[Slot.LABEL_PRINTER].done)
    assert bench.workshop.look(None).tests[Slot.LABEL_PRINTER].sound
    bench.printer.port.unplug()
    bench.wait(lambda: bench.says("device_state_label_printer", "■"))
    assert bench.says("slot_detail_label_printer", "请")
    bench.printer.port.replug()
    bench.wait(lambda: bench.says("device_state_label_printer", "就绪"))
    assert bench.says("slot_detail_label_printer", "上次故障")
    assert bench.window.console.traffic.words()
    bench.hands.press(Key.Key_Escape)
    assert not bench.window.at_console
    assert bench.hands.place == "operator"


def test_a_page_is_moved_printed_and_the_labels_measured(bench: Bench) -> None:
    """C, arrows, F9: the preview moves before paper is spent; what was set is in the file, and printed."""
    _open(bench)
    bench.wait(lambda: bench.says("device_state_label_printer", "就绪"))
    bench.hands.press(Key.Key_C)
    bench.wait(lambda: bench.says("paper_value_right_dots", "0 点"))
    unmoved = bench.workshop.look(None).paper
    assert unmoved is not None
    for _ in range(16):
        bench.hands.press(Key.Key_Right)
    bench.wait(lambda: bench.says("paper_value_right_dots", "16 点（2.0 mm）"))
    bench.hands.press(Key.Key_Escape)  # thrown away, and said nowhere
    bench.wait(lambda: bench.workshop.look(None).paper is None)
    assert "right_dots" not in bench.file.read_text(encoding="utf-8")
    bench.hands.press(Key.Key_C)
    bench.wait(lambda: bench.says("paper_value_right_dots", "0 点"))
    for key in (*[Key.Key_Right] * 8, Key.Key_Down, Key.Key_Down, Key.Key_Right):
        bench.hands.press(key)
    bench.wait(lambda: bench.says("paper_value_density", "0"))
    bench.wait(lambda: (bench.workshop.look(None).paper or unmoved).picture != unmoved.picture)
    bench.hands.press(Key.Key_F9)
    bench.wait(lambda: bench.says("technician_told", "校准页已打出"))
    read = load_config(bench.file).devices[Slot.LABEL_PRINTER].options
    assert (read["right_dots"], read["density"]) == (8, 0)
    assert "# its own cable" in bench.file.read_text(encoding="utf-8")
    (page,) = bench.printer.pages()
    with Image.open(page) as out, Image.open(BytesIO(_picture(bench))) as promised:
        assert out.size == promised.size
        assert out.convert("1").tobytes() == promised.convert("1").tobytes()
    bench.hands.press(Key.Key_L)
    bench.wait(lambda: bench.says("technician_told", "量过标签"))
    assert bench.printer.measured == 1
    bench.printer.set_condition("paper_out", on=True)
    bench.hands.press(Key.Key_L)
    bench.wait(lambda: bench.says("technician_told", "缺纸"))
    assert bench.printer.measured == 1
    bench.printer.set_condition("paper_out", on=False)
    bench.wait(lambda: bench.says("device_state_label_printer", "就绪"))


def _picture(bench: Bench) -> bytes:
    paper = bench.workshop.look(None).paper
    assert paper is not None
    return paper.picture


def test_the_doctor_speaks_on_the_screen(bench: Bench) -> None:
    """The same lines as the command's, while the window goes on."""
    _open(bench)
    bench.wait(lambda: bench.says("device_state_label_printer", "就绪"))
    bench.wait(lambda: bench.workshop.look(None).work is Work.NOTHING)
    bench.hands.press(Key.Key_F4)
    said = {"config": "doctor.fine", "vault": "store.missing", "device": "doctor.device"}
    bench.wait(lambda: said.items() <= {f.name: f.code for f in bench.workshop.look(None).findings}.items())
    bench.wait(lambda: "headquarters" in [f.name for f in bench.workshop.look(None).findings])


def test_a_device_is_added_and_works_at_once(bench: Bench) -> None:
    """Plugged in, recognised, named, written beside the comments; the printer's lane never stopped."""
    _open(bench)
    printer = bench.terminal.rack.lane(Slot.LABEL_PRINTER)
    bench.hands.press(Key.Key_N)
    bench.wait(lambda: bench.says("add_step", "现在插上"))
    bench.plug("ttyUSB0", "1-1")
    bench.wait(lambda: bench.says("add_found", "电子秤"))
    bench.hands.type("bei chuang")
    bench.hands.press(Key.Key_F9)
    bench.wait(lambda: bench.says("device_state_scale", "就绪"))
    assert bench.says("slot_title_scale", "bei chuang")
    text = bench.file.read_text(encoding="utf-8")
    for line in ("# Counter 3, set up by hand", "[devices.label_printer]  # beside the window"):
        assert line in text
    scale = load_config(bench.file).devices[Slot.SCALE]
    assert (scale.driver, scale.link) == ("sics", "usb://067b:2303/S-ttyUSB0?baud=9600")
    before = bench.file.with_name("counter.toml.before").read_text(encoding="utf-8")
    assert before == _CONFIG.format(link=bench.printer.url)
    assert bench.terminal.rack.lane(Slot.LABEL_PRINTER) is printer


@pytest.mark.parametrize("bench", [{"patience": Patience(0.2, 0.2, 0.2)}], indirect=True)
def test_a_scanner_is_found_by_its_first_code(bench: Bench) -> None:
    _open(bench)
    bench.hands.press(Key.Key_N)
    bench.wait(lambda: bench.says("add_step", "现在插上"))
    bench.plug("ttyACM0", "1-2", ScannerSimulator, 115_200)
    [scanner] = bench.devices
    assert isinstance(scanner, ScannerSimulator)
    bench.wait(lambda: bench.says("add_step", "扫任意"))

    def scanned() -> bool:
        scanner.scan("TEST-0001", CODE_128)  # as somebody does who sees nothing happen
        return bench.says("add_found", "扫描枪")

    bench.wait(scanned)
    bench.hands.press(Key.Key_F9)
    bench.wait(lambda: bench.says("device_state_scanner", "就绪"))


def test_a_wrong_device_is_named_and_nothing_is_written(bench: Bench) -> None:
    """The printer's plug is looked for, a scale is plugged in; Esc leaves everything as it was."""
    text = bench.file.read_text(encoding="utf-8")
    _open(bench)
    bench.wait(lambda: bench.says("device_state_label_printer", "就绪"))
    bench.hands.press(Key.Key_M)
    bench.wait(lambda: bench.says("add_step", "标签打印机"))
    bench.plug("ttyUSB0", "1-1")
    bench.wait(lambda: bench.says("add_found", "这是电子秤，不是标签打印机"), 60)
    bench.hands.press(Key.Key_F9)
    bench.hands.press(Key.Key_Escape)
    bench.wait(lambda: bench.says("device_state_label_printer", "就绪"))
    assert bench.file.read_text(encoding="utf-8") == text


def test_a_plug_pulled_while_it_is_tried_costs_nothing(bench: Bench) -> None:
    """It is said that nothing answers; plugged in again it is found."""
    _open(bench)
    bench.hands.press(Key.Key_N)
    bench.wait(lambda: bench.says("add_step", "现在插上"))
    bench.plug("ttyUSB0", "1-1")
    bench.wait(lambda: bench.says("add_step", "正在试"))
    bench.devices[0].stop()
    bench.bus.pull("ttyUSB0", "1-1")
    bench.wait(lambda: bench.says("add_step", "没有应答"), 90)
    address = bench.window.findChild(QLineEdit, "add_address")
    assert address.isVisible()
    assert address.hasFocus()  # the next try needs no mouse
    bench.plug("ttyUSB1", "1-3")
    bench.wait(lambda: bench.says("add_found", "电子秤"))


def test_a_device_is_renamed_taken_out_of_use_and_back(bench: Bench) -> None:
    _open(bench)
    bench.wait(lambda: bench.says("device_state_label_printer", "就绪"))
    for text in ("dtm1234", "D", "1234d"):  # a scanner that types
        bench.hands.scan(text)
    bench.qtbot.wait(2 * DELIBERATE_MS)
    assert load_config(bench.file).devices[Slot.LABEL_PRINTER].enabled
    assert bench.workshop.look(None).work is not Work.TESTING
    bench.hands.press(Key.Key_R)
    bench.wait(lambda: bench.hands.place == "add_name")
    bench.hands.type("men kou")
    bench.hands.press(Key.Key_F9)
    bench.wait(lambda: bench.says("slot_title_label_printer", "men kou"))
    bench.hands.press(Key.Key_D)
    bench.wait(lambda: bench.says("device_state_label_printer", "停用"))
    assert bench.terminal.rack.lane(Slot.LABEL_PRINTER) is None
    assert not load_config(bench.file).devices[Slot.LABEL_PRINTER].enabled
    bench.wait(lambda: bench.says("technician_told", "停用"))
    bench.hands.press(Key.Key_D)
    bench.wait(lambda: bench.says("device_state_label_printer", "就绪"))
    told = bench.terminal.rack.records()[Slot.LABEL_PRINTER].truth
    assert told.state is DeviceState.READY


def test_the_proxy_is_changed_tried_and_taken_back(bench: Bench) -> None:
    """What is no address stays in its field and changes nothing; nothing typed is no proxy."""
    before = bench.file.read_text(encoding="utf-8")
    _open(bench)
    bench.hands.press(Key.Key_P)
    bench.wait(lambda: bench.hands.place == "proxy_address")
    bench.hands.type("name:secret@proxy")
    bench.hands.press(Key.Key_F9)
    bench.wait(lambda: bench.says("technician_told", "代理的地址写得不对"))
    assert bench.file.read_text(encoding="utf-8") == before
    assert bench.hands.place == "proxy_address"
    bench.window.console.proxy.entry.clear()
    bench.hands.type("http://127.0.0.1:9")
    bench.hands.press(Key.Key_F9)
    bench.wait(lambda: bench.says("technician_told", "代理已写入"))
    assert load_config(bench.file).headquarters.proxy == "http://127.0.0.1:9"
    assert 'url = "https://127.0.0.1:9"  # nobody is there' in bench.file.read_text(encoding="utf-8")
    bench.wait(lambda: bench.hands.place == "technician_screen")
    bench.hands.press(Key.Key_P)
    bench.wait(lambda: bench.hands.place == "proxy_address")
    assert bench.window.console.proxy.text == "http://127.0.0.1:9"
    bench.window.console.proxy.entry.clear()
    bench.hands.press(Key.Key_F9)
    bench.wait(lambda: bench.says("technician_told", "不用代理"))
    assert load_config(bench.file).headquarters.proxy == ""
    bench.hands.press(Key.Key_U)
    bench.wait(lambda: load_config(bench.file).headquarters.proxy == "http://127.0.0.1:9")
    bench.wait(lambda: [(each.act, each.outcome) for each in bench.workshop.look(None).done] == [
        ("undo", "done"), ("proxy", "done"), ("proxy", "done")])  # fmt: skip


def test_the_bundle_is_asked_for_by_a_key(bench: Bench) -> None:
    """Nothing to seal it to before the counter is enrolled: said, and the page goes on."""
    _open(bench)
    bench.hands.press(Key.Key_F6)
    bench.wait(lambda: bench.says("technician_told", "■"))
    told = bench.workshop.look(None).told
    assert told is not None
    assert told.code == "store.missing"
    bench.wait(lambda: bench.says("device_state_label_printer", "就绪"))
