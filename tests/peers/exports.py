"""Writes exports of entries, good ones and bad ones, in the form of docs/format.md section 10."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from core.exchange import entry_to_json
from core.ledger.entry import Entry
from core.ledger.rolls import SignedRoll


def line(value: dict[str, Any]) -> bytes:
    """One line of an export."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8") + b"\n"


def export(
    entries: Sequence[Entry], terminal: str, headquarters: str, rolls: Sequence[SignedRoll] = ()
) -> list[bytes]:
    """The lines of an export of whole entries; ``headquarters``: its key, where none rolled to another."""
    first, last = entries[0].header.seq, entries[-1].header.seq
    top = {
        "format": "counter-export/1",
        "terminal": terminal,
        "headquarters": rolls[-1].read().new.text if rolls else headquarters,
        "rolls": [roll.as_json() for roll in rolls],
        "first": first,
        "last": last,
        "entries": len(entries),
    }
    end = {"end": len(entries), "head": entries[-1].head.as_json()}
    return [line(top), *(line(entry_to_json(entry)) for entry in entries), line(end)]
