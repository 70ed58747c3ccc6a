"""Which acceptances refer to an earlier one, as their annexes say: noted for the opening service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from core.ledger.entry import AttachmentClass, Entry
from hq.bulk import insert_new_rows
from hq.schema import REFERENCES

WAITING = "waiting"  # nobody with the key has looked at it yet
# Whose contact → the annex's member (docs/format.md, section 6).
_MEMBERS = {"contact": "sender_as_in", "recipient": "recipient_as_in"}


def references_of(entry: Entry, annex: Mapping[str, Any]) -> list[dict[str, object]]:
    """The rows of an acceptance whose annex names references, not looked at yet."""
    header = entry.header
    months = [c.month for c in header.commitments if c.cls is AttachmentClass.SEALED]
    place = {"terminal": header.terminal, "epoch": header.epoch, "seq": header.seq, "why": "", "copy": None}
    return [
        {**place, "party": group, "month": months[0] if months else "", "state": WAITING, "tried_at": ""}
        for group, member in _MEMBERS.items()
        if annex.get(member) is not None
    ]


def note(connection: Connection, rows: Sequence[Mapping[str, object]]) -> None:
    """Write references of one terminal in the caller's transaction; those that stand stay as they are."""
    insert_new_rows(connection, REFERENCES, rows)
