"""Counts failed log-ins and makes the next one wait; a restart forgets nothing.

This stops a person at the keyboard.  A copied disk is stopped by the cost of Argon2id alone.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.errors import EntryError, StoreError, StoreFault
from core.ledger.entry import parse_stamp, stamp
from core.ports import Clock
from storage.files import json_bytes, read_json_if_there, write_atomic

_FORMAT = 1
_NOBODY = "?"  # every unknown staff number counts as one


# Seconds to wait after so many failures in a row (rule data; ``PasswordPolicy.wait_seconds``).
WaitRule = Callable[[int], int]
_FREE, _FIRST_SECONDS, _LONGEST_SECONDS = 5, 5, 900


def default_wait(failures: int) -> int:
    """Where no rule data are at hand: five free tries, then 5 s, doubling up to a quarter of an hour."""
    beyond = failures - _FREE
    return 0 if beyond < 0 else min(_LONGEST_SECONDS, _FIRST_SECONDS << min(beyond, 30))


class TryCounter:
    """The counter of one vault, in DIR/vault.tries."""

    def __init__(self, path: Path, clock: Clock, wait: WaitRule) -> None:
        self._path = path
        self._clock = clock
        self._wait_after = wait
        self._before: tuple[str, dict[str, Any] | None] = "", None  # who tried last, and how it stood

    def begin(self, operator: str | None) -> None:
        """Count a try as failed *before* it is made, so that pulling the plug gives no free guess.

        Raises StoreError LOCKED_OUT with the seconds left; DISK_FULL, READ_ONLY, IO where the count
        cannot be kept.
        """
        name = operator or _NOBODY
        rows = self._load()
        row = rows.get(name)
        if row is not None:
            wait = self._wait(rows, name)
            if wait > 0:
                raise StoreError(StoreFault.LOCKED_OUT, retry=True, seconds=math.ceil(wait))
        self._before = name, None if row is None else dict(row)
        failures = 1 if row is None else int(row["failures"]) + 1
        rows[name] = {"failures": failures, **self._now()}
        self._save(rows)

    def failures(self, operator: str) -> int:
        """In a row, since the last success."""
        row = self._load().get(operator)
        return int(row["failures"]) if row else 0

    def release(self, operator: str) -> None:
        """The next try need not wait; where it fails, the wait is that of one failure more."""
        rows = self._load()
        if operator in rows:
            rows[operator]["released"] = True
            self._save(rows)

    def withdraw(self, operator: str) -> None:
        """The try that :meth:`begin` counted last was none, nothing was guessed: as it stood before."""
        name, before = self._before
        rows = self._load()
        if name != operator or name not in rows:
            return
        if before is None:
            del rows[name]
        else:
            rows[name] = before
        self._save(rows)

    def clear(self, operator: str) -> None:
        """That operator's password was right."""
        rows = self._load()
        if rows.pop(operator, None) is not None:
            self._save(rows)

    def seconds_left(self, operator: str) -> int:
        """How long the next try must wait; 0: not at all."""
        rows = self._load()
        return math.ceil(self._wait(rows, operator)) if operator in rows else 0

    def _wait(self, rows: dict[str, dict[str, Any]], name: str) -> float:
        row = rows[name]
        if row.get("released") is True:
            return 0.0
        delay = self._wait_after(int(row["failures"]))
        passed = self._passed(row)
        if passed < 0:
            # The clock was turned back over a restart: the wait begins again from now, once.
            row.update(self._now())
            self._save(rows)
            passed = 0.0
        return max(0.0, delay - passed)

    def _passed(self, row: dict[str, Any]) -> float:
        if row["boot"] == self._clock.boot_id():  # nobody can set this clock
            return (self._clock.boottime_ns() // 1_000_000 - int(row["boottime_ms"])) / 1000
        return (self._clock.wall() - parse_stamp(row["wall"])).total_seconds()

    def _now(self) -> dict[str, Any]:
        return {
            "wall": stamp(self._clock.wall().astimezone(dt.UTC)),
            "boot": self._clock.boot_id(),
            "boottime_ms": self._clock.boottime_ns() // 1_000_000,
        }

    def _load(self) -> dict[str, dict[str, Any]]:
        value = read_json_if_there(self._path, _FORMAT)
        if value is None:
            return {}
        try:
            rows: dict[str, dict[str, Any]] = value["rows"]
            for row in rows.values():
                parse_stamp(row["wall"])
                if int(row["failures"]) < 1 or int(row["boottime_ms"]) < 0 or not str(row["boot"]):
                    raise ValueError
        except (KeyError, TypeError, ValueError, AttributeError, EntryError):
            raise StoreError(StoreFault.DAMAGED, what=self._path.name) from None
        return rows

    def _save(self, rows: dict[str, dict[str, Any]]) -> None:
        write_atomic(self._path, json_bytes({"format": _FORMAT, "rows": rows}))
