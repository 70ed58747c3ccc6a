"""Codes of registered senders, over all counters: the second use of one is named (R12).

A counter knows what it took itself; offline it cannot know of the others.  The rows are the follower's own
view of the last days; the entries are the record.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import Connection, delete, select

from core.ledger.clock import CHINA
from core.ledger.entry import Entry
from core.ledger.sender_codes import METHOD
from hq.alarms import insert_if_new, raise_alarm
from hq.clock import Now
from hq.schema_beside import SENDER_CODES

TWICE = "sender_code.twice"
_KEPT = dt.timedelta(days=40)  # a counter may come back after a month


def speaks_of_codes(entry: Entry) -> bool:
    """Whether :func:`keep_codes` has to see it."""
    return entry.header.kind == "SenderVerified" and entry.data.get("method") == METHOD


def keep_codes(connection: Connection, terminal: str, entries: Sequence[Entry], now: Now) -> None:
    """Note these senders of ``terminal``; an alarm where another counter took the code before."""
    if not entries:
        return
    for entry in entries:
        code, header = entry.data["read"], entry.header
        row = {
            "code": code,
            "terminal": terminal,
            "epoch": header.epoch,
            "seq": header.seq,
            "day": f"{header.trusted.at.astimezone(CHINA):%Y-%m-%d}",
        }
        if not insert_if_new(connection, SENDER_CODES, row):
            continue
        taken = select(SENDER_CODES.c.terminal).where(
            SENDER_CODES.c.code == code, SENDER_CODES.c.terminal != terminal
        )
        other = connection.execute(taken.order_by(SENDER_CODES.c.terminal)).scalars().first()
        if other is not None:
            facts = {"elsewhere": other}
            raise_alarm(connection, terminal, TWICE, now(), epoch=header.epoch, seq=header.seq, facts=facts)
    before = f"{now().astimezone(CHINA).date() - _KEPT:%Y-%m-%d}"
    old = (SENDER_CODES.c.terminal == terminal, SENDER_CODES.c.day < before)
    connection.execute(delete(SENDER_CODES).where(*old))
