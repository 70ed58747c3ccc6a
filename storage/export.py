"""The journal as a file that others can check: JSON lines, first and last say what must be between.

docs/format.md, section 10.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from core.crypto.keys import PublicKey
from core.errors import StoreError, StoreFault
from core.exchange import entry_to_json
from core.ledger.entry import Head
from core.ledger.rolls import KeyChain
from storage.files import json_bytes, write_lines
from storage.reading import JournalReader

FORM = "counter-export/1"


def export(journal: JournalReader, path: Path, headquarters: PublicKey | KeyChain, *, first: int = 1) -> int:
    """Write every entry from ``first`` on; returns how many.  The file appears whole or not at all.

    Attachments go with their entries where their bytes are still here: the file holds personal data.
    Raises StoreError DISK_FULL, READ_ONLY, IO, MISSING (no such entry or directory), DAMAGED.
    """
    head = journal.last_head()
    if head is None or first > head.seq:
        raise StoreError(StoreFault.MISSING, what="entries")
    return write_lines(path, _lines(journal, KeyChain.of(headquarters), first, head), "export") - 2


def _lines(journal: JournalReader, headquarters: KeyChain, first: int, head: Head) -> Iterator[bytes]:
    number = head.seq - first + 1
    yield json_bytes(
        {
            "format": FORM,
            "terminal": journal.terminal,
            "headquarters": headquarters.current.text,
            "rolls": [roll.as_json() for roll in headquarters.rolls],
            "first": first,
            "last": head.seq,
            "entries": number,
        }
    )
    expected = first
    for entry in journal.entries(first, head.seq):
        if entry.header.seq != expected:
            raise StoreError(StoreFault.DAMAGED, what="gap", seq=expected)
        expected += 1
        yield json_bytes(entry_to_json(entry))
    if expected != head.seq + 1:
        raise StoreError(StoreFault.DAMAGED, what="gap", seq=expected)
    yield json_bytes({"end": number, "head": head.as_json()})
