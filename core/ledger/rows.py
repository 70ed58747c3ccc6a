"""How a step of the fold changes the state: members are replaced, never written to."""

from __future__ import annotations

from typing import Any


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
