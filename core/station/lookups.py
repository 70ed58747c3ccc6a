"""Look-up by waybill, receipt number, label token, receipt code, or a document placed again.

What is shown comes from the annex, masked, and only while it stands on the screen.  A document finds
items by its digest hint under every month's key that is still kept; hints are shared by others, so what
the annex shows of it is compared too, and still only headquarters confirms (house.md).

Nothing is shown that the journal does not say first: who looked, by what, how much was found, and which item
where it is one (R65); never the text.  The same again while it stands on the screen is one look-up.
"""

from __future__ import annotations

import datetime as dt
import re

from core.acceptance.again import would_show
from core.acceptance.marked import first_token, ordinal, shown_number
from core.acceptance.record import digest_hint
from core.complaints import BeginComplaint, BeginObjection, ShowComplainant
from core.consents import AnswerConsent, Answered, AskConsents, ItemConsents
from core.devices import CardFailed, CardLifted, CardRead, CardReading
from core.disclosing import BeginDisclosure
from core.errors import EntryError, RuleError, RuleFault
from core.identity.card import IdCard
from core.identity.characters import fold_width, storable
from core.ledger.looks import KIND, By
from core.ledger.writer import Proposal
from core.persons import AnswerRight, AskErasure, AskRight
from core.ports import ItemRow
from core.receipts.record import PREFIX, read_record
from core.seeing import BeginCase
from core.station import consenting, late, persons
from core.station.cases import Cases
from core.station.complaints import Complaints, Printer
from core.station.days import day_proposals
from core.station.disclosing import Disclosing
from core.station.drafts import Standing
from core.station.live import Live, new_id
from core.station.rights import Rights

SHOWN = 50  # so many items are shown without a search, the newest
SHOWN_BY_CARD = 12  # and of one document, two pages: each lies somewhere else on the disk
_TEXT_MAX = 1024  # a receipt's code has some 800 characters
_BETWEEN = re.compile(r"[ \-\u2010-\u2015\u2212]")
_TERMINAL = re.compile(r"([0-9]{6}-[0-9]{2}-[0-9]{2})\s+(\S.*)")
_DATED = re.compile(
    r"([0-9]{4})[-./年]?([0-9]{1,2})[-./月]?([0-9]{1,2})日?[ /-]+([0-9]{1,9})(?:-[0-9]{1,2})?"
)
_NUMBER = re.compile(r"([0-9]{1,9})(?:-[0-9]{1,2})?")  # a receipt after a correction: 000129-1
_CardEvent = CardReading | CardRead | CardFailed | CardLifted


class LookUps:
    """F3.  ``found`` is None while no look-up stands; ``by`` says how it was looked for."""

    def __init__(self, live: Live, rights: Rights, printed: Printer, on: Standing) -> None:
        """``on``: what stands at the desk; a consent taken back here may be its sender's."""
        self._live = live
        self._on = on
        self._rights = rights
        self.found: list[ItemRow] | None = None
        self.by = ""  # "text", "card", "" for the newest
        self.cases = Cases(live)  # of the items that are looked up
        self.disclosing = Disclosing(live, printed)  # of one of them, to an organ or a partner
        self.complaints = Complaints(live, self.cases, printed)  # about one of them, or about none
        self._said: dict[str, object] = {}  # what the journal says of the look-up that stands
        self.consents: ItemConsents | None = None  # of the item that somebody asked about

    @property
    def open(self) -> bool:
        """Whether a look-up stands."""
        return self.found is not None

    def find(self, text: str) -> None:
        """By whatever was typed or scanned; the newest items for nothing.  Says so where nothing is found.

        Raises EntryError for a receipt's code that headquarters' key does not stand behind.
        """
        live = self._live
        live.need_session()
        self.consents = None
        self.cases.act()
        self.disclosing.leave()
        self.complaints.leave()
        wanted = fold_width(text[: _TEXT_MAX + 1]).strip()
        if not wanted:
            self._show(self._newest(), "", By.NEWEST)
            return
        self.found, self.by = [], "text"
        if wanted.startswith(PREFIX):
            self._by_receipt(wanted)
        else:
            self._by_text(wanted)

    def card(self, event: _CardEvent) -> None:
        """A lane's word while a look-up stands: a document that was read looks, and is not kept."""
        live = self._live
        live.need_session()
        self.cases.act()
        if isinstance(event, CardFailed):
            live.say(event.fault, "error", **dict(event.facts))
        if not isinstance(event, CardRead):
            return
        self.disclosing.leave()
        self.complaints.leave()
        rows, self.consents = self._by_card(event.card), None
        self._show(rows[:SHOWN_BY_CARD], "card", By.DOCUMENT)
        if not rows:
            live.say("msg.nothing_by_card", "warning")
            return
        shown = min(len(rows), SHOWN_BY_CARD)
        more = len(rows) > shown
        live.say("msg.found_by_card_more" if more else "msg.found_by_card", count=shown)

    def close(self) -> None:
        """Forget the result, and what is typed or seen of a case."""
        self.cases.leave()
        self.disclosing.leave()
        self.complaints.leave()
        self.found, self.by, self._said, self.consents = None, "", {}, None

    def _show(self, rows: list[ItemRow], shown_by: str, by: By, terminal: str = "") -> None:
        """The entry first; where the disk refuses it nothing is shown.

        Raises StoreError as a commit does.
        """
        live = self._live
        item = rows[0].seq if len(rows) == 1 and rows[0].late is None else 0
        said: dict[str, object] = {"by": by.value, "hits": len(rows), "item": item}
        said["terminal"] = terminal or live.settings.terminal
        if said != self._said:
            self.found, self.by, self._said = [], shown_by, {}
            live.commit([*day_proposals(live), Proposal(KIND, said, new_id(), by_person=True)])
            live.probe("look_up.said")
            self._said = said
        self.found, self.by = rows, shown_by

    # -- separate consents -------------------------------------------------------------------------

    def handle(self, command: object) -> bool:
        """Whether it is about an item that was found, and was done.  Raises as what it does."""
        if isinstance(command, BeginCase | BeginDisclosure):
            self._live.need_session()
            self._need_found(command.item)
        if isinstance(command, BeginComplaint | BeginObjection | ShowComplainant):
            self._live.need_session()
            if isinstance(command, BeginComplaint) and command.item:
                self._need_found(command.item)
            self.found = self.found or []  # its panel stands on that page, also for one that is of no item
        if any(each.handle(command) for each in (self.cases, self.disclosing, self.complaints)):
            return True
        match command:
            case AskConsents():
                self.ask_consents(command.item)
            case AnswerConsent() if command.item:
                self.answer_consent(command)
            case AskErasure():
                self.ask_erasure(command)
            case AskRight():
                self._rights.ask(command, self.found or (), self.by)
            case AnswerRight():
                self._rights.answer(command)
            case _:
                return False
        return True

    def ask_consents(self, item: int) -> None:
        """What the sender of an item that is shown agreed to.  Raises RuleError as ``consenting.of_item``."""
        self._live.need_session()
        self._need_found(item)
        self.consents = consenting.of_item(self._live, item, may_give=self.by == "card")

    def answer_consent(self, command: AnswerConsent) -> None:
        """Withdrawn, or given after all.  Raises RuleError as ``consenting.answer_of_item``."""
        self._live.need_session()
        row = self._need_found(command.item)
        may_give = self.by == "card"
        consenting.answer_of_item(self._live, command, may_give=may_give)
        before = self._on.visit
        self._on.visit = consenting.as_recorded(self._live, before)
        if command.answer is not Answered.GIVEN:
            self._on.visit = consenting.taken_back(self._on.visit, row, command.consent)
        if self._on.visit is not before:  # what stands behind the look-up is no longer as she left it
            self._live.say("msg.consent_here_too", "good")
        self.consents = consenting.of_item(self._live, command.item, may_give=may_give)

    def ask_erasure(self, command: AskErasure) -> None:
        """What a person asks for her items.  Raises RuleError as ``persons.ask_erasure``."""
        self.cases.leave()  # nothing is kept that was being typed about an item of hers
        ends = self.cases.ended_with
        found = persons.ask_erasure(self._live, command.items, self.found or (), self.by, ends)
        self.consents = None
        self.found = [row for row in self.found or () if self._live.item(row.seq) is not None]
        self._live.say("msg.person_erasure", "good", erased=found.erased, restricted=found.restricted)

    def _need_found(self, item: int) -> ItemRow:
        """Raises RuleError NOT_ALLOWED for an item that no look-up shows."""
        found = next((row for row in self.found or () if row.seq == item), None)
        if found is None:
            raise RuleError(RuleFault.NOT_ALLOWED)
        return found

    def _newest(self) -> list[ItemRow]:
        """What headquarters has something to say of comes first: somebody here has to look at it."""
        live = self._live
        noted = sorted(live.held.keys() | live.reviews.keys(), key=lambda place: place[1], reverse=True)
        found = ((epoch, live.item(seq)) for epoch, seq in noted[:SHOWN])
        first = [row for epoch, row in found if row is not None and row.epoch == epoch]
        known = {row.seq for row in first}
        others = [row for row in live.need_journal().items(limit=SHOWN) if row.seq not in known]
        return [*first, *others][:SHOWN]

    # -- the ways ----------------------------------------------------------------------------------

    def _by_text(self, wanted: str) -> None:
        """A waybill, a token, or a number with or without terminal and date; what was taken in too."""
        live, journal = self._live, self._live.need_journal()
        waybill = _BETWEEN.sub("", wanted).upper()
        for by, text, row in (
            (By.WAYBILL, waybill, journal.item_by_waybill(waybill)),
            (By.TOKEN, wanted, journal.item_by_token(first_token(wanted))),
        ):
            rows = [*([] if row is None else [row]), *late.find(live, by.value, text)]
            if rows:
                self._show(rows, "text", by)
                if by is By.TOKEN and row is not None and row.annex.get("token") != wanted:
                    live.say("msg.old_label", "warning", number=row.number)
                return
        named = _TERMINAL.fullmatch(wanted)
        if named is not None and named[1] != live.settings.terminal:
            self._show([], "text", By.NUMBER, named[1])
            live.say("msg.other_terminal", "warning", terminal=named[1])
            return
        rows = self._by_number(named[2] if named is not None else wanted)
        self._show(rows, "text", By.NUMBER if rows or named is not None else By.TEXT)
        if not rows:
            live.say("msg.nothing_found", "warning")

    def _by_number(self, wanted: str) -> list[ItemRow]:
        """``129``, ``000129``, or with the day of acceptance in front: ``2026-11-22 129``.

        A machine that was replaced may have used the same numbers: then there are two.
        """
        dated, plain = _DATED.fullmatch(wanted), _NUMBER.fullmatch(wanted)
        day = _day(dated)
        said = dated[4] if dated is not None and day is not None else plain[1] if plain is not None else ""
        if not said:
            return []
        number = int(said)
        row = self._live.need_journal().item_by_number(number)
        rows = [*([] if row is None else [row]), *late.find(self._live, "number", number)]
        if day is None:
            return rows
        # The day as label and receipt show it, local time.
        return [row for row in rows if str(row.annex.get("accepted_at", "")).startswith(day.isoformat())]

    def _by_receipt(self, code: str) -> None:
        """The signed record that a receipt carries; a number alone would trust whoever printed it."""
        live = self._live
        try:
            record = read_record(code, live.vault.headquarters_keys().chain)
        except EntryError:
            self._show([], "text", By.RECEIPT)
            raise
        if record.terminal != live.settings.terminal:
            self._show([], "text", By.RECEIPT, record.terminal)
            live.say("msg.other_terminal", "warning", terminal=record.terminal)
            return
        row = live.need_journal().item(record.head.seq)
        rows = [] if row is None or row.annex.get("number") != record.number else [row]
        self._show(rows, "text", By.RECEIPT)
        if not rows:
            live.say("msg.nothing_found", "warning")
        elif row is not None and record.correction != ordinal(row.annex):
            live.say("msg.receipt_replaced", "warning", number=shown_number(row.annex))

    def _by_card(self, card: IdCard) -> list[ItemRow]:
        live, number = self._live, storable(card.number)
        keys = live.store.hint_keys()
        hints = {month: digest_hint(key, card.kind, number) for month, key in keys.items()}
        return live.need_journal().items_by_hint(hints, would_show(card), SHOWN_BY_CARD + 1)


def _day(dated: re.Match[str] | None) -> dt.date | None:
    """The day that stands in front of a number; None where there is none."""
    try:
        return None if dated is None else dt.date(int(dated[1]), int(dated[2]), int(dated[3]))
    except ValueError:
        return None
