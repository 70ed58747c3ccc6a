"""Who looked for what, over all counters (R65): many queries, queries at night, another branch's item.

Leased accounts were found by their queries (账号租借 2020), so each ``LookedUp`` is held against limits of
headquarters' own (``resources/headquarters``), which no counter's rule data can loosen.  An operator is
counted at all counters together.  The rows are the follower's own view of the last
days; the entries are the record.  Each entry tells once, however often it is folded.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, func, select, update

from core.errors import Fact
from core.ledger.clock import CHINA
from core.ledger.entry import Entry
from core.ledger.looks import KIND, Many
from core.look_rules import LookLimits, read_look_limits
from core.strict import Node, read_json
from hq.alarms import insert_if_new, raise_alarm
from hq.clock import Now
from hq.database import Database
from hq.retention_rules import DIRECTORY, MARKS, PARTS
from hq.schema import ALARMS, TERMINALS
from hq.schema_beside import LOOKS

_KEPT = dt.timedelta(days=2)
_MOST_BYTES = 100_000


def speaks_of_looks(entry: Entry) -> bool:
    """Whether :func:`keep_looks` has to see it."""
    return entry.header.kind_version == 1 and entry.header.kind == KIND


def load_look_limits(day: dt.date, directory: Path = DIRECTORY) -> LookLimits:
    """Of the edition in force on ``day``, or of the first one; raises ConfigError (file, key, expected)."""
    editions = []
    for path in sorted(directory.glob("*.json")):
        part = read_json(path.read_bytes(), path.name, _MOST_BYTES).members(PARTS)
        editions.append((part["effective_from"].date(), read_look_limits(part["look_ups"], _sourced)))
    editions.sort(key=lambda each: each[0])
    in_force = [limits for effective, limits in editions if effective <= day]
    return in_force[-1] if in_force else editions[0][1]


def _sourced(node: Node, *keys: str) -> Mapping[str, Node]:
    part = node.members((*keys, "source", "mark"))
    part["source"].text()
    part["mark"].one_of(MARKS)
    return part


def keep_looks(connection: Connection, terminal: str, entries: Sequence[Entry], now: Now) -> None:
    """Count these look-ups of ``terminal``, in sequence; in the follower's transaction."""
    if not entries:
        return
    limits = load_look_limits(now().astimezone(CHINA).date())
    judged = _judged(connection, terminal)
    for entry in entries:
        if (entry.header.epoch, entry.header.seq) <= judged:
            continue  # folded anew: what it told is told, whatever rows of its day are left
        at = entry.header.trusted.at.astimezone(CHINA)
        row: dict[str, object] = {
            "terminal": terminal,
            "epoch": entry.header.epoch,
            "seq": entry.header.seq,
            "operator": entry.header.actor.id[:64],
            "day": f"{at:%Y-%m-%d}",
            "hour": f"{at:%Y-%m-%dT%H}",
            "vain": int(entry.data["hits"] == 0),
            "told": "",
        }
        if insert_if_new(connection, LOOKS, row):
            _judge(connection, entry, row, limits, now)
    before = entries[-1].header.trusted.at.astimezone(CHINA).date() - _KEPT
    connection.execute(delete(LOOKS).where(LOOKS.c.terminal == terminal, LOOKS.c.day < before.isoformat()))


def _judged(connection: Connection, terminal: str) -> tuple[int, int]:
    """Epoch and sequence of the last look-up of ``terminal`` that was counted; its row is never deleted."""
    last = (
        select(LOOKS.c.epoch, LOOKS.c.seq)
        .where(LOOKS.c.terminal == terminal)
        .order_by(LOOKS.c.epoch.desc(), LOOKS.c.seq.desc())
        .limit(1)
    )
    row = connection.execute(last).first()
    return (0, 0) if row is None else (int(row.epoch), int(row.seq))


def _judge(
    connection: Connection, entry: Entry, row: Mapping[str, Any], limits: LookLimits, now: Now
) -> None:
    """Alarms for one look-up; what is counted is told once for its hour or day."""
    hers = LOOKS.c.operator == row["operator"]
    hour, day = (hers, LOOKS.c.hour == row["hour"]), (hers, LOOKS.c.day == row["day"])
    found: dict[Many, int] = {}
    if _elsewhere(connection, entry):
        found[Many.ELSEWHERE] = 1
    if limits.is_night(int(row["hour"][-2:])) and not _told(connection, Many.NIGHT, day):
        found[Many.NIGHT] = 1
    for many, among, least in (
        (Many.HOUR, hour, limits.hour),
        (Many.DAY, day, limits.day),
        (Many.NOTHING, (*day, LOOKS.c.vain == 1), limits.nothing),
    ):
        count = connection.execute(select(func.count()).select_from(LOOKS).where(*among)).scalar_one()
        if count >= least and not _told(connection, many, among):
            found[many] = count
    for many, count in found.items():
        facts: dict[str, Fact] = {"operator": row["operator"], "count": count}
        if many is Many.ELSEWHERE:
            facts["asked"] = entry.data["terminal"]
        place = {"epoch": entry.header.epoch, "seq": entry.header.seq}
        raise_alarm(connection, entry.header.terminal, many.value, now(), **place, facts=facts, again=False)
    if found:
        mine = (LOOKS.c.terminal == row["terminal"], LOOKS.c.epoch == row["epoch"], LOOKS.c.seq == row["seq"])
        connection.execute(update(LOOKS).where(*mine).values(told=" ".join(found)))


def _told(connection: Connection, many: Many, among: Sequence[ColumnElement[bool]]) -> bool:
    """Whether a row of these told of it already."""
    said = select(LOOKS.c.told).where(*among, LOOKS.c.told != "")
    return any(many.value in told.split(" ") for told in connection.execute(said).scalars())


def _elsewhere(connection: Connection, entry: Entry) -> bool:
    """Whether a terminal of another branch, or of none that is known, was asked about."""
    here, asked = entry.header.terminal, entry.data["terminal"]
    if here == asked:
        return False
    wanted = select(TERMINALS.c.terminal, TERMINALS.c.branch).where(TERMINALS.c.terminal.in_([here, asked]))
    branches = {row.terminal: row.branch for row in connection.execute(wanted)}
    return asked not in branches or branches[asked] != branches.get(here)


def list_alarms(database: Database, terminal: str | None = None) -> list[dict[str, Any]]:
    """Every alarm, of one terminal or of all, the last one first."""
    wanted = select(ALARMS).order_by(ALARMS.c.last_at.desc(), ALARMS.c.terminal, ALARMS.c.seq.desc())
    if terminal is not None:
        wanted = wanted.where(ALARMS.c.terminal == terminal)
    with database.read() as connection:
        return [dict(row) for row in connection.execute(wanted).mappings()]


def alarm_line(alarm: Mapping[str, Any]) -> str:
    """One alarm for people."""
    where = f"  at {alarm['epoch']}/{alarm['seq']}" if alarm["seq"] else ""
    said = f"{alarm['fault']}{where}  {alarm['what']}  ×{alarm['count']}"
    return f"{alarm['last_at']}  {alarm['terminal']}  {said}"
