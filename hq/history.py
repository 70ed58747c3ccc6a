"""What a terminal gets back after its store was lost: its own journal, and its operators' wrapped keys."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import select

from core import wire
from core.errors import HqError, HqFault
from core.exchange import entry_to_json
from core.ledger.entry import AttachmentClass, Entry
from hq.branches import page
from hq.database import Database
from hq.entries import read_entries
from hq.forms import OperatorKeysAnswer
from hq.identity import Terminal
from hq.schema import ACTIVATIONS, ESTATE, HEADS, OPERATORS

PAGE_ENTRIES, PAGE_BYTES = 200, 512 * 1024


class History:
    """Read only; each terminal sees its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def entries(self, terminal: Terminal, first: int) -> list[dict[str, Any]]:
        """From ``first`` on in sequence, as they travel; none after the last.

        Sealed parts go back only above *safe*: below it nobody at the counter needs them, and above it
        the counter must be able to send them once more.
        """
        found: list[dict[str, Any]] = []
        size = 0
        with self._database.read() as connection:
            of_epoch = (HEADS.c.terminal == terminal.terminal, HEADS.c.epoch == terminal.epoch)
            safe = connection.execute(select(HEADS.c.safe_seq).where(*of_epoch)).scalar_one()
            name = terminal.terminal
            for entry in read_entries(connection, name, first, limit=PAGE_ENTRIES, attachments=True):
                form = entry_to_json(entry if entry.header.seq > safe else _without_sealed(entry))
                size += len(entry.body) + sum(len(part.data) for part in entry.attachments if part) * 4 // 3
                if found and size > PAGE_BYTES:
                    break
                found.append(form)
        return found

    def late(self, terminal: Terminal, branch: bytes, first: int) -> list[dict[str, Any]]:
        """A branch beside the terminal's chain, page by page; none after the last."""
        with self._database.read() as connection:
            return page(connection, terminal.terminal, branch, first, PAGE_ENTRIES, PAGE_BYTES)

    def operator(self, terminal: Terminal, operator: str) -> OperatorKeysAnswer:
        """The newest keys that she activated here; raises HqError CONFLICT where there are none."""
        mine = (ACTIVATIONS.c.terminal == terminal.terminal, ACTIVATIONS.c.operator == operator)
        row = select(ACTIVATIONS).where(*mine).order_by(ACTIVATIONS.c.activated_at.desc()).limit(1)
        known = select(OPERATORS).where(OPERATORS.c.terminal == ESTATE, OPERATORS.c.operator == operator)
        with self._database.read() as connection:
            keys, about = connection.execute(row).one_or_none(), connection.execute(known).one_or_none()
        gone = about is None or about.removed_at is not None
        if keys is None or about is None or gone or keys.activated_at < about.added_at:
            raise HqError(HqFault.CONFLICT, what="operator unknown")
        return OperatorKeysAnswer(
            operator, about.name, about.role, keys.signing, keys.agreement, wire.b64(keys.wrapped)
        )


def _without_sealed(entry: Entry) -> Entry:
    kept = (None if part and part.cls is AttachmentClass.SEALED else part for part in entry.attachments)
    return replace(entry, attachments=tuple(kept))
