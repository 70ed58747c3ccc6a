"""What the counters' states say of proposals for the block list, and what headquarters said last.

Apart from ``hq/block_numbers.py``: whoever serves counters or decides never loads what opens sealed parts.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, exists, select

from core import wire
from core.errors import EntryError
from core.ledger.directives import DirectiveKind
from core.ledger.state import State, from_bytes
from hq.schema import ADOPTED, DIRECTIVES, ESTATE, FOLLOWER, PUBLICATIONS

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
    """The last word about each proposal that its counter has not adopted, by terminal and seq.

    One that was halted is none; one that was adopted is what the counter's state says, and an appeal since
    then waits for another one.
    """
    at_counter = DIRECTIVES.c.publication == PUBLICATIONS.c.number
    adopted = (ADOPTED.c.terminal == DIRECTIVES.c.terminal) & (ADOPTED.c.number >= DIRECTIVES.c.number)
    wanted = (
        select(PUBLICATIONS.c.scope, PUBLICATIONS.c.subject, PUBLICATIONS.c.body)
        .where(
            PUBLICATIONS.c.terminal == ESTATE,
            PUBLICATIONS.c.kind == KIND,
            PUBLICATIONS.c.halted_at.is_(None),
            ~exists().where(at_counter, adopted),
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
