"""``main.py diagnostics FILE`` and F6 on the technician's page: how this machine is, for headquarters alone.

No name, no free text and no path goes into it: what a technician called a device may name a person, and a
path a login.  The vault stays shut.
"""

from __future__ import annotations

import argparse
import datetime as dt
import platform
import shutil
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from core import gate_log
from core.config import Config, DeviceConfig, load_config
from core.diagnostics import pack
from core.errors import CounterError, Fact
from core.technician import Finding, SlotRow, Test, TrafficLine, Verdict
from devices.ports import connected
from devices.usb import device_root
from program.doctor import examine
from program.places import config_path, default_data
from program.version import version
from storage.files import read_small, write_atomic
from storage.vaultfile import load

# Figures and words of the program's own: no path, nothing typed, no character of anybody's name.
_TOLD = frozenset({
    "line", "free_mb", "hours", "entries", "received", "seconds", "days", "seq", "what", "slot", "sam",
    "baud", "sw", "length", "sent", "count", "command", "garbage", "unit", "paper_low", "driver", "bug",
    "place", "field",
})  # fmt: skip


def run(options: argparse.Namespace) -> int:
    """Write it; says where and for which terminal."""
    data = options.data or default_data(demonstration=False)
    path = options.config or config_path(data)
    found = [
        Finding(line.name, Verdict(line.state), line.code, line.facts) for line in examine(data, path, None)
    ]
    try:
        config: Config | None = load_config(path)
    except CounterError:
        config = None
    write(data, options.file, collect(data, config, found))
    print(options.file)
    return 0


def collect(
    data: Path,
    config: Config | None,
    findings: Iterable[Finding],
    rows: Iterable[SlotRow] = (),
    tests: Iterable[Test] = (),
    traffic: Mapping[str, Iterable[TrafficLine]] | None = None,
) -> dict[str, Any]:
    """Everything as JSON values."""
    disk = shutil.disk_usage(data if data.exists() else Path("/"))
    return {
        "made": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "version": version(),
        "system": [platform.system(), platform.release(), platform.machine(), platform.python_version()],
        "disk_mb": [disk.total >> 20, disk.free >> 20],
        "threads": sorted(thread.name for thread in threading.enumerate()),
        "files": {path.name: path.stat().st_size for path in sorted(data.glob("*")) if path.is_file()},
        "devices": [_device(each) for each in config.devices.values()] if config is not None else [],
        "backup": config is not None and config.backup is not None,
        "gate_log": _gate_log(data),
        "ports": [port.link for port in connected(device_root()).values()],
        "doctor": [[f.name, f.state.value, f.code, _facts(f.facts)] for f in findings],
        "slots": [_row(row) for row in rows],
        "tests": [
            [
                test.slot.value,
                [[check.name, check.ok, check.fault, _facts(check.facts)] for check in test.checks],
            ]
            for test in tests
        ],
        "traffic": {slot: [_line(line) for line in lines] for slot, lines in (traffic or {}).items()},
    }


def terminal_of(data: Path) -> str:
    """Which one it is, as the vault's public part says.  Raises StoreError MISSING, DAMAGED."""
    content, _mac = load(data / "vault.json")
    return content.granted().terminal


def write(data: Path, file: Path, value: Mapping[str, Any]) -> None:
    """Sealed to headquarters' opening service, whose key stands in the vault's public part.

    Raises StoreError MISSING without a vault, DAMAGED, and as the disk refuses.
    """
    content, _mac = load(data / "vault.json")
    write_atomic(file, pack(content.opening, content.granted().terminal, value))


def _gate_log(data: Path) -> list[Any]:
    """What was done on the technician's page, and where the log is broken; codes and times alone."""
    try:
        found = gate_log.read(read_small(data / gate_log.NAME))
    except CounterError as error:
        return [str(error.code)]
    lines = [[each.n, each.at, each.act, each.slot, each.outcome] for each in found.lines]
    return [*lines, ["broken", found.broken]] if found.broken else lines


def _device(device: DeviceConfig) -> dict[str, Any]:
    told = {name: value for name, value in device.options.items() if name not in ("name", "photo_library")}
    link = "file:" if device.link.startswith("file:") else device.link
    return {"slot": device.slot.value, "driver": device.driver, "link": link, "options": told}


def _facts(facts: Mapping[str, Fact]) -> dict[str, Fact]:
    return {name: fact for name, fact in facts.items() if name in _TOLD}


def _row(row: SlotRow) -> dict[str, Any]:
    fault = row.fault
    return {
        "slot": row.slot.value,
        "state": row.truth.state.value,
        "fault": row.truth.fault,
        "facts": _facts(row.truth.facts),
        "since": row.since.isoformat() if row.since else "",
        "last_fault": [fault.fault, row.fault_at.isoformat()] if fault and row.fault_at else [],
        "messages": row.messages,
    }


def _line(line: TrafficLine) -> list[Any]:
    return [line.at.isoformat(), "out" if line.outward else "in", line.name, line.shown.hex(), line.hidden]
