"""What the steps of the fold share: members are replaced, never written to; what cannot be is named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.errors import EntryError, EntryFault
from core.ledger.entry import Entry


def put(value: dict[str, Any], member: str, key: str, row: Any) -> None:
    """Replace one row of a nested member, leaving the old member to whoever still holds it."""
    value[member] = {**value[member], key: row}


def drop(value: dict[str, Any], member: str, key: str) -> Any:
    """Take one row out of a nested member; returns it, or None."""
    rest = dict(value[member])
    row = rest.pop(key, None)
    value[member] = rest
    return row


def count(value: dict[str, Any], name: str, by: int = 1) -> None:
    day = value["days"][str(value["day"])]
    counts = {**day["counts"], name: day["counts"][name] + by}
    put(value, "days", str(value["day"]), {**day, "counts": counts})


def need(what: str, entry: Entry, sound: object) -> None:
    """Raises EntryError STATE, which names ``what`` and the entry, unless it is ``sound``."""
    if not sound:
        raise fault(what, entry)


def fault(what: str, entry: Entry) -> EntryError:
    """The error of an entry that cannot stand where it does."""
    return EntryError(EntryFault.STATE, seq=entry.header.seq, what=what)


def row_of(
    what: str, value: Mapping[str, Any], member: str, entry: Entry, name: int
) -> tuple[str, dict[str, Any]]:
    """(its key, the row) of what the entry ``name`` began; raises EntryError STATE where it is over."""
    row: dict[str, Any] | None = value.get(member, {}).get(str(name))
    if row is None:
        raise fault(what, entry)
    return str(name), row


def request_about(value: Mapping[str, Any], action: str, subject: int) -> Mapping[str, Any] | None:
    """The open request for that action about the entry ``subject``."""
    about = (action, subject)
    return next((row for row in value["requests"].values() if (row["action"], row["subject"]) == about), None)
