"""How current this counter was when it last ran: shown before anybody has opened the vault.

DIR/sync.json holds a count and a time, nothing of any person.  Losing it costs only that line.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

from core.view import STOPS, SyncView


class LastTold:
    """Written by the pump's thread, read once at the start."""

    def __init__(self, data: Path) -> None:
        self._path = data / "sync.json"
        self._written: SyncView | None = None
        self._stopped = ""  # why headquarters stopped this counter; counts until it takes what is here

    def read(self) -> SyncView | None:
        """The last truth with the state "stopped": with nobody logged in nothing is sent."""
        try:
            value = json.loads(self._path.read_text("utf-8"))
            contact = value["last_contact"]
            moment = None if contact is None else dt.datetime.fromisoformat(contact)
            self._stopped = str(value.get("what", ""))
            return SyncView(int(value["unsent"]), moment, "stopped", what=self._stopped)
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def write(self, sync: SyncView) -> None:
        """Keep it for the next start."""
        if sync.what in STOPS or sync.state == "ok":
            self._stopped = sync.what
        sync = replace(sync, what=self._stopped)
        same = self._written is not None and self._written.unsent == sync.unsent
        same = same and self._written is not None and self._written.what == sync.what
        if same and sync.last_contact is not None and self._written is not None:
            before = self._written.last_contact
            if before is not None and (sync.last_contact - before).total_seconds() < 30:
                return
        self._written = sync
        contact = None if sync.last_contact is None else sync.last_contact.isoformat()
        fresh = self._path.with_name("sync.json.new")
        # A full disk must not stop replication; the line at the log-in is then simply older.
        with contextlib.suppress(OSError):
            told = {"unsent": sync.unsent, "last_contact": contact, "what": sync.what}
            fresh.write_text(json.dumps(told), "utf-8")
            fresh.replace(self._path)
