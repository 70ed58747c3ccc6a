"""Where an attachment is filed: a retention class and a month of headquarters' own.

An attachment is kept for as long as its class is, from the end of its month on (hq/retention.py).  The entry
says both, but a counter's clock may be years off, and erasing by it could erase what came in today: what was
dated on unconfirmed time, or says a month that cannot be, counts from the month in which it came.  A class
that nobody knows is filed under "other".
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from core.ledger.entry import Commitment, Header
from hq.database import Database
from hq.partitions import CLASSES, MONTH, OTHER, following, make_month

AHEAD = 2  # months made before they begin
OLDEST = 24  # months that a counter may have been away for its own month to count
NO_PARTITION = "CheckViolation"  # PostgreSQL's word for a row that no partition takes

Shelf = tuple[str, str]  # retention class, month


def file_under(header: Header, said: Commitment, received: str) -> Shelf:
    """Where an attachment of the entry lies that came at ``received`` (stamp form)."""
    came = received[:7]
    retention = said.retention if said.retention in CLASSES else OTHER
    known = header.trusted.quality == "confirmed" and MONTH.fullmatch(said.month) is not None
    return retention, said.month if known and _earliest(came) <= said.month <= came else came


def _earliest(month: str) -> str:
    months = int(month[:4]) * 12 + int(month[5:]) - 1 - OLDEST
    return f"{months // 12:04d}-{months % 12 + 1:02d}"


class Shelves:
    """Makes partitions before they are needed, and remembers which there are.  Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._made: frozenset[str] = frozenset()

    def ensure(self, months: Iterable[str]) -> None:
        """That each of these months has its partitions; raises StoreError where the database does not."""
        if not self._database.is_postgresql:
            return
        for month in sorted(set(months) - self._made):
            with self._database.write() as connection:
                make_month(connection, month)
            self._made |= {month}

    def ahead(self, now: dt.datetime) -> None:
        """This month and the next ones."""
        months = [f"{now:%Y-%m}"]
        for _ in range(AHEAD):
            months.append(following(months[-1]))
        self.ensure(months)

    def forget(self) -> None:
        """Somebody may have ended some of them."""
        self._made = frozenset()
