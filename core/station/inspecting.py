"""The inspection pack: some weeks counted from their raw entries beside all other work, signed, and written.

Counting a month takes seconds: a thread of its own reads the journal, the station signs what it found, and
another thread writes it.  The pack holds nobody's data; who asked for it stands on it.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from core.access.papers import Paper, standing
from core.errors import CounterError, EntryError, RuleError, RuleFault, StoreError, StoreFault
from core.inspection import InspectionPage, MakeInspectionPack
from core.ledger.clock import business_date, minute
from core.ledger.entry import EMPTY_HEAD, Head
from core.ledger.inspection import Inspection, InspectionReader, Trained
from core.ports import Journal, StaffRow
from core.receipts.inspection import sign_inspection
from core.rules import Rules
from core.slips import PLACES
from core.station.day_slips import Later
from core.station.live import Live

THREAD = "inspection"
_REST_SECONDS = 2.0
_ROLES = ("clerk", "supervisor")
_MARKS = 6  # entries that begin or end one day: some were closed twice by recovery


@dataclass(frozen=True)
class _Asked:
    """What the thread needs; nothing of it changes any more."""

    journal: Journal
    branch: str
    terminal: str
    today: dt.date
    head: Head
    rules: Rules
    staff: tuple[Trained, ...]
    epoch: int


class Inspecting:
    """Called on the station's thread only; ``later`` puts something onto it."""

    def __init__(self, live: Live, later: Later) -> None:
        self._live = live
        self._later = later
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        live.resting.append(self.rest)

    def rest(self) -> None:
        """Nobody reads the journal any more; before it is shut.  Waits two seconds at most."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(_REST_SECONDS)
            self._thread = None

    def handle(self, command: object) -> bool:
        """Whether it was one.  Raises RuleError NOT_ALLOWED, PACK_WAITS while one is being made."""
        if not isinstance(command, MakeInspectionPack):
            return False
        live = self._live
        session = live.need_session()
        if live.slip_files is None or command.place not in PLACES:
            raise RuleError(RuleFault.NOT_ALLOWED)
        if self._thread is not None and self._thread.is_alive():
            raise RuleError(RuleFault.PACK_WAITS)
        settings, rules = live.settings, live.rules
        today = business_date(live.now().at)
        rows = sorted(live.staff.values(), key=lambda row: row.operator)
        staff = tuple(trained(row, rules, today) for row in rows if row.role in _ROLES)
        asked = _Asked(
            live.need_journal(), settings.branch, settings.terminal, today, live.state.head, rules, staff,
            live.state.head.epoch,
        )  # fmt: skip
        self._stop = stop = threading.Event()
        done = partial(self._counted, command, session.session, session.operator, asked)
        live.say("msg.pack_begun")
        self._thread = threading.Thread(target=self._run, args=(asked, stop, done), name=THREAD, daemon=True)
        self._thread.start()
        return True

    def _run(
        self, asked: _Asked, stop: threading.Event, done: Callable[[Inspection | CounterError], None]
    ) -> None:
        """On the thread."""
        found: Inspection | CounterError = StoreError(StoreFault.IO, what="inspection")
        try:
            found = count(asked, stop)
        except CounterError as error:
            found = error
        except (KeyError, TypeError):  # an entry that is none
            found = RuleError(RuleFault.DAY_INCOMPLETE, seq=asked.head.seq)
        finally:  # also where a bug of ours ends here: nobody waits for ever
            self._later(partial(done, found))

    def _counted(
        self,
        command: MakeInspectionPack,
        session: str,
        by: str,
        asked: _Asked,
        found: Inspection | CounterError,
    ) -> None:
        live = self._live
        if live.session is None or live.session.session != session or live.slip_files is None:
            return  # she has gone: nothing is written under her name
        if isinstance(found, CounterError):
            live.say("msg.pack_failed", "warning", fault=str(found.code))
            return
        at = minute(live.now().at)
        code = sign_inspection(found, (by, at), live.vault.terminal_signer(), live.grant(asked.epoch))
        page = InspectionPage(found, code, at, by)
        live.slip_files.begin(page, command.place, command.language, self._written)

    def _written(self, made: str | CounterError) -> None:
        self._later(partial(self._said, made))

    def _said(self, made: str | CounterError) -> None:
        if isinstance(made, CounterError):
            self._live.say("msg.pack_failed", "warning", fault=str(made.code))
        else:
            self._live.say("msg.pack_written", "good", file=made)


def trained(row: StaffRow, rules: Rules, today: dt.date) -> Trained:
    """One of the staff, with the worst of the papers that rule data ask for (R85, R86)."""
    papers = {paper: day for paper, day in row.papers.items() if paper != Paper.PASSWORD}
    worst = standing(papers, rules.papers, today)
    days = (row.papers.get(paper) for paper in (Paper.CONFIDENTIALITY, Paper.TRAINING))
    agreement, training = ("" if day is None else day.isoformat() for day in days)
    state = worst.state.value if worst is not None else ""
    return Trained(row.operator, row.role, agreement, training, state)


def count(asked: _Asked, stop: threading.Event) -> Inspection:
    """Every entry since the first business day of the last weeks, by hash.

    Raises RuleError DAY_INCOMPLETE where one is missing or does not follow, StoreError.
    """
    since = asked.today - dt.timedelta(days=asked.rules.limits.inspection_days - 1)
    first, day = _begin(asked, since.isoformat())
    before = asked.journal.head_at(first - 1) if first > 1 else EMPTY_HEAD
    if before is None:
        raise RuleError(RuleFault.DAY_INCOMPLETE, seq=first - 1)
    reader = InspectionReader(before)
    try:
        for entry in asked.journal.entries(first, asked.head.seq):
            reader.add(entry)
            if stop.is_set():
                raise StoreError(StoreFault.IO, what="inspection")
    except (EntryError, StoreError) as error:
        if isinstance(error, StoreError) and error.code is not StoreFault.DAMAGED:
            raise
        raise RuleError(RuleFault.DAY_INCOMPLETE, seq=reader.head.seq + 1) from None
    if reader.head != asked.head:
        raise RuleError(RuleFault.DAY_INCOMPLETE, seq=reader.head.seq + 1)
    until = asked.today.isoformat()
    where, always = (asked.branch, asked.terminal), asked.rules.security.always
    return reader.result(where, (day, until), asked.rules.version, always, asked.staff)


def _begin(asked: _Asked, since: str) -> tuple[int, str]:
    """(the first entry of the first business day from ``since`` on, its date); the next one where none is."""
    found = (asked.head.seq + 1, since)
    for entry in asked.journal.day_marks(asked.head.seq, _MARKS * asked.rules.limits.inspection_days):
        if entry.header.kind == "DayOpened":
            if entry.data["date"] < since:
                break
            found = entry.header.seq, entry.data["date"]
    return found
