"""A printer's lane, whatever it prints and speaks: a queue of jobs, each printed once or said why not.

PrintStarted is durable before the first byte (house.md, printing has three outcomes):

* ``PRINTED``: the printer went through printing back to ready, without a fault.
* ``NOT_PRINTED``: certain, because not one byte of the page was accepted.
* ``UNKNOWN``: everything else; a person looks at the printer, and any second print is a copy.

A job that finds no paper, an open head or no printer stays in the queue, in order; a passing one (see
:class:`core.devices.PrintJob`) is given up then, for nobody waits for it any more.
"""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable

from core.devices import DeviceState, PrintJob, PrintOutcome
from core.errors import DeviceError, DeviceFault, Fact
from core.ports import PrintLog
from devices.held import HeldLink
from devices.link import Link
from devices.printer.session import PrinterSession, Timing
from devices.printer.status import PrinterStatus
from devices.rack import DeviceConfig, LaneReport
from devices.traffic import TrafficLog

_SILENT_LOOKS = 5  # unanswered questions until the link is opened anew
_RESYNCS = 3
_COMPLAINT_S = 10.0  # how long a page that cannot be set is shown, with its cause

FirstByte = Callable[[PrintJob, int], None]


class PrinterLane(ABC):
    """Serves one printer; a ``core.ports.Printer`` and a :class:`devices.rack.Lane`."""

    def __init__(
        self,
        config: DeviceConfig,
        report: LaneReport,
        log: PrintLog,
        *,
        first_byte: FirstByte | None = None,
        timing: Timing | None = None,
    ) -> None:
        """``first_byte(job, perf_counter_ns)`` is called from the lane's thread when the first bytes of
        a page were accepted by the operating system.
        """
        self._config = config
        self._report = report
        self._log = log
        self._first_byte = first_byte
        self._timing = timing or Timing()
        self._page: tuple[str, bytes] | None = None  # the rendered page of the job at the head
        self._complained = float("-inf")
        self._silent = 0
        self._resyncs = 0  # how often to try, where a page ended early and its rest may be waited for
        self._torn = False  # a page may have ended early, and the printer was not brought back since
        self._held = HeldLink(config.link)
        self._wake = threading.Event()
        self._lock = threading.Lock()
        self._jobs: deque[PrintJob] = deque()
        self.traffic = TrafficLog()

    # -- from other threads -----------------------------------------------------------------------

    def submit(self, job: PrintJob) -> None:
        """Queue a job; returns at once.  The same job given twice is queued once (I1)."""
        with self._lock:
            if all(queued.job != job.job for queued in self._jobs):
                self._jobs.append(job)
        self._wake.set()

    def waiting(self) -> tuple[str, ...]:
        """The jobs of the queue, the next one first; one that is being printed is still the first."""
        with self._lock:
            return tuple(job.job for job in self._jobs)

    def left_over(self) -> tuple[PrintJob, ...]:
        """What is still queued, after the lane has ended; from now on it is another's."""
        with self._lock:
            left, self._jobs = tuple(self._jobs), deque()
        return left

    def give_up(self) -> None:
        """What is still queued is certainly not printed: the lane has ended, and none follows it."""
        for job in self.left_over():
            self._log.ended(job, PrintOutcome.NOT_PRINTED, str(DeviceFault.GONE))

    def cancel(self) -> None:
        """See :meth:`devices.rack.Lane.cancel`."""
        self._held.cancel()
        self._wake.set()

    # -- the lane's thread ------------------------------------------------------------------------

    @abstractmethod
    def _open(self) -> None:
        """Once, in the lane's thread: what takes its time, such as opening fonts."""

    @abstractmethod
    def _page_of(self, job: PrintJob) -> bytes:
        """The page as the printer wants it.  Raises DeviceError GLYPH_MISSING, LABEL_LAYOUT."""

    @abstractmethod
    def _session(self, link: Link) -> PrinterSession:
        """The conversation over an opened link, with this lane's ``traffic`` and ``timing``."""

    def run(self, stop: threading.Event) -> None:
        """See :meth:`devices.rack.Lane.run`.  What is still queued at the end was never started."""
        self._open()
        try:
            with self._held.opened(stop) as link:
                if link is None:
                    return
                self._silent = 0
                session = self._session(link)
                while not stop.is_set():
                    self._round(session, stop)
        except DeviceError as error:
            if error.code is not DeviceFault.CANCELLED:
                self._give_up_passing(str(error.code))
            raise

    def _round(self, session: PrinterSession, stop: threading.Event) -> None:
        """One look at the printer, and one job if it can take it."""
        self._wake.clear()
        job = self._head()
        page = self._rendered(job) if job else b""
        status = self._look(session)
        if job and page and status is not None and status.ready and self._prepared(session, stop):
            self._print(session, job, page, stop)
        elif job is None or page:
            self._wake.wait(self._timing.retry_poll if job else self._timing.idle_poll)

    def _prepared(self, session: PrinterSession, stop: threading.Event) -> bool:
        """Whether the printer is in a known state; a fault on the way is reported, and tried again later."""
        try:
            session.prepare(stop, torn=self._torn)
        except DeviceError as error:
            if error.code in (DeviceFault.GONE, DeviceFault.CANCELLED):
                raise
            self._report.truth(DeviceState.ATTENTION, str(error.code), error.facts)
            self._give_up_passing(str(error.code))
            return False
        self._torn = False
        return True

    def _rendered(self, job: PrintJob) -> bytes:
        """The page's bytes; b"" when it cannot be set, which has then been said.  Before any byte is sent."""
        if self._page is not None and self._page[0] == job.job:
            return self._page[1]
        page, cause = b"", DeviceError(DeviceFault.PRINTER_OTHER)
        try:
            page = self._page_of(job)
        except DeviceError as error:
            cause = error
        finally:  # also where a bug of ours ends in the rack: it must not meet the same page for ever
            if not page:
                self._drop_head()
                self._log.ended(job, PrintOutcome.NOT_PRINTED, str(cause.code))
        if page:
            self._page = (job.job, page)
        else:
            self._complained = time.monotonic()
            self._report.truth(DeviceState.ATTENTION, str(cause.code), cause.facts)
        return page

    def _look(self, session: PrinterSession) -> PrinterStatus | None:
        """Ask and report; None when the printer gave no sensible answer."""
        try:
            status = session.status()
        except DeviceError as error:
            if error.code not in (DeviceFault.NO_ANSWER, DeviceFault.BAD_FRAME):
                raise
            self._silent += 1
            if self._silent >= _SILENT_LOOKS:
                raise
            self._report.truth(DeviceState.ATTENTION, str(error.code), error.facts)
            self._give_up_passing(str(error.code))
            # Only after a page of ours was cut off, once for each opening, three times in all: a
            # receipt printer on a wrong cable is silent too, and would feed a thousand empty lines.
            if self._silent == 1 and self._resyncs > 0 and error.code is DeviceFault.NO_ANSWER:
                self._resyncs -= 1
                session.resync()
            return None
        self._silent = self._resyncs = 0
        self._say(status)
        return status

    def _say(self, status: PrinterStatus) -> None:
        if status.fault is not None:
            self._report.truth(DeviceState.ATTENTION, str(status.fault))
            self._give_up_passing(str(status.fault))
        elif status.printing:
            self._report.truth(DeviceState.BUSY)
        elif time.monotonic() - self._complained > _COMPLAINT_S:
            low: dict[str, Fact] = {"paper_low": True} if status.low else {}
            self._report.truth(DeviceState.READY, "", low)

    def _print(self, session: PrinterSession, job: PrintJob, page: bytes, stop: threading.Event) -> None:
        """One job, to its end; whatever happens after ``starting``, ``ended`` is called once."""
        started = False
        try:
            started = self._log.starting(job)
        finally:
            self._drop_head()
        if not started:
            return
        outcome, fault = PrintOutcome.UNKNOWN, str(DeviceFault.PRINTER_OTHER)
        handed_over = False
        self._complained = float("-inf")
        try:
            session.send(page, lambda: self._note_first(job))
            handed_over = True
            session.finish(stop, self._say)
            outcome, fault = PrintOutcome.PRINTED, ""
        except DeviceError as error:
            # ``sent`` of a later question counts that question's bytes, not the page's.
            if not handed_over and error.facts.get("sent") == 0:
                outcome = PrintOutcome.NOT_PRINTED
            fault = str(error.code)
            if error.code in (DeviceFault.GONE, DeviceFault.CANCELLED):
                raise
            self._report.truth(DeviceState.ATTENTION, fault, error.facts)
        finally:
            self._torn = outcome is PrintOutcome.UNKNOWN
            self._resyncs = _RESYNCS if self._torn else 0
            self._log.ended(job, outcome, fault)

    def _give_up_passing(self, fault: str) -> None:
        """The printer cannot take a page now: what nobody waits for is certainly not printed."""
        with self._lock:
            passing = [job for job in self._jobs if job.passing]
            self._jobs = deque(job for job in self._jobs if not job.passing)
        for job in passing:
            self._log.ended(job, PrintOutcome.NOT_PRINTED, fault)

    def _note_first(self, job: PrintJob) -> None:
        if self._first_byte is not None:
            self._first_byte(job, time.perf_counter_ns())

    def _head(self) -> PrintJob | None:
        with self._lock:
            return self._jobs[0] if self._jobs else None

    def _drop_head(self) -> None:
        self._page = None
        with self._lock:
            self._jobs.popleft()
