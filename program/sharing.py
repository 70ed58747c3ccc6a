"""A counter's configuration as a file for another one: made, looked at, taken over."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from core.config_plan import Plan, plan
from core.config_transfer import LONGEST, Origin, Shared, opened, packed, shared
from core.crypto.keys import PublicKey
from core.errors import ConfigError, ConfigFault, StoreError, StoreFault, TransferError, TransferFault
from core.ledger.documents import Trusted
from devices.ports import connected
from devices.usb import device_root
from program.configured_file import ConfigurationFile
from storage.faults import os_errors
from storage.files import write_atomic
from storage.vault import FileVault
from storage.vaultfile import load

STEM = "counter-config"  # a stick's files begin with it


def name_of(terminal: str, at: dt.datetime) -> str:
    """What a file on a stick is called."""
    return f"{STEM}-{terminal}-{at:%Y%m%d-%H%M%S}.txt"


def export(vault: FileVault, path: Path, file: Path) -> PublicKey:
    """Write what the configuration at ``path`` gives to others into ``file``; the key that signed it.

    ``vault`` is open.  Raises ConfigError, also where the configuration is another counter's than the vault,
    TransferError TOO_LARGE, StoreError as the disk refuses.
    """
    value, grant = shared(read_here(path), dt.datetime.now(dt.UTC)), vault.grant()
    for key, said, found in (
        ("terminal", value.terminal, grant.terminal),
        ("branch", value.branch, grant.branch),
    ):
        if said != found:
            raise ConfigError(ConfigFault.WRONG_VALUE, key=f"station.{key}", value=said, expected=found)
    signer = vault.terminal_signer()
    data = packed(value, signer, vault.signed_grant())
    # What another counter would refuse is not left on anybody's stick.
    opened(data, vault.headquarters_keys().chain)
    write_atomic(file, data, mode=0o644)
    return signer.public


def read(file: Path, data: Path) -> tuple[Shared, Origin]:
    """What a file says, checked by the headquarters that the vault in ``data`` knows, if there is one.

    Raises ConfigError MISSING_FILE, TransferError, StoreError as the disk or the vault's file refuses.
    """
    try:
        with os_errors(file.name), file.open("rb") as stream:
            content = stream.read(LONGEST + 1)
    except StoreError as error:
        if error.code is not StoreFault.MISSING:
            raise
        raise ConfigError(ConfigFault.MISSING_FILE, file=str(file)) from None
    return opened(content, headquarters(data))


def headquarters(data: Path) -> Trusted | None:
    """Whose grants count here; None where this machine has no vault yet.  Raises StoreError DAMAGED."""
    try:
        return load(data / "vault.json")[0].keys()
    except StoreError as error:
        if error.code is StoreFault.MISSING:
            return None
        raise


def planned(value: Shared, origin: Origin, path: Path) -> Plan:
    """What it would change in the configuration at ``path``, with what is plugged in here now.

    Raises ConfigError, TransferError BRANCH, HERE, StoreError.
    """
    ports = [[port.link, *sorted(port.also)] for port in connected(device_root()).values()]
    return plan(read_here(path), value, origin, ports)


def need_trust(origin: Origin, told: str) -> None:
    """``told``: the fingerprint as somebody read it on the other counter, spaces or not.

    Raises TransferError UNKNOWN where no headquarters vouches and nothing was told, FINGERPRINT for another.
    """
    if told and _bare(told) != _bare(origin.fingerprint):
        raise TransferError(TransferFault.FINGERPRINT, fingerprint=origin.fingerprint)
    if not origin.known and not told:
        raise TransferError(TransferFault.UNKNOWN, fingerprint=origin.fingerprint)


def write(made: Plan, file: ConfigurationFile) -> None:
    """The new file, the old one kept beside it.  Raises TransferError CHANGED, ConfigError, StoreError."""
    if made.lines:
        file.replace(made.here, made.made)


def read_here(path: Path) -> bytes:
    """This counter's file.  Raises ConfigError MISSING_FILE, SYNTAX, StoreError."""
    file = ConfigurationFile(path)
    file.read()
    return file.content()


def _bare(text: str) -> str:
    return "".join(text.split()).replace("-", "").upper()
