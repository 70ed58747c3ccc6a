"""Files of an operator's own evidence, written beside all else: to her stick, else to the home folder."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

from core.errors import CounterError, StoreError, StoreFault
from core.ledger.evidence import find_days, gather
from core.own_evidence import KeptEvidence
from core.ports import Vault
from storage.evidence import KeptMarks, StoredChain
from storage.files import json_bytes, write_lines
from storage.reading import JournalReader

MOUNTS = ("/media", "/run/media")


class OwnEvidence:
    """:class:`core.own_evidence.EvidenceFiles`: one thread for each asking.

    ``journal`` gives the open journal, None while it is shut.
    """

    def __init__(self, journal: Callable[[], object], vault: Vault, mounts: tuple[str, ...] = MOUNTS) -> None:
        self._journal = journal
        self._vault = vault
        self._mounts = mounts

    def begin(self, operator: str, day: int, done: Callable[[KeptEvidence | CounterError], None]) -> None:
        """Returns at once."""
        threading.Thread(target=self._run, args=(operator, day, done), name="evidence", daemon=True).start()

    def _run(self, operator: str, day: int, done: Callable[[KeptEvidence | CounterError], None]) -> None:
        try:
            done(self._write(operator, day))
        except CounterError as error:
            done(error)

    def _write(self, operator: str, day: int) -> KeptEvidence:
        """Raises StoreError as the disk refuses; EntryError where the journal is not whole."""
        journal = self._journal()
        if not isinstance(journal, JournalReader):
            raise StoreError(StoreFault.MISSING, what="journal")
        keys, chain = self._vault.headquarters_keys().chain, StoredChain(journal)
        days = find_days(chain, str(day))
        if days is None:
            raise StoreError(StoreFault.MISSING, what="day")
        made = gather(chain, KeptMarks(journal, keys), keys, operator, days)
        path = folder(self._mounts) / f"evidence-{journal.terminal}-{operator}-{days.date}.jsonl"
        write_lines(path, map(json_bytes, made.lines), "evidence")
        return KeptEvidence(str(path), made.hers, made.proven >= made.ends)


def folder(mounts: tuple[str, ...] = MOUNTS) -> Path:
    """A stick that this user may write to, the newest; the home folder where none is plugged in."""
    return stick(mounts) or Path.home()


def stick(mounts: tuple[str, ...] = MOUNTS) -> Path | None:
    """The newest that this user may write to; None where none is plugged in."""
    found = [
        path
        for mount in mounts
        for pattern in ("*", "*/*")
        for path in Path(mount).glob(pattern)
        if path.is_mount() and os.access(path, os.W_OK)
    ]
    return max(found, key=lambda path: path.stat().st_mtime, default=None)
