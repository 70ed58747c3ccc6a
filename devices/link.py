"""Byte links to devices: what a link is, and which one a configured URL means.

A link is used by one thread (its lane); only :meth:`Link.cancel` may be called from another.
Every call has a deadline in ``time.monotonic`` seconds.  Errors are :class:`DeviceError` with facts
about the device alone: never a byte that was received.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, runtime_checkable

from core.errors import ConfigError, ConfigFault, DeviceError, DeviceFault
from devices.stream import SerialLink, TcpLink
from devices.usb import CharLink, UsbLink, device_root

DEFAULT_BAUD = 115_200
AUTO = "auto"  # ``baud=auto``: the driver finds the rate; only some can


class Link(Protocol):
    """A two-way stream of bytes to one device."""

    @property
    def url(self) -> str:
        """As configured; holds no personal data."""
        ...

    @property
    def baud(self) -> int:
        """Bits per second on the wire, 0 where the link has no line rate."""
        ...

    def open(self) -> None:
        """Raises DeviceError GONE, BUSY or CANCELLED; takes two seconds at most."""
        ...

    def read(self, limit: int, deadline: float) -> bytes:
        """1 to ``limit`` bytes as soon as there are any; b"" when the deadline passes first.

        Raises DeviceError GONE when the device is lost, CANCELLED after :meth:`cancel`.
        """
        ...

    def write(self, data: bytes, deadline: float) -> None:
        """Hand over everything.  Raises GONE, CANCELLED, NO_ANSWER (deadline); fact ``sent`` counts bytes."""
        ...

    def flush_input(self) -> int:
        """Drop what has arrived and was not read; how many bytes that were."""
        ...

    def cancel(self) -> None:
        """End a running wait within 200 ms, from any thread, and refuse every later one."""
        ...

    def close(self) -> None:
        """Never raises; may be called twice."""
        ...


@runtime_checkable
class RatedLink(Link, Protocol):
    """A link whose line rate can be changed while it is open: a serial port."""

    def set_baud(self, baud: int) -> None:
        """From now on at ``baud`` bits per second; bytes not yet read may go.  Raises DeviceError GONE."""
        ...


@dataclass(frozen=True, slots=True)
class LinkAddress:
    """A link's URL in parts: ``scheme://target?key=value&…``."""

    scheme: str
    target: str
    options: Mapping[str, str] = field(default_factory=dict)


def parse_link(url: str) -> LinkAddress:
    """Take a link URL apart (outside.md, configuration); raises ConfigError WRONG_VALUE."""
    scheme, separator, rest = url.partition("://")
    target, _, query = rest.partition("?")
    pairs = [part.partition("=") for part in query.split("&") if part]
    if not separator or not target or any(not key or not mark for key, mark, _value in pairs):
        raise _wrong_link(url, "scheme://target?key=value")
    return LinkAddress(scheme, target, {key: value for key, _mark, value in pairs})


def open_link(url: str) -> Link:
    """The opened link of a URL: ``serial:///dev/…?baud=115200``, ``tcp://host:port[?baud=…]``,
    ``usb://VID:PID[/SERIAL][?baud=…]``, which is looked for anew at each opening (:mod:`devices.usb`), or
    ``file:///dev/usb/lp0``, a character device.

    ``baud=auto`` of a serial port opens at 115200; the driver searches on.

    Raises what :func:`make_link` and :meth:`Link.open` raise.
    """
    link = make_link(url)
    link.open()
    return link


def wants_search(url: str) -> bool:
    """Whether a link's URL leaves the line rate to the driver: ``baud=auto``."""
    return parse_link(url).options.get("baud") == AUTO


def make_link(url: str) -> Link:
    """The link of a URL, not yet opened.

    Raises ConfigError WRONG_VALUE for what is no link, DeviceError SPOOLED for a print queue (decision 53).
    """
    address = parse_link(url)
    unknown = set(address.options) - {"baud"}
    if unknown:
        raise _wrong_link(url, "baud is the only option")
    if address.scheme == "serial":
        rate = DEFAULT_BAUD if wants_search(url) else _baud(url, address, DEFAULT_BAUD)
        return SerialLink(url, address.target, rate)
    if address.scheme == "tcp":
        host, _, port = address.target.rpartition(":")
        if not host or not (port.isascii() and port.isdigit() and 0 < int(port) < 65_536):
            raise _wrong_link(url, "tcp://host:port")
        return TcpLink(url, host.strip("[]"), int(port), _baud(url, address, 0))
    if address.scheme == "usb":
        if not re.fullmatch("[0-9A-Fa-f]{4}:[0-9A-Fa-f]{4}(?:/[^/]+)?", address.target):
            raise _wrong_link(url, "usb://VID:PID or usb://VID:PID/SERIAL")
        return UsbLink(url, address.target, _baud(url, address, DEFAULT_BAUD), device_root())
    if address.scheme == "file":
        return CharLink(url, Path(address.target))
    if address.scheme == "spool":
        raise DeviceError(DeviceFault.SPOOLED, link=url)
    raise _wrong_link(url, "serial://, tcp://, usb:// or file://")


def _baud(url: str, address: LinkAddress, default: int) -> int:
    text = address.options.get("baud")
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and 300 <= int(text) <= 4_000_000):
        raise _wrong_link(url, "baud between 300 and 4000000")
    return int(text)


def _wrong_link(url: str, expected: str) -> ConfigError:
    return ConfigError(ConfigFault.WRONG_VALUE, key="link", value=url, expected=expected)
