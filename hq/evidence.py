"""A clerk's evidence out of headquarters' copy of a journal: for an operator who has left, or lost her own.

The file is that of the counter (docs/format.md, section 13), under a head that headquarters signs for it now.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from core.crypto.keys import Signer
from core.errors import EntryError, EntryFault, HqError, HqFault, StoreError, StoreFault
from core.ledger.documents import make_held
from core.ledger.entry import Entry
from core.ledger.evidence import KINDS, Evidence, Signed, find_days, gather, is_day
from core.ledger.rolls import KeyChain
from hq.clock import Now, utc_now
from hq.database import Database
from hq.entries import read_entries
from hq.journal import known
from hq.keys import write_private


class ReceivedChain:
    """``core.ledger.evidence.Chain`` over what one terminal has sent.

    Kinds have no column here: the journal is read through once, and what is asked for by kind is kept.
    """

    def __init__(self, connection: Connection, terminal: str) -> None:
        self._connection = connection
        self._terminal = terminal
        self._last = 0
        self._kept: list[Entry] = []
        marked = {f'"kind":"{kind}"'.encode(): kind for kind in KINDS}
        for entry in read_entries(connection, terminal, 1):
            self._last += 1
            if any(mark in entry.body for mark in marked):
                self._kept.append(entry)

    @property
    def terminal(self) -> str:
        """Whose it is."""
        return self._terminal

    def last(self) -> int:
        """How many entries there are, which is the last one's number where none is missing."""
        return self._last

    def of_kinds(self, kinds: Collection[str]) -> list[Entry]:
        """In sequence."""
        return [entry for entry in self._kept if entry.header.kind in kinds]

    def span(self, first: int, last: int) -> Iterator[Entry]:
        """In sequence."""
        return read_entries(self._connection, self._terminal, first, last)


@dataclass(frozen=True, slots=True)
class Holding:
    """``core.ledger.evidence.Proofs``: headquarters says of exactly that entry that it holds it."""

    connection: Connection
    terminal: str
    signer: Signer
    now: Now

    def covering(self, seq: int) -> Signed | None:
        """Signed now."""
        entry = next(read_entries(self.connection, self.terminal, seq, seq), None)
        if entry is None:
            return None
        return Signed(entry.head, *make_held(self.terminal, entry.head, self.now(), self.signer))


def write_evidence(
    database: Database,
    signer: Signer,
    path: Path,
    terminal: str,
    operator: str,
    day: str,
    now: Now = utc_now,
    keys: KeyChain | None = None,
) -> Evidence:
    """``keys``: all that signed as headquarters up to ``signer``, where that is not the first.

    Raises HqError CONFLICT (no such terminal or day), EntryError GAP or KEY (unknown), StoreError IO."""
    with database.read() as connection:
        known(connection, terminal)
        chain = ReceivedChain(connection, terminal)
        days = find_days(chain, day) if not day or is_day(day) else None
        if days is None:
            raise HqError(HqFault.CONFLICT, what="no such business day", day=day[:40])
        made = gather(
            chain, Holding(connection, terminal, signer, now), keys or signer.public, operator, days
        )
    if not made.key:
        raise EntryError(EntryFault.KEY, what="operator unknown here", operator=operator[:16])
    try:
        write_private(path, b"".join(map(_line, made.lines)))
    except OSError as error:
        raise StoreError(StoreFault.IO, what=error.strerror or type(error).__name__) from None
    return made


def _line(value: object) -> bytes:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8") + b"\n"
