"""``main.py device ports``: what is connected over USB, with the link that finds it again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from devices.usb import ROOT_NAME
from program.cli import main
from tests.devices.test_usb import Bus


def test_ports_are_listed_without_a_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(ROOT_NAME, str(tmp_path))
    bus = Bus(tmp_path)
    assert main(["device", "ports"]) == 0
    # A smart-card service that an earlier test started here has readers of its own.
    said = capsys.readouterr().out.splitlines()
    assert [line for line in said if not line.startswith("pcsc://")] == []
    bus.plug("lp0", "1-1", "1203:0230", "T123", "标签机")
    assert main(["device", "ports", "--json"]) == 0
    [line] = capsys.readouterr().out.splitlines()
    port = str(tmp_path / "dev/usb/lp0")
    assert json.loads(line) == {"link": "usb://1203:0230/T123", "port": port, "name": "标签机", "stable": ""}
    assert main(["device", "ports"]) == 0
    assert capsys.readouterr().out.split() == ["usb://1203:0230/T123", port, "标签机"]
