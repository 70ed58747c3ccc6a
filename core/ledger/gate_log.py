"""What the journal took in of the gate log: how many lines, up to which, and how the file was found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.ledger.entry import Entry
from core.ledger.rows import need

KIND = "GateSeen"
MEMBER = "gate"  # of the state; none where nothing was ever taken in
WHOLE, EDITED, CUT = "whole", "edited", "cut"
NOTHING: Mapping[str, Any] = {"last": 0, "head": ""}
ALARM = "gate_log.broken"  # headquarters'


def taken(state: Mapping[str, Any]) -> Mapping[str, Any]:
    """The newest line that was taken in, and its hash."""
    row: Mapping[str, Any] = state.get(MEMBER, NOTHING)
    return row


def seen(value: dict[str, Any], entry: Entry) -> None:
    """``GateSeen``.  Raises EntryError STATE for lines that do not follow those taken in before.

    A log that was found broken begins anew.
    """
    data, before = entry.data, taken(value)
    whole = data["found"] == WHOLE
    follows = 0 < data["lines"] <= data["last"]
    if MEMBER in value or entry.header.epoch == 1:  # else an earlier epoch may have taken in the lines before
        follows = follows and data["last"] == before["last"] + data["lines"]
    need("gate", entry, follows if whole else data["found"] in (EDITED, CUT))
    value[MEMBER] = {"last": data["last"], "head": data["head"]} if whole else dict(NOTHING)


def new_machine(value: dict[str, Any]) -> None:
    """A new epoch: what comes may be another machine's, whose log has nothing to do with this one."""
    value.pop(MEMBER, None)


STEPS = {(KIND, 1): seen}
