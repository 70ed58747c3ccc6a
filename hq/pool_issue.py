"""``hq pool issue`` and ``withdraw``: a range of numbers for one counter, as a directive to it alone."""

from __future__ import annotations

import re

from sqlalchemy import Connection, insert, select, update

from core import wire
from core.acceptance.pools import Pool, Series, check_series, pool_directive
from core.errors import EntryError, EntryFault, HqError, HqFault
from core.ledger.directives import DirectiveKind
from core.ledger.entry import stamp
from core.ledger.ranges import NO_POOL
from core.rules import RuleBook
from hq.clock import Now, utc_now
from hq.database import Database
from hq.directives import Publication, lock_estate, publish, to_terminal
from hq.pools import pool_row, refuse_overlap, refuse_unheard
from hq.schema import POOLS, TERMINALS

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")


def issue(
    database: Database,
    terminal: str,
    name: str,
    series: Series,
    count: int,
    warn: int,
    rules: RuleBook,
    *,
    unheard: bool = False,
    now: Now = utc_now,
) -> int:
    """Give ``count`` numbers to ``terminal`` for its present epoch; the publication's number.

    Raises EntryError FORM or RuleError for numbers that are no waybills, HqError CONFLICT for an unknown
    terminal, a name that was used, numbers that were ever given out, and (unless ``unheard``) while a
    restored headquarters has not heard every terminal.
    """
    if _NAME.fullmatch(name) is None or name == NO_POOL:
        raise EntryError(EntryFault.FORM, what="pool name")
    check_series(series, count, rules.editions[-1])
    with database.write() as connection:
        lock_estate(connection)
        if not unheard:
            refuse_unheard(connection)
        wanted = select(TERMINALS.c.epoch).where(TERMINALS.c.terminal == terminal)
        epoch = connection.execute(wanted).scalar_one_or_none()
        if epoch is None:
            raise HqError(HqFault.CONFLICT, what="terminal unknown")
        if connection.execute(select(POOLS.c.pool).where(POOLS.c.pool == name)).first() is not None:
            raise HqError(HqFault.CONFLICT, what="pool name used")
        refuse_overlap(connection, series, count)
        pool = Pool(name, int(epoch), count, min(warn, count), series=series)
        number = _publish(connection, terminal, pool, now)
        connection.execute(insert(POOLS), [pool_row(terminal, pool, number, stamp(now()))])
        return number


def withdraw(database: Database, name: str, *, now: Now = utc_now) -> int:
    """What the counter has not used of a pool by then is void; the publication's number.

    Raises HqError CONFLICT for a pool that is not here, or was withdrawn before.
    """
    with database.write() as connection:
        lock_estate(connection)
        row = connection.execute(select(POOLS).where(POOLS.c.pool == name)).one_or_none()
        if row is None or row.withdrawn_at is not None:
            raise HqError(HqFault.CONFLICT, what="pool unknown or withdrawn")
        series = Series(**wire.decode(row.series))
        pool = Pool(name, int(row.epoch), int(row.size), int(row.warn), withdrawn=True, series=series)
        here = (POOLS.c.terminal == row.terminal, POOLS.c.pool == name)
        connection.execute(update(POOLS).where(*here).values(withdrawn_at=stamp(now())))
        return _publish(connection, row.terminal, pool, now)


def _publish(connection: Connection, terminal: str, pool: Pool, now: Now) -> int:
    body, attachment = pool_directive(pool)
    said = Publication(DirectiveKind.POOL.value, pool.id, body, to_terminal(terminal), attachment)
    return publish(connection, said, now)
