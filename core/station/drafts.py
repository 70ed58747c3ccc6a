"""What is typed and not committed: kept for who comes and goes, parked for the next customer, lapsed.

An operator has one visit on her screen and a handful that wait (挂单); each is one draft in the vault.
Which one stood on the screen is in the draft itself, so that a power cut at any moment leaves every visit
either where it was or where it goes, never twice and never between.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from core.acceptance import inputs, senders, turns
from core.acceptance import visit as v
from core.acceptance.draft import DraftHead, draft_from_bytes, draft_head, draft_to_bytes
from core.acceptance.fields import check_field
from core.commands import Field
from core.errors import EntryError, RuleError, RuleFault, StoreError
from core.ledger.clock import CHINA
from core.ledger.entry import parse_stamp, stamp
from core.ledger.writer import Proposal
from core.ports import DraftRow, ItemRow
from core.station import consenting
from core.station.live import Live, new_id
from core.station.waybills import Waybills
from core.view import ParkedView

_SAVE_AFTER_SECONDS = 0.4
_TRY_AGAIN_SECONDS = 5.0  # after a draft could not be written
_TAIL = 6  # so much of a waybill is shown of a visit that waits
TOO_OLD, UNREADABLE, DAY_CLOSED = "too_old", "unreadable", "day_closed"


@dataclass
class Standing:
    """What stands on the screen: the visit, its items, the newest item of all."""

    visit: v.Visit
    items: list[int] = field(default_factory=list)  # accepted in this visit
    last_item: int = 0


@dataclass(frozen=True, slots=True)
class _Kept:
    """One draft that does not stand on the screen; ``head`` is None behind the lock."""

    operator: str
    draft: str
    updated: dt.datetime
    head: DraftHead | None = field(default=None, repr=False)

    @property
    def row(self) -> DraftRow:
        """As it is dropped."""
        return DraftRow(self.operator, self.draft, b"", "")


class Drafts:
    """Called on the station's thread only.  ``fresh`` clears the screen for a new visit."""

    def __init__(self, live: Live, on: Standing, waybills: Waybills, fresh: Callable[[], None]) -> None:
        self._live = live
        self._on = on
        self._waybills = waybills
        self._fresh = fresh
        self._dirty_since = 0.0
        self._draft = ""  # id of the draft of what stands on the screen, "" where none is saved
        self._kept: tuple[_Kept, ...] = ()
        # By operator: what the disk refused.
        self._held: dict[str, tuple[v.Visit, list[int], str]] = {}
        self._told: tuple[int, ...] = ()  # minutes left, as they were said
        self._again_at = 0.0  # after what is too old could not be ended

    # -- coming and going ------------------------------------------------------------------------

    def arrive(self) -> None:
        """An operator stands here: what stood on her screen comes back, or what became of it is said."""
        live, on = self._live, self._on
        live.probe("desk.arrive")
        self._fresh()
        journal, session = live.need_journal(), live.need_session()
        recent = journal.items(limit=1)
        on.last_item = recent[0].seq if recent else 0
        held = self._held.pop(session.operator, None)
        self._draft = held[2] if held is not None else ""
        lapsed = [*live.lapsed, *self._lapse_old()]
        if held is not None:
            visit, on.items, _ = held
            on.visit = replace(visit, revision=on.visit.revision + 1)
            self.changed()
            live.say("msg.draft_restored")
        else:
            for row in self._stood():
                lapsed += self._open(row, returns=False)
        self._look()
        if lapsed:
            live.say("msg.draft_lapsed", "warning", count=len(lapsed), cause=lapsed[-1])

    def _stood(self) -> Sequence[DraftRow]:
        """The draft that stood on her screen; the newest, should there ever be two."""
        stood = [kept for kept in self._mine() if kept.head is not None and kept.head.parked is None]
        rows = self._live.need_journal().drafts(self._live.need_session().operator)
        return [row for row in rows if stood and row.draft == stood[-1].draft]

    def _open(self, row: DraftRow, *, returns: bool) -> list[str]:
        """A draft stands on the screen; ``returns``: it was parked.  Returns the cause where it lapsed."""
        live, on = self._live, self._on
        try:
            step = draft_from_bytes(row.data, live.now().at, live.rules, visit_id=new_id())
        except EntryError:
            self._lapse([_Kept(row.operator, row.draft, live.now().at)], UNREADABLE)
            return [UNREADABLE]
        visit = consenting.as_recorded(live, step.visit)
        visit = consenting.taken_back_since(live, visit, parse_stamp(row.updated))
        done = live.need_journal().by_operation(visit.item.operation)
        item = live.need_journal().item(done.seq) if done is not None and not visit.item.accepted else None
        if item is not None:
            # Entries and draft change together: only a disk that refused both, took the old draft and
            # kept the entries after all leaves this (T25).  Nothing is keyed again.
            number = item.number
            self._go_on_after(visit, item, number, row.draft)
            live.say("msg.already_accepted", "good", number=number)
            return []
        if returns:
            visit = turns.resumed(visit)
            kept = self._row(visit, row.draft)
            live.probe("resume.save")
            live.need_journal().save_draft(kept)
            live.probe("resume.saved")
            lying = on.visit.on_reader
            self._fresh()
            on.visit = replace(on.visit, on_reader=lying)
        self._draft = row.draft
        self._look()  # its own waybill is no longer one that waits elsewhere
        again = inputs.waybill_again(visit, live.rules, self._waybills.known)
        on.visit = replace(again.visit, on_reader=on.visit.on_reader, revision=on.visit.revision + 1)
        on.items = self.accepted_in(visit.id)
        usual = "msg.resumed" if returns else "msg.draft_restored"
        live.say(step.note or usual, "warning" if step.note else "info", **dict(step.facts))
        return []

    def _go_on_after(self, visit: v.Visit, row: ItemRow, number: str, draft: str) -> None:
        """The draft's item is accepted: its customer stays for the next one, as after F7."""
        live, on = self._live, self._on
        on.last_item = row.seq
        if visit.identity is None:  # read too long ago: nothing of the customer may stay
            live.need_journal().drop_draft(live.need_session().operator, draft)
            return
        entry = next(iter(live.need_journal().entries(row.seq, row.seq)))
        # A draft from before the comparison or the notice: both are made again, with an entry anew.
        whole = visit.original_seen is not None and visit.acknowledged is not None
        at = f"{entry.header.trusted.at.astimezone(CHINA):%H:%M}"
        item = replace(visit.item, accepted=row.seq)
        accepted = (*visit.accepted, v.AcceptedItem(row.waybill, number, at))
        sender = int(entry.data["sender"]) if whole else 0
        on.visit = turns.next_item(
            replace(visit, item=item, accepted=accepted, sender_entry=sender), new_id()
        )
        self._draft = draft
        on.items = self.accepted_in(visit.id)
        self.changed()

    def accepted_in(self, visit: str) -> list[int]:
        """The items of a visit, oldest first."""
        recent = self._live.need_journal().items(limit=50)
        return [item.seq for item in recent if item.visit == visit][::-1]

    def leave(self) -> None:
        """The operator goes or locks: what is typed is kept for her, and leaves memory.

        Where the disk refuses it stays here, for her alone: a screen can always be locked (T25).
        """
        session, on = self._live.session, self._on
        try:
            self.save(force=True)
        except StoreError:
            if session is not None:
                self._held[session.operator] = (senders.without_approval(on.visit), on.items, self._draft)
        self._dirty_since = 0.0
        self._fresh()
        self._draft = ""
        self._look(shown=False)

    # -- the draft of what stands on the screen ----------------------------------------------------

    def changed(self) -> None:
        """What stands there is to be written."""
        self._dirty_since = self._dirty_since or time.monotonic()

    def written(self) -> None:
        """It was written with the entries of an item."""
        self._dirty_since = 0.0

    def save(self, *, force: bool = False) -> None:
        """Write the draft a moment after the first change since (at once with ``force``)."""
        live, visit = self._live, self._on.visit
        if not self._dirty_since or live.session is None or live.journal is None:
            return
        if not force and time.monotonic() - self._dirty_since < _SAVE_AFTER_SECONDS:
            return
        # Until it is written it stays to be written, but the screen is not told every time.
        self._dirty_since = time.monotonic() + _TRY_AGAIN_SECONDS
        if visit.empty and not visit.accepted:
            self.drop()
        else:
            row = self.row(visit)
            live.probe("draft.save")
            live.journal.save_draft(row)
            live.probe("draft.saved")
        self._dirty_since = 0.0

    def row(self, visit: v.Visit, parked: dt.datetime | None = None) -> DraftRow:
        """The draft of what stands on the screen, as it is kept."""
        self._draft = self._draft or new_id()
        return self._row(visit, self._draft, parked)

    def _row(self, visit: v.Visit, draft: str, parked: dt.datetime | None = None) -> DraftRow:
        live = self._live
        return DraftRow(
            live.need_session().operator, draft, draft_to_bytes(visit, parked), stamp(live.now().at)
        )

    def drop(self) -> None:
        """Its customer has gone."""
        live = self._live
        if self._draft and live.session is not None and live.journal is not None:
            live.probe("draft.drop")
            live.journal.drop_draft(live.session.operator, self._draft)
            live.probe("draft.dropped")
        self._draft = ""

    # -- waiting -----------------------------------------------------------------------------------

    @property
    def parked(self) -> tuple[ParkedView, ...]:
        """The visits that wait for this operator, the one parked longest ago first, masked."""
        return tuple(
            ParkedView(kept.draft, head.name, head.waybill[-_TAIL:], head.accepted, self._minutes(kept))
            for kept in self._mine()
            if (head := kept.head) is not None
        )

    @property
    def of_others(self) -> Mapping[str, int]:
        """How many wait for each other operator of this terminal."""
        session, found = self._live.session, dict[str, int]()
        for kept in self._kept:
            if session is None or kept.operator != session.operator:
                found[kept.operator] = found.get(kept.operator, 0) + 1
        return found

    def _mine(self) -> list[_Kept]:
        session = self._live.session
        mine = [kept for kept in self._kept if session is not None and kept.operator == session.operator]
        return sorted(mine, key=lambda kept: (kept.updated, kept.draft))

    def _left(self) -> tuple[int, ...]:
        return tuple(map(self._minutes, self._mine()))

    def _minutes(self, kept: _Kept) -> int:
        lasts = dt.timedelta(minutes=self._live.rules.limits.draft_minutes)
        left = kept.updated + lasts - self._live.now().at
        return max(0, -(-left // dt.timedelta(minutes=1)))

    def need_room(self) -> None:
        """Raises RuleError PARK_FULL: so many wait for this operator as may."""
        limit = self._live.rules.limits.drafts_per_operator
        if len(self._mine()) >= limit:
            raise RuleError(RuleFault.PARK_FULL, limit=limit)

    def park(self) -> None:
        """The visit waits, the screen is free.  Raises RuleError PARK_…, StoreError; nothing changed then."""
        live, on = self._live, self._on
        turns.need_parkable(on.visit)
        self.need_room()
        row = self.row(on.visit, live.now().at)
        live.probe("park.save")
        live.need_journal().save_draft(row)
        live.probe("park.saved")
        lying = on.visit.on_reader
        self._dirty_since, self._draft = 0.0, ""
        self._fresh()
        on.visit = replace(on.visit, on_reader=lying)
        self._look()
        count, minutes = len(self._mine()), live.rules.limits.draft_minutes
        if lying:
            live.say("msg.parked_card", "warning", count=count)
        else:
            live.say("msg.parked", "good", count=count, minutes=minutes)

    def resume(self, draft: str) -> None:
        """A parked visit comes back.  Raises RuleError PARK_…, StoreError; it waits on then."""
        live, visit = self._live, self._on.visit
        self.tick()
        rows = [row for row in live.need_journal().drafts(live.need_session().operator) if row.draft == draft]
        if not rows or draft == self._draft:
            raise RuleError(RuleFault.PARK_GONE)
        if not visit.empty or visit.accepted:
            raise RuleError(RuleFault.PARK_COVERED)
        self.drop()  # should the disk have refused that before
        lapsed = self._open(rows[0], returns=True)
        self._look()
        if lapsed:
            live.say("msg.draft_lapsed", "warning", count=1, cause=lapsed[0])

    # -- lapsing -----------------------------------------------------------------------------------

    def tick(self) -> bool:
        """Lapses what waited too long; whether the screen has to say anything else than before.

        Costs nothing while nothing waits; what waits is told anew when a minute of it has gone.
        """
        live, told = self._live, self._told
        self._told = self._left()
        if live.journal is None or time.monotonic() < self._again_at or not self._too_old():
            return self._told != told
        self._again_at = time.monotonic() + _TRY_AGAIN_SECONDS  # the screen is not told every time
        causes = self._lapse_old()
        self._again_at = 0.0
        if live.session is not None and causes:
            live.say("msg.draft_lapsed", "warning", count=len(causes), cause=causes[0])
        return True

    def _too_old(self) -> list[_Kept]:
        if not self._kept:
            return []
        now, lasts = self._live.now().at, dt.timedelta(minutes=self._live.rules.limits.draft_minutes)
        return [kept for kept in self._kept if now - kept.updated > lasts]

    def _lapse_old(self) -> list[str]:
        """Whoever's they are; returns the causes of this operator's own."""
        self._look()
        session = self._live.session
        operator = session.operator if session is not None else ""
        old = self._too_old()
        unreadable = [k for k in self._kept if k.operator == operator and k.head is None and k not in old]
        for found, cause in ((old, TOO_OLD), (unreadable, UNREADABLE)):
            if found:
                self._lapse(found, cause)
        self._look()
        own = [kept for kept in old if kept.operator == operator]
        return [*([TOO_OLD] * len(own)), *([UNREADABLE] * len(unreadable))]

    def _lapse(self, found: Sequence[_Kept], cause: str) -> None:
        """Draft and entry end and begin in one transaction: none goes without being said."""
        self._live.commit(lapses(found, cause), gone=[kept.row for kept in found])

    def at_close(self) -> tuple[list[Proposal], list[DraftRow]]:
        """What ends with the business day: every draft but the one on the screen, whoever's it is."""
        self._look()
        return lapses(self._kept, DAY_CLOSED), [kept.row for kept in self._kept]

    def look(self) -> None:
        """Read anew what waits."""
        self._look()

    def _look(self, *, shown: bool = True) -> None:
        """What waits, from the vault.  Behind the lock only whose it is and how old."""
        live = self._live
        if live.journal is None:
            self._kept, self._waybills.parked = (), {}
            return
        shown = shown and live.session is not None
        rows = (row for row in live.journal.drafts() if row.draft != self._draft)
        self._kept = tuple(
            _Kept(row.operator, row.draft, parse_stamp(row.updated), _head(row) if shown else None)
            for row in rows
        )
        self._waybills.parked = {
            claimed: v.KnownWaybill(kept.operator, f"{kept.updated.astimezone(CHINA):%H:%M}", "parked")
            for kept in self._kept
            if kept.head is not None
            and (claimed := check_field(Field.WAYBILL, kept.head.waybill, live.rules).text)
        }
        self._told = self._left()


def lapses(found: Sequence[_Kept], cause: str) -> list[Proposal]:
    """The entries of drafts that end without an item."""
    return [Proposal("DraftLapsed", {"operator": kept.operator, "cause": cause}, new_id()) for kept in found]


def _head(row: DraftRow) -> DraftHead | None:
    try:
        return draft_head(row.data)
    except EntryError:
        return None
