"""Whose number stands on the block list by a person's decision: read for the opening service alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from sqlalchemy import Connection

from core.errors import CounterError
from core.ledger import blocks as ledger
from core.ledger.blocks import Outcome
from hq.block_words import told_words
from hq.followed import states
from hq.journal import one_entry
from hq.opening_key import OpeningKey
from hq.references import opened_parts
from hq.restricted import need_unrestricted


def listed_numbers(
    connection: Connection, key: OpeningKey, today: dt.date
) -> tuple[dict[str, list[str]], int]:
    """Basis → document numbers of whoever stands on the list on that day, and how many cannot be opened.

    For the opening service alone.
    """
    numbers, missing = dict[str, set[str]](), 0
    for terminal, item, basis in _listed(connection, today):
        try:
            need_unrestricted(connection, terminal, item)
            entry = one_entry(connection, terminal, item)
            parts = opened_parts(connection, entry, key)
        except CounterError:
            parts = []
        senders = [part.get("sender") for part in parts if isinstance(part, dict)]
        number = next((one.get("number") for one in senders if isinstance(one, dict)), None)
        if number:
            numbers.setdefault(basis, set()).add(str(number))
        else:
            missing += 1
    return {basis: sorted(some) for basis, some in sorted(numbers.items())}, missing


def _listed(connection: Connection, today: dt.date) -> Iterator[tuple[str, int, str]]:
    """(terminal, item, basis) of all that stand on the list, and of those not adopted there yet."""
    told = told_words(connection)
    for terminal, state in states(connection):
        for seq, row in state.value.get(ledger.MEMBER, {}).items():
            outcome, said = row["outcome"], told.get((terminal, int(seq)), "")
            if said and ledger.may_follow(row, said) and said != Outcome.UPHELD:
                outcome = said
            fresh = outcome == Outcome.LISTED and not row["outcome"]
            if outcome == Outcome.LISTED and (fresh or row["until"] >= today.isoformat()):
                yield terminal, int(row["item"]), str(row["basis"])
