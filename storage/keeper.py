"""Makes the backups that the configuration asks for, while the counter is open, in a thread of its own."""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from core.errors import CounterError, RuleError, StoreError
from core.ledger.entry import parse_stamp, stamp
from core.ports import Clock
from storage.backup import back_up
from storage.files import json_bytes, read_json_if_there, write_atomic
from storage.store import open_reader
from storage.vault import FileVault

_log = logging.getLogger(__name__)
LAST_NAME = "backups.json"
_FORMAT = 1
_AGAIN_SECONDS = 600.0  # after one that failed: the disk may be plugged in again


class _StoppedError(Exception):
    """The vault is about to shut: what is being made is dropped."""


@dataclass(frozen=True, slots=True)
class BackupPlan:
    """Where to, how often, and for how long; ``told`` hears how each one ended ("": well)."""

    folder: Path
    every: dt.timedelta
    keep_days: Callable[[], int]
    told: Callable[[str], None]


class BackupKeeper:
    """Start it when the vault opens, stop it before the vault shuts."""

    def __init__(self, directory: Path, vault: FileVault, clock: Clock, plan: BackupPlan) -> None:
        self._directory, self._vault, self._clock, self._plan = directory, vault, clock, plan
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="backup", daemon=True)

    def start(self) -> None:
        """The first one comes when the last one is old enough."""
        self._thread.start()

    def stop(self, timeout: float = 2.0) -> None:
        """One that is being made is dropped, within ``timeout`` or soon after; the next one begins anew."""
        self._stop.set()
        self._thread.join(timeout)

    def _still(self, _step: str, /) -> None:
        if self._stop.is_set():
            raise _StoppedError

    def _run(self) -> None:
        wait = self._due()
        while not self._stop.wait(wait):
            wait = self._due() if self._make() else _AGAIN_SECONDS

    def _due(self) -> float:
        """Seconds until the next one; a clock that went back since the last one makes it due now."""
        age = last_backup(self._directory, self._clock.wall())
        if age is None or age < dt.timedelta(0):
            return 0.0
        return max(0.0, (self._plan.every - age).total_seconds())

    def _make(self) -> bool:
        now, plan = self._clock.wall(), self._plan
        try:
            reader = open_reader(self._directory, self._vault)
            with closing(reader.database):
                done = back_up(
                    self._directory,
                    self._vault,
                    reader,
                    plan.folder,
                    now,
                    keep_days=plan.keep_days(),
                    probe=self._still,
                )
            write_atomic(self._directory / LAST_NAME, json_bytes({"format": _FORMAT, "at": stamp(now)}))
        except (_StoppedError, RuleError):  # the vault shuts, or has shut
            return False
        except CounterError as error:
            if not self._stop.is_set():
                _log.warning("no backup: %s", error.code)
                plan.told(str(error.facts.get("fault") or error.code))
            return False
        _log.info("backed up to entry %d", done.backup.head.seq)
        plan.told("")
        return True


def last_backup(directory: Path, now: dt.datetime) -> dt.timedelta | None:
    """How old the newest backup is that was made from here by plan; None: none is known."""
    with contextlib.suppress(StoreError, CounterError, KeyError, TypeError):
        value = read_json_if_there(directory / LAST_NAME, _FORMAT)
        if value is not None:
            return now - parse_stamp(value["at"])
    return None
