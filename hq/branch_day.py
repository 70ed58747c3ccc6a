"""What headquarters tells a counter of the others of its branch: whose day is closed, and the figures.

Counts alone: nobody's data is in it, no waybill and no staff number.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, func, select

from core.ledger.branch_day import MOST, BranchDay, CounterDay, make_branch_day
from core.ledger.entry import parse_stamp
from core.ledger.state import State, from_bytes
from hq.clock import Now, utc_now
from hq.database import Database
from hq.days import counts_of, differences
from hq.identity import Terminal
from hq.rolls import SigningKeys
from hq.schema import DAYS, FOLLOWER, HEADS, TERMINALS


def signed_branch_day(
    database: Database, signing: SigningKeys, terminal: Terminal, now: Now = utc_now
) -> tuple[bytes, bytes]:
    """(document, signature) by the key of ours that the terminal believes."""
    with database.read() as connection:
        told = read_branch(connection, terminal.branch, now)
    return make_branch_day(told, signing.now().known(terminal.knows))


def read_branch(connection: Connection, branch: str, now: Now = utc_now) -> BranchDay:
    """The newest day of every counter of the branch; two hundred of them at most."""
    wanted = select(TERMINALS.c.terminal, TERMINALS.c.contact_at).where(TERMINALS.c.branch == branch)
    rows = connection.execute(wanted.order_by(TERMINALS.c.terminal).limit(MOST)).all()
    return BranchDay(branch, now(), tuple(_counter(connection, row) for row in rows))


def _counter(connection: Connection, row: Row[str, str | None]) -> CounterDay:
    name = row.terminal
    heard = None if row.contact_at is None else parse_stamp(row.contact_at)
    followed = connection.execute(
        select(FOLLOWER.c.seq, FOLLOWER.c.state, FOLLOWER.c.stopped).where(FOLLOWER.c.terminal == name)
    ).one_or_none()
    newest = select(DAYS).where(DAYS.c.terminal == name).order_by(DAYS.c.day.desc()).limit(1)
    found = connection.execute(newest).mappings().one_or_none()
    state = None if followed is None else from_bytes(followed.state)
    if followed is None or state is None or found is None:
        return CounterDay(name, whole=state is not None, heard=heard)
    day: Mapping[str, Any] = dict(found)
    received = connection.execute(
        select(func.max(HEADS.c.seq)).where(HEADS.c.terminal == name)
    ).scalar_one_or_none()
    closed = day["counted"] is not None
    counts, agree = _figures(day, state)
    value = state.value
    return CounterDay(
        name,
        day["date"],
        closed,
        whole=agree and not followed.stopped and followed.seq == received,
        accepted=counts["accepted"] - counts["voided"],
        labels=counts["labels"],
        affixed=counts["affixed"],
        receipts=counts["receipts"],
        voided=counts["voided"],
        refused=counts["refused"],
        due=len(value["labels"].keys() | value["receipts"].keys()),
        unscanned=len(value["unscanned"]),
        requests=len(value["requests"]),
        cases=len(value.get("cases", {})),
        heard=heard,
    )


def _figures(day: Mapping[str, Any], state: State) -> tuple[Mapping[str, int], bool]:
    """The day's figures, and whether nothing speaks against them."""
    if day["counted"] is not None:
        folded, counted = json.loads(day["folded"]), json.loads(day["counted"])
        return counted, bool(day["hash_agrees"]) and not differences(folded, counted)
    counts = counts_of(state, day["day"])
    empty = dict.fromkeys(("accepted", "voided", "labels", "affixed", "receipts", "refused"), 0)
    return (counts, True) if counts is not None else (empty, False)
