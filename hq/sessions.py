"""One operator at two counters at a time (T5): found, told to both, and the earlier session is locked.

The follower keeps a row for each session.  Two of one operator at different terminals overlap where both ran
at one time by trusted time; one that has no end yet counts as running only while its terminal is heard, for a
counter that is offline may have ended it already: then its own entries decide when they come.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, select, update

from core import wire
from core.errors import Fact
from core.ledger.entry import Entry, parse_stamp, stamp
from hq.alarms import insert_if_new, raise_alarm
from hq.clock import Now
from hq.database import Database
from hq.schema import TERMINALS
from hq.schema_beside import DOUBLES, SESSIONS

DOUBLE = "session.double"
TOLERANCE = dt.timedelta(seconds=5)  # clocks of two counters differ by so much
HEARD = dt.timedelta(seconds=150)  # an open counter is heard every minute
_ENDS = ("OperatorLocked", "OperatorLoggedOut", "SessionEnded")
_AT_ONCE = 100
_MOST = 20  # of her sessions elsewhere: more would only say the same once more


def speaks_of_sessions(entry: Entry) -> bool:
    """Whether :func:`keep_sessions` has to see it."""
    return entry.header.kind_version == 1 and entry.header.kind in ("OperatorLoggedIn", *_ENDS)


def keep_sessions(connection: Connection, terminal: str, entries: Sequence[Entry]) -> None:
    """What these entries of ``terminal``, in sequence, say; in the follower's transaction."""
    for entry in entries:
        header = entry.header
        at = stamp(header.trusted.at)
        if header.kind == "OperatorLoggedIn":
            until = wire.decode(wire.unb64(entry.data["certificate"]))["end"]
            row: dict[str, object] = {
                "terminal": terminal,
                "session": header.actor.session[:64],
                "operator": header.actor.id[:64],
            }
            row |= {"at": at, "until": until, "settled": 0}
            insert_if_new(connection, SESSIONS, row)
            continue
        session = entry.data["session"] if header.kind == "SessionEnded" else header.actor.session
        mine = (SESSIONS.c.terminal == terminal, SESSIONS.c.session == session[:64])
        connection.execute(update(SESSIONS).where(*mine).values(ended_at=at, settled=0))


def settle(database: Database, now: Now, terminal: str | None = None) -> int:
    """Compare sessions that are new, or have ended; how many doubles were found.

    One transaction for each terminal that is told: none spans two.
    """
    wanted = select(SESSIONS).where(SESSIONS.c.settled == 0)
    if terminal is not None:
        wanted = wanted.where(SESSIONS.c.terminal == terminal)
    found = 0
    with database.read() as connection:
        rows = connection.execute(wanted.order_by(SESSIONS.c.at).limit(_AT_ONCE)).all()
        pairs = {row: _others(connection, row, now()) for row in rows}
    for row, (others, waits) in pairs.items():
        for other in others:
            found += _note(database, row, other, now) + _note(database, other, row, now)
        if not waits:
            mine = (SESSIONS.c.terminal == row.terminal, SESSIONS.c.session == row.session)
            same = SESSIONS.c.ended_at == row.ended_at if row.ended_at else SESSIONS.c.ended_at.is_(None)
            with database.write() as connection:
                connection.execute(update(SESSIONS).where(*mine, same).values(settled=1))
    return found


def _others(
    connection: Connection, row: Row[*tuple[Any, ...]], now: dt.datetime
) -> tuple[list[Row[*tuple[Any, ...]]], bool]:
    """(sessions of hers elsewhere that ran at the same time, whether one of them cannot be judged yet)."""
    her = (SESSIONS.c.operator == row.operator, SESSIONS.c.terminal != row.terminal)
    begun = SESSIONS.c.at < stamp(_end(row) - TOLERANCE)
    wanted = select(SESSIONS, TERMINALS.c.contact_at).join(
        TERMINALS, TERMINALS.c.terminal == SESSIONS.c.terminal
    )
    wanted = wanted.where(*her, begun, SESSIONS.c.until > row.at).order_by(SESSIONS.c.at).limit(_MOST)
    found, waits = [], False
    for other in connection.execute(wanted):
        if _end(other) - TOLERANCE <= parse_stamp(row.at):
            continue
        heard = other.contact_at is not None and parse_stamp(other.contact_at) >= now - HEARD
        if other.ended_at is None and not heard:
            waits = waits or parse_stamp(other.until) > now - HEARD
        else:
            found.append(other)
    return found, waits


def _end(row: Row[*tuple[Any, ...]]) -> dt.datetime:
    return parse_stamp(row.ended_at or row.until)


def _note(database: Database, row: Row[*tuple[Any, ...]], other: Row[*tuple[Any, ...]], now: Now) -> int:
    """``row``'s terminal is told of ``other``; 1 where that is new."""
    earlier = (row.at, row.terminal) < (other.at, other.terminal)
    double = {"terminal": row.terminal, "session": row.session, "other_terminal": other.terminal}
    double |= {"other_session": other.session, "operator": row.operator, "at": other.at}
    double |= {"earlier": int(earlier), "found_at": stamp(now()), "told": 0}
    with database.write() as connection:
        if not insert_if_new(connection, DOUBLES, double):
            return 0
        facts: dict[str, Fact] = {"what": f"{row.operator} also at {other.terminal} from {other.at}"}
        raise_alarm(connection, row.terminal, DOUBLE, now(), facts=facts)
    return 1
