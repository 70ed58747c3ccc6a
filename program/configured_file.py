"""The configuration file as the technician's page changes it: checked first, then whole, the old one kept."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from pathlib import Path

from core.config import Config, load_config, parse_config
from core.config_edit import Value, with_values
from core.devices import Slot
from core.errors import StoreError, StoreFault, TransferError, TransferFault
from storage.faults import os_errors
from storage.files import read_small, write_atomic

BEFORE = ".before"  # behind the file's name: as it was before the last change


class ConfigurationFile:
    """One file, changed by one thread."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> Config:
        """Raises ConfigError."""
        return load_config(self.path)

    def change(self, slot: Slot, values: Mapping[str, Value]) -> Config:
        """One device's table with these values; what it then says.  Raises as :meth:`change_table`."""
        return self.change_table(("devices", slot.value), values)

    def change_table(self, table: tuple[str, ...], values: Mapping[str, Value]) -> Config:
        """A table with these values, None for one that goes; what the file then says.

        Raises ConfigError where the file or the result is none, and then the file is as it was; StoreError
        DISK_FULL, READ_ONLY, IO where it cannot be written.
        """
        self.read()
        with os_errors(self.path.name):
            before = self.path.read_bytes()
            text = self.path.read_text("utf-8-sig")
        made = with_values(text, table, values).encode()
        config = parse_config(made, str(self.path))
        self._write(self.kept, before)
        self._write(self.path, made)
        return config

    def content(self) -> bytes:
        """As it stands.  Raises StoreError."""
        with os_errors(self.path.name):
            return self.path.read_bytes()

    def replace(self, here: bytes, made: bytes) -> Config:
        """``made`` for what stood there, which was ``here``; what it then says.

        Raises ConfigError where ``made`` is none, TransferError CHANGED where something else stands there by
        now, StoreError as :meth:`change`; and then the file is as it was.
        """
        config = parse_config(made, str(self.path))
        if self.content() != here:
            raise TransferError(TransferFault.CHANGED)
        self._write(self.kept, here)
        self._write(self.path, made)
        return config

    def exchange(self) -> tuple[bytes, bytes]:
        """The file as it was before the last change, and what stands now kept for another exchange.

        (what stood there, what stands there now).  Raises TransferError NO_BEFORE where nothing was kept or
        it says the same, ConfigError where it is no configuration, StoreError as :meth:`change`.
        """
        now = self.content()
        try:
            before = read_small(self.kept)
        except StoreError as error:
            if error.code is not StoreFault.MISSING:
                raise
            before = now
        if before == now:
            raise TransferError(TransferFault.NO_BEFORE)
        parse_config(before, str(self.kept))
        self._write(self.path, before)
        self._write(self.kept, now)
        return now, before

    def take_back(self) -> None:
        """The file as it was before the last change."""
        self._write(self.path, read_small(self.kept))

    @property
    def kept(self) -> Path:
        """As it was before the last change."""
        return self.path.with_name(self.path.name + BEFORE)

    def _write(self, path: Path, content: bytes) -> None:
        """Where the file lies, also behind a link; as readable for others as it is."""
        with os_errors(path.name):
            mode = stat.S_IMODE(self.path.stat().st_mode)
        write_atomic(path.resolve(), content, mode=mode)
