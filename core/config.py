"""The configuration file of one counter (TOML).

Whatever is wrong is named with file, line, key and what would be right, so that a technician can
mend it without reading this program.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from core.devices import Slot
from core.errors import ConfigError, ConfigFault
from core.ledger.configured import fingerprints
from core.strict import Node
from core.toml_lines import key_lines

LANGUAGES = ("zh", "en")
LONGEST_NAME = 40  # characters of a device's name
_MAX_BYTES = 256 * 1024
_ID = "[A-Za-z0-9][A-Za-z0-9._-]{0,31}"
_AT_LINE = re.compile(r"at line (\d+)")

Option = int | str


@dataclass(frozen=True, slots=True)
class StationConfig:
    """Who this counter is."""

    branch: str
    terminal: str
    language: str = "zh"


@dataclass(frozen=True, slots=True)
class HeadquartersConfig:
    """Where headquarters is: an https URL without user, query or fragment.

    ``proxy``: ``http://HOST:PORT`` of the proxy that leads there, "" for none.  It takes no name and no
    password: this file lies in the clear.
    """

    url: str
    proxy: str = ""


@dataclass(frozen=True, slots=True)
class DeviceConfig:
    """One device.  ``link`` is a link URL, "" for a driver that needs none; ``options`` has every default."""

    slot: Slot
    driver: str
    link: str
    options: Mapping[str, Option] = field(default_factory=dict)

    @property
    def enabled(self) -> bool:
        """Whether it is used; a technician may take a device out of use and keep its table."""
        return self.options.get("enabled", 1) != 0


@dataclass(frozen=True, slots=True)
class BackupConfig:
    """Where the journal is kept a second time, and how often."""

    folder: Path
    every_hours: int = 4


@dataclass(frozen=True, slots=True)
class Config:
    """The whole file; see :attr:`used` for the devices that are not switched off."""

    station: StationConfig
    headquarters: HeadquartersConfig
    devices: Mapping[Slot, DeviceConfig]
    backup: BackupConfig | None = None  # no table: none is made by itself
    # A hash for each part as it stands in the file; empty where it is from no file.
    parts: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def used(self) -> Mapping[Slot, DeviceConfig]:
        """Without those that are switched off."""
        return {slot: device for slot, device in self.devices.items() if device.enabled}


# -- what each slot takes ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Number:
    """A whole-number option."""

    least: int
    most: int
    default: int | None = None

    def read(self, node: Node) -> Option:
        """The value of a key."""
        return node.integer(self.least, self.most)


@dataclass(frozen=True, slots=True)
class _Flag:
    """A yes or no; drivers get 1 or 0."""

    default: int | None = None

    def read(self, node: Node) -> Option:
        """The value of a key."""
        return int(node.flag())


@dataclass(frozen=True, slots=True)
class _File:
    """The absolute path of a file that is the customer's."""

    default: str | None = None

    def read(self, node: Node) -> Option:
        """The value of a key."""
        return node.matching(r"/[^\x00]{1,299}", "an absolute path")


@dataclass(frozen=True, slots=True)
class _Marks:
    """Characters that a scanner puts around a code; no CR or LF, which every scanner may end it with."""

    default: str | None = None

    def read(self, node: Node) -> Option:
        """The value of a key."""
        if not isinstance(node.value, str):
            raise node.error(ConfigFault.WRONG_TYPE, "text")
        if not re.fullmatch(r"[\x01-\x09\x0b\x0c\x0e-\x7e]{1,8}", node.value):
            raise node.wrong("1 to 8 ASCII characters, no CR or LF")
        return node.value


@dataclass(frozen=True, slots=True)
class _Name:
    """What people call a device: one line that can be shown."""

    default: str | None = None

    def read(self, node: Node) -> Option:
        """The value of a key."""
        text = node.text(LONGEST_NAME)
        if not text.strip() or not text.isprintable():
            raise node.wrong(f"1 to {LONGEST_NAME} characters")
        return text


_Kind = _Number | _Flag | _File | _Marks | _Name


@dataclass(frozen=True, slots=True)
class _Driver:
    """What one driver takes: link schemes (none: no link) and options."""

    schemes: tuple[str, ...]
    options: Mapping[str, _Kind] = field(default_factory=dict)
    finds_rate: bool = False  # whether ``baud=auto`` may stand behind a serial port


_BYTES = ("serial", "tcp", "usb")
_PAGES = ("serial", "tcp", "usb", "spool", "file")
_LABEL = {
    "width_mm": _Number(20, 120, 76),
    "height_mm": _Number(10, 300, 130),
    "dpi": _Number(100, 600, 203),
    "gap_mm": _Number(0, 20),
    "speed": _Number(1, 14),
    "density": _Number(0, 15),
    "right_dots": _Number(-200, 200),
    "down_dots": _Number(-200, 200),
}
_RECEIPT = {"width_mm": _Number(40, 120, 80), "dpi": _Number(100, 600, 203)}
# id-reader.md 1.2, 1.5, 1.6 and 3.  What is not given is the lane's own default (devices/idcard/lane.py).
_SAM: Mapping[str, _Kind] = {
    "max_rf_bytes": _Number(24, 255),
    "poll_ms": _Number(100, 2000),
    "start_limit_ms": _Number(0, 60_000),
    "patience_percent": _Number(25, 1000),
    "reset_on_failure": _Flag(),
    "newest_address": _Flag(),
    "body_number": _Flag(),
    "card_left_s": _Number(0, 3600),
    "photo_library": _File(),
    "photo_limit_ms": _Number(100, 10_000),
}
_SCANNER: Mapping[str, _Kind] = {
    "gap_ms": _Number(20, 5000),
    "gap_ends": _Flag(),
    "prefix": _Marks(),
    "suffix": _Marks(),
}
# Of every device, for the technician: its name, and whether it is used.
_COMMON: Mapping[str, _Kind] = {"name": _Name(), "enabled": _Flag()}
_LABEL_DRIVERS = {name: _Driver(_PAGES, _LABEL) for name in ("tspl", "zpl", "escpos")}

DRIVERS: Mapping[Slot, Mapping[str, _Driver]] = {
    Slot.ID_READER: {"sam": _Driver(_BYTES, _SAM, finds_rate=True)},
    Slot.SCANNER: {"serial": _Driver(_BYTES, _SCANNER), "wedge": _Driver(())},
    Slot.LABEL_PRINTER: _LABEL_DRIVERS,
    Slot.RECEIPT_PRINTER: {"escpos": _Driver(_PAGES, _RECEIPT)},
    Slot.CARD_READER: {"pcsc": _Driver(("pcsc",)), "software": _Driver(("tcp",))},
    Slot.SCALE: {
        "ascii": _Driver(_BYTES),
        "sics": _Driver(_BYTES),
        "nci": _Driver(_BYTES, {"even_parity": _Flag()}),
    },
    Slot.STICKER_PRINTER: _LABEL_DRIVERS,
    Slot.CAMERA: {"folder": _Driver(("file",), {"settle_ms": _Number(200, 10_000)})},
    # No driver yet: a table for one of these is refused and says so.
    Slot.TRAVEL_DOCUMENT_READER: {},
    Slot.SIGNATURE_PAD: {},
}


@dataclass(frozen=True, slots=True)
class _Scheme:
    """How the rest of a link URL is written, with an example."""

    rest: str
    example: str


_PORT = "[1-9][0-9]{0,4}"
_AUTO = r"[^\s?#]+\?baud=auto"
_BAUD = r"(?:\?baud=[1-9][0-9]{2,6})?"
LINKS: Mapping[str, _Scheme] = {
    "serial": _Scheme(rf"[^\s?#]+{_BAUD}", "serial:///dev/ttyUSB0?baud=9600"),
    "tcp": _Scheme(rf"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):{_PORT}{_BAUD}", "tcp://192.168.1.50:9100"),
    "usb": _Scheme(rf"[0-9A-Fa-f]{{4}}:[0-9A-Fa-f]{{4}}(?:/[^\s/?#]+)?{_BAUD}", "usb://0471:0055"),
    "spool": _Scheme(r"[^\s/?#]+", "spool://labels"),
    "file": _Scheme(r"/[^?#]+", "file:///dev/usb/lp0"),
    "pcsc": _Scheme(r"\S(?:[^?#]*\S)?", "pcsc://Virtual PCD 00 00"),
}


# -- reading ----------------------------------------------------------------------------------------


def load_config(path: Path) -> Config:
    """Raises ConfigError MISSING_FILE where the file cannot be opened, else as :func:`parse_config`."""
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ConfigError(
            ConfigFault.MISSING_FILE,
            file=str(path),
            line=0,
            key="",
            expected="a readable file",
            reason=reason,
        ) from None
    return parse_config(data, str(path))


def parse_config(data: bytes, file: str) -> Config:
    """Raises ConfigError SYNTAX, UNKNOWN_KEY, MISSING_KEY, WRONG_TYPE or WRONG_VALUE.

    Facts: ``file``, ``line``, ``key`` (dotted), ``expected`` and perhaps ``meant``.  The line of
    what is missing is that of the table that should have it.
    """
    if len(data) > _MAX_BYTES:
        raise _syntax(file, 0, f"at most {_MAX_BYTES} bytes")
    try:
        # A byte order mark is what some editors write before a good file.
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _syntax(file, data.count(b"\n", 0, error.start) + 1, "UTF-8") from None
    try:
        value = tomllib.loads(text)
        lines = key_lines(text)
    except RecursionError:
        raise _syntax(file, 0, "tables and lists not nested so deep") from None
    except ValueError as error:
        # Also what Python itself refuses, such as a number of five thousand digits.
        found = _AT_LINE.search(str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        raise _syntax(file, line, "TOML") from None
    config = _config(Node(file, value, (), {(): text.count("\n") + 1, **lines}))
    return replace(config, parts=fingerprints(value))


def _syntax(file: str, line: int, expected: str) -> ConfigError:
    return ConfigError(ConfigFault.SYNTAX, file=file, line=line, key="", expected=expected)


def _config(top: Node) -> Config:
    part = top.members(("station", "headquarters"), ("devices", "backup"))
    station = part["station"].members(("branch", "terminal"), ("language",))
    expected = "letters, digits, . _ -"
    language = station["language"].one_of(LANGUAGES) if "language" in station else "zh"
    devices = part["devices"].members((), [slot.value for slot in Slot]) if "devices" in part else {}
    return Config(
        StationConfig(
            station["branch"].matching(_ID, expected), station["terminal"].matching(_ID, expected), language
        ),
        _headquarters(part["headquarters"]),
        {Slot(name): read_device(Slot(name), node) for name, node in devices.items()},
        _backup(part["backup"]) if "backup" in part else None,
    )


def _backup(node: Node) -> BackupConfig:
    part = node.members(("folder",), ("every_hours",))
    folder = Path(part["folder"].matching(r"/[^\x00]{1,299}", "an absolute path"))
    return BackupConfig(folder, part["every_hours"].integer(1, 168) if "every_hours" in part else 4)


def _headquarters(node: Node) -> HeadquartersConfig:
    part = node.members(("url",), ("proxy",))
    return HeadquartersConfig(_url(part["url"]), _proxy(part["proxy"]) if "proxy" in part else "")


def _proxy(node: Node) -> str:
    """An address alone: a password would lie here in the clear."""
    text = node.text(200)
    if not is_proxy(text):
        raise node.wrong("http://host:port without name and password")
    return text.rstrip("/")


def is_proxy(text: str) -> bool:
    """Whether it is ``http://HOST:PORT`` and nothing more."""
    try:
        parts = urlsplit(text)
        good = parts.scheme == "http" and bool(parts.hostname) and bool(parts.port)
    except ValueError:
        return False
    more = parts.path.strip("/") or parts.query or parts.fragment or "@" in text or " " in text
    return good and not more


def _url(node: Node) -> str:
    text = node.text(200)
    expected = "https://host or https://host:port"
    try:
        parts = urlsplit(text)
        good = parts.scheme == "https" and bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise node.wrong(expected) from None
    if not good or parts.query or parts.fragment or "@" in parts.netloc or " " in text:
        raise node.wrong(expected)
    return text.rstrip("/")


def read_device(slot: Slot, node: Node) -> DeviceConfig:
    """One device's table.  Raises ConfigError."""
    drivers = DRIVERS[slot]
    table = node.table()
    if not drivers:
        raise node.error(ConfigFault.WRONG_VALUE, "no such device: this version has no driver for one")
    if "driver" not in table:
        every = {name for driver in drivers.values() for name in driver.options} | set(_COMMON)
        node.members(("driver",), ("link", *sorted(every)))
    name = table["driver"].one_of(tuple(drivers))
    driver = drivers[name]
    required = ("driver", "link") if driver.schemes else ("driver",)
    every_option = {**driver.options, **_COMMON}
    part = node.members(required, tuple(every_option))
    options: dict[str, Option] = {}
    for key, kind in every_option.items():
        if key in part:
            options[key] = kind.read(part[key])
        elif kind.default is not None:
            options[key] = kind.default
    link = _link(part["link"], driver) if driver.schemes else ""
    return DeviceConfig(slot, name, link, options)


def _link(node: Node, driver: _Driver) -> str:
    text, schemes = node.text(300), driver.schemes
    scheme, mark, rest = text.partition("://")
    if not mark or scheme not in schemes:
        # A scheme that exists but not for this device is no slip of the pen.
        misspelt = "" if scheme in LINKS or not mark else f"{scheme}://"
        raise node.wrong(", ".join(f"{name}://" for name in schemes), word=misspelt)
    searched = driver.finds_rate and scheme == "serial" and re.fullmatch(_AUTO, rest)
    if not searched and not re.fullmatch(LINKS[scheme].rest, rest):
        raise node.wrong(LINKS[scheme].example)
    return text
