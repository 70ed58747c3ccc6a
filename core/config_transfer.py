"""What one counter's configuration gives to another's: one signed text, and all that it may hold.

It travels: the language, the proxy, and each device's table as it stands.  Which counter and branch it comes
from and where its headquarters is are told, and never taken.  No key, no name of a device (it may be a
person's), no folder of this machine, no backup's place is ever in it.

The text is :func:`core.receipts.packed.pack`'s with a prefix of its own, a point, and the SHA-256 of all
before it: so a file that was torn is told from one that was changed (docs/format.md).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from core import wire
from core.config import LANGUAGES, is_proxy, parse_config, read_device
from core.config_edit import Value
from core.crypto.keys import PublicKey, Signer
from core.devices import Slot
from core.errors import ConfigError, EntryError, EntryFault, TransferError, TransferFault
from core.ledger.documents import Trusted
from core.ledger.entry import parse_stamp, stamp
from core.receipts.packed import MAX_TEXT, pack, unpack
from core.strict import Node

PREFIX = "CC1."
FORMAT = 1
LONGEST = MAX_TEXT + 64  # bytes of a file
_FAMILY = "CC"  # of whatever form
_TAG = b"counter/configuration-transfer/1\0"
_STAYS = ("name",)  # of a device's table
_WHAT = "configuration"
_DIGEST = 43  # characters

Table = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Shared:
    """What one counter says of itself.  ``url`` and the first three are told, the rest may be taken."""

    branch: str
    terminal: str
    at: dt.datetime  # aware UTC, by that machine's clock
    url: str
    language: str
    proxy: str  # "" for none
    devices: Mapping[Slot, Table]


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose key signed it.  ``known``: this counter's headquarters granted it."""

    terminal: str
    key: PublicKey
    known: bool

    @property
    def fingerprint(self) -> str:
        """Eight groups of four hex digits, to be compared with what the exporting counter shows."""
        return fingerprint(self.key)


class _Anybody:
    """Stands for a headquarters that nobody here knows: its word counts for nothing, its form does."""

    def verify(self, signature: bytes, message: bytes) -> bool:
        """See :class:`core.ledger.documents.Trusted`."""
        return bool(signature) and bool(message)


def fingerprint(key: PublicKey) -> str:
    """The first 128 bits of SHA-256 over the key's text."""
    digest = hashlib.sha256(key.text.encode("ascii")).hexdigest().upper()[:32]
    return " ".join(digest[at : at + 4] for at in range(0, 32, 4))


def shared(data: bytes, at: dt.datetime) -> Shared:
    """What the bytes of a configuration file give to others.  Raises ConfigError."""
    config = parse_config(data, "config")
    tables = tomllib.loads(data.decode("utf-8-sig")).get("devices", {})
    return Shared(
        config.station.branch,
        config.station.terminal,
        at,
        config.headquarters.url,
        config.station.language,
        config.headquarters.proxy,
        {slot: portable(tables[slot.value]) for slot in config.devices},
    )


def portable(table: Table) -> dict[str, Value]:
    """A device's table without what is this counter's own."""
    return {key: value for key, value in table.items() if key not in _STAYS}


def packed(value: Shared, signer: Signer, grant: tuple[bytes, bytes]) -> bytes:
    """The file.  ``signer``: the terminal's key, which ``grant``, as headquarters signed it, names.

    Raises TransferError TOO_LARGE for more than one file takes.
    """
    body = {
        "format": FORMAT,
        "branch": value.branch,
        "terminal": value.terminal,
        "at": stamp(value.at),
        "headquarters": value.url,
        "language": value.language,
        "proxy": value.proxy,
        "devices": {slot.value: dict(table) for slot, table in value.devices.items()},
    }
    text = pack(PREFIX, _TAG, body, signer, grant)
    made = f"{text}.{_digest(text)}\n".encode("ascii")
    if len(text) > MAX_TEXT:
        raise TransferError(TransferFault.TOO_LARGE, size=len(made), limit=LONGEST)
    return made


def opened(data: bytes, headquarters: Trusted | None) -> tuple[Shared, Origin]:
    """What a file says, and who signed it; ``headquarters`` None where this machine knows none yet.

    Raises TransferError TOO_LARGE, NOT_ONE, TORN, NEWER, EDITED, FOREIGN.
    """
    text = _whole(data)
    try:
        body, grant = unpack(PREFIX, _TAG, text, headquarters or _Anybody(), _WHAT)
    except EntryError as error:
        foreign = error.code is EntryFault.SIGNATURE and error.facts.get("what") == "epoch-grant"
        raise TransferError(TransferFault.FOREIGN if foreign else TransferFault.EDITED) from None
    value = _read(body)
    if (value.terminal, value.branch) != (grant.terminal, grant.branch):
        raise TransferError(TransferFault.EDITED)
    return value, Origin(grant.terminal, grant.key, headquarters is not None)


def _whole(data: bytes) -> str:
    """The signed text of a file that came over whole."""
    if len(data) > LONGEST:
        raise TransferError(TransferFault.TOO_LARGE, size=len(data), limit=LONGEST)
    try:
        text = data.decode("ascii")
    except UnicodeDecodeError:
        # A damaged stick gives bytes of any kind behind a good beginning.
        torn = data.startswith(PREFIX.encode("ascii"))
        raise TransferError(TransferFault.TORN if torn else TransferFault.NOT_ONE) from None
    if not text.startswith(PREFIX):
        family = text[:2] == _FAMILY and text[2 : text.find(".")].isdigit()
        raise TransferError(TransferFault.NEWER if family else TransferFault.NOT_ONE, what=text[:4].strip())
    signed, point, digest = text.removesuffix("\n").rpartition(".")
    if not point or text != f"{signed}.{digest}\n" or digest != _digest(signed):
        raise TransferError(TransferFault.TORN)
    return signed


def _digest(text: str) -> str:
    return wire.b64(hashlib.sha256(text.encode("ascii")).digest())


def _read(body: Mapping[str, Any]) -> Shared:
    """What was signed, read strictly: what this version does not know is a newer program's."""
    top = Node(_WHAT, body)
    try:
        if body.get("format") != FORMAT:
            raise TransferError(TransferFault.NEWER, what=f"format {body.get('format')}")
        part = top.members(
            ("format", "branch", "terminal", "at", "headquarters", "language", "proxy", "devices")
        )
        devices = {
            Slot(name): _table(Slot(name), node)
            for name, node in part["devices"].members((), [slot.value for slot in Slot]).items()
        }
        proxy = part["proxy"].value
        if not isinstance(proxy, str) or (proxy and not is_proxy(proxy)):
            raise part["proxy"].wrong("http://host:port")
        return Shared(
            part["branch"].text(32),
            part["terminal"].text(32),
            parse_stamp(part["at"].text(40)),
            part["headquarters"].text(200),
            part["language"].one_of(LANGUAGES),
            proxy,
            MappingProxyType(devices),
        )
    except ConfigError as error:
        raise TransferError(TransferFault.NEWER, what=str(error.facts.get("key", ""))) from None
    except EntryError:
        raise TransferError(TransferFault.NEWER, what="at") from None


def _table(slot: Slot, node: Node) -> Table:
    """One device's table as the configuration itself would read it, without what stays where it is."""
    read_device(slot, node)
    table = {key: each.value for key, each in node.table().items()}
    if set(table) & set(_STAYS):
        raise node.wrong("no name")
    return {key: value for key, value in table.items() if isinstance(value, int | str)}
