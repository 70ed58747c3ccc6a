"""The counters' states, as far as the follower got with their entries."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, select

from core.ledger.state import State, from_bytes
from hq.schema import FOLLOWER


def states(connection: Connection, terminal: str | None = None) -> Iterator[tuple[str, State]]:
    """Each terminal, or that one, with its state; none where nothing was followed yet."""
    wanted = select(FOLLOWER.c.terminal, FOLLOWER.c.state).order_by(FOLLOWER.c.terminal)
    if terminal is not None:
        wanted = wanted.where(FOLLOWER.c.terminal == terminal)
    for row in connection.execute(wanted).all():
        state = from_bytes(row.state)
        if state is not None:
            yield row.terminal, state


def state_of(connection: Connection, terminal: str) -> State | None:
    """Of one terminal."""
    return next((state for _, state in states(connection, terminal)), None)
