"""The head of the administration log is told to every counter, which keeps it in its own signed chain.

Whoever shortens or rewrites the log afterwards has to change what headquarters signed, and what each
counter's own entries say that it adopted.  Told once a day where something was added, and by
``hq admin tell``.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Connection, select

from core.ledger.directives import DirectiveKind
from core.ledger.entry import parse_stamp
from hq.admin_log import head, rows
from hq.clock import Now, utc_now
from hq.database import Database
from hq.directives import Publication, publish
from hq.schema import ESTATE, PUBLICATIONS

EVERY = dt.timedelta(hours=24)
SUBJECT = "head"


def tell_head(database: Database, now: Now = utc_now) -> int:
    """Publish the head as it is; the publication's number."""
    with database.write() as connection:
        return _publish(connection, now)


def tell_daily(database: Database, now: Now = utc_now) -> int:
    """The same where it was not told for a day and has grown; 0 where nothing was to tell."""
    with database.read() as connection:
        if not _due(connection, now()):
            return 0
    with database.write() as connection:
        return _publish(connection, now) if _due(connection, now()) else 0


def _due(connection: Connection, at: dt.datetime) -> bool:
    told = select(PUBLICATIONS.c.published_at, PUBLICATIONS.c.body).where(
        PUBLICATIONS.c.terminal == ESTATE, PUBLICATIONS.c.kind == DirectiveKind.ADMINISTRATION.value
    )
    last = connection.execute(told.order_by(PUBLICATIONS.c.number.desc()).limit(1)).one_or_none()
    first = next(rows(connection), None)
    if first is None:
        return False
    since = first["at"] if last is None else last.published_at
    if at - parse_stamp(since) < EVERY:
        return False
    return last is None or f'"number":{head(connection).number}}}'.encode("ascii") not in last.body


def _publish(connection: Connection, now: Now) -> int:
    said = Publication(DirectiveKind.ADMINISTRATION.value, SUBJECT, head(connection).as_json())
    return publish(connection, said, now)
