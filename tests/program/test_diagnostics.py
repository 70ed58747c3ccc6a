"""The bundle for headquarters: opens there alone, and holds nobody's data."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from core.config import parse_config
from core.crypto.keys import new_agreement
from core.crypto.sealing import unseal
from core.devices import DeviceState, DeviceTruth, Slot
from core.diagnostics import pack, unpack
from core.errors import CounterError, EntryError, Fact
from core.technician import Finding, SlotRow, Verdict
from core.technician import Test as Trial
from core.technician import Tested as Tried
from devices.simulators.cards import load_people
from program.demonstration import Demonstration
from program.diagnostics import collect
from tests.program.test_workshop_traffic import ENCODINGS, SECRETS, pieces, traffic

ROOT = Path(__file__).parents[2]
_CONFIG = """# 示例甲的柜台，电话13900139000
[station]
branch = "520100-01"
terminal = "520100-01-03"
[headquarters]
url = "https://127.0.0.1:9"
[backup]
folder = "/home/shilijia/backup"
[devices.scale]
driver = "nci"
link = "usb://067b:2303"
name = "示例甲的秤"
"""


def test_nothing_personal_is_in_it(tmp_path: Path) -> None:
    """After a card, a code and a label: searched in every encoding, as bytes and as hex."""
    person = next(iter(load_people().values()))
    lines = traffic(tmp_path / "desk", person)
    config = parse_config(_CONFIG.encode(), "/home/shilijia/counter.toml")
    where: dict[str, Fact] = {"file": "/home/shilijia/counter.toml", "line": 3}
    findings = [Finding("config", Verdict.BAD, "config.syntax", where)]
    glyph: dict[str, Fact] = {"character": "示例甲的秤", "link": "file:///home/shilijia", "sw": "000060"}
    fault = DeviceTruth(Slot.SCALE, DeviceState.ATTENTION, "device.self_test", glyph)
    row = SlotRow(Slot.SCALE, "nci", "usb://067b:2303", fault, "示例甲的秤")
    test = Trial(Slot.SCALE, (Tried("ready", ok=False, fault="device.self_test", facts=glyph),), done=True)
    seen = {slot.value: each for slot, each in lines.items()}
    value = collect(tmp_path, config, findings, [row], [test], seen)
    assert value["slots"][0]["facts"] == value["tests"][0][1][0][3] == {"sw": "000060"}
    assert value["traffic"][Slot.ID_READER.value]
    assert value["doctor"] == [["config", "bad", "config.syntax", {"line": 3}]]
    text = json.dumps(value, ensure_ascii=False)
    fields = [person.fields[name] for name in ("name", "number", "address")]
    for piece in pieces([*fields, *SECRETS, "示例甲的秤", "13900139000", "shilijia"]):
        assert piece not in text
        for encoding in ENCODINGS:
            assert piece.encode(encoding).hex() not in text, encoding


def test_headquarters_alone_opens_it() -> None:
    key, other = new_agreement(), new_agreement()
    data = pack(key.public, "1-1", {"a": ["乙", 1]})
    assert unpack(data, lambda sealed, info: unseal(key, sealed, info)) == {"a": ["乙", 1]}
    with pytest.raises(CounterError):
        unpack(data, lambda sealed, info: unseal(other, sealed, info))
    renamed = data.replace(b'"1-1"', b'"1-2"', 1)
    with pytest.raises(CounterError):
        unpack(renamed, lambda sealed, info: unseal(key, sealed, info))
    for broken in (b"", b"x", b"{}\n", b"[]\nx", data[:40]):
        with pytest.raises(EntryError):
            unpack(broken, lambda sealed, info: unseal(key, sealed, info))


@pytest.mark.timeout(200)
def test_written_here_and_opened_there(tmp_path: Path) -> None:
    """The two commands, a counter and a headquarters."""
    with Demonstration(tmp_path / "d", None, whole=True) as around:
        file = tmp_path / "bundle.sealed"
        command = ["main.py", "diagnostics", str(file), "--data", str(around.data)]
        made = subprocess.run(
            [sys.executable, *command, "--config", str(around.config_path)],
            cwd=ROOT, capture_output=True, text=True, timeout=90, check=False,
        )  # fmt: skip
        assert made.returncode == 0, made.stderr
        assert b"scanner" not in file.read_bytes()
        value = around.ask_headquarters("diagnostics", "open", str(file))
    assert {device["slot"] for device in value["devices"]} >= {"scanner", "id_reader"}
    assert ["config", "ok", "doctor.fine", {}] in value["doctor"]
