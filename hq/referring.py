"""Which acceptances refer to an earlier one, as their annexes say: noted for the opening service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from core import wire
from core.acceptance.as_in import target_from_json
from core.errors import EntryError
from core.ledger.entry import Entry
from hq.bulk import insert_new_rows
from hq.schema import REFERENCES

WAITING = "waiting"  # nobody with the key has looked at it yet
LATE = "late"  # its target has not come yet
# Whose contact → the annex's member (docs/format.md, section 6).
_MEMBERS = {"contact": "sender_as_in", "recipient": "recipient_as_in"}


def references_of(entry: Entry, annex: Mapping[str, Any], month: str) -> list[dict[str, object]]:
    """The rows of an acceptance whose annex names references, not looked at yet.

    ``month``: where the annex is filed, and so its sealed part.
    """
    header = entry.header
    place = {"terminal": header.terminal, "epoch": header.epoch, "seq": header.seq, "why": "", "copy": None}
    return [
        {**place, "party": group, "month": month, "state": WAITING, "tried_at": "", **_target(annex[member])}
        for group, member in _MEMBERS.items()
        if annex.get(member) is not None
    ]


def _target(value: object) -> dict[str, object]:
    """What a reference names, so that it is not erased before it was copied; NULLs for what names nothing."""
    try:
        target = target_from_json(value)
    except EntryError:
        target = None
    if target is None or max(target.epoch, target.seq) > wire.MAX_INT:
        return {"target_terminal": None, "target_epoch": None, "target_seq": None}
    return {f"target_{name}": part for name, part in target.as_json().items()}


def note(connection: Connection, rows: Sequence[Mapping[str, object]]) -> None:
    """Write references of one terminal in the caller's transaction; those that stand stay as they are."""
    insert_new_rows(connection, REFERENCES, rows)
