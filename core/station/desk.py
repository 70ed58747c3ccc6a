"""The acceptance desk: the visit on the screen, its draft in the vault, and the one key that commits."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import replace

from core import commands as c
from core.acceptance import fees, inputs, record, senders, turns
from core.acceptance import visit as v
from core.acceptance.catalogue import Action
from core.acceptance.draft import draft_from_bytes, draft_to_bytes
from core.acceptance.gates import missing, visit_view
from core.acceptance.known import Contact, take
from core.acceptance.labels import Imprint
from core.devices import CardFailed, CardLifted, CardRead, CardReading
from core.errors import EntryError, RuleError, RuleFault, StoreError
from core.ledger.clock import CHINA, business_date
from core.ledger.entry import Entry, parse_stamp, stamp
from core.ledger.state import State
from core.ledger.writer import Proposal
from core.ports import DraftRow, ItemRow
from core.station import approving, reader_down, ways
from core.station.days import day_proposals
from core.station.live import Live, new_id
from core.station.paper import Paper
from core.station.parts import item_parts
from core.station.picture import Picture
from core.station.waybills import Waybills
from core.view import ItemView, Screen, VisitView

_SAVE_AFTER_SECONDS = 0.4
_TRY_AGAIN_SECONDS = 5.0  # after a draft could not be written
_CardEvent = CardReading | CardRead | CardFailed | CardLifted
_RETENTION, _RETENTION_SEALED = "acceptance", "sealed"


class Desk:
    """Called on the station's thread only."""

    def __init__(self, live: Live, paper: Paper) -> None:
        self._live = live
        self._paper = paper
        self._picture = Picture()
        self._reading = False
        self._dirty_since = 0.0
        self._draft = ""  # id of the saved draft, "" where none is
        self._held: dict[str, tuple[v.Visit, list[int], str]] = {}  # by operator: what the disk refused
        self.visit = v.new_visit(new_id(), new_id())
        self.items: list[int] = []  # accepted in this visit
        self._waybills = Waybills(live)
        self.last_item = 0

    # -- coming and going ------------------------------------------------------------------------

    def arrive(self) -> None:
        """An operator stands here: her draft comes back, or what became of it is said."""
        live = self._live
        live.probe("desk.arrive")
        self._fresh()
        journal, session = live.need_journal(), live.need_session()
        recent = journal.items(limit=1)
        self.last_item = recent[0].seq if recent else 0
        held = self._held.pop(session.operator, None)
        if held is not None:
            visit, self.items, self._draft = held
            self.visit = replace(visit, revision=self.visit.revision + 1)
            self._changed()
            live.say("msg.draft_restored")
            return
        for draft in journal.drafts(session.operator):
            self._restore(draft.draft, draft.data, draft.updated)

    def _restore(self, draft: str, data: bytes, updated: str) -> None:
        live = self._live
        journal, session = live.need_journal(), live.need_session()
        now, cause = live.now().at, ""
        try:
            step = draft_from_bytes(data, now, live.rules, visit_id=new_id())
            if now - parse_stamp(updated) > dt.timedelta(minutes=live.rules.limits.draft_minutes):
                cause = "too_old"
        except EntryError:
            step, cause = None, "unreadable"
        if step is None or cause or not self.visit.empty:
            journal.drop_draft(session.operator, draft)
            data_of = {"operator": session.operator, "cause": cause or "more_than_one"}
            live.commit([Proposal("DraftLapsed", data_of, new_id())])
            live.say("msg.draft_lapsed", "warning")
            return
        visit = step.visit
        done = journal.by_operation(visit.item.operation)
        row = journal.item(done.seq) if done is not None and not visit.item.accepted else None
        if row is not None:
            # Entries and draft change together: only a disk that refused both, took the old draft and
            # kept the entries after all leaves this (T25).  Nothing is keyed again.
            number = str(row.annex.get("number", ""))
            self._go_on_after(visit, row, number, draft)
            live.say("msg.already_accepted", "good", number=number)
            return
        again = inputs.waybill_again(visit, live.rules, self._waybills.known)
        self.visit, self._draft = again.visit, draft
        self.items = self._accepted_in(visit.id)
        live.say(step.note or "msg.draft_restored", "info", **dict(step.facts))

    def _go_on_after(self, visit: v.Visit, row: ItemRow, number: str, draft: str) -> None:
        """The draft's item is accepted: its customer stays for the next one, as after F7."""
        live = self._live
        self.last_item = row.seq
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
        self.visit = turns.next_item(
            replace(visit, item=item, accepted=accepted, sender_entry=sender), new_id()
        )
        self._draft = draft
        self.items = self._accepted_in(visit.id)
        self._changed()

    def _accepted_in(self, visit: str) -> list[int]:
        recent = self._live.need_journal().items(limit=50)
        return [item.seq for item in recent if item.visit == visit][::-1]

    def leave(self) -> None:
        """The operator goes or locks: what is typed is kept for her, and leaves memory.

        Where the disk refuses it stays here, for her alone: a screen can always be locked (T25).
        """
        session = self._live.session
        try:
            self.save(force=True)
        except StoreError:
            if session is not None:
                self._held[session.operator] = (senders.without_approval(self.visit), self.items, self._draft)
        self._dirty_since = 0.0
        self._fresh()
        self._draft = ""

    def save(self, *, force: bool = False) -> None:
        """Write the draft a moment after the first change since (at once with ``force``)."""
        live = self._live
        if not self._dirty_since or live.session is None or live.journal is None:
            return
        if not force and time.monotonic() - self._dirty_since < _SAVE_AFTER_SECONDS:
            return
        # Until it is written it stays to be written, but the screen is not told every time.
        self._dirty_since = time.monotonic() + _TRY_AGAIN_SECONDS
        if self.visit.empty and not self.visit.accepted:
            self._drop_draft()
        else:
            row = self._draft_row(self.visit)
            live.probe("draft.save")
            live.journal.save_draft(row)
            live.probe("draft.saved")
        self._dirty_since = 0.0

    def _draft_row(self, visit: v.Visit) -> DraftRow:
        live = self._live
        self._draft = self._draft or new_id()
        operator = live.need_session().operator
        return DraftRow(operator, self._draft, draft_to_bytes(visit), stamp(live.now().at))

    def _drop_draft(self) -> None:
        live = self._live
        if self._draft and live.session is not None and live.journal is not None:
            live.probe("draft.drop")
            live.journal.drop_draft(live.session.operator, self._draft)
            live.probe("draft.dropped")
        self._draft = ""

    def _fresh(self) -> None:
        self.visit = v.new_visit(new_id(), new_id(), self.visit.revision + 1)
        self.items = []
        self._waybills.forget()
        self._reading = False
        self._picture.drop()

    def _changed(self) -> None:
        self._dirty_since = self._dirty_since or time.monotonic()

    # -- commands --------------------------------------------------------------------------------

    def handle(self, command: c.Command) -> None:
        """Everything a clerk does to the acceptance on the screen."""
        live, rules, now = self._live, self._live.rules, self._live.now().at
        match command:
            case c.SetField():
                step = inputs.set_field(self.visit, command.name, command.text, rules, self._waybills.known)
                self._take(step)
            case c.ConfirmOriginal():
                self.visit = v.confirm_original(self.visit, now, business_date(now))
            case c.ConfirmInspected():
                self.visit = v.confirm_inspected(self.visit, now, rules)
            case c.SetSecurity():
                self.visit = v.set_security(self.visit, command.security, now, rules, command.centre)
            case c.SetRoute():
                self.visit = v.set_route(self.visit, command.route)
            case c.SetFee():
                self.visit = fees.set_fee(self.visit, command.text)
            case c.SetPayment():
                self.visit = fees.set_payment(self.visit, command.payment)
            case c.ConfirmCondition():
                self.visit = v.confirm_condition(self.visit, rules)
            case _ if isinstance(command, ways.SenderCommand):
                self.visit = ways.sender(live, self.visit, command)
            case c.StartManual() | c.SetManualField() | c.FinishManual() | c.CancelManual():
                self._take(ways.manual(live, self.visit, command))
            case c.ApproveReaderDown():
                reader_down.approve(live, command.hours)
            case c.AcknowledgeNotice():
                self.visit = turns.acknowledge(self.visit, command.how, rules)
            case c.Refuse():
                self._refuse(command)
            case c.NewAcceptance():
                self._new(discard=command.discard)
            case c.NextItem():
                self.visit = turns.next_item(self.visit, new_id())
            case c.NextCustomer():
                self._next_customer()
            case c.Commit():
                self._commit(command)
                return
            case _:
                raise RuleError(RuleFault.NOT_ALLOWED)
        live.message = None if live.message and live.message.level == "error" else live.message
        self._changed()

    def take_known(self, contact: Contact) -> None:
        """F5: a contact as in an earlier acceptance."""
        self.visit = take(self.visit, contact)
        self._changed()

    def _take(self, step: v.Step) -> None:
        self.visit = step.visit
        if step.note:
            self._live.say(str(step.note), "warning", **dict(step.facts))

    def _new(self, *, discard: bool) -> None:
        if not discard and not self.visit.empty:
            raise RuleError(RuleFault.NOT_READY, what="typed")
        self._end_visit()

    def _next_customer(self) -> None:
        if not self.visit.empty:
            raise RuleError(RuleFault.NOT_READY, what="item")
        lying, unscanned = self.visit.on_reader, self._live.state.value["unscanned"]
        loose = sum(1 for item in self.items if str(item) in unscanned)
        self._end_visit()
        if lying:
            self._live.say("msg.card_left", "warning")
        elif loose:
            self._live.say("msg.unscanned", "warning", count=loose)

    def _end_visit(self) -> None:
        lying = self.visit.on_reader
        self._fresh()
        if lying:
            self.visit = replace(self.visit, on_reader=True)
        self._changed()  # where the disk refuses, the draft of who has gone is dropped later
        self._drop_draft()

    def _refuse(self, command: c.Refuse) -> None:
        live = self._live
        data = record.refused_data(self.visit, command, live.rules)
        after = turns.refuse(self.visit, command.reason, new_id())
        live.commit([*day_proposals(live), Proposal("ItemRefused", data, new_id(), by_person=True)])
        self.visit = after
        report = data["action"] == Action.REFUSE_REPORT
        live.say("msg.refused_report" if report else "msg.refused", "warning")
        if command.reason is c.RefusalReason.NO_VALID_DOCUMENT:
            self._paper.slip()

    # -- the commit ------------------------------------------------------------------------------

    def _commit(self, command: c.Commit) -> None:
        """F9.  Whatever is pressed around it: one operation id has one effect (I1, T2)."""
        live, visit = self._live, self.visit
        live.probe("f9.received")
        now = live.now().at
        if visit.item.accepted:
            row = live.item(visit.item.accepted)
            live.say("msg.already_accepted", "good", number=str(row.annex["number"]) if row else "")
            return
        # Another visit may have taken the waybill since it was scanned.
        visit = self.visit = inputs.waybill_again(visit, live.rules, self._waybills.known).visit
        open_gates = missing(visit, business_date(now), live.rules)
        if open_gates:
            live.say("msg.not_ready", "warning", first=open_gates[0])
            return
        reader_down.check(live, visit.identity)
        number = int(live.state.value["items"]) + 1
        shown = f"{number:06d}"
        proposals = [*day_proposals(live), *self._proposals(number)]

        def after(entries: list[Entry]) -> v.Visit:
            return turns.item_accepted(
                visit,
                sender_entry=visit.sender_entry or entries[-2].header.seq,
                item_entry=entries[-1].header.seq,
                number=shown,
                when=f"{now.astimezone(CHINA):%H:%M}",
                rules=live.rules,
            )

        try:
            # With the entries the draft changes: the customer's part stays for the next item, and no
            # draft ever holds an item that is accepted already.
            entries = live.commit(proposals, lambda entries: self._draft_row(after(entries)))
        except StoreError:
            self._changed()  # nothing was stored: what is typed stays, here and in the draft
            raise
        live.probe("f9.committed")
        self.visit = after(entries)
        self._dirty_since = 0.0
        item = entries[-1].header.seq
        self.items.append(item)
        self.last_item = item
        self._paper.send(item, command.pressed_ns)
        live.say("msg.accepted", "good", number=shown)
        live.probe("f9.shown")

    def _proposals(self, number: int) -> list[Proposal]:
        live, visit, rules = self._live, self.visit, self._live.rules
        today = business_date(live.now().at)
        parts = item_parts(live, visit, self._imprint(number, token=new_id()))

        def item(state: State) -> dict[str, object]:
            # The sender's entry is that of an earlier item of this visit, or the one just before.
            entry = visit.sender_entry or state.head.seq
            receipt = live.settings.receipts
            return record.item_data(visit, today, rules, sender_entry=entry, number=number, receipt=receipt)

        made = [Proposal("ItemAccepted", item, visit.item.operation, True, parts)]
        if not visit.sender_entry:
            made.insert(
                0,
                Proposal(record.sender_kind(visit), record.sender_data(visit, today, rules), new_id(), True),
            )
        return made

    def _imprint(self, number: int, token: str = "") -> Imprint:
        live = self._live
        at = live.now().at.astimezone(CHINA)
        return Imprint(
            live.settings.branch, live.need_session().operator, f"{number:06d}", token, f"{at:%Y-%m-%d %H:%M}"
        )

    # -- devices ---------------------------------------------------------------------------------

    def card(self, event: _CardEvent, *, aside: bool = False) -> None:
        """A lane's word about a document.  Behind the lock, and for a look-up, only its presence counts."""
        live = self._live
        if aside or live.screen is not Screen.CLERK:
            self._reading = aside and isinstance(event, CardReading)
            if isinstance(event, CardRead | CardLifted):
                self.visit = replace(self.visit, on_reader=isinstance(event, CardRead))
            return
        now = live.now().at
        match event:
            case CardReading():
                self._reading = True
            case CardRead():
                self._reading = False
                step = inputs.card_read(self.visit, event.card, now, business_date(now), live.rules)
                self._take(step)
                self._picture.take(event, self.visit)
            case CardFailed():
                self._reading = False
                self.visit = inputs.card_failed(self.visit, event.fault, event.facts)
                live.say(event.fault, "error", **dict(event.facts))
            case CardLifted():
                self.visit = inputs.card_lifted(self.visit)
        self._changed()

    def scanned(self, text: str) -> None:
        """A scan goes to the waybill field wherever the focus is; anything else is a named problem."""
        live = self._live
        if live.screen is not Screen.CLERK:
            return
        if self._scanned_back(text.strip()):
            return
        step = inputs.waybill_scanned(self.visit, text, live.rules, self._waybills.known)
        self._take(step)
        if not step.note:
            live.say("msg.waybill_scanned")
        self._changed()

    def _scanned_back(self, text: str) -> bool:
        """A label scanned on its parcel (R18): by its token at any time, by its waybill right after F9.

        While the label of the item on the screen is not scanned, another item's label alarms: it is
        on the wrong parcel.
        """
        live = self._live
        journal, unscanned = live.need_journal(), live.state.value["unscanned"]
        standing = self.visit.item.accepted
        row, by = journal.item_by_token(text), "token"
        if row is None and standing:
            row, by = journal.item_by_waybill(text.replace(" ", "").upper()), "waybill"
        if row is None:
            return False
        number = str(row.annex.get("number", ""))
        if row.seq != standing and str(standing) in unscanned:
            live.say("msg.other_label", "error", number=number)
        elif str(row.seq) in unscanned:
            data = {"item": row.seq, "by": by}
            live.commit([Proposal("LabelAffixed", data, new_id(), by_person=True)])
            live.say("msg.affixed", "good", number=number)
        elif row.affixed:
            live.say("msg.affixed_already", "info", number=number)
        else:
            live.say("msg.label_waits", "warning", fault=self._paper.faults.get(row.seq, ""))
        return True

    def weighed(self, visit: v.Visit) -> None:
        """The visit with another weight."""
        self.visit = visit
        self._changed()

    def view(self, items: tuple[ItemView, ...]) -> VisitView:
        """What the screen shows of the visit."""
        live = self._live
        imprint = self._imprint(int(live.state.value["items"]) + 1)
        today = business_date(live.now().at)
        view = visit_view(
            self.visit,
            today,
            live.rules,
            imprint,
            items=items,
            reading=self._reading,
            reader_down=reader_down.standing(live),
            approver_here=approving.possible(live),
        )
        return self._picture.shown(view, self.visit)
