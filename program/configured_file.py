"""The configuration file as the technician's page changes it: checked first, then whole, the old one kept."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from core.config import Config, load_config, parse_config
from core.config_edit import Value, with_values
from core.devices import Slot
from core.errors import StoreError, StoreFault

BEFORE = ".before"  # behind the file's name: as it was before the last change


class ConfigurationFile:
    """One file, changed by one thread."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> Config:
        """Raises ConfigError."""
        return load_config(self.path)

    def change(self, slot: Slot, values: Mapping[str, Value]) -> Config:
        """One device's table with these values; what it then says.

        Raises ConfigError where the file or the result is none, and then the file is as it was; StoreError
        DISK_FULL where it cannot be written.
        """
        self.read()
        text = self.path.read_text("utf-8-sig")
        made = with_values(text, ("devices", slot.value), values).encode()
        config = parse_config(made, str(self.path))
        self._write(self._kept, text.encode())
        self._write(self.path, made)
        return config

    def take_back(self) -> None:
        """The file as it was before the last change."""
        self._write(self.path, self._kept.read_bytes())

    @property
    def _kept(self) -> Path:
        return self.path.with_name(self.path.name + BEFORE)

    def _write(self, path: Path, content: bytes) -> None:
        """Whole or not at all, also where the power goes."""
        new = path.with_name(path.name + ".new")
        try:
            with new.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            new.replace(path)
        except OSError:
            raise StoreError(StoreFault.DISK_FULL) from None
