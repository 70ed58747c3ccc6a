"""Telling counters what headquarters knows of their entries: waybills that others hold, reviews, branches.

Each notice is a directive to one terminal, with the place of its entry as subject, so that a later one takes
its place.  Published first and noted after: a node that dies in between publishes the same once more, which
no terminal is given twice (hq/directives.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Table, func, select, update

from core.ledger.branches import late_body, late_subject
from core.ledger.directives import DirectiveKind
from core.ledger.entry import stamp
from core.ledger.notify import OPEN
from hq.admin_told import tell_daily
from hq.branches import note_told, waiting
from hq.clock import Now, utc_now
from hq.database import Database
from hq.directives import Publication, publish, to_terminal
from hq.notify import answered
from hq.reviews import ReviewState
from hq.rolls import Headquarters, chain_of
from hq.schema import CONTESTS, FOLLOWER, REVIEWS
from hq.schema_beside import DOUBLES, NOTIFY

_AT_ONCE = 100


class Notices:
    """Publishes what is not told yet.  Several may run."""

    def __init__(
        self, database: Database, now: Now = utc_now, *, headquarters: Headquarters | None = None
    ) -> None:
        """``headquarters`` None: branches are left to another one."""
        self._database = database
        self._now = now
        self._headquarters = headquarters

    def tell(self) -> int:
        """Publish what waits; how many notices."""
        self._settle()
        told = self._tell(CONTESTS, DirectiveKind.WAYBILL_HELD, _held)
        told += self._tell(DOUBLES, DirectiveKind.ELSEWHERE, _double)
        told += self._tell(NOTIFY, DirectiveKind.NOTIFY, answered)
        return told + self._tell(REVIEWS, DirectiveKind.REVIEW, _review) + self._offer()

    def tell_head(self) -> int:
        """How far the administration log went, once a day; see hq/admin_told.py."""
        return tell_daily(self._database, self._now)

    def _offer(self) -> int:
        """What stands beside a chain, once its machine has sent what it has."""
        if self._headquarters is None:
            return 0
        with self._database.read() as connection:
            found = waiting(connection, chain_of(self._headquarters), self._now())
        for waits in found:
            number = 0
            with self._database.write() as connection:
                if waits.late is not None:
                    subject, body = late_subject(waits.late.span), late_body(waits.late)
                    notice = Publication(DirectiveKind.LATE.value, subject, body, to_terminal(waits.terminal))
                    number = publish(connection, notice, self._now)
                note_told(connection, waits, number)
        return len(found)

    def _settle(self) -> None:
        """What was parked once and passed this time is on nobody's list any more."""
        reached = select(func.max(FOLLOWER.c.seq)).where(FOLLOWER.c.terminal == REVIEWS.c.terminal)
        passed = (REVIEWS.c.state == ReviewState.ANEW.value, REVIEWS.c.seq <= reached.scalar_subquery())
        with self._database.read() as connection:
            if connection.execute(select(REVIEWS.c.seq).where(*passed).limit(1)).first() is None:
                return
        values = {"state": ReviewState.SETTLED.value, "changed_at": stamp(self._now()), "told": 0}
        with self._database.write() as connection:
            connection.execute(update(REVIEWS).where(*passed).values(values))

    def _tell(self, table: Table, kind: DirectiveKind, said: Any) -> int:
        waits = select(table).where(table.c.told == 0)
        if table is NOTIFY:
            waits = waits.where(table.c.outcome != OPEN)
        if table is REVIEWS:
            waits = waits.where(table.c.state != ReviewState.ANEW.value)
        with self._database.read() as connection:
            rows = list(connection.execute(waits.limit(_AT_ONCE)).mappings())
        for row in rows:
            subject = row[_NAMED[table.name]] if table.name in _NAMED else f"{row['epoch']}/{row['seq']}"
            body = said(row)
            notice = Publication(kind.value, subject, body, to_terminal(row["terminal"]))
            with self._database.write() as connection:
                number = publish(connection, notice, self._now)
            # Only what was told: another node may have found more in the meantime.
            same = [table.c[name] == row[name] for name in ("terminal", *_TOLD[table.name])]
            with self._database.write() as connection:
                connection.execute(update(table).where(*same).values(told=number))
        return len(rows)


# What a later directive about the same takes the place of, where that is no entry's place.
_NAMED = {DOUBLES.name: "session", NOTIFY.name: "notify"}
_TOLD = {
    NOTIFY.name: ("epoch", "seq", "outcome"),
    CONTESTS.name: ("epoch", "seq", "winner_terminal", "winner_epoch", "winner_seq"),
    DOUBLES.name: ("session", "other_terminal", "other_session"),
    REVIEWS.name: ("epoch", "seq", "state", "why", "changed_at"),
}


def _held(row: Mapping[str, Any]) -> dict[str, Any]:
    holder = {
        "terminal": row["winner_terminal"],
        "epoch": row["winner_epoch"],
        "seq": row["winner_seq"],
        "number": row["winner_number"],
        "operator": row["winner_operator"],
        "at": row["winner_at"],
        "confirmed": bool(row["winner_confirmed"]),
    }
    return {"epoch": row["epoch"], "seq": row["seq"], "holder": holder}


def _double(row: Mapping[str, Any]) -> dict[str, Any]:
    said = {name: row[name] for name in ("session", "operator", "at")}
    return {**said, "terminal": row["other_terminal"], "earlier": bool(row["earlier"])}


def _review(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("epoch", "seq", "state", "why")} | {"since": row["parked_at"]}
