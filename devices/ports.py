"""Every port that a device may hang on now, each with the link that finds it again."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from devices.usb import UsbPort, usb_ports

_PRINTER = "lp"
_ACM = "ttyACM"  # a port without a wire: its rate means nothing


@dataclass(frozen=True, slots=True)
class Port:
    """``link`` without a rate; ``also``: how else a configuration may say the same port."""

    link: str
    name: str  # as people know it: what it calls itself, or its stable name
    rated: bool
    also: frozenset[str] = frozenset()

    def is_meant(self, link: str) -> bool:
        """Whether a configured link leads here."""
        return link.partition("?")[0].lower() in {each.lower() for each in (self.link, *self.also)}


def connected(root: Path) -> dict[str, Port]:
    """Link → port, of all that is connected.  Two looks compared tell what was plugged in between."""
    usb = usb_ports(root)
    same = Counter((port.vendor, port.product, port.serial) for port in usb)
    found = [_of_usb(port, root, same[(port.vendor, port.product, port.serial)]) for port in usb]
    covered = {each for port in found for each in (port.link, *port.also)}
    folder = root / "dev/serial/by-id"
    names = sorted(entry.name for entry in folder.iterdir()) if folder.is_dir() else []
    for name in names:
        link = f"serial://{folder / name}"
        if link not in covered and re.fullmatch(r"[^\s?#]+", name):
            found.append(Port(link, name, rated=True))
    return {port.link: port for port in found}


def _of_usb(port: UsbPort, root: Path, alike: int) -> Port:
    bare = f"usb://{port.vendor}:{port.product}"
    by_id = f"serial://{root / 'dev/serial/by-id' / port.stable}" if port.stable else ""
    by_path = f"serial://{port.path}" if not port.path.name.startswith(_PRINTER) else ""
    link = port.url if alike == 1 else by_id or by_path or port.url
    also = frozenset({port.url, bare, by_id, by_path}) - {link, ""}
    rated = not port.path.name.startswith((_PRINTER, _ACM))
    return Port(link, port.name or port.stable or port.path.name, rated, also)


def unused(ports: Collection[Port], links: Collection[str]) -> list[Port]:
    """Those that no configured link leads to."""
    return [port for port in ports if not any(port.is_meant(link) for link in links)]
