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

    def said(*options: str) -> list[str]:
        """But for the readers of a smart-card service that another test started here."""
        assert main(["device", "ports", *options]) == 0
        return [line for line in capsys.readouterr().out.splitlines() if "pcsc://" not in line]

    assert said() == []
    bus.plug("lp0", "1-1", "1203:0230", "T123", "标签机")
    [line] = said("--json")
    port = str(tmp_path / "dev/usb/lp0")
    assert json.loads(line) == {"link": "usb://1203:0230/T123", "port": port, "name": "标签机", "stable": ""}
    [line] = said()
    assert line.split() == ["usb://1203:0230/T123", port, "标签机"]
