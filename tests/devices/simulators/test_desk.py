"""All devices in one process, as a shell sees them: listing, orders, signals, a real rack on the links."""

from __future__ import annotations

import json
import queue
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.config import DeviceConfig
from core.devices import (
    CardLifted,
    CardRead,
    CardReading,
    CodeScanned,
    DeviceEvent,
    DeviceState,
    PaperFailed,
    PaperPicture,
    Slot,
)
from core.errors import DeviceFault
from devices.camera.lane import FolderCameraLane
from devices.rack import Rack
from devices.simulators.control import ControlClient
from devices.simulators.desk import SimulatedDesk
from tests.devices.rig import DRIVERS, Config, Told, until

ROOT = Path(__file__).parents[3]


def run(*arguments: str) -> subprocess.Popen[bytes]:
    """A process of ours."""
    return subprocess.Popen(
        [sys.executable, "-m", *arguments],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def tell(directory: Path, *order: str) -> tuple[int, dict[str, object]]:
    """One order from a shell: exit code and reply."""
    with run("devices.simulators.tell", str(directory), *order) as process:
        out, _ = process.communicate(timeout=30)
    return process.returncode, json.loads(out) if out else {}


@pytest.fixture(params=[[], ["--tcp"]], ids=["pty", "tcp"])
def directory(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A running ``python -m devices.simulators``."""
    folder = tmp_path / "desk"
    arguments = ["--directory", str(folder), "--read-seconds", "0", "--end-with-stdin", *request.param]
    with run("devices.simulators", *arguments) as process:
        until((folder / "devices.json").exists, "no listing")
        yield folder
        assert process.stdin is not None
        process.stdin.close()  # the starter goes, and so do the devices
        assert process.wait(10) == 0
        assert process.stderr is not None
        assert process.stderr.read() == b""
    assert not (folder / "devices.json").exists()
    assert not (folder / "control.sock").exists()
    assert not (folder / "id_reader").is_symlink()


def test_a_days_work_from_a_shell(directory: Path) -> None:
    listing = json.loads((directory / "devices.json").read_text(encoding="utf-8"))
    slots = listing["slots"]
    assert set(slots) == {"id_reader", "scanner", "scale", "label_printer", "receipt_printer"}
    told = Told()
    configs = [
        Config(slot, slots[slot.value]["driver"], slots[slot.value]["link"], {})
        for slot in (Slot.ID_READER, Slot.SCANNER)
    ]
    rack = Rack(configs, DRIVERS, told)
    rack.start()
    until(lambda: {truth.state for truth in rack.truths()} == {DeviceState.READY}, "not ready")
    client = ControlClient.of_directory(directory)

    assert tell(directory, "place", "证件样本") == (0, {"ok": True})
    assert isinstance(told.story(), CardReading)
    read = told.story()
    assert isinstance(read, CardRead)
    assert read.card.name == "证件样本"
    assert client.tell("state")["card"] == ["证件样本"]
    assert client.tell("scan", code="RA123456785CN") == {"ok": True}
    scan = told.story()
    assert isinstance(scan, CodeScanned)
    assert (scan.text, scan.symbology) == ("RA123456785CN", "]C0")
    assert client.tell("lift")["ok"]
    assert isinstance(told.story(), CardLifted)
    assert client.tell("place", card="样本港")["ok"]
    assert isinstance(told.story(), CardReading)
    assert isinstance(told.story(), CardRead)
    assert client.tell("unplug", slot="id_reader")["ok"]
    until(lambda: rack.truths()[0].state is DeviceState.GONE, "not gone")
    assert client.tell("replug", slot="id_reader")["ok"]
    until(lambda: rack.truths()[0].state is DeviceState.READY, "not back")
    assert rack.stop() == ()


def test_wrong_orders_are_answered(directory: Path) -> None:
    assert tell(directory, "cover", "on")[0] == 0
    assert tell(directory, "cover", "maybe") == (1, {"ok": False, "error": "on must be a number"})
    code, reply = tell(directory, "place", "nobody")
    assert code == 1
    assert "证件样本" in str(reply["known"])
    assert tell(directory, "place")[0] == 1
    assert tell(directory, "dance")[0] == 1
    assert tell(directory, "state", "too", "many")[0] == 2
    assert tell(directory, "paper_out", "on", "receipt_printer")[0] == 0
    assert tell(directory, "condition", "paper_low", "on", "receipt_printer")[0] == 0
    assert tell(directory, "condition", "paper_low")[0] == 1  # label printers do not say so
    assert tell(directory, "cover", "on", "scanner")[0] == 1
    assert tell(directory, "silence", "receipt_printer", "on")[0] == 0
    client = ControlClient.of_directory(directory)
    assert client.tell("state")["receipt_conditions"] == ["paper_low", "paper_out", "silent"]
    assert client.tell("state")["conditions"] == ["head_open"]
    assert client.tell("quirk", name="hangs", value=1) == {"ok": True}
    assert not client.tell("quirk", name="garbage", value=1)["ok"]
    assert not client.tell("unplug", slot="window")["ok"]
    assert not client.tell("condition", name="on_fire")["ok"]
    path = json.loads((directory / "devices.json").read_text(encoding="utf-8"))["control"]
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect(path)
        sock.sendall(b"not json\n[1]\n" + b'{"do": "lift"}\n')
        answers = b""
        while answers.count(b"\n") < 3:
            answers += sock.recv(4096)
    assert [json.loads(line)["ok"] for line in answers.splitlines()] == [False, False, True]


def test_nobody_listens(tmp_path: Path) -> None:
    assert tell(tmp_path, "lift")[0] == 3
    with run("devices.simulators", "--directory", "/proc/none") as process:
        _, error = process.communicate(timeout=30)
    assert process.returncode == 3
    assert b"Traceback" not in error


def test_in_this_process_and_below_a_long_path(tmp_path: Path) -> None:
    folder = tmp_path / ("deep" * 20) / "desk"
    with SimulatedDesk(folder) as desk:
        listing = json.loads((folder / "devices.json").read_text(encoding="utf-8"))
        assert ControlClient.of_directory(folder).tell("place", card="示例甲") == {"ok": True}
        assert desk.reader.lying() == ["示例甲"]
    assert not Path(listing["control"]).exists()


def test_operators_cards_have_a_reader_where_they_are_asked_for(tmp_path: Path) -> None:
    with SimulatedDesk(tmp_path / "without", tcp=True) as desk:
        assert "card_reader" not in json.dumps(desk.listing())
        without = ControlClient.of_directory(tmp_path / "without")
        assert without.tell("card_in", card="card_1")["error"] == "no card reader"
        assert without.tell("state")["operator_cards"] is None
    with SimulatedDesk(tmp_path / "with", tcp=True, cards=True):
        control = ControlClient.of_directory(tmp_path / "with")
        assert control.tell("card_in", card="of nobody")["error"] == "no such card"
        assert control.tell("card_in", card="card_1")["ok"]
        assert control.tell("card_in", card="rsa", reader=2)["ok"]
        assert control.tell("state")["operator_cards"] == {
            "1": {"card": "card_1", "operator": "", "left": 3},
            "2": {"card": "rsa", "operator": "", "left": 3},
        }
        assert control.tell("card_out")["ok"]
        assert list(control.tell("state")["operator_cards"]) == ["2"]  # type: ignore[call-overload]


def test_papers_have_a_scanner_where_they_are_asked_for(tmp_path: Path) -> None:
    """Its folder is in memory, this account's alone, and gone at the end; the lane takes what is put in."""
    with SimulatedDesk(tmp_path / "without", tcp=True) as desk:
        assert "camera" not in json.dumps(desk.listing())
        refused = ControlClient.of_directory(tmp_path / "without").tell("paper")
        assert refused["error"] == "no paper scanner"
    told: queue.SimpleQueue[DeviceEvent] = queue.SimpleQueue()
    with SimulatedDesk(tmp_path / "with", tcp=True, papers=True) as desk:
        assert desk.papers is not None
        folder, control = desk.papers.place.folder, ControlClient.of_directory(tmp_path / "with")
        assert control.tell("paper", of="nobody")["error"] == "no such visitor"
        assert control.tell("paper", kind="film")["error"] == "no such paper"
        link = json.loads((tmp_path / "with" / "devices.json").read_text())["slots"]["camera"]
        assert link == {"driver": "folder", "link": f"file://{folder}"}
        rack = Rack(
            [DeviceConfig(Slot.CAMERA, **link)], {(Slot.CAMERA, "folder"): FolderCameraLane}, told.put
        )
        rack.start()
        lane = rack.lane(Slot.CAMERA)
        assert isinstance(lane, FolderCameraLane)
        for number, (kind, fault) in enumerate(
            (("good", ""), ("pdf", DeviceFault.PICTURE_TYPE), ("torn", DeviceFault.PICTURE_TORN))
        ):
            lane.take(number, 160_000)
            assert tell(tmp_path / "with", "paper", "军人", kind)[0] == 0
            found = _next(told, PaperFailed if fault else PaperPicture)
            assert isinstance(found, (PaperFailed, PaperPicture))
            assert (found.number, getattr(found, "fault", "")) == (number, fault)
        assert control.tell("unplug", slot="camera")["ok"]
        until(lambda: rack.truths()[0].state is DeviceState.GONE, "not gone")
        assert control.tell("paper")["ok"]  # into a scanner without a plug: it comes to nothing
        assert control.tell("replug", slot="camera")["ok"]
        until(lambda: rack.truths()[0].state is DeviceState.READY, "not back")
        assert rack.stop() == ()
    assert not folder.exists()


def _next(told: queue.SimpleQueue[DeviceEvent], kind: type[DeviceEvent]) -> DeviceEvent:
    while not isinstance(event := told.get(timeout=20), kind):
        pass
    return event
