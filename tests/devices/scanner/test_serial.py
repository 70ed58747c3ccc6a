"""The scanner's lane on a real pty and a real TCP connection."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.devices import CodeScanned, DeviceState, Slot
from devices.rack import Rack
from devices.scanner.serial import ScannerLane
from devices.simulators.port import Port, PtyPort, TcpPort
from devices.simulators.scanner import ScannerSimulator
from tests.devices.rig import DRIVERS, Config, Told, until

S10 = "RA123456785CN"


class Desk:
    """A scanner, its lane, what it told."""

    def __init__(self, scanner: ScannerSimulator, told: Told, rack: Rack) -> None:
        self.scanner, self.told, self.rack = scanner, told, rack

    def scanned(self) -> CodeScanned:
        """The next thing told."""
        event = self.told.story()
        assert isinstance(event, CodeScanned)
        return event


@contextmanager
def a_desk(port: Port, suffix: bytes = b"\r\n", prefix: bool = True, **options: int) -> Iterator[Desk]:
    """Scanner and rack at work; nothing is left behind."""
    scanner = ScannerSimulator(port, suffix=suffix, prefix=prefix)
    scanner.start()
    told = Told()
    rack = Rack([Config(Slot.SCANNER, "serial", scanner.url, options)], DRIVERS, told)
    try:
        rack.start()
        told.truth(DeviceState.READY)
        yield Desk(scanner, told, rack)
    finally:
        left = rack.stop()
        scanner.stop()
        assert left == ()


@pytest.fixture(params=["pty", "tcp"])
def port(request: pytest.FixtureRequest, tmp_path: Path) -> Port:
    """Both links, at a scanner's usual rate."""
    return PtyPort(tmp_path / "scanner", 9_600) if request.param == "pty" else TcpPort(9_600)


def connected(desk: Desk) -> None:
    """TCP: the client must be accepted before anything is sent, or it is lost as without a cable."""
    desk.scanner.scan("first")
    while not [event for event in desk.told.nothing_more(0.3) if isinstance(event, CodeScanned)]:
        desk.scanner.scan("first")


def test_codes_with_their_symbology(port: Port) -> None:
    with a_desk(port) as desk:
        connected(desk)
        desk.scanner.scan(S10)
        assert desk.scanned() == CodeScanned(Slot.SCANNER, S10, "]C0")
        desk.scanner.scan("订单 42", "]Q3")
        assert desk.scanned() == CodeScanned(Slot.SCANNER, "订单 42", "]Q3")


@pytest.mark.parametrize("suffix", [b"\r", b"\n"])
def test_without_prefix_and_with_either_end(port: Port, suffix: bytes) -> None:
    with a_desk(port, suffix=suffix, prefix=False) as desk:
        connected(desk)
        desk.scanner.scan(S10)
        assert desk.scanned() == CodeScanned(Slot.SCANNER, S10, "")


def test_a_burst_arrives_whole_and_in_order(port: Port) -> None:
    with a_desk(port) as desk:
        connected(desk)
        codes = [f"JT{number:010d}" for number in range(25)]
        desk.scanner.send(b"".join(b"]C0" + code.encode() + b"\r\n" for code in codes))
        assert [desk.scanned().text for _ in codes] == codes


@pytest.mark.parametrize(
    ("data", "reason", "size"),
    [
        (b"\x00\x01RA\r", "unprintable", 4),
        (b"z" * 1100 + b"\r", "too_long", 1100),
        (b"RA123", "unfinished", 5),
    ],
)
def test_dropped_lines_are_said_without_content(port: Port, data: bytes, reason: str, size: int) -> None:
    with a_desk(port) as desk:
        connected(desk)
        desk.scanner.send(data)
        truth = desk.told.truth(DeviceState.ATTENTION, "device.bad_frame")
        assert truth.facts == {"reason": reason, "bytes": size}
        desk.scanner.scan(S10)
        desk.told.truth(DeviceState.READY)
        assert desk.scanned().text == S10


def test_a_scanner_without_line_end(port: Port) -> None:
    with a_desk(port, suffix=b"", gap_ends=1, gap_ms=120) as desk:
        connected(desk)
        desk.scanner.scan(S10)
        assert desk.scanned().text == S10


def test_unplug_and_replug(port: Port) -> None:
    with a_desk(port) as desk:
        connected(desk)
        desk.scanner.port.unplug()
        desk.told.truth(DeviceState.GONE, "device.gone")
        desk.scanner.port.replug()
        desk.told.truth(DeviceState.READY)
        connected(desk)
        desk.scanner.scan(S10)
        assert desk.scanned().text == S10


def test_the_log_holds_no_code(tmp_path: Path) -> None:
    with a_desk(PtyPort(tmp_path / "scanner", 9_600)) as desk:
        desk.scanner.scan(S10)
        desk.scanned()
        lane = desk.rack.lane(Slot.SCANNER)
        assert isinstance(lane, ScannerLane)
        until(lambda: bool(lane.traffic.entries()), "nothing logged")
        [entry] = lane.traffic.entries()
        assert (entry.shown, entry.hidden) == (b"]C0", len(S10))
