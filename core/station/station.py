"""The station: one thread that owns live state.  Commands and device events in, views out.

Plain threads and a queue: nothing here knows Qt, SQL or ports.  Every command ends in a published
view, also when it fails: a known error becomes its sentence, anything else an incident number.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial

from core import commands as c
from core import devices as d
from core import incident
from core.errors import CounterError, RuleError, RuleFault
from core.ledger.clock import Anchor
from core.ledger.directives import SignedDirective
from core.own_evidence import EvidenceFiles, KeepEvidence
from core.ports import Activation, LateRead, Printer
from core.scanning import ScanTyped
from core.station import (
    activating,
    anchoring,
    cards,
    days,
    late,
    own,
    paper_pictures,
    refusals,
    requests,
    sessions,
)
from core.station.acts import ACTS
from core.station.adopting import Adopting
from core.station.allowed import allowed
from core.station.desk import Desk
from core.station.erasing import Erasing
from core.station.known import Known
from core.station.live import Live, StationSettings
from core.station.lookups import LookUps
from core.station.paper import Paper
from core.station.viewing import Viewer
from core.station.weighing import Balance
from core.view import STOPS, CounterView, Screen, SyncView

_log = logging.getLogger(__name__)
_TICK_SECONDS = 0.25
# No screen shows more views than this, and each costs station and screen some milliseconds, which the entries
# and the keys behind F9 would miss.
_FRAME_SECONDS = 1 / 60
_START_LIMIT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class _Work:
    """One thing to do on the station's thread, and where its outcome goes."""

    run: Callable[[], object]
    done: Future[object]
    shown: bool = False  # its view is published before it is done; other views may wait for a frame


class Station:
    """Start it, submit commands, hear views.  ``publish`` is called on the station's thread."""

    def __init__(
        self,
        live: Live,
        printer: Printer,
        publish: Callable[[CounterView], None],
        activation: Activation | None = None,
        evidence: EvidenceFiles | None = None,
    ) -> None:
        self._live = live
        self._activation, self._evidence = activation, evidence
        self._publish = publish
        self._paper = Paper(live, printer, self._enqueue)
        self._desk = Desk(live, self._paper)
        self._lookups = LookUps(live, self._paper.rights, self._paper.record, self._desk.on)
        self._balance = Balance()
        self._adopting = Adopting(live, self._lock)
        self._known = Known(live, self._enqueue)
        self._erasing = Erasing(live)
        self._requests = requests.Watch(live)
        self._viewer = Viewer(live, self._desk, self._paper, self._lookups, self._balance, self._known)
        self._queue: queue.SimpleQueue[_Work | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="station", daemon=True)
        self._stopping = threading.Event()
        self._active = time.monotonic()
        self._unshown = False  # something changed since the last view
        self._frame = 0.0  # not before then is a view published that nobody waits for

    # -- from any thread -----------------------------------------------------------------------

    def start(self) -> None:
        """Start the thread and publish the first view."""
        self._thread.start()
        self._enqueue(lambda: None)

    def stop(self, timeout: float = 5.0) -> None:
        """Finish what is queued, save the draft, shut the vault.  Never waits longer than ``timeout``."""
        self._stopping.set()
        self._queue.put(None)
        self._thread.join(timeout)

    def submit(self, command: c.Command) -> Future[object]:
        """Returns at once.  The future ends when the command's view was published."""
        run = partial(refusals.watched, self._live, command, lambda: self._command(command))
        return self._enqueue(run, shown=True)

    def device_event(self, event: d.DeviceEvent) -> None:
        """From a lane's thread; returns at once."""
        self._enqueue(lambda: self._device(event))

    def sync_changed(self, sync: SyncView, received: int) -> None:
        """From the pump: how current this counter is; ``received`` is HQ's mark."""
        self._live.word.tell(sync)  # the first F9 may wait for it
        if sync.state == "ok":
            self._live.reached.set()  # a log-in may wait for it on the station's own thread
        self._enqueue(lambda: self._sync(sync, received))

    def time_told(self, anchor: Anchor, nonce: bytes, signature: bytes, signer: str) -> None:
        """From the pump: HQ signed a time; its signature was checked."""
        self._enqueue(lambda: anchoring.take(self._live, anchor, nonce, signature, signer))

    def directives_told(self, directives: Sequence[SignedDirective]) -> None:
        """From the pump: what headquarters says, checked; what is here already is passed over."""
        self._adopting.tell(directives)
        self._enqueue(lambda: None if self._adopting.take_told() else _QUIET)

    def late_told(self, read: LateRead) -> None:
        """From the pump: a branch beside our chain, fetched and verified."""
        self._enqueue(lambda: late.take(self._live, read))

    def directive_fault(self, what: str) -> None:
        """From the pump: the feed of directives stands still, "" for no longer."""
        self._enqueue(lambda: self._feed_fault(what))

    def backup_told(self, fault: str) -> None:
        """From the backups' thread: why the last one failed, "" where it was made."""
        self._enqueue(lambda: self._backup_fault(fault))

    def configured(self, settings: StationSettings) -> None:
        """From the technician's page: the configuration file says something else from now on."""
        self._enqueue(lambda: setattr(self._live, "settings", settings))

    def starting(self, job: d.PrintJob) -> bool:
        """``PrintLog``: blocks the lane until ``PrintStarted`` is durable, at most ten seconds."""
        future = self._enqueue(lambda: self._paper.starting(job))
        try:
            return future.result(_START_LIMIT_SECONDS) is True
        except (TimeoutError, CounterError):
            future.cancel()  # what has not begun by now never does: this page is not sent
            return False

    def ended(self, job: d.PrintJob, outcome: d.PrintOutcome, fault: str = "") -> None:
        """``PrintLog``: what became of the page."""
        self._enqueue(lambda: self._paper.ended(job, outcome, fault))

    # -- the station's own thread ----------------------------------------------------------------

    def _enqueue(self, run: Callable[[], object], *, shown: bool = False) -> Future[object]:
        work = _Work(run, Future(), shown)
        self._queue.put(work)
        return work.done

    def _run(self) -> None:
        due = time.monotonic() + _TICK_SECONDS
        while True:
            work: _Work | None = _Work(self._tick, Future())
            left = due - time.monotonic()
            # However fast work comes in, ticks come too: they save the draft.
            if left > 0:
                work = self._next(left)
            else:
                due = time.monotonic() + _TICK_SECONDS
            if work is None:
                break
            self._do(work)
            if self._unshown and time.monotonic() >= self._frame:
                self._show()
        self._guarded(lambda: self._desk.drafts.save(force=True))
        self._known.rest()
        if self._live.journal is not None:
            self._guarded(lambda: sessions.shut(self._live))

    def _next(self, left: float) -> _Work | None:
        """What came in; after a while without any, what can wait: a view, a page; None: the end."""
        later = self._paper.waits
        if later:
            left = 0.0
        elif self._unshown:
            left = max(0.0, min(left, self._frame - time.monotonic()))
        try:
            return self._queue.get(timeout=left)
        except queue.Empty:
            return _Work(self._paper.next if later else _nothing, Future())

    def _do(self, work: _Work) -> None:
        if not work.done.set_running_or_notify_cancel():
            return
        before = self._live.message
        result, error = self._guarded(work.run)
        if result is not _QUIET or self._live.message is not before:
            self._unshown = True
        if work.shown and self._unshown:
            self._show()
        if error is not None:
            work.done.set_exception(error)
        else:
            work.done.set_result(result)

    def _show(self) -> None:
        self._unshown = False
        self._publish(self._view())
        self._frame = time.monotonic() + _FRAME_SECONDS
        self._guarded(lambda: self._known.follow(self._desk.visit))

    def _guarded(self, run: Callable[[], object]) -> tuple[object, BaseException | None]:
        live = self._live
        try:
            return run(), None
        except CounterError as error:
            live.say_error(error)
            return None, error
        except Exception as error:  # noqa: BLE001 - the named boundary of this thread
            # The exception hook of the station's thread: a bug.  Its text may hold personal data,
            # so only the type and the place are logged, under a number that the screen shows.
            number, where = incident.new_number(), incident.place(error.__traceback__)
            _log.error("incident %s: %s at %s", number, type(error).__name__, where)
            live.say("msg.incident", "error", number=number)
            return None, error
        finally:
            live.vault.let_go()  # a card that was asked is shut again, whatever came of it

    def _view(self) -> CounterView:
        return self._viewer.view()

    def _command(self, command: c.Command) -> object:
        self._active = time.monotonic()
        live = self._live
        # Logging out is done all the same, by the system; anything else she cannot sign any more.
        if not isinstance(command, c.LogOut) and self._end_session() and not isinstance(command, c.LogIn):
            return None
        if live.session is not None:
            allowed(live.session.role, command)
        if self._lookups.handle(command) or self._paper.handle(command):
            return None
        if (act := ACTS.get(type(command))) is not None:
            made = act(live, command)
            self._paper.anew(live.anew)
            return made
        match command:
            case c.LogIn():
                self._log_in(command)
            case c.Activate():
                activating.begin(live, self._activation, command, self._enqueue)
            case c.Lock():
                if live.screen is Screen.CLERK:
                    self._lock(command.cause)
            case c.LogOut():
                self._log_out()
            case KeepEvidence():
                own.keep(live, self._evidence, command, self._enqueue)
            case c.CloseDay():
                date, accepted = days.close_day(live, self._desk.drafts)
                live.say("msg.day_closed", "good", date=date, count=accepted)
            case c.Reprint():
                last = self._desk.on.last_item
                self._paper.reprint(command.item or last)
            case c.LabelSeen():
                self._paper.seen(command.item)
            case c.LookUp():
                self._lookups.find(command.text)
            case c.CloseLookUp():
                self._lookups.close()
            case c.DismissMessage():
                live.message = None
            case ScanTyped():
                self._device(d.CodeScanned(d.Slot.SCANNER, command.text))
            case c.TakeKnown():
                live.need_session()
                self._desk.take_known(command, self._known.chosen(command))
            case _:
                live.need_session()
                before = self._desk.visit.item.operation
                self._desk.handle(command)
                if self._desk.visit.item.operation != before:  # another item: its parcel may lie there
                    self._weigh()
        return None

    def _log_in(self, command: c.LogIn) -> None:
        live = self._live
        if live.screen is Screen.CLERK:  # whoever stands here locks or logs out first: nothing typed is lost
            raise RuleError(RuleFault.NOT_ALLOWED)
        before, live.screen = live.screen, Screen.UNLOCKING
        live.message = None
        self._publish(self._view())
        try:
            opened = sessions.log_in(live, command, self._adopting.opened, self._adopting.wait_told)
        except BaseException:
            live.screen = before
            if live.journal is None:
                self._adopting.shut()
            raise
        sessions.greet(live, command.operator)
        try:
            self._desk.drafts.arrive()
            self._weigh()
            sessions.tell_double(live, command.operator)
        finally:  # also where the disk refuses what a draft leaves behind
            if opened:
                self._paper.recover()

    def _lock(self, cause: str) -> None:
        self._desk.drafts.leave()
        self._lookups.close()
        sessions.lock(self._live, cause)
        self._live.say("msg.locked_card" if cause == "card" else "msg.locked")

    def _end_session(self) -> bool:
        """A shift is over, or a clock of 1970 was put right: locked before anything is signed too late."""
        if not self._live.session_over() or self._live.screen is not Screen.CLERK:
            return False
        self._lock("expired")
        self._live.say("msg.session_over", "warning")
        return True

    def _log_out(self) -> None:
        self._live.need_session()
        self._desk.drafts.save(force=True)  # where it fails nobody has left
        self._known.rest()
        shut = sessions.log_out(self._live)
        self._desk.drafts.leave()
        self._lookups.close()
        if shut:
            self._paper.forget()
            self._adopting.shut()
        self._live.message = None

    def _device(self, event: d.DeviceEvent) -> object:
        try:
            self._end_session()
        finally:  # where its end cannot be written, what the device said is true all the same
            changed = self._take(event)
        return changed

    def _take(self, event: d.DeviceEvent) -> object:
        live = self._live
        match event:
            case d.DeviceChanged():
                if live.devices.get(event.truth.slot) == event.truth:
                    return _QUIET
                live.devices[event.truth.slot] = event.truth
                if event.truth.slot is d.Slot.SCALE:
                    self._balance.told(event.truth)
            case d.Weighed():
                self._balance.weighed(event)
                self._weigh()
            case d.CardReading() | d.CardRead() | d.CardFailed() | d.CardLifted():
                if self._lookups.open:
                    self._desk.card(event, aside=True)
                    self._lookups.card(event)
                else:
                    self._desk.card(event)
            case d.OperatorCardIn() | d.OperatorCardOut():
                if cards.take(live, event):
                    self._lock("card")
            case d.PaperPicture() | d.PaperFailed() | d.PicturesRemoved():
                paper_pictures.told(live, event)
            case d.CardLeft():
                if live.screen is Screen.CLERK:
                    live.say("msg.card_left", "warning")
            case d.CodeScanned():
                if self._lookups.open:
                    self._lookups.find(event.text)
                else:
                    self._desk.scanned(event.text)
        return None

    def _weigh(self) -> None:
        """What lies on the pan may be the weight of the item before the clerk."""
        if self._live.screen is Screen.CLERK:
            stood = self._desk.visit
            visit = self._balance.follow(stood)
            if visit is not stood:
                self._desk.weighed(visit)

    def _sync(self, sync: SyncView, received: int) -> object:
        live = self._live
        if sync.serial and live.journal is None:
            return _QUIET  # told before the vault was shut; what stands then was said there
        live.received = max(received, 0)
        if sync.state == "ok" and live.journal is not None and sync.last_contact is not None:
            live.contact = sync.last_contact
        if sync.what in STOPS:
            live.stopped = sync.what
        elif sync.state == "ok":
            live.stopped = ""
        if sync == live.sync:
            return _QUIET
        live.sync = sync
        return None

    def _feed_fault(self, what: str) -> object:
        if not what:
            return _QUIET
        self._live.say("msg.directives_stand", "warning", what=what)
        return None

    def _backup_fault(self, fault: str) -> object:
        if not fault:
            return _QUIET
        self._live.say("msg.backup_failed", "warning", fault=fault)
        return None

    def _tick(self) -> object:
        live = self._live
        if self._stopping.is_set():
            return _QUIET
        self._paper.settle()
        self._desk.drafts.save()
        self._erasing.tick()
        self._lookups.disclosing.tick()
        lapsed = self._desk.drafts.tick() | self._requests.tick() | self._lookups.cases.tick()
        if live.journal is not None and self._adopting.tick():
            return None
        if self._end_session():
            return None
        if live.screen is Screen.CLERK:
            limit = live.rules.limits.idle_lock_minutes * 60
            if time.monotonic() - self._active > limit:
                self._lock("timeout")
                return None
        return None if lapsed else _QUIET


_QUIET = object()


def _nothing() -> object:
    return _QUIET
