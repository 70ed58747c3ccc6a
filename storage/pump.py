"""The pump: replicates the journal to headquarters, one batch at a time, for weeks offline if need be.

It owns one thread.  It reads snapshots, never writes, and tells what it knows through callables.
A refusal stops the feed and is said; only :meth:`Pump.resume` or a new start tries again.
"""

from __future__ import annotations

import datetime as dt
import logging
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from core.errors import EntryFault, HqError, HqFault, StoreError
from core.exchange import MAX_BATCH_BYTES, MAX_BATCH_ENTRIES
from core.incident import place
from core.ledger.branch_day import BranchDay
from core.ledger.documents import Marks
from core.ports import Probe, no_probe
from core.view import SyncView
from storage.feed import DirectiveFeed, TakeDirectives, TellFault, ignore_directives, ignore_fault
from storage.headquarters import Headquarters, MarksTold, TimeTold, encode_entry
from storage.journal import SqlJournal
from storage.late import LateFeed, TakeLate, ignore_late

_log = logging.getLogger(__name__)
_ENVELOPE_BYTES = 64
_HALTING = {HqFault.REFUSED, HqFault.CONFLICT, HqFault.AUTH_LOST, HqFault.CODE_INVALID}


@dataclass(frozen=True, slots=True)
class PumpSettings:
    """Seconds, entries and bytes."""

    first_wait_s: float = 1.0
    longest_wait_s: float = 60.0
    heartbeat_s: float = 60.0  # with nothing to send: HQ is asked for its marks this often
    patience_s: float = 15.0  # beyond what it waits for: who hears nothing by then takes it for hung
    time_every_s: float = 3600.0
    branch_every_s: float = 10.0  # the same, while somebody looks at the other counters of the branch
    directives_every_s: float = 30.0  # whoever is removed is gone within twice of it
    batch_entries: int = MAX_BATCH_ENTRIES
    batch_bytes: int = MAX_BATCH_BYTES // 2


@dataclass(frozen=True, slots=True)
class Listeners:
    """Called on the pump's thread; each returns at once.

    ``changed``: how current this counter is, and HQ's received seq.  ``time_told``: HQ signed a time.
    ``directives``: what HQ says after the last one that is here, checked; the same may come again.
    ``directive_fault``: what is wrong with that feed, "" once it is right again.
    ``late``: what stands beside our chain at HQ, fetched and verified.
    """

    changed: Callable[[SyncView, int], None]
    time_told: Callable[[TimeTold], None]
    directives: TakeDirectives = ignore_directives
    directive_fault: TellFault = ignore_fault
    late: TakeLate = ignore_late


class Pump:
    """Start it when the vault opens, stop it before the vault shuts."""

    def __init__(
        self,
        journal: SqlJournal,
        headquarters: Headquarters,
        listeners: Listeners,
        settings: PumpSettings | None = None,
        probe: Probe = no_probe,
        *,
        restored: bool = False,
    ) -> None:
        """``restored``: the journal came from a backup; it is sent, and said with each word."""
        self._restored = "restored" if restored else ""
        self._journal = journal
        self._hq = headquarters
        self._listeners = listeners
        self._settings = settings or PumpSettings()
        self._probe = probe
        every = self._settings.directives_every_s
        self._feed = DirectiveFeed(
            journal, headquarters, every, listeners.directives, listeners.directive_fault
        )
        self._late = LateFeed(journal, headquarters, listeners.late)
        self._random = secrets.SystemRandom()
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._resume = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pump", daemon=True)
        self._view = SyncView(state="trying")
        self._known: Marks | None = None  # HQ's last marks, from the store or from HQ
        self._loaded = False
        self._fresh = False  # HQ has told its marks since this start
        self._next = 1  # the next seq to send
        self._batch_entries = self._settings.batch_entries
        self._time_due = 0.0
        self._failures = 0
        self._gaps = 0
        self._stranger = False  # headquarters does not know our certificate any more
        self._renewal_due = 0.0
        self._fork_told = False
        self._branch_wanted, self._branch_due = False, 0.0
        self._branch: BranchDay | None = None  # as headquarters told it last
        self._contact_ms: int | None = None  # on the boot clock: the wall clock may be wrong, or step

    # -- from any thread -----------------------------------------------------------------------

    def start(self) -> None:
        """Begin to replicate."""
        self._thread.start()

    def nudge(self) -> None:
        """New entries are durable."""
        self._wake.set()

    def resume(self) -> None:
        """A person has seen the refusal and wants another try."""
        self._resume.set()
        self._wake.set()

    def watch_branch(self, *, on: bool) -> None:
        """Whether headquarters is asked for the other counters of the branch, at once and now and then."""
        self._branch_wanted, self._branch_due = on, 0.0
        if on:
            self._wake.set()

    def stop(self, timeout: float = 2.0) -> bool:
        """Cut what waits and end; False where the thread still hangs in a connect (it touches nothing)."""
        self._stop.set()
        self._wake.set()
        self._hq.cancel()
        if self._thread.ident is not None:
            self._thread.join(timeout)
        return not self._thread.is_alive()

    # -- the pump's own thread -------------------------------------------------------------------

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                self._sleep(self._round())
        finally:
            self._hq.close()

    def _round(self) -> float | None:
        """One step; how long to wait before the next, None until resumed.  The pump's boundary."""
        self._wake.clear()
        try:
            wait = self._step()
        except HqError as error:
            return None if self._stop.is_set() else self._failed(error)
        except StoreError as error:
            # A store that cannot be read is not replicated around: it stands still, and says so.
            _log.error("the journal cannot be read: %s", error.code)
            self._halt("stopped", str(error.code))
            return None
        except Exception as error:  # noqa: BLE001 - the pump's boundary (house.md, "Errors")
            _log.error("incident in the pump: %s at %s", type(error).__name__, place(error.__traceback__))
            self._halt("stopped", "incident")
            return None
        self._failures = 0
        return wait

    def _step(self) -> float:
        if not self._loaded:
            self._load_marks()
            self._loaded = True
            self._publish(state="trying", fault="")
        self._renew()
        if time.monotonic() >= self._time_due:
            self._listeners.time_told(self._hq.time())
            self._time_due = time.monotonic() + self._settings.time_every_s
        if not self._fresh:
            self._take(self._hq.marks())
        self._feed.step()
        self._late.step()
        self._ask_branch()
        batch, last = self._batch()
        if not batch and self._known is not None and self._known.replaced:
            raise HqError(HqFault.CONFLICT, what="replaced", epoch=self._known.replaced)
        if not batch:
            self._take(self._hq.marks())
            return self._feed.wait(self._idle()) if self._unsent() == 0 else 0.0
        self._probe("pump.send")
        if self._view.due_s != self._settings.patience_s:
            self._publish(state=self._view.state, fault=self._view.fault)  # idle no more: an answer is due
        told = self._hq.send_encoded(batch)
        self._probe("pump.sent")
        self._gaps = 0
        self._batch_entries = min(2 * self._batch_entries, self._settings.batch_entries)
        self._next = last + 1 if told.marks.received.seq >= last else told.marks.received.seq + 1
        self._take(told)
        return 0.0 if self._unsent() else self._feed.wait(self._idle())

    def _idle(self) -> float:
        """With nothing to send: so long until headquarters is asked again."""
        settings = self._settings
        often = min(settings.branch_every_s, settings.heartbeat_s)
        return often if self._branch_wanted else settings.heartbeat_s

    def _ask_branch(self) -> None:
        if self._branch_wanted and time.monotonic() >= self._branch_due:
            self._branch = self._hq.branch()
            self._branch_due = time.monotonic() + self._settings.branch_every_s / 2

    def _renew(self) -> None:
        """The certificate, in time; where it is over, or not known at headquarters, before anything else."""
        if self._stranger or self._hq.certificate_ended():
            self._hq.renew()
            self._stranger = False
        elif time.monotonic() >= self._renewal_due and self._hq.renewal_due():
            self._renewal_due = time.monotonic() + self._settings.time_every_s
            try:
                self._hq.renew()
            except HqError as error:
                if error.code is HqFault.AUTH_LOST:
                    raise
                _log.warning("the certificate was not renewed: %s", error.code)  # it is good for long yet

    def _batch(self) -> tuple[list[bytes], int]:
        """Entries from the next one on, within the limits, and the last one's seq."""
        batch: list[bytes] = []
        size, last = _ENVELOPE_BYTES, self._next - 1
        # The journal has no gaps: an entry's seq is known without reading its header.
        entries = self._journal.entries(self._next, self._next + self._batch_entries - 1)
        for seq, entry in enumerate(entries, self._next):
            data = encode_entry(entry)
            size += len(data) + 1
            if batch and size > self._settings.batch_bytes:
                break
            batch.append(data)
            last = seq
        return batch, last

    def _take(self, told: MarksTold) -> None:
        """HQ's marks against our chain; raises HqError CONFLICT where HQ holds another history."""
        marks, known = told.marks, self._known
        received = marks.received
        if received.seq:
            ours = self._journal.head_at(received.seq)
            if ours is None:
                # This store is older than what HQ has (T28): numbers must not be used again.
                raise HqError(HqFault.CONFLICT, what="behind", received=received.seq)
            if ours.hash != received.hash:
                raise HqError(HqFault.CONFLICT, what="fork", seq=received.seq)
        if known is not None and received.seq < known.received.seq and not marks.replaced:
            _log.warning("headquarters went back from %d to %d", known.received.seq, received.seq)
            # What was only received may be lost there in part; what is safe is not.
            self._next = marks.safe.seq + 1
        elif not self._fresh:
            self._next = received.seq + 1
        self._fresh = True
        self._known = marks
        self._journal.note_marks(told.document, told.signature)
        self._contact_ms = self._hq.boottime_ms()
        idle = 0.0 if self._unsent() else self._idle()
        what = (
            "replaced" if marks.replaced else self._restored
        )  # what is here still goes, and nothing new begins
        self._publish(state="ok", fault="", what=what, last_contact=self._hq.now(), wait=idle)

    def _failed(self, error: HqError) -> float | None:
        self._fresh = self._fresh and error.code is not HqFault.CONFLICT
        if self._is_gap(error) and self._gaps == 0:
            # HQ holds less than it told (it was restored in between): ask it, under its signature.
            self._gaps += 1
            self._fresh = False
            return 0.0
        if self._is_stranger(error) and not self._stranger:
            self._stranger = True
            return 0.0
        if error.code is HqFault.TOO_LARGE and self._batch_entries > 1:
            self._batch_entries = max(1, self._batch_entries // 2)
            return 0.0
        replayed = error.code is HqFault.CONFLICT and error.facts.get("what") == "nonce"
        if (error.code in _HALTING and not replayed) or error.code is HqFault.TOO_LARGE:
            shown = {name: error.facts[name] for name in ("what", "fault", "seq") if name in error.facts}
            _log.error("the feed stands still: %s %s", error.code, shown)
            what = str(shown.get("what") or shown.get("fault") or "")
            what = "fork" if shown.get("fault") == EntryFault.FORK else what
            if what in ("fork", "behind"):
                self._tell_fork()
            self._halt("refused", str(error.code), what)
            return None
        if error.code in (HqFault.CLOCK, HqFault.TLS):
            self._time_due = 0.0  # perhaps it is our clock: ask HQ's signed time first
        told = error.facts.get("seconds")
        if error.code is HqFault.BUSY and isinstance(told, int) and told > 0:
            # Headquarters is there and says when our turn is: no fault, and no guess of ours.
            wait = min(told, self._settings.longest_wait_s) * self._random.uniform(1.0, 1.1)
            self._publish(state="trying", fault="", wait=wait)
            return wait
        wait = self._back_off()
        self._publish(state="trying", fault=str(error.code), wait=wait)
        return wait

    def _is_stranger(self, error: HqError) -> bool:
        """Our certificate is over by their clock, or a restored headquarters never issued it."""
        what = str(error.facts.get("what", ""))
        unknown = error.code is HqFault.AUTH_LOST and what == "certificate"
        return unknown or (error.code is HqFault.TLS and "CERTIFICATE_EXPIRED" in what.upper())

    def _is_gap(self, error: HqError) -> bool:
        return error.code is HqFault.REFUSED and error.facts.get("fault") == EntryFault.GAP

    def _tell_fork(self) -> None:
        """Headquarters gets our side too: it refuses each batch by name, and keeps it beside the chain."""
        try:
            if not self._fork_told:
                known = self._known
                ours = None if known is None else self._journal.head_at(known.received.seq)
                agreed = known is not None and ours is not None and ours.hash == known.received.hash
                self._next = known.received.seq + 1 if known is not None and agreed else 1
            while not self._stop.is_set():
                batch, last = self._batch()
                if not batch:
                    break
                try:
                    self._hq.send_encoded(batch)
                except HqError as error:
                    if error.facts.get("fault") != EntryFault.FORK:
                        raise
                self._next = last + 1
            self._fork_told = True
        except (HqError, StoreError) as error:
            _log.warning("headquarters was not told of the fork: %s", error.code)

    def _back_off(self) -> float:
        settings = self._settings
        doubled = settings.first_wait_s * float(1 << min(self._failures, 30))
        longest = min(settings.longest_wait_s, doubled)
        self._failures += 1
        return longest * self._random.uniform(0.5, 1.0)

    def _halt(self, state: str, fault: str, what: str = "") -> None:
        self._fresh = False
        self._resume.clear()
        self._publish(state=state, fault=fault, what=what, wait=None)

    def _sleep(self, seconds: float | None) -> None:
        """Until the time is over, until resumed, until stopped.  A nudge ends only an idle wait."""
        idle = self._view.state == "ok"
        end = None if seconds is None else time.monotonic() + seconds
        while not self._stop.is_set():
            left = self._settings.heartbeat_s if end is None else end - time.monotonic()
            if left <= 0 and end is not None:
                return
            if not self._wake.wait(left):
                continue
            if idle or self._resume.is_set():
                self._resume.clear()
                return
            self._wake.clear()
            if self._view.what in ("fork", "behind"):
                self._tell_fork()  # the log-in, say, came after headquarters was asked
            self._publish(  # more is unsent now
                state=self._view.state, fault=self._view.fault, what=self._view.what, wait=seconds and left
            )

    def _load_marks(self) -> None:
        try:
            kept = self._journal.marks()
            self._known = None if kept is None else self._hq.kept_marks(*kept)
        except HqError:
            _log.warning("the kept marks are not headquarters'")
            self._known = None

    def _unsent(self) -> int:
        received = self._known.received.seq if self._known is not None else 0
        try:
            head = self._journal.last_head()
        except StoreError:
            return self._view.unsent  # as far as is known; the fault itself is said by the next step
        return max(0, head.seq - received) if head is not None else 0

    def _publish(
        self,
        *,
        state: str,
        fault: str,
        what: str = "",
        last_contact: dt.datetime | None = None,
        wait: float | None = 0.0,
    ) -> None:
        """``wait``: for so many seconds nothing more is to be heard; None: until a person acts."""
        if self._stop.is_set():
            return
        contact = self._contact_ms
        self._view = SyncView(
            unsent=self._unsent(),
            last_contact=last_contact or self._view.last_contact,
            state=state,
            fault=fault,
            what=what or self._restored,
            age_s=None if contact is None else max(0, self._hq.boottime_ms() - contact) / 1000,
            due_s=None if wait is None else wait + self._settings.patience_s,
            serial=self._view.serial + 1,
            branch=self._branch,
        )
        received = self._known.received.seq if self._known is not None else 0
        self._listeners.changed(self._view, received)
