"""A clerk's own evidence out of this counter's journal, as a file (docs/format.md, section 13)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from core.errors import EntryError
from core.ledger.documents import Trusted, read_marks
from core.ledger.entry import Entry
from core.ledger.evidence import Signed
from storage.reading import JournalReader

_COLUMNS = "SELECT seq, body, terminal_signature, session_signature FROM entry "
_CHUNK = 500


class StoredChain:
    """``core.ledger.evidence.Chain`` over the encrypted database; no attachment is read."""

    def __init__(self, journal: JournalReader) -> None:
        self._journal = journal

    @property
    def terminal(self) -> str:
        """Whose it is."""
        return self._journal.terminal

    def last(self) -> int:
        """Number of the last entry, 0 for none."""
        head = self._journal.last_head()
        return 0 if head is None else head.seq

    def of_kinds(self, kinds: Collection[str]) -> list[Entry]:
        """In sequence."""
        places = ", ".join("?" * len(kinds))
        return self._read(f"WHERE kind IN ({places}) ORDER BY seq", tuple(kinds))

    def span(self, first: int, last: int) -> Iterator[Entry]:
        """In sequence."""
        while first <= last:
            where = f"WHERE seq BETWEEN ? AND ? ORDER BY seq LIMIT {_CHUNK}"
            found = self._read(where, (first, last))
            yield from found
            if len(found) < _CHUNK:
                return
            first = found[-1].header.seq + 1

    def _read(self, where: str, values: tuple[Any, ...]) -> list[Entry]:
        with self._journal.database.reading() as connection:
            rows: Sequence[sa.Row[Any]] = connection.exec_driver_sql(_COLUMNS + where, values).fetchall()
        return [Entry(row.body, row.terminal_signature, row.session_signature) for row in rows]


class KeptMarks:
    """``core.ledger.evidence.Proofs``: the marks that headquarters signed and this counter kept."""

    def __init__(self, journal: JournalReader, headquarters: Trusted) -> None:
        self._journal = journal
        self._headquarters = headquarters

    def covering(self, seq: int) -> Signed | None:
        """The nearest at or after entry ``seq``; else the last before it."""
        found = [signed for signed in map(self._read, self._journal.all_marks()) if signed is not None]
        found.sort(key=lambda signed: signed.head.seq)
        after = [signed for signed in found if signed.head.seq >= seq]
        return after[0] if after else found[-1] if found else None

    def _read(self, kept: tuple[bytes, bytes]) -> Signed | None:
        """None for what is not headquarters' word on this chain; ``journal verify`` names it."""
        try:
            marks = read_marks(*kept, self._headquarters)
        except (EntryError, KeyError, TypeError, AttributeError):
            return None
        ours = self._journal.head_at(marks.received.seq)
        if marks.replaced or marks.terminal != self._journal.terminal or ours != marks.received:
            return None
        return Signed(marks.received, *kept)
