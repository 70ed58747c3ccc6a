"""What headquarters said of proposals for the block list and their counters have not adopted yet.

Apart from ``hq/block_numbers.py``: whoever serves counters or decides never loads what opens sealed parts.
"""

from __future__ import annotations

from sqlalchemy import Connection, select

from core import wire
from core.errors import EntryError
from core.ledger.directives import DirectiveKind
from hq.adoption import on_its_way
from hq.schema import PUBLICATIONS

KIND = DirectiveKind.BLOCK_DECIDED.value


def told_words(connection: Connection) -> dict[tuple[str, int], str]:
    """The last word about each proposal that its counter has not adopted, by terminal and seq.

    One that was halted is none; one that was adopted is what the counter's state says, and an appeal since
    then waits for another one.
    """
    wanted = select(PUBLICATIONS.c.scope, PUBLICATIONS.c.subject, PUBLICATIONS.c.body)
    wanted = wanted.where(PUBLICATIONS.c.kind == KIND, *on_its_way()).order_by(PUBLICATIONS.c.number)
    found = {}
    for row in connection.execute(wanted):
        try:
            outcome = str(wire.decode(row.body)["outcome"])
        except (EntryError, KeyError):
            continue
        found[row.scope.partition(":")[2], int(row.subject)] = outcome
    return found
