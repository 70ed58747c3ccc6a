"""What the counters' states say of proposals for the block list, and what headquarters said last.

Apart from ``hq/block_numbers.py``: whoever serves counters or decides never loads what opens sealed parts.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, select

from core import wire
from core.errors import EntryError
from core.ledger.directives import DirectiveKind
from core.ledger.state import State, from_bytes
from hq.schema import ESTATE, FOLLOWER, PUBLICATIONS

KIND = DirectiveKind.BLOCK_DECIDED.value


def states(connection: Connection, terminal: str | None = None) -> Iterator[tuple[str, State]]:
    """Each terminal with its state, as far as it is followed."""
    wanted = select(FOLLOWER.c.terminal, FOLLOWER.c.state).order_by(FOLLOWER.c.terminal)
    if terminal is not None:
        wanted = wanted.where(FOLLOWER.c.terminal == terminal)
    for row in connection.execute(wanted):
        state = from_bytes(row.state)
        if state is not None:
            yield row.terminal, state


def told_words(connection: Connection) -> dict[tuple[str, int], str]:
    """The last word published about each proposal, by terminal and seq; one that was halted is none."""
    wanted = (
        select(PUBLICATIONS.c.scope, PUBLICATIONS.c.subject, PUBLICATIONS.c.body)
        .where(
            PUBLICATIONS.c.terminal == ESTATE,
            PUBLICATIONS.c.kind == KIND,
            PUBLICATIONS.c.halted_at.is_(None),
        )
        .order_by(PUBLICATIONS.c.number)
    )
    found = {}
    for row in connection.execute(wanted):
        try:
            outcome = str(wire.decode(row.body)["outcome"])
        except (EntryError, KeyError):
            continue
        found[row.scope.partition(":")[2], int(row.subject)] = outcome
    return found
