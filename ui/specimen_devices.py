"""Invented states of the technician's page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from core.config import parse_config
from core.config_plan import plan
from core.config_transfer import Origin, Shared
from core.crypto.keys import load_signer
from core.devices import DeviceState, DeviceTruth, Slot
from core.errors import DeviceFault, Fact
from core.gate_log import GateLine
from core.technician import (
    Adding,
    Candidate,
    Finding,
    PaperBench,
    PaperSetting,
    SlotRow,
    Taking,
    Test,
    Tested,
    Told,
    TrafficLine,
    Verdict,
    Work,
    WorkshopView,
)

_AT = dt.datetime(2026, 11, 21, 6, 25, 38, 114_000, tzinfo=dt.UTC)


def _row(slot: Slot, driver: str, link: str, state: DeviceState, fault: str = "", **facts: Fact) -> SlotRow:
    return SlotRow(slot, driver, link, DeviceTruth(slot, state, fault, facts), since=_AT, messages=1284)


_LABEL: Mapping[str, Fact] = {"width_mm": 76, "height_mm": 130, "dpi": 203}
_FAULT = DeviceTruth(Slot.SCANNER, DeviceState.GONE, DeviceFault.GONE)
ROWS = (
    _row(Slot.ID_READER, "sam", "serial:///dev/serial/by-id/usb-FTDI_A50285?baud=auto", DeviceState.READY,
         sam="05.01-20100101-0000000001-1", baud=115_200),
    _row(Slot.CARD_READER, "software", "tcp://127.0.0.1:40123", DeviceState.READY),
    replace(_row(Slot.SCANNER, "serial", "serial:///dev/serial/by-id/usb-NLS?baud=9600", DeviceState.READY),
            fault=_FAULT, fault_at=_AT),
    _row(Slot.SCALE, "nci", "usb://067b:2303/PL02?baud=9600", DeviceState.BUSY),
    replace(_row(Slot.LABEL_PRINTER, "tspl", "tcp://192.168.1.50:9100", DeviceState.ATTENTION,
                 DeviceFault.PAPER_OUT), options=_LABEL),
    replace(_row(Slot.RECEIPT_PRINTER, "escpos", "usb://04b8:0e28", DeviceState.GONE, DeviceFault.GONE),
            options={"width_mm": 80}),
)  # fmt: skip


def _line(after_ms: int, outward: bool, name: str, shown: str, hidden: int = 0) -> TrafficLine:
    return TrafficLine(_AT + dt.timedelta(milliseconds=after_ms), outward, name, bytes.fromhex(shown), hidden)


_TRAFFIC = (
    _line(0, True, "FIND", "AAAAAA969600032001 22"),
    _line(31, False, "FIND", "00009F"),
    _line(32, True, "SELECT", "AAAAAA969600032002 21"),
    _line(80, False, "SELECT", "000090"),
    _line(81, True, "READ", "AAAAAA969600033001 32"),
    _line(923, False, "READ", "000090", 1284),
)
_FINDINGS = (
    Finding("config", Verdict.OK, "doctor.fine"),
    Finding("disk", Verdict.OK, "doctor.disk", {"free_mb": 41_984}),
    Finding("vault", Verdict.SKIPPED, "doctor.not_opened"),
    Finding("certificate", Verdict.WARN, "doctor.certificate", {"days": 23}),
    Finding("fonts", Verdict.OK, "doctor.fine"),
    Finding("headquarters", Verdict.OK, "doctor.reached"),
)
_DONE = (
    GateLine(3, "2026-11-21T06:24:10Z", "rename", "scale", "done", ""),
    GateLine(2, "2026-11-21T06:21:40Z", "test", "id_reader", "unsound", ""),
)
DEVICES = WorkshopView(
    ROWS,
    _TRAFFIC,
    findings=_FINDINGS,
    file="/home/counter/.local/share/real-name-counter/counter.toml",
    done=_DONE,
)
_NEW = Adding(port="USB-Serial Controller D", driver="nci")
_PORTS = replace(_NEW, port="", driver="", ports=("USB-Serial Controller D", "TSC TE210"))
_FOUND = Candidate((Slot.LABEL_PRINTER, Slot.STICKER_PRINTER), "tspl", "usb://1203:0160/TE21", "TSC TE210")
_TESTS = {Slot.ID_READER: Test(Slot.ID_READER, tuple(Tested(name, ok=True) for name in ("opens", "ready")))}
_BAD = {
    Slot.ID_READER: Test(
        Slot.ID_READER,
        (Tested("opens", ok=True), Tested("ready", ok=False, fault=DeviceFault.NO_ANSWER)),
        done=True,
    )
}
# What the test found, and the scanner taken out of use since.
_AFTER_TEST = (
    _row(Slot.ID_READER, ROWS[0].driver, ROWS[0].link, DeviceState.ATTENTION, DeviceFault.NO_ANSWER),
    ROWS[1],
    SlotRow(Slot.SCANNER, ROWS[2].driver, ROWS[2].link, DeviceTruth(Slot.SCANNER, DeviceState.DISABLED)),
    *ROWS[3:],
)
_OTHER = Candidate((Slot.SCALE,), "sics", "usb://067b:2303/PL02?baud=9600", "USB-Serial Controller D")
_HEAD = """[station]
branch = "520100-01"
terminal = "520100-01-03"
[headquarters]
url = "https://10.12.0.4:8443"
"""
_KEY = load_signer(bytes(range(32))).public
_ORIGIN = Origin("520100-01-01", _KEY, known=True)


def _file(rows: Sequence[SlotRow]) -> bytes:
    """The configuration in which these slots stand."""
    text = _HEAD
    for row in rows:
        options = "".join(f"{key} = {value}\n" for key, value in row.options.items())
        text += f'[devices.{row.slot}]\ndriver = "{row.driver}"\nlink = "{row.link}"\n{options}'
    return text.encode()


# The other counter: its labels a millimetre to the right, receipts over the network, a sticker printer of a
# make that is plugged in here too; its scale is of this one's make, and changes nothing.
_PLAN = plan(
    _file(ROWS),
    Shared(
        "520100-01", "520100-01-01", _AT, "https://10.12.0.5:8443", "zh", "http://10.12.0.2:3128",
        {
            Slot.LABEL_PRINTER: {
                "driver": "tspl", "link": "tcp://192.168.1.40:9100", **_LABEL, "right_dots": 8,
            },
            Slot.RECEIPT_PRINTER: {"driver": "escpos", "link": "tcp://192.168.1.51:9100", "width_mm": 80},
            Slot.SCALE: {"driver": "nci", "link": "usb://067b:2303/PL09?baud=9600"},
            Slot.STICKER_PRINTER: {"driver": "tspl", "link": "usb://1203:0160/TE07", "width_mm": 60},
        },
    ),
    _ORIGIN,
    [["usb://067b:2303/PL02"], ["usb://1203:0160/TE21"]],
)  # fmt: skip


def _taken() -> tuple[SlotRow, ...]:
    """The slots after it: as the plan's own file has them."""
    made = parse_config(_PLAN.made, "config").devices
    before = {row.slot: row for row in ROWS}
    return tuple(
        replace(
            before.get(slot) or _row(slot, each.driver, each.link, DeviceState.CONNECTING),
            driver=each.driver, link=each.link, options=each.options,
        )
        for slot, each in made.items()
    )  # fmt: skip


_PICTURE = Path(__file__).parents[1] / "resources" / "demonstration" / "calibration.png"
_PAPER = PaperBench(
    Slot.LABEL_PRINTER,
    (
        PaperSetting("size", 1, 0, 2, 1), PaperSetting("right_dots", 8, -200, 200, 0),
        PaperSetting("down_dots", 0, -200, 200, 0), PaperSetting("density", None, 0, 15, None),
        PaperSetting("speed", 4, 1, 14, 4), PaperSetting("gap_mm", 2, 0, 20, 2),
    ),
    ((60, 40), (76, 130), (100, 150)), learns=True, picture=_PICTURE.read_bytes(),
)  # fmt: skip
_TAKING = Taking(("/media/stick/counter-config-520100-01-01-20261121-062000.txt",), plan=_PLAN)
WORKSHOPS: Mapping[str, WorkshopView] = {
    "devices": DEVICES,
    "devices-none": WorkshopView(findings=_FINDINGS[:1], file=DEVICES.file),
    "devices-testing": replace(DEVICES, work=Work.TESTING, tests=_TESTS),
    "devices-tested": replace(
        DEVICES,
        rows=_AFTER_TEST,
        traffic=_TRAFFIC[:1],
        tests=_BAD,
        told=Told("msg.device_disabled", {"slot": "scanner"}, "good", 1),
    ),
    "devices-add": replace(DEVICES, work=Work.LOOKING, adding=_PORTS),
    "devices-folder": replace(
        DEVICES,
        work=Work.LOOKING,
        adding=Adding(port="/run/shared", ports=("/media/counter/CAMERA/DCIM", "/run/counter-papers")),
        told=Told("device.folder_shared", {"folder": "/run/shared", "count": 3}, "warning", 1),
    ),
    "devices-wait": replace(
        DEVICES,
        work=Work.TESTING,
        adding=Adding(waits=True),
        told=Told("msg.workshop_busy", {}, "warning", 1),
    ),
    "devices-trying": replace(DEVICES, work=Work.TRYING, adding=_NEW),
    "devices-scan": replace(DEVICES, work=Work.TRYING, adding=replace(_NEW, silent=True)),
    "devices-found": replace(DEVICES, adding=replace(_NEW, found=_FOUND)),
    "devices-other": replace(
        DEVICES,
        adding=replace(_NEW, wanted=Slot.SCANNER, found=_OTHER),
        told=Told("msg.device_other", {"found": "slot.scale", "slot": "scanner"}, "warning", 1),
    ),
    "devices-taking": replace(DEVICES, taking=_TAKING),
    "devices-taking-unknown": replace(
        DEVICES, taking=replace(_TAKING, plan=replace(_PLAN, origin=replace(_ORIGIN, known=False)))
    ),
    "devices-taking-torn": replace(
        DEVICES, taking=replace(_TAKING, files=_TAKING.files * 2, plan=None, fault="transfer.torn")
    ),
    "devices-proxy": replace(DEVICES, proxy="http://192.168.1.1:3128"),
    "devices-taken": replace(
        DEVICES, rows=_taken(), undoable=True, told=Told("msg.config_taken", {}, "good", 1)
    ),
    "devices-paper": replace(DEVICES, paper=_PAPER),
    "devices-paper-size": replace(
        DEVICES,
        paper=replace(
            _PAPER,
            settings=(replace(_PAPER.settings[0], value=None, before=None), *_PAPER.settings[1:]),
            picture=b"",
            fault="config.wrong_value",
            facts={"key": "width_mm", "value": "70x130", "expected": "60x40, 76x130"},
        ),
        told=Told("msg.label_other", {"found": 40, "expected": 130}, "warning", 1),
    ),
}
