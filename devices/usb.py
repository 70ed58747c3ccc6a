"""Devices on USB by vendor, product and serial number: in whatever socket they stick.

``usb://VID:PID[/SERIAL]`` is looked for each time the link is opened, so a plug moved to another socket is
found where it is.  Two kinds of port serve: a printer's (``/dev/usb/lpN``, USB printer class 7) and a serial
one (``/dev/ttyUSBN``, ``/dev/ttyACMN``).  What is connected stands in sysfs; nothing is opened to see it.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import select
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.errors import DeviceError, DeviceFault
from devices.stream import SerialLink, StreamLink, reason_of

ROOT_NAME = "COUNTER_DEVICE_ROOT"  # another place than / for sys and dev: a container, a test
_TARGET = re.compile(r"([0-9A-Fa-f]{4}):([0-9A-Fa-f]{4})(?:/(.+))?")
_CLASSES = (("usbmisc", re.compile("lp[0-9]+"), "usb"), ("tty", re.compile("tty(?:USB|ACM)[0-9]+"), ""))
_LONGEST = 126  # characters of a USB string descriptor
_EMPTY_S = 0.01  # a port that says "ready" and has nothing


@dataclass(frozen=True, slots=True)
class UsbPort:
    """One port of a device that is connected now.

    ``stable`` is a serial port's name under ``/dev/serial/by-id``, "" where it has none.
    """

    vendor: str  # four hex digits, lower case
    product: str
    serial: str
    name: str  # what the device calls itself
    path: Path
    stable: str = ""

    @property
    def url(self) -> str:
        """The link that finds it again in any socket."""
        return f"usb://{self.vendor}:{self.product}" + (f"/{self.serial}" if self.serial else "")


def device_root() -> Path:
    """Where ``sys`` and ``dev`` are."""
    return Path(os.environ.get(ROOT_NAME, "/"))


def usb_ports(root: Path) -> list[UsbPort]:
    """Every port of a USB device, in the order of the system's numbers."""
    names = _by_id(root)
    found = []
    for folder, pattern, below in _CLASSES:
        entries = [entry for entry in _listed(root / "sys/class" / folder) if pattern.fullmatch(entry.name)]
        for entry in sorted(entries, key=_in_order):
            path = root / "dev" / below / entry.name
            device = _device_of(entry, root)
            if device is not None:
                vendor, product = _word(device / "idVendor").lower(), _word(device / "idProduct").lower()
                stable = names.get(entry.name, "") if not below else ""
                serial, name = _word(device / "serial"), _word(device / "product")
                found.append(UsbPort(vendor, product, serial, name, path, stable))
    return found


def find(target: str, root: Path) -> UsbPort:
    """The one port that ``VID:PID[/SERIAL]`` means.

    Raises DeviceError GONE where nothing is connected, WRONG_DEVICE where the product is there under other
    serial numbers alone, SEVERAL where it is there more than once and none is named.
    """
    wanted = _TARGET.fullmatch(target)
    if wanted is None:
        raise DeviceError(DeviceFault.GONE, link=f"usb://{target}", reason="form")
    vendor, product, serial = wanted[1].lower(), wanted[2].lower(), wanted[3]
    same = [port for port in usb_ports(root) if (port.vendor, port.product) == (vendor, product)]
    found = [port for port in same if serial in (None, port.serial)]
    if len(found) == 1:
        return found[0]
    link = f"usb://{target}"
    if found:
        raise DeviceError(DeviceFault.SEVERAL, retry=True, link=link, count=len(found))
    if same:
        raise DeviceError(DeviceFault.WRONG_DEVICE, retry=True, link=link, found=same[0].serial)
    raise DeviceError(DeviceFault.GONE, retry=True, link=link, reason="ENODEV")


def _listed(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _in_order(entry: Path) -> tuple[str, int]:
    """``ttyUSB9`` before ``ttyUSB10``."""
    word = entry.name.rstrip("0123456789")
    return word, int(entry.name[len(word) :] or 0)


def _by_id(root: Path) -> dict[str, str]:
    """Name of a serial port → its stable name."""
    names = {}
    for entry in sorted(_listed(root / "dev/serial/by-id")):
        with contextlib.suppress(OSError):  # unplugged meanwhile, or no link
            names[entry.readlink().name] = entry.name
    return names


def _device_of(entry: Path, root: Path) -> Path | None:
    """The USB device above a port of it: the first folder upwards that names a vendor."""
    with contextlib.suppress(OSError, RuntimeError):  # unplugged meanwhile, not readable, a loop of links
        top = (root / "sys").resolve()
        for folder in _upwards((entry / "device").resolve(), top):
            if (folder / "idVendor").is_file():
                return folder
    return None


def _upwards(folder: Path, top: Path) -> Iterator[Path]:
    while folder != top and top in folder.parents:
        yield folder
        folder = folder.parent


def _word(file: Path) -> str:
    """A descriptor's text, or "" where the device has none or it cannot be shown."""
    try:
        text = file.read_text(encoding="utf-8", errors="replace").strip()[:_LONGEST]
    except OSError:
        return ""
    return text if text.isprintable() else ""


class CharLink(StreamLink):
    """A port that the system shows as a character device: a printer's on USB or a parallel one.

    The system lets one program open it.  What is no such device is never written to: a page that lies in a
    file is a customer's data in the clear (R59).
    """

    def __init__(self, url: str, path: Path) -> None:
        super().__init__(url, 0)
        self._path = path
        self._handle = -1

    def open(self) -> None:
        """See :meth:`devices.link.Link.open`."""
        self._check_cancelled()
        handle = -1
        try:
            if not stat.S_ISCHR(self._path.stat().st_mode):  # before opening: a pipe would wait, or be woken
                raise DeviceError(DeviceFault.NO_DEVICE, link=self._url)
            handle = os.open(self._path, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
            kind = os.fstat(handle).st_mode
        except OSError as error:
            if handle >= 0:
                os.close(handle)
            raise self._not_opened(error) from None
        if not stat.S_ISCHR(kind):  # another one was put there meanwhile
            os.close(handle)
            raise DeviceError(DeviceFault.NO_DEVICE, link=self._url)
        self._handle = handle

    def close(self) -> None:
        """See :meth:`devices.link.Link.close`."""
        handle, self._handle = self._handle, -1
        if handle >= 0:
            try:
                os.close(handle)
            except OSError:
                return  # the device went first

    def _receive(self, limit: int, wait: float) -> bytes:
        handle = self._opened()
        try:
            ready, _, _ = select.select([handle], [], [], wait)
            data = os.read(handle, limit) if ready else b""
        except BlockingIOError:
            return b""
        except OSError as error:
            raise self._gone(reason_of(error)) from None
        if ready and not data:
            if _hung_up(handle):
                raise self._gone("hung up")
            time.sleep(min(wait, _EMPTY_S))
        return data

    def _send(self, data: memoryview, wait: float, sent: int) -> int:
        handle = self._opened()
        try:
            _, ready, _ = select.select([], [handle], [], wait)
            return os.write(handle, data[:4096]) if ready else 0
        except BlockingIOError:
            return 0
        except OSError as error:
            raise self._gone(reason_of(error), sent) from None

    def _opened(self) -> int:
        if self._handle < 0:
            raise self._gone(errno.errorcode[errno.EBADF])
        return self._handle


def _hung_up(handle: int) -> bool:
    """Whether the other side is gone: a port may only say so here and read as empty for ever."""
    asked = select.poll()
    asked.register(handle, 0)
    return bool(asked.poll(0))


class UsbLink(StreamLink):
    """Finds its device at each opening; then as the port that was found."""

    def __init__(self, url: str, target: str, baud: int, root: Path) -> None:
        super().__init__(url, baud)
        self._target = target
        self._root = root
        self._port: SerialLink | CharLink | None = None

    def open(self) -> None:
        """See :meth:`devices.link.Link.open`; also raises WRONG_DEVICE and SEVERAL, see :func:`find`."""
        self._check_cancelled()
        port = find(self._target, self._root)
        link: SerialLink | CharLink = SerialLink(self._url, str(port.path), self._baud)
        if port.path.name.startswith("lp"):
            link = CharLink(self._url, port.path)
        link.open()
        self._port = link

    def close(self) -> None:
        """See :meth:`devices.link.Link.close`."""
        port, self._port = self._port, None
        if port is not None:
            port.close()

    def _receive(self, limit: int, wait: float) -> bytes:
        return self._opened()._receive(limit, wait)

    def _send(self, data: memoryview, wait: float, sent: int) -> int:
        return self._opened()._send(data, wait, sent)

    def _opened(self) -> SerialLink | CharLink:
        if self._port is None:
            raise self._gone("closed")
        return self._port
