"""Texts that counters asked to be sent to customers: headquarters' record of each, without number or word.

The follower writes a row for each ``NotifyAsked`` that counts; the opening service (hq/notifying.py) says
what became of it; a directive tells the counter, whose own entry ends it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select, update

from core.ledger.clock import CHINA
from core.ledger.entry import Entry, stamp
from core.ledger.notify import ANSWERED, ASKED, OPEN, Why
from core.strict import Node, read_json
from hq.alarms import insert_if_new
from hq.retention_rules import DIRECTORY, MARKS, PARTS
from hq.schema_beside import NOTIFY

_MOST_BYTES = 100_000


@dataclass(frozen=True, slots=True)
class Caps:
    """So many in one day of China: about one item, and asked for by one operator at all counters."""

    item: int
    operator: int


def load_caps(day: dt.date, directory: Path = DIRECTORY) -> Caps:
    """Of the edition in force on ``day``, or of the first one; raises ConfigError (file, key, expected)."""
    editions = []
    for path in sorted(directory.glob("*.json")):
        part = read_json(path.read_bytes(), path.name, _MOST_BYTES).members(PARTS)
        said = part["notify"].members(("item", "operator"))
        editions.append((part["effective_from"].date(), Caps(*(_cap(said[name]) for name in said))))
    editions.sort(key=lambda each: each[0])
    in_force = [caps for effective, caps in editions if effective <= day]
    return in_force[-1] if in_force else editions[0][1]


def _cap(node: Node) -> int:
    part = node.members(("value", "source", "mark"))
    part["source"].text()
    part["mark"].one_of(MARKS)
    return part["value"].integer(1, 10_000)


def speaks_of_notify(entry: Entry) -> bool:
    """Whether :func:`keep_notify` has to see it."""
    return entry.header.kind_version == 1 and entry.header.kind in (ASKED, ANSWERED)


def keep_notify(connection: Connection, terminal: str, entries: Sequence[Entry]) -> None:
    """Note these entries of ``terminal``, in sequence; in the follower's transaction."""
    for entry in entries:
        data = entry.data
        if entry.header.kind == ANSWERED:
            _settle(connection, terminal, data)
            continue
        at = entry.header.trusted.at
        row: dict[str, object] = {
            "terminal": terminal,
            "epoch": entry.header.epoch,
            "seq": entry.header.seq,
            "notify": data["notify"],
            "item": data["item"],
            "code": data["text"],
            "version": data["version"],
            "rules": entry.header.rules[:64],
            "party": data["to"],
            "language": data["language"],
            "operator": entry.header.actor.id[:64],
            "asked_at": stamp(at),
            "day": f"{at.astimezone(CHINA):%Y-%m-%d}",
            "outcome": OPEN,
            "why": Why.NONE.value,
            "tries": 0,
            "handed": 0,
            "due_at": stamp(at),
            "told": 0,
        }
        insert_if_new(connection, NOTIFY, row)


def _settle(connection: Connection, terminal: str, data: Mapping[str, Any]) -> None:
    """The counter knows: nothing is sent again for it, also where a restore forgot that it was."""
    mine = (NOTIFY.c.terminal == terminal, NOTIFY.c.seq == data["asked"], NOTIFY.c.notify == data["notify"])
    said = {"outcome": data["outcome"], "why": data["why"]}
    connection.execute(update(NOTIFY).where(*mine, NOTIFY.c.outcome == OPEN).values(**said))
    known = {"told": data["directive"] or 1}
    connection.execute(update(NOTIFY).where(*mine, NOTIFY.c.told == 0).values(**known))


def over_cap(connection: Connection, row: Mapping[str, Any], caps: Caps) -> bool:
    """Whether as many were asked for before this one, of the same day, as headquarters lets anybody."""
    before = (NOTIFY.c.day == row["day"], NOTIFY.c.asked_at < row["asked_at"])
    hers = (*before, NOTIFY.c.operator == row["operator"])
    same = (*before, NOTIFY.c.terminal == row["terminal"], NOTIFY.c.item == row["item"])
    for among, most in ((hers, caps.operator), (same, caps.item)):
        count = select(func.count()).select_from(NOTIFY).where(*among)
        if connection.execute(count).scalar_one() >= most:
            return True
    return False


def answered(row: Mapping[str, Any]) -> dict[str, Any]:
    """The body of the directive that tells the counter."""
    said = {name: row[name] for name in ("epoch", "notify", "outcome", "why")}
    return {**said, "asked": row["seq"]}
