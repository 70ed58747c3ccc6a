"""USB links: a made-up sysfs in a folder, ptys as the ports, and the drivers that stand above them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from core.devices import DeviceState, PrintJob, PrintOutcome, Slot, Weighed
from core.errors import DeviceError
from devices.link import make_link
from devices.rack import Rack
from devices.simulators.label_printer import LabelPrinterSimulator
from devices.simulators.port import PtyPort
from devices.simulators.scale import SicsScale
from devices.usb import ROOT_NAME, find, usb_ports
from tests.devices.conformance.cases import TSPL, Desk
from tests.devices.printer.labels import PLAIN
from tests.devices.rig import DRIVERS, Config, Told, until


class Bus:
    """What the system says of what is connected.  A socket is a place such as ``1-1.2``."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "dev/usb").mkdir(parents=True)

    def plug(self, port: str, socket: str, ids: str, serial: str = "", name: str = "A device") -> Path:
        """A device with one port; where the port's special file belongs."""
        kind = "usbmisc" if port.startswith("lp") else "tty"
        device = self.root / "sys/devices/pci0/usb1" / socket
        own = device / f"{socket}:1.0" / kind / port
        own.mkdir(parents=True)
        (own / "device").symlink_to("../..")
        vendor, product = ids.split(":")
        texts = {"idVendor": vendor, "idProduct": product, "serial": serial, "product": name}
        for file, text in texts.items():
            if text:
                (device / file).write_text(text + "\n")
        entry = self.root / "sys/class" / kind / port
        entry.parent.mkdir(parents=True, exist_ok=True)
        entry.symlink_to(Path("../..") / own.relative_to(self.root / "sys"))
        return self.root / ("dev/usb" if kind == "usbmisc" else "dev") / port

    def pull(self, port: str, socket: str) -> None:
        """Out of its socket."""
        (self.root / "sys/class" / ("usbmisc" if port.startswith("lp") else "tty") / port).unlink()
        shutil.rmtree(self.root / "sys/devices/pci0/usb1" / socket)


@pytest.fixture
def bus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bus:
    """An empty one, instead of this machine's."""
    monkeypatch.setenv(ROOT_NAME, str(tmp_path))
    return Bus(tmp_path)


def fault(target: str, bus: Bus) -> tuple[str, object]:
    """What is said where a link finds no device."""
    with pytest.raises(DeviceError) as caught:
        find(target, bus.root)
    return str(caught.value.code), caught.value.facts.get("count", caught.value.facts.get("found"))


def test_what_is_connected_is_listed_with_the_link_that_finds_it(bus: Bus) -> None:
    bus.plug("ttyUSB10", "1-4", "1A86:7523")
    bus.plug("ttyUSB9", "1-3", "0403:6001", "FT01", "Scale")
    bus.plug("lp0", "1-1.2", "1203:0230", "T123", "TSC")
    by_id = bus.root / "dev/serial/by-id"
    by_id.mkdir(parents=True)
    (by_id / "usb-FTDI_Scale_FT01-if00-port0").symlink_to("../../ttyUSB9")
    found = [(port.url, port.path.name, port.name, port.stable) for port in usb_ports(bus.root)]
    assert found == [
        ("usb://1203:0230/T123", "lp0", "TSC", ""),
        ("usb://0403:6001/FT01", "ttyUSB9", "Scale", "usb-FTDI_Scale_FT01-if00-port0"),
        ("usb://1a86:7523", "ttyUSB10", "A device", ""),
    ]
    assert [find(url.removeprefix("usb://"), bus.root).path.name for url, *_ in found] == [
        "lp0",
        "ttyUSB9",
        "ttyUSB10",
    ]


def test_none_another_and_too_many_are_told_apart(bus: Bus) -> None:
    assert fault("1203:0230", bus) == ("device.gone", None)
    bus.plug("lp0", "1-1", "1203:0230", "A1")
    assert find("1203:0230", bus.root).serial == "A1"
    assert fault("1203:0230/B2", bus) == ("device.wrong_device", "A1")
    bus.plug("lp1", "1-2", "1203:0230", "B2")
    assert fault("1203:0230", bus) == ("device.several", 2)
    assert find("1203:0230/B2", bus.root).path.name == "lp1"
    assert fault("1203:0231", bus) == ("device.gone", None)


def test_a_device_that_says_odd_things_of_itself_stops_nothing(bus: Bus) -> None:
    path = bus.plug("lp0", "1-1", "1203:0230", "A\x07B" + "x" * 300, "n\x00")
    [port] = usb_ports(bus.root)
    assert (port.serial, port.name, port.path) == ("", "", path)
    (bus.root / "sys/class/usbmisc/lp1").symlink_to("nowhere")
    (bus.root / "sys/class/usbmisc/lpx").mkdir()
    loop = bus.root / "sys/class/usbmisc/lp2"
    loop.mkdir()
    (loop / "device").symlink_to("device")
    (bus.root / "dev/serial/by-id").mkdir(parents=True)
    (bus.root / "dev/serial/by-id/no link").touch()
    assert usb_ports(bus.root) == [port]


def test_a_page_through_a_printer_port_and_again_from_another_socket(bus: Bus, tmp_path: Path) -> None:
    told = Told()
    path = bus.plug("lp0", "1-1", "1203:0230", "T123")
    printer = LabelPrinterSimulator(PtyPort(path, 921_600), tmp_path / "pages", print_s=0.1)
    printer.start()
    desk = Desk(printer, Rack([], {}, told), told)
    desk.rack = Rack(
        [Config(Slot.LABEL_PRINTER, "tspl", "usb://1203:0230/T123")],
        {(Slot.LABEL_PRINTER, "tspl"): TSPL.lane(desk)},
        told,
    )
    moved = None
    try:
        desk.rack.start()
        told.truth(DeviceState.READY)
        TSPL.work(desk)
        printer.stop()
        bus.pull("lp0", "1-1")
        told.truth(DeviceState.GONE, "device.gone")
        other = bus.plug("lp3", "1-2.4", "1203:0230", "other")
        told.truth(DeviceState.ATTENTION, "device.wrong_device")
        bus.pull("lp3", "1-2.4")
        other.unlink(missing_ok=True)
        path = bus.plug("lp5", "2-1", "1203:0230", "T123")
        moved = LabelPrinterSimulator(PtyPort(path, 921_600), tmp_path / "moved", print_s=0.1)
        moved.start()
        told.truth(DeviceState.READY)
        lane = desk.rack.lane(Slot.LABEL_PRINTER)
        lane.submit(PrintJob("again", Slot.LABEL_PRINTER, 1, PLAIN))  # type: ignore[union-attr]
        until(lambda: len(desk.ended) == 2, "no outcome")
        assert desk.ended[1] == ("again", PrintOutcome.PRINTED)
        assert len(moved.pages()) == 1
    finally:
        left = desk.rack.stop()
        if moved is not None:
            moved.stop()
        assert left == ()


def test_a_serial_port_by_its_numbers(bus: Bus) -> None:
    scale = SicsScale(PtyPort(bus.plug("ttyACM0", "1-1", "0eb8:f000", "S1"), 9_600))
    scale.start()
    told = Told()
    rack = Rack([Config(Slot.SCALE, "sics", "usb://0EB8:f000?baud=9600")], DRIVERS, told)
    try:
        rack.start()
        told.truth(DeviceState.READY)
        scale.put(500)
        while told.story() != Weighed(Slot.SCALE, 500, True):
            continue
    finally:
        left = rack.stop()
        scale.stop()
        assert left == ()


def test_a_link_that_was_not_opened_is_gone(bus: Bus) -> None:
    link = make_link("usb://1203:0230")
    for call in (link.open, link.flush_input):
        with pytest.raises(DeviceError, match=r"device\.gone"):
            call()
    link.close()
    link.cancel()
    with pytest.raises(DeviceError, match=r"device\.cancelled"):
        link.open()
