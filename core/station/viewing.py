"""From live state to the one value that the screen shows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from core.acceptance.marked import ordinal
from core.access.rights import Action
from core.complaints import ComplaintsView
from core.devices import DeviceTruth, Slot
from core.incidents import IncidentsView
from core.item_exceptions import ExceptionsView
from core.ledger import shifts
from core.ledger.clock import CHINA, CONFIRMED, business_date, minute
from core.notify import NotifyView
from core.paper_forms import PaperFormsView
from core.persons import RightsView
from core.ports import ItemRow
from core.second import SecondView
from core.station import (
    blocking,
    cards,
    closing,
    complaint_views,
    dispatching,
    incidents,
    item_exceptions,
    late,
    looking,
    notifying,
    paper_forms,
    persons,
    rights,
    second,
    shifting,
    stocktaking,
)
from core.station.live import Live
from core.station.weighing import Balance
from core.view import CounterView, ItemView, Note, Screen, SyncView, VisitView

if TYPE_CHECKING:
    from core.station.desk import Desk
    from core.station.known import Known
    from core.station.lookups import LookUps
    from core.station.paper import Paper

# The oldest of what waits: after a day without a printer hundreds do, and every key press makes a view.
_PENDING_SHOWN = 20


def item_view(live: Live, row: ItemRow, fault: str = "", receipt_fault: str = "") -> ItemView:
    """One item, masked: everything comes from the annex."""
    annex = row.annex
    ends = persons.until(live, row.seq)
    if ends is not None:  # kept for the law only
        number, note = str(annex.get("number", "")), Note("note.restricted", {"day": ends.isoformat()})
        return ItemView(
            row.seq, number, "", "", "", operator=row.operator, label=row.label, affixed=row.affixed,
            at_headquarters=row.seq <= live.received, notes=(note,),
        )  # fmt: skip
    at = dt.datetime.fromisoformat(row.accepted_at).astimezone(CHINA)
    today = live.now().at.astimezone(CHINA).date() == at.date()
    return ItemView(
        seq=row.seq,
        number=str(annex.get("number", "")),
        waybill=row.waybill,
        recipient=str(annex.get("recipient_name", "")),
        contents=str(annex.get("contents", "")),
        weight_g=int(str(annex.get("weight_g", 0))),
        accepted_at=f"{at:%H:%M}" if today else f"{at:%Y-%m-%d %H:%M}",
        operator=row.operator,
        label=row.label,
        label_fault=fault,
        copies=row.copies,
        receipt=row.receipt,
        receipt_fault=receipt_fault,
        affixed=row.affixed,
        manual=annex.get("manual") is True,
        paper=str(annex.get("paper", "")),
        at_headquarters=row.seq <= live.received,
        notes=_notes(live, row),
    )


def _notes(live: Live, row: ItemRow) -> tuple[Note, ...]:
    """What headquarters says of an item."""
    seq = row.seq if row.late is None else row.late[1]
    held, review = live.held.get((row.epoch, seq)), live.reviews.get((row.epoch, seq))
    notes: list[Note] = [] if row.late is None else [Note("note.late", {"epoch": row.epoch})]
    if count := ordinal(row.annex):
        notes.append(Note("note.corrected", {"count": count}))
    if held is not None:
        at = minute(held.at)
        where = {"terminal": held.terminal, "number": f"{held.number:06d}"}
        notes.append(Note("note.held", {**where, "operator": held.operator, "when": at}))
    for right, state, due in rights.of_item(live, seq) if row.late is None else ():
        notes.append(Note(f"note.right_{state}", {"right": f"person_right.{right}", "day": due}))
    if review is not None:
        notes.append(Note(f"note.{review.state}", {"review": review.why}))
    notes += notifying.notes(live, row)
    return tuple(notes)


class Viewer:
    """Makes the views.  What only an entry can change is made once between two entries.

    Hundreds of papers may wait, and every key press makes a view.
    """

    def __init__(
        self, live: Live, desk: Desk, paper: Paper, lookups: LookUps, balance: Balance, known: Known
    ) -> None:
        self._live = live
        self._desk = desk
        self._paper = paper
        self._lookups = lookups
        self._balance = balance
        self._known = known
        self._made_of: tuple[object, ...] = ()
        self._pending: tuple[ItemView, ...] = ()
        self._unscanned: tuple[ItemView, ...] = ()

    def view(self) -> CounterView:
        """Everything the window shows now.  Behind the lock no customer's data is in it."""
        live, desk, lookups = self._live, self._desk, self._lookups
        state, session = live.state, live.session
        is_open = live.journal is not None
        shown = live.screen is Screen.CLERK and is_open
        self._make_papers(shown=shown)
        recent = live.item(desk.on.last_item) if shown and desk.on.last_item else None
        found = lookups.found if shown else None
        asked = second.shown(live, desk.visit) if shown else SecondView()
        live.compared = frozenset(each.request for each in asked.requests if each.where == "here")
        return CounterView(
            screen=live.screen,
            branch=live.settings.branch,
            terminal=live.settings.terminal,
            operator=session.operator if session else live.last_operator,
            operator_name=live.operator_name if session else "",
            role=session.role if session else "",
            day=str(state.value["date"]) if is_open else "",
            today=state.counts["accepted"] if is_open and state.day else 0,
            devices=_devices(live),
            sync=_sync(live),
            visit=self._visit() if shown else None,
            last=item_view(live, recent) if recent else None,
            pending=self._pending,
            unscanned=self._unscanned,
            # As they stand now: a label may have come out since they were found.
            found=None if found is None else _items(live, [row.seq for row in found]),
            noted=len(live.held.keys() | live.reviews.keys()) if shown else 0,
            found_by=lookups.by if shown else "",
            cases=lookups.cases.marks() if found is not None else {},
            notify=notifying.shown(live, found) if found is not None else NotifyView(),
            case=lookups.cases.standing if shown else None,
            case_reasons=live.rules.second[Action.UNMASK].reasons if found is not None else (),
            case_seconds=live.rules.cases.seconds if found is not None else 0,
            complaints=complaint_views.shown(live, lookups.complaints.form) if shown else ComplaintsView(),
            incidents=incidents.shown(live) if shown else IncidentsView(),
            exceptions=item_exceptions.shown(live) if shown else ExceptionsView(),
            disclosing=lookups.disclosing.view(None if found is None else [row.seq for row in found]),
            blocking=blocking.shown(live, found),
            looks=looking.shown(live) if shown else (),
            consents=lookups.consents if shown else None,
            rights=rights.shown(live) if shown else RightsView(),
            late=late.shown(live) if shown else (),
            second=asked,
            paper=paper_forms.shown(live, desk.visit) if shown else PaperFormsView(),
            dispatch=dispatching.shown(live) if shown else None,
            stocktake=stocktaking.shown(live) if shown else None,
            shift=shifting.shown(live) if shown else None,
            shift_differs=shifts.of(live.state.value)["differs"] if shown else {},
            close=closing.shown(live, self._paper.faults, _parked(desk)) if shown else None,
            parked=desk.drafts.parked if shown else (),
            parked_by_others=desk.drafts.of_others if shown else {},
            message=live.message,
            lockout_seconds=live.lockout_seconds,
            card=cards.view(live),
            time_confirmed=live.now().quality == CONFIRMED,
            demonstration=live.settings.demonstration,
        )

    def _visit(self) -> VisitView:
        live, desk = self._live, self._desk
        view = self._known.shown(desk.view(_items(live, desk.on.items)), desk.visit)
        view = paper_forms.shown_visit(live, desk.visit, view)
        return self._balance.shown(view, desk.visit, live.rules)

    def _make_papers(self, *, shown: bool) -> None:
        """What waits for a printer, and which labels were not scanned back."""
        if not shown:
            self._made_of, self._pending, self._unscanned = (), (), ()
            return
        live, labels, receipts = self._live, self._paper.labels.faults, self._paper.receipts.faults
        today = business_date(live.now().at)
        made_of = (
            live.state.head,
            live.received,
            live.held,
            live.reviews,
            dict(labels),
            dict(receipts),
            today,
        )
        if made_of != self._made_of:
            value = live.state.value
            self._pending = tuple(
                item_view(live, row, labels.get(row.seq, ""), receipts.get(row.seq, ""))
                for row in self._oldest({*value["labels"], *value["receipts"]})
            )
            self._unscanned = tuple(item_view(live, row) for row in self._oldest(value["unscanned"]))
            self._made_of = made_of

    def _oldest(self, items: Iterable[str]) -> list[ItemRow]:
        first = sorted(map(int, items))[:_PENDING_SHOWN]
        return [row for row in map(self._live.item, first) if row is not None]


def _parked(desk: Desk) -> int:
    return len(desk.drafts.parked) + sum(desk.drafts.of_others.values())


def _sync(live: Live) -> SyncView:
    """As the pump told it last; what is unsent is counted here, for a pump that hangs counts no more."""
    if live.journal is None or not live.sync.serial:
        return live.sync
    return replace(live.sync, unsent=max(0, live.state.head.seq - live.received))


def _items(live: Live, seqs: Iterable[int]) -> tuple[ItemView, ...]:
    rows = (live.item(seq) for seq in seqs)
    return tuple(item_view(live, row) for row in rows if row is not None)


def _devices(live: Live) -> tuple[DeviceTruth, ...]:
    order = list(Slot)
    return tuple(sorted(live.devices.values(), key=lambda truth: order.index(truth.slot)))
