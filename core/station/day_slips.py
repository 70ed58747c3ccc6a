"""The slip of a closed day: printed, or written as a file; asked for first, and what became of it after.

``DaySlipAsked`` is durable before a byte leaves, ``DaySlipEnded`` says one of three outcomes, and what may
have come out once makes the next one a copy.  No day changes by it: after the verdict no new one is opened.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from core.access.rights import Action
from core.devices import PrintJob, PrintOutcome, Slot
from core.errors import CounterError, EntryError, RuleError, RuleFault, StoreError, StoreFault
from core.ledger import day_slip as ledger
from core.ledger.clock import minute
from core.ledger.day_slip import DaySlip, Earlier
from core.ledger.entry import Entry, parse_stamp
from core.ledger.recount import Recount
from core.ledger.writer import Proposal
from core.ports import Journal, Printer
from core.receipts.day_slip import sign_slip
from core.slips import PLACES, ExportSlip, PrintSlip, SlipCommand, SlipDay, SlipPage, SlipWait
from core.station.live import Live, new_id

EARLIER = 3  # entries about items of earlier days that the page names
OFFERED = 9  # days: one digit each
_MARKS = 6 * OFFERED  # entries that begin or end a day; some days were closed twice by recovery, some never
_TRY_AGAIN_SECONDS = 5.0
_SAID = {PrintOutcome.PRINTED: ledger.DONE, PrintOutcome.NOT_PRINTED: ledger.NOT_DONE}
_SHOWN = (Action.DIFFERENCE.value, Action.VOID.value)
Later = Callable[[Callable[[], object]], object]


@dataclass(frozen=True)
class _Way:
    """One slip on its way."""

    closed: int
    job: str
    form: str


class DaySlips:
    """Called on the station's thread only; ``later`` puts something onto it."""

    def __init__(self, live: Live, printer: Printer, later: Later) -> None:
        self._live = live
        self._printer = printer
        self._later = later
        self._ways: dict[str, _Way] = {}  # by job
        self._late: list[tuple[_Way, str, str]] = []  # outcomes that the disk did not take
        self._late_due = 0.0

    def handle(self, command: object) -> bool:
        """Whether it was one of these.

        Raises RuleError SLIP_GONE, SLIP_WAITS, SLIP_NO_PRINTER, DAY_INCOMPLETE; StoreError as a commit does.
        """
        if not isinstance(command, SlipCommand):
            return False
        live = self._live
        live.need_session()
        form = ledger.PAPER if isinstance(command, PrintSlip) else ledger.FILE
        if form == ledger.PAPER and not live.settings.receipts:
            raise RuleError(RuleFault.SLIP_NO_PRINTER)
        if isinstance(command, ExportSlip) and (live.slip_files is None or command.place not in PLACES):
            raise RuleError(RuleFault.NOT_ALLOWED)
        if ledger.on_its_way(live.state.value, command.closed):
            raise RuleError(RuleFault.SLIP_WAITS)
        self._begin(command, form)
        return True

    def _begin(self, command: SlipCommand, form: str) -> None:
        live = self._live
        verdict = _verdict(live.need_journal(), command.closed)
        copy = ledger.copies(live.state.value, command.closed)
        page = make_page(live, verdict, copy)
        way = _Way(command.closed, new_id(), form)
        data = {"closed": way.closed, "form": form, "job": way.job, "copy": copy}
        live.commit([Proposal(ledger.ASKED, data, new_id(), by_person=True)])
        live.probe("slip.asked")
        self._ways[way.job] = way
        if isinstance(command, ExportSlip):
            assert live.slip_files is not None
            live.say("msg.slip_begun", day=page.slip.date)
            done = partial(self._written, way)
            live.slip_files.begin(page, command.place, command.language, done)
        else:
            live.say("msg.slip_sent", day=page.slip.date)
            self._printer.submit(PrintJob(way.job, Slot.RECEIPT_PRINTER, 0, page, passing=True))

    # -- what became of it ----------------------------------------------------------------------------

    def is_slip(self, job: PrintJob) -> bool:
        """Whether the job is one of these."""
        return isinstance(job.page, SlipPage)

    def starting(self, job: PrintJob) -> bool:
        """Whether it may begin: it was asked for since the vault is open."""
        return self._live.journal is not None and job.job in self._ways

    def ended(self, job: PrintJob, outcome: PrintOutcome, fault: str) -> None:
        """What became of a page."""
        way = self._ways.pop(job.job, None)
        if way is not None:
            self._record(way, _SAID.get(outcome, ledger.UNKNOWN), fault)

    def settle(self) -> None:
        """What the disk did not take is recorded now, if it takes it again."""
        while self._late and self._live.journal is not None and time.monotonic() >= self._late_due:
            self._record(*self._late.pop(0))

    def recover(self) -> None:
        """After a start: what was on its way may have come out or not."""
        live = self._live
        rows = live.state.value.get(ledger.MEMBER, {})
        open_ = [(int(closed), row["job"]) for closed, row in rows.items() if row["job"]]
        if open_:
            live.commit([_ended(closed, job, ledger.UNKNOWN, "restart") for closed, job in open_])
            live.say("msg.slip_unknown", "warning")

    def forget(self) -> None:
        """The vault shuts: whatever a lane still holds is refused at its start."""
        self._ways.clear()
        self._late.clear()

    def _written(self, way: _Way, made: str | CounterError) -> None:
        self._later(lambda: self._file(way, made))

    def _file(self, way: _Way, made: str | CounterError) -> None:
        if self._ways.pop(way.job, None) is None:
            return  # the vault was shut meanwhile: the next opening says "unknown"
        if isinstance(made, CounterError):
            self._record(way, ledger.NOT_DONE, str(made.code))
        else:
            self._record(way, ledger.DONE, "", made)

    def _record(self, way: _Way, outcome: str, fault: str, file: str = "") -> None:
        live = self._live
        if live.journal is None:
            return
        cause = fault or ("unknown" if outcome == ledger.UNKNOWN else "none")
        try:
            live.commit([_ended(way.closed, way.job, outcome, cause)])
        except StoreError:
            self._late.append((way, outcome, fault))
            self._late_due = time.monotonic() + _TRY_AGAIN_SECONDS
            raise
        live.probe("slip.ended")
        if file:
            live.say("msg.slip_written", "good", file=file)
        elif outcome == ledger.NOT_DONE:
            live.say("msg.slip_failed", "warning", fault=fault)
        elif outcome == ledger.UNKNOWN:
            live.say("msg.slip_unknown", "warning")
        else:
            live.say("msg.slip_printed", "good")


def _ended(closed: int, job: str, outcome: str, cause: str) -> Proposal:
    return Proposal(
        ledger.ENDED, {"closed": closed, "job": job, "outcome": outcome, "cause": cause}, new_id()
    )


# -- the page --------------------------------------------------------------------------------------------


def make_page(live: Live, verdict: Entry, copy: int) -> SlipPage:
    """The day counted from its entries, signed, with what stands now.  Raises RuleError DAY_INCOMPLETE."""
    slip = _counted(live, verdict)
    session, by_law = live.need_session(), live.rules.second[Action.DIFFERENCE.value]
    return SlipPage(
        slip=slip,
        qr=sign_slip(slip, live.vault.terminal_signer(), live.grant(slip.verdict.epoch)),
        copy=copy,
        at=minute(live.now().at),
        by=session.operator,
        pending=max(0, slip.verdict.seq - max(live.received, slip.first.seq - 1)),
        waits=tuple(_waits(live, slip)),
        reasons={each.code: each.names for each in by_law.reasons},
    )


def _counted(live: Live, verdict: Entry) -> DaySlip:
    """Every entry of the day once more, in sequence and by hash (T7, T12)."""
    journal, last = live.need_journal(), verdict.data["last"]
    first = _opened(journal, verdict.data["day"], last)
    reader = ledger.DayReader(Recount(journal.entries, first))
    try:
        for entry in journal.entries(first, last):
            reader.add(entry)
    except StoreError as error:
        if error.code is not StoreFault.DAMAGED:
            raise
        raise RuleError(RuleFault.DAY_INCOMPLETE, seq=reader.recount.next) from None
    except (EntryError, KeyError, TypeError):
        raise RuleError(RuleFault.DAY_INCOMPLETE, seq=reader.recount.next) from None
    begins, ends = journal.head_at(first), journal.head_at(last)
    if begins is None or ends is None or reader.recount.head != ends:
        raise RuleError(RuleFault.DAY_INCOMPLETE, seq=min(reader.recount.next, last))
    return reader.slip(live.settings.branch, begins, verdict, partial(day_of, journal))


def day_of(journal: Journal, seq: int) -> tuple[int, str]:
    """The business day in which entry ``seq`` stands: ordinal and ISO date."""
    for entry in journal.day_marks(seq, _MARKS):
        if entry.header.kind == "DayOpened":
            return entry.data["day"], entry.data["date"]
    return 0, ""


def _opened(journal: Journal, day: int, last: int) -> int:
    for entry in journal.day_marks(last, _MARKS):
        if entry.header.kind == "DayOpened" and entry.data["day"] == day:
            return entry.header.seq
    raise RuleError(RuleFault.SLIP_GONE)


def _verdict(journal: Journal, closed: int) -> Entry:
    for entry in journal.day_marks(closed, 1):
        if entry.header.kind == "DayClosed" and entry.header.seq == closed:
            return entry
    raise RuleError(RuleFault.SLIP_GONE)


def _waits(live: Live, slip: DaySlip) -> Iterator[SlipWait]:
    """Requests of that day that are used and not decided: somebody still has to sign."""
    for row in live.state.value["requests"].values():
        if row["used"] and not row["given"] and slip.first.seq <= row["asked"] <= slip.last.seq:
            item = live.item(row["subject"]) if row["action"] in _SHOWN else None
            until = minute(parse_stamp(row["until"]))
            yield SlipWait(row["action"], item.short_number if item is not None else "", until)


def earlier(live: Live, found: Sequence[tuple[int, str, int]]) -> tuple[Earlier, ...]:
    """The newest of what the open day says of items of earlier ones; each names its day (I8)."""
    journal = live.need_journal()
    return tuple(
        Earlier(seq, kind, item, *day_of(journal, item)) for seq, kind, item in found[-1 : -1 - EARLIER : -1]
    )


def offered(live: Live) -> tuple[SlipDay, ...]:
    """The closed days whose slips may be had, the newest first."""
    journal, found, dates = live.need_journal(), list[Entry](), dict[int, str]()
    for entry in journal.day_marks(live.state.head.seq, _MARKS):
        if entry.header.kind == "DayOpened":
            dates[entry.data["day"]] = entry.data["date"]
        else:
            found.append(entry)
    days = [
        SlipDay(
            each.header.seq,
            each.data["day"],
            dates[each.data["day"]],
            ledger.copies(live.state.value, each.header.seq),
        )
        for each in found
        if each.data["day"] in dates
    ]
    return tuple(days[:OFFERED])
