"""What may no longer be here goes: sealed parts that headquarters has safe, and months that are over.

How long which may stay is rule data (``retention``).  The entry is written first, so that everybody can see
what went and when, and after a crash the next opening goes on; then the bytes go in small steps between
everything else.  Nothing goes on unconfirmed time, above *safe*, or while this counter is stopped.
PIPL 19 and 47: the shortest time that is necessary, and deletion when it is over.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from core.errors import CounterError, EntryError
from core.ledger import cases
from core.ledger.clock import CONFIRMED, business_date
from core.ledger.documents import read_marks
from core.ledger.erasure import MONTH_ERASED, SEALED, SEALED_ERASED, month_name, over_on, split
from core.ledger.writer import Proposal
from core.ports import Journal
from core.station.live import Live, new_id

_log = logging.getLogger(__name__)
_LOOK_SECONDS = 3600.0
_AGAIN_SECONDS = 600.0  # after the disk refused
STEP = 500  # entries, of which some hundred are acceptances
_SHARE_SECONDS = 0.1  # of a tick: whoever presses F9 meanwhile waits no longer than this and a step


@dataclass
class _Job:
    """What an entry says is erased, from ``first`` to ``last``; ``month`` "" for sealed parts.

    ``count``: attachments that were still here when it was said.
    """

    retention: str
    month: str
    first: int
    last: int
    count: int = 0

    def said(self) -> Proposal:
        """The entry that comes before anything goes."""
        if self.month:
            data = {"retention": self.retention, "month": self.month, "count": self.count}
            return Proposal(MONTH_ERASED, data, new_id())
        return Proposal(SEALED_ERASED, {"through": self.last, "count": self.count}, new_id())


class Erasing:
    """Belongs to the station's thread."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self._of: Journal | None = None
        self._jobs: deque[_Job] = deque()
        self._items: object = None  # the persons' items that are erased, as the state has them
        self._worked = False  # the write-ahead log may still hold what went
        self._at = 0.0
        self._cases: object = None  # the open ones when what is over was last looked for

    def tick(self) -> None:
        """A few steps, or a look whether something is due."""
        live = self._live
        if live.journal is not self._of:
            self._opened(live.journal)
        journal = self._of
        if journal is None or live.stopped:
            return
        self._sweep(journal)
        new = live.state.value["erased"]["items"] is not self._items
        if new:  # a person's item went with its entry: out of the write-ahead log as well, now
            self._items, self._worked = live.state.value["erased"]["items"], True
        elif time.monotonic() < self._at:
            return
        try:
            if self._jobs or self._worked:
                self._work(journal)
            else:
                self._at = time.monotonic() + _LOOK_SECONDS
                self._look(journal)
        except CounterError as error:
            _log.warning("nothing can be erased now: %s", error.code)
            self._at = time.monotonic() + _AGAIN_SECONDS

    def _opened(self, journal: Journal | None) -> None:
        """What an earlier run, or the journal that a backup came from, may have left is gone over again."""
        self._of, self._at, self._worked, self._cases = journal, 0.0, False, None
        self._jobs.clear()
        if journal is None:
            return
        erased, held = self._live.state.value["erased"], set(journal.held_months())
        self._items = erased["items"]
        if erased["items"]:  # also in a journal that headquarters gave back
            self._worked = journal.erase_items(sorted(map(int, erased["items"]))) > 0
        if erased["sealed"]:
            self._jobs.append(_Job(SEALED, "", 1, erased["sealed"]))
        for retention, month in map(split, erased["months"]):
            if (retention, month) in held:
                self._jobs.append(_Job(retention, month, 1, journal.head().seq))

    def _sweep(self, journal: Journal) -> None:
        """A case that is over by an entry goes at once, and what a power cut left of one."""
        kept = self._live.state.value.get(cases.MEMBER, {})
        if kept is self._cases:
            return
        self._cases = kept
        for name, month in journal.held_months():
            if cases.is_case(name) and name not in kept and not any(j.retention == name for j in self._jobs):
                self._jobs.append(_Job(name, month, 1, journal.head().seq))
                self._at = 0.0

    def _work(self, journal: Journal) -> None:
        until = time.monotonic() + _SHARE_SECONDS
        while self._jobs and time.monotonic() < until:
            job = self._jobs[0]
            last = min(job.last, job.first + STEP - 1)
            gone = journal.erase(job.retention, job.month, job.first, last)
            self._worked = self._worked or bool(gone)
            self._live.probe("erasing.step")
            job.first = last + 1
            if job.first > job.last:
                if job.month:
                    journal.end_month(job.retention, job.month)
                    self._live.forget_rows()
                self._live.probe("erasing.done")
                self._jobs.popleft()
        if not self._jobs and self._worked:
            journal.empty_log()
            self._worked = False

    def _look(self, journal: Journal) -> None:
        now = self._live.now()
        if now.quality != CONFIRMED:
            return
        safe, days = safe_seq(self._live, journal), self._live.rules.retention
        today = business_date(now.at)
        jobs = [
            *self._sealed(journal, safe, today - dt.timedelta(days=days[SEALED])),
            *self._months(journal, safe, today, days),
        ]
        lapsed = [
            Proposal(cases.LAPSED, {"case": name, "opened": row["opened"]}, new_id())
            for name, row in self._live.state.value.get(cases.MEMBER, {}).items()
            if row["until"] < today.isoformat()
        ]
        if not jobs and not lapsed:
            return
        self._live.commit([*lapsed, *(job.said() for job in jobs)])
        self._live.probe("erasing.said")
        self._jobs.extend(jobs)
        self._at = 0.0

    def _sealed(self, journal: Journal, safe: int, before: dt.date) -> list[_Job]:
        """Sealed parts of business dates up to ``before``, at or below ``safe``, that are still here."""
        low = int(self._live.state.value["erased"]["sealed"])
        first, high = low + 1, safe
        while low < high:  # entries are in the order of time; the next sure one says how old all before are
            middle = (low + high + 1) // 2
            sure = journal.confirmed_from(middle, high)
            if sure is not None and business_date(sure[1]) <= before:
                low = sure[0]
            else:
                high = middle - 1
        count = journal.sealed_here(first, low)
        return [_Job(SEALED, "", first, low, count)] if count else []

    def _months(self, journal: Journal, safe: int, today: dt.date, days: Mapping[str, int]) -> list[_Job]:
        said = set(self._live.state.value["erased"]["months"])
        jobs = []
        for retention, month in journal.held_months():
            if retention not in days or month_name(retention, month) in said:
                continue
            if over_on(month, days[retention]) > today:
                continue
            last = journal.last_of(retention, month)
            if last <= safe and self._surely_over(journal, last, today, days[retention]):
                count = journal.parts_here(retention, month)
                jobs.append(_Job(retention, month, 1, journal.head().seq, count))
        return jobs

    def _surely_over(self, journal: Journal, last: int, today: dt.date, days: int) -> bool:
        """Whether the last entry of a month is that old: a dead battery dates it years before its time."""
        if not last or journal.time_of(last).quality == CONFIRMED:
            return True
        anchored = journal.anchored_after(last)
        return anchored is not None and business_date(anchored) + dt.timedelta(days=days) < today


def safe_seq(live: Live, journal: Journal) -> int:
    """Up to where headquarters has this very chain safe, under its signature; 0 where it is not known."""
    kept = journal.marks()
    if kept is None:
        return 0
    try:
        marks = read_marks(*kept, live.vault.headquarters_keys().chain)
    except EntryError as error:
        _log.error("headquarters' marks do not verify: %s", error.code)
        return 0
    same = marks.terminal == live.settings.terminal and marks.safe.seq > 0
    return marks.safe.seq if same and journal.head_at(marks.safe.seq) == marks.safe else 0
