"""The acceptance desk: the visit on the screen, and the one key that commits."""

from __future__ import annotations

from dataclasses import replace

from core import commands as c
from core.acceptance import fees, inputs, record, turns
from core.acceptance import visit as v
from core.acceptance.catalogue import Action
from core.acceptance.gates import missing, visit_view
from core.acceptance.known import Contact, take
from core.acceptance.labels import Imprint
from core.acceptance.marked import first_token
from core.acceptance.undo import Deeds
from core.acceptance.waybill import normalise_waybill
from core.consents import AnswerConsent, GuardianAgrees
from core.devices import CardFailed, CardLifted, CardRead, CardReading, DeviceState, Slot
from core.errors import RuleError, RuleFault, StoreError
from core.identity.characters import fold_width
from core.ledger.clock import CHINA, business_date
from core.ledger.entry import Entry
from core.ledger.ranges import NO_POOL
from core.ledger.state import State
from core.ledger.writer import Proposal
from core.numbering import TakeNumber, VoidNumbers
from core.ports import VOIDED
from core.receipts.record import PREFIX
from core.station import approving, consenting, paper_forms, reader_down, sender_codes, typed, ways
from core.station.days import day_proposals
from core.station.drafts import Drafts, Standing
from core.station.live import Live, new_id
from core.station.paper import Paper, label_page
from core.station.parts import item_parts
from core.station.picture import Picture
from core.station.stocktaking import scanned as beside_the_form
from core.station.waybills import Waybills
from core.view import ItemView, Screen, VisitView

_CardEvent = CardReading | CardRead | CardFailed | CardLifted


class Desk:
    """Called on the station's thread only."""

    def __init__(self, live: Live, paper: Paper) -> None:
        self._live = live
        self._paper = paper
        self._picture = Picture(live)
        self._reading = False
        self._deeds = Deeds()
        self._waybills = Waybills(live)
        self.on = Standing(v.new_visit(new_id(), new_id()))
        self.drafts = Drafts(live, self.on, self._waybills, self._fresh)

    @property
    def visit(self) -> v.Visit:
        """What stands on the screen."""
        return self.on.visit

    @visit.setter
    def visit(self, visit: v.Visit) -> None:
        self.on.visit = visit

    def _fresh(self) -> None:
        """An empty visit stands; nothing of the one before stays in memory."""
        self.on.visit = v.new_visit(new_id(), new_id(), self.visit.revision + 1)
        self.on.items = []
        self._waybills.forget()
        self._deeds.forget()
        self._reading = False
        self._picture.drop()

    # -- commands --------------------------------------------------------------------------------

    def handle(self, command: c.Command) -> None:
        """Everything a clerk does to the acceptance on the screen."""
        live, rules, now, before = self._live, self._live.rules, self._live.now().at, self.visit
        match command:
            case c.SetField():
                step = inputs.set_field(self.visit, command.name, command.text, rules, self._waybills.known)
                self._take(step)
            case TakeNumber():
                command = self._take_number()
            case VoidNumbers():
                self._void(command)
                return
            case c.ConfirmOriginal():
                self.visit = typed.confirm(live, self.visit, now)
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
            case _ if isinstance(command, ways.PasteCommand):
                self._take(ways.paste(live, self.visit, command, self._waybills.known))
            case c.StartManual() | c.SetManualField() | c.FinishManual() | c.CancelManual():
                self._take(ways.manual(live, self.visit, command))
            case c.AcknowledgeNotice():
                self.visit = turns.acknowledge(self.visit, command.how, rules)
            case AnswerConsent() | GuardianAgrees():
                self.visit = consenting.handle(live, self.visit, command)
                if before.sender_entry:  # an entry holds it: nothing that could be taken back
                    self.drafts.changed()
                    return
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
            case c.Park():
                self._park()
                return
            case c.Resume():
                self.drafts.resume(command.draft)
                return
            case c.Undo():
                self._undo()
                return
            case _:
                raise RuleError(RuleFault.NOT_ALLOWED)
        self._deeds.note(command, before, self.visit)
        live.message = None if live.message and live.message.level == "error" else live.message
        self.drafts.changed()

    def _take_number(self) -> c.SetField:
        """The next number of a pool into the field; as if it had been typed, for Ctrl+Z."""
        drawn, _ = self._waybills.draw()
        put = inputs.set_field(
            self.visit, c.Field.WAYBILL, drawn.waybill, self._live.rules, self._waybills.known, v.POOL
        )
        self._take(replace(put, visit=replace(put.visit, revision=put.visit.revision + 1)))
        return c.SetField(c.Field.WAYBILL, drawn.waybill)

    def _void(self, command: VoidNumbers) -> None:
        """A person gives numbers of a pool up: they are never given out."""
        live, most = self._live, self._live.rules.limits.scan_max
        first, last = (normalise_waybill(text, most) for text in (command.first, command.last))
        proposals, count = self._waybills.pools.voided(first, last, command.cause.value)
        live.commit([*day_proposals(live), *proposals])
        stands = v.check(self.visit, c.Field.WAYBILL, live.rules).text
        if stands and self._waybills.pools.gone(stands) and not self.visit.item.accepted:
            put = inputs.set_field(self.visit, c.Field.WAYBILL, "", live.rules, self._waybills.known)
            self.visit = replace(put.visit, revision=put.visit.revision + 1)
            self.drafts.changed()
        live.say("msg.numbers_voided", "good", count=count)

    def _park(self) -> None:
        if self._reading:
            raise RuleError(RuleFault.PARK_READING)
        self.drafts.park()

    def _undo(self) -> None:
        """What a step left is opened or emptied again, and said; the draft follows."""
        live, before = self._live, self.visit
        found = self._deeds.take_back(before, live.rules, self._waybills.known)
        if found is None:
            live.say("msg.nothing_to_undo")
            return
        self.visit, name = found
        if self.visit.id != before.id:
            self.on.items = self.drafts.accepted_in(self.visit.id)
        self.drafts.changed()
        live.say("msg.undone", what=f"undone.{name}")

    def take_known(self, command: c.TakeKnown, contact: Contact) -> None:
        """F5: a contact as in an earlier acceptance."""
        before = self.visit
        self.visit = take(before, contact)
        self._deeds.note(command, before, self.visit)
        self.drafts.changed()

    def _take(self, step: v.Step) -> None:
        before, self.visit = self.visit.identity, step.visit
        if step.note:
            self._live.say(str(step.note), "warning", **dict(step.facts))
        self._ask_about(before)

    def _ask_about(self, before: v.Identity | None) -> None:
        """A document that may be on the branch's block list: a hint means "ask", never "refuse"."""
        now = self.visit.identity
        fresh = now is not None and (before is None or not before.same_document(now))
        if now is not None and fresh and self._live.may_be_listed(now.number):
            self._live.ask_about(now.number)

    def _new(self, *, discard: bool) -> None:
        if not discard and not self.visit.empty:
            raise RuleError(RuleFault.ITEM_OPEN)
        self._end_visit()

    def _next_customer(self) -> None:
        if not self.visit.empty:
            raise RuleError(RuleFault.ITEM_OPEN)
        lying, unscanned = self.visit.on_reader, self._live.state.value["unscanned"]
        loose = sum(1 for item in self.on.items if str(item) in unscanned)
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
        self.drafts.changed()  # where the disk refuses, the draft of who has gone is dropped later
        self.drafts.drop()

    def _refuse(self, command: c.Refuse) -> None:
        live = self._live
        data = record.refused_data(self.visit, command, live.rules)
        after = turns.refuse(self.visit, command.reason, new_id())
        live.commit([*day_proposals(live), Proposal("ItemRefused", data, new_id(), by_person=True)])
        self.visit = after
        self._deeds.forget()
        report = data["action"] == Action.REFUSE_REPORT
        live.say("msg.refused_report" if report else "msg.refused", "warning")
        if command.reason is c.RefusalReason.NO_VALID_DOCUMENT:
            self._paper.slip()

    # -- the commit ------------------------------------------------------------------------------

    def _commit(self, command: c.Commit) -> None:
        """F9.  Whatever is pressed around it: one operation id has one effect (I1, T2)."""
        live, visit = self._live, self.visit
        live.probe("f9.received")
        live.stopped = live.word.stop() or live.stopped
        if live.stopped:
            raise RuleError(RuleFault.COUNTER_STOPPED, what=live.stopped)
        now = live.now().at
        if visit.item.accepted:
            row = live.item(visit.item.accepted)
            live.say("msg.already_accepted", "good", number=str(row.annex["number"]) if row else "")
            return
        pool, passed = self._number(visit)
        # Another visit may have taken the waybill since it was scanned.
        visit = self.visit = inputs.waybill_again(self.visit, live.rules, self._waybills.known).visit
        open_gates = missing(visit, business_date(now), live.rules)
        if open_gates:
            live.say("msg.not_ready", "warning", first=open_gates[0])
            return
        if paper_forms.waits(live, visit):
            return
        if sender_codes.spent(live, visit):  # her document is read instead; what was typed stays
            self.visit = turns.identity_lapsed(visit, new_id())
            self.drafts.changed()
            raise RuleError(RuleFault.SENDER_CODE_USED)
        number = int(live.state.value["items"]) + 1
        shown = f"{number:06d}"
        proposals = [*day_proposals(live), *passed, *self._proposals(number, pool)]

        def after(entries: list[Entry]) -> v.Visit:
            return turns.item_accepted(
                visit,
                sender_entry=int(entries[-1].data["sender"]),
                item_entry=entries[-1].header.seq,
                number=shown,
                when=f"{now.astimezone(CHINA):%H:%M}",
                rules=live.rules,
            )

        try:
            # With the entries the draft changes: the customer's part stays for the next item, and no
            # draft ever holds an item that is accepted already.
            entries = live.commit(proposals, lambda entries: self.drafts.row(after(entries)))
        except StoreError:
            self.drafts.changed()  # nothing was stored: what is typed stays, here and in the draft
            raise
        live.probe("f9.committed")
        self.visit = after(entries)
        self.drafts.written()
        self._deeds.forget()
        item = entries[-1].header.seq
        self.on.items.append(item)
        self.on.last_item = item
        self._paper.send(item, command.pressed_ns)
        self._say_accepted(shown)
        live.probe("f9.shown")

    def _number(self, visit: v.Visit) -> tuple[tuple[str, int], list[Proposal]]:
        """Which number of a pool the item takes, and the entries of those that are passed over.

        One that was drawn is drawn again: another visit may have used it meanwhile, and nothing was
        printed yet.
        """
        stands, rules = visit.text(c.Field.WAYBILL), self._live.rules
        if stands.source == v.POOL:
            drawn, passed = self._waybills.draw()
            if drawn.waybill != stands.text:
                self.visit = inputs.set_field(
                    visit, c.Field.WAYBILL, drawn.waybill, rules, self._waybills.known, v.POOL
                ).visit
            return (drawn.pool, drawn.ordinal), passed
        found = self._waybills.pools.place(v.check(visit, c.Field.WAYBILL, rules).text)
        return ((found.pool, found.ordinal) if found else (NO_POOL, 0)), []

    def _say_accepted(self, number: str) -> None:
        """That it is recorded; and, where the printer is known to hold its label up, that nothing is lost."""
        live = self._live
        alone = live.word.accepted()
        printer = live.devices.get(Slot.LABEL_PRINTER)
        if alone:
            live.say("msg.accepted_unasked", "warning", number=number)
        elif printer is not None and printer.fault and printer.state is not DeviceState.READY:
            live.say("msg.accepted_waits", "warning", number=number, fault=printer.fault)
        else:
            live.say("msg.accepted", "good", number=number)

    def _proposals(self, number: int, pool: tuple[str, int]) -> list[Proposal]:
        live, visit, rules = self._live, self.visit, self._live.rules
        today = business_date(live.now().at)
        parts = item_parts(live, visit, self._imprint(number, token=new_id()))

        def item(state: State) -> dict[str, object]:
            # The sender's entry is that of an earlier item of this visit, or stands in these entries.
            entry = visit.sender_entry or int(state.value["senders"][visit.id])
            receipt = live.settings.receipts
            return record.item_data(
                visit, today, rules, sender_entry=entry, number=number, receipt=receipt, pool=pool
            )

        accepted = Proposal("ItemAccepted", item, visit.item.operation, True, parts)
        made = [*paper_forms.taken(live, visit), accepted]
        if not visit.sender_entry:
            data = record.sender_data(visit, today, rules)
            sender = Proposal(record.sender_kind(visit), data, new_id(), True)
            made[:0] = [*typed.with_second(live, visit, sender), *consenting.proposals(live, visit)]
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
        if live.message and live.message.code == "msg.card_left" and not isinstance(event, CardFailed):
            live.message = None  # it was taken, or another one came
        match event:
            case CardReading():
                self._reading = True
            case CardRead():
                self._reading = False
                # It lies there, whoever's it is and whether or not it is taken.
                self.visit = replace(self.visit, on_reader=True)
                step = inputs.card_read(self.visit, event.card, now, business_date(now), live.rules)
                self._take(step)
                self._picture.take(event, self.visit)
            case CardFailed():
                self._reading = False
                self.visit = inputs.card_failed(self.visit, event.fault, event.facts)
                live.say(event.fault, "error", **dict(event.facts))
            case CardLifted():
                self.visit = inputs.card_lifted(self.visit)
        self.drafts.changed()

    def scanned(self, text: str) -> None:
        """A scan goes to the waybill field wherever the focus is; anything else is a named problem."""
        live = self._live
        if live.screen is not Screen.CLERK:
            return
        if beside_the_form(live, text) or self._scanned_back(text.strip()):
            return
        if fold_width(text).strip().startswith(PREFIX):  # of a receipt: looked up, never a waybill
            live.say("msg.receipt_scanned", "info")
            return
        self._take(ways.code(live, self.visit, text, self._waybills.known))
        self.drafts.changed()

    def _scanned_back(self, text: str) -> bool:
        """A label scanned on its parcel (R18): by its token at any time, by its waybill right after F9.

        While the label of the item on the screen is not scanned, another item's label alarms: it is
        on the wrong parcel.
        """
        live = self._live
        journal, unscanned = live.need_journal(), live.state.value["unscanned"]
        standing = self.visit.item.accepted
        row, by = journal.item_by_token(first_token(text)), "token"
        if row is None and standing:
            row, by = journal.item_by_waybill(text.replace(" ", "").upper()), "waybill"
        if row is None:
            return False
        number = row.number
        if row.label == VOIDED:
            raise RuleError(RuleFault.ITEM_VOIDED)
        if by == "token" and row.annex["token"] != text:  # printed before the item was corrected
            live.say("msg.old_label", "error", number=number)
        elif row.seq != standing and str(standing) in unscanned:
            live.say("msg.other_label", "error", number=number)
        elif str(row.seq) in unscanned:
            live.commit([Proposal("LabelAffixed", {"item": row.seq, "by": by}, new_id(), by_person=True)])
            live.say("msg.affixed", "good", number=number)
        elif row.affixed:
            live.say("msg.affixed_already", "info", number=number)
        else:
            live.say("msg.label_waits", "warning", fault=self._paper.faults.get(row.seq, ""))
        return True

    def weighed(self, visit: v.Visit) -> None:
        """The visit with another weight."""
        self.visit = visit
        self.drafts.changed()

    def view(self, items: tuple[ItemView, ...]) -> VisitView:
        """What the screen shows of the visit."""
        live = self._live
        imprint = self._imprint(int(live.state.value["items"]) + 1)
        view = visit_view(
            self.visit,
            business_date(live.now().at),
            live.rules,
            imprint,
            items=items,
            reading=self._reading,
            reader_down=reader_down.standing(live),
            approver_here=approving.possible(live),
        )
        view = typed.shown(live, self.visit, replace(view, pool=self._waybills.pools.view()))
        row = live.item(self.visit.item.accepted) if self.visit.item.accepted else None
        if row is not None:  # what stands is the record itself, not what would print for a next item
            view = replace(view, preview=label_page(row, 0))
        return self._picture.shown(view, self.visit)
