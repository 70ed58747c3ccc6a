"""A data directory and its database, opened for one command, and how a command answers."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.errors import StoreError, StoreFault
from hq.admin_log import Effect
from hq.administrators import Asking
from hq.database import Database
from hq.home import Home

Say = Callable[[str], None]


@dataclass(frozen=True)
class Opened:
    """A data directory and its database, checked to belong together."""

    home: Home
    database: Database
    options: argparse.Namespace
    say: Say
    asking: Asking | None = None
    effects: list[Effect] = field(default_factory=list)

    def answer(self, value: dict[str, Any], text: str) -> None:
        """One answer: JSON where a program reads it."""
        self.say(to_json(value) if self.options.json else text)

    def note(self, what: str, key: str, digest: str) -> None:
        """What the command left behind, for its line in the administration log."""
        self.effects.append(Effect(what, key, digest))

    @property
    def people(self) -> tuple[str, str]:
        """Staff numbers of whoever gives the command, and of the second one beside; "" for nobody."""
        asking = self.asking
        if asking is None or asking.known is None:
            return "", ""
        return asking.known.id, asking.second.id if asking.second is not None else ""

    def passphrase(self) -> str | None:
        """The first line of the passphrase file, if one is given."""
        return read_passphrase(self.options.passphrase_file)


def read_passphrase(path: Path | None) -> str | None:
    """The first line of the file, None without one; raises StoreError IO, UNSAFE (too short)."""
    if path is None:
        return None
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise StoreError(StoreFault.IO, what="passphrase file") from None
    if not lines or len(lines[0]) < 12:
        raise StoreError(StoreFault.UNSAFE, what="the passphrase has fewer than 12 characters")
    return lines[0]


def to_json(value: object) -> str:
    """One line."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
