"""How current this counter was when it last ran: shown before anybody has opened the vault.

DIR/sync.json holds a count and a time, nothing of any person.  Losing it costs only that line.  It bears a
digest of itself, for no key is at hand before a log-in: a byte that was changed is named in the technician's
log and nothing of it is shown.  Whoever writes digest and all can lie at the log-in screen alone; what is
shown from the log-in on is the journal's.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import logging
from dataclasses import replace
from pathlib import Path

from core.view import STOPS, SyncView

_log = logging.getLogger(__name__)


_MOST = 4096


class LastTold:
    """Written by the pump's thread, read once at the start."""

    def __init__(self, data: Path) -> None:
        self._path = data / "sync.json"
        self._written: SyncView | None = None
        self._stopped = ""  # why headquarters stopped this counter; counts until it takes what is here

    def read(self) -> SyncView | None:
        """The last truth with the state "stopped": with nobody logged in nothing is sent."""
        try:
            data = self._path.read_bytes()
        except OSError:
            return None
        try:
            value = json.loads(data[:_MOST])
            moment, unsent, what = value["last_contact"], value["unsent"], value["what"]
            if data != _written(unsent, moment, what) or unsent < 0:
                raise ValueError
            at = None if moment is None else dt.datetime.fromisoformat(moment)
        except (ValueError, KeyError, TypeError, RecursionError):
            _log.warning("sync.json is not as it was written: the log-in shows nothing of it")
            return None
        self._stopped = what
        return SyncView(unsent, at, "stopped", what=what)

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
            fresh.write_bytes(_written(sync.unsent, contact, sync.what))
            fresh.replace(self._path)


def _written(unsent: int, contact: str | None, what: str) -> bytes:
    """The whole file; TypeError for what is no JSON."""
    told = {"unsent": unsent, "last_contact": contact, "what": what}
    digest = hashlib.sha256(json.dumps(told).encode()).hexdigest()
    return json.dumps({**told, "digest": digest}).encode()
