"""Directives of headquarters take effect: kept with ``DirectivesAdopted`` in one transaction, then used.

What the store keeps is the truth; slots, names, rules and the session here are brought to it, again and
again if need be.  A directive that cannot be used is parked by name; the rest goes on.
"""

from __future__ import annotations

import contextlib
import queue
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from core import wire
from core.errors import ConfigError, CounterError, EntryError, EntryFault, Fact, StoreError
from core.ledger.block_list import read_block_list
from core.ledger.blocks import read_decided
from core.ledger.branches import read_late
from core.ledger.clock import CHINA, minute
from core.ledger.directives import DirectiveKind, SignedDirective
from core.ledger.notices import (
    RETURNED,
    SETTLED,
    Elsewhere,
    read_elsewhere,
    read_held,
    read_review,
    read_told_head,
)
from core.ledger.notify import read_answered
from core.ledger.sender_codes import read_issuers
from core.ledger.staff import read_staff
from core.ledger.writer import Proposal
from core.ports import DirectiveRow
from core.rules import DatedNotice, RuleBook, Rules
from core.station import afar, answered, blocking, decided, notifying, rolling, told_items
from core.station.live import Live, new_id
from core.station.pools import Pools
from core.station.rolling import Rolling
from core.station.templates import read_label, read_labels
from core.view import Screen

_T = TypeVar("_T")
_AGAIN_SECONDS = 30.0
_WAIT_SECONDS = 8.0  # as long as for a first connection (core/station/grace.py)
UNKNOWN = EntryFault.KIND_UNKNOWN  # a kind that this version does not know


class Adopting:
    """Called on the station's thread, ``tell`` aside.  ``lock`` ends the session of whoever stands here."""

    def __init__(self, live: Live, lock: Callable[[str], None]) -> None:
        self._live = live
        self._lock = lock
        self._pools = Pools(live)
        self._own = live.rulebook  # what the program brings
        self._read: dict[bytes, Rules] = {}
        self._told: queue.SimpleQueue[Sequence[SignedDirective]] = queue.SimpleQueue()
        self._again_at: float | None = None  # what is kept could not be brought into effect yet

    def opened(self) -> None:
        """The store was opened: what it keeps counts from now on, also where its slots cannot be written."""
        with contextlib.suppress(StoreError):
            self._settle()

    def shut(self) -> None:
        """The store is shut: what stood in it is no longer known here."""
        self._live.staff = {}
        self._live.block_lists, self._live.issuers = (), {}
        self._live.pools = ()
        self._live.templates = ()
        self._live.held, self._live.reviews = {}, {}
        self._live.late, self._live.late_here = [], {}
        self._live.rulebook = self._own
        self._again_at = None

    def tell(self, directives: Sequence[SignedDirective]) -> None:
        """From the pump's thread: they wait until the station takes them."""
        self._told.put(directives)

    def take_told(self) -> bool:
        """Adopt what was told; whether there was any."""
        taken = False
        while not self._told.empty():
            taken = self.take(self._told.get()) or taken
        return taken

    def wait_told(self) -> bool:
        """As :meth:`take_told`, after waiting some seconds: a log-in may hang on it."""
        try:
            return self.take(self._told.get(timeout=_WAIT_SECONDS)) or self.take_told()
        except queue.Empty:
            return False

    def take(self, directives: Sequence[SignedDirective]) -> bool:
        """Adopt what follows the last one; whether there was any.  They were checked (storage/feed.py).

        Raises StoreError as a commit does: nothing is adopted then, and headquarters is asked again.
        """
        live = self._live
        if live.journal is None:
            return False
        head = live.journal.directive_head()
        rows: list[DirectiveRow] = []
        keys = Rolling(live)
        for signed in directives:
            said = signed.directive
            if said.number == head.number + 1 and said.previous == head.hash:
                rows.append(DirectiveRow(signed, self._fault(signed, keys)))
                head = signed.head
        if not rows:
            return False
        known = [row for row in rows if row.signed.directive.number <= self._adopted()[0]]
        if known and not self._keep_again(known):
            return True
        rows = rows[len(known) :]
        if not rows:
            self._settle()
            return True
        adopted = {"number": head.number, "head": wire.b64(head.hash)}
        proposals = [Proposal("DirectivesAdopted", adopted, new_id())]
        for row in rows:
            if row.fault:
                parked = {"number": row.signed.directive.number, "cause": row.fault}
                proposals.append(Proposal("DirectiveParked", parked, new_id()))
        pools = [
            row.signed for row in rows if not row.fault and row.signed.directive.kind == DirectiveKind.POOL
        ]
        proposals += self._pools.proposals(pools)
        sound = [row.signed for row in rows if not row.fault]
        proposals += [*rolling.proposals(live, sound), *afar.proposals(live, sound)]
        proposals += answered.proposals(live, sound)
        proposals += notifying.proposals(live, sound)
        proposals += decided.proposals(live, sound)
        proposals += told_items.proposals(live, sound)
        proposals += blocking.proposals(live, sound)
        live.commit(proposals, directives=rows)
        live.probe("directives.kept")
        self._settle()
        for row in rows:
            if row.fault:
                number = row.signed.directive.number
                live.say("msg.directive_parked", "warning", number=number, fault=row.fault)
            else:
                self._tell(row.signed)
        live.stood()
        return True

    def _adopted(self) -> tuple[int, str]:
        """(number, hash) as the journal's entries have it; a recovered store begins with them alone."""
        said = self._live.state.value["directives"]
        return int(said["number"]), str(said["head"])

    def _keep_again(self, known: Sequence[DirectiveRow]) -> bool:
        """Directives that this journal adopted before its store was lost; False where they are others."""
        live, (number, head) = self._live, self._adopted()
        last = known[-1].signed
        if last.directive.number == number and wire.b64(last.hash) != head:
            live.say("msg.directives_stand", "warning", what="directives fork")
            return False
        live.need_journal().keep_directives(known)
        return True

    def tick(self) -> bool:
        """What a full disk held up is tried again; whether anything was tried."""
        if self._again_at is None or time.monotonic() < self._again_at:
            return False
        self._settle()
        return True

    def _tell(self, signed: SignedDirective) -> None:
        """What the clerk has to know of an item at once; the look-up keeps it."""
        live, kind = self._live, signed.directive.kind
        if kind == DirectiveKind.WAYBILL_HELD:
            held = read_held(signed)
            at = held.at.astimezone(CHINA)
            facts = {"terminal": held.terminal, "operator": held.operator, "when": f"{at:%Y-%m-%d %H:%M}"}
            live.say("msg.waybill_held", "warning", number=self._number(held.seq), **facts)
        elif kind == DirectiveKind.NOTICE and signed.directive.subject == live.rules.notice.id:
            live.say("msg.notice_changed", "warning", version=live.rules.notice.id)
        elif kind == DirectiveKind.APPROVAL:
            afar.tell(live, signed)
        elif kind == DirectiveKind.PERSON:
            answered.tell(live, signed)
        elif kind == DirectiveKind.DISCLOSURE:
            decided.tell(live, signed)
        elif kind == DirectiveKind.ITEM:
            told_items.tell(live, signed)
        elif kind == DirectiveKind.BLOCK_DECIDED:
            blocking.tell(live, signed)
        elif kind == DirectiveKind.NOTIFY:
            notifying.tell(live, signed)
        elif kind == DirectiveKind.ELSEWHERE:
            self._elsewhere(read_elsewhere(signed))
        elif kind == DirectiveKind.REVIEW and (review := read_review(signed)).state == RETURNED:
            live.say("msg.returned", "warning", number=self._number(review.seq), review=review.why)

    def _elsewhere(self, said: Elsewhere) -> None:
        """One operator at two counters: where she was first, the screen is locked; both are told (T5)."""
        live, session = self._live, self._live.session
        here = session is not None and session.session == said.session and live.screen is Screen.CLERK
        at = minute(said.at)
        facts: dict[str, Fact] = {"operator": said.operator, "terminal": said.terminal, "when": at}
        hers = session is not None and session.operator == said.operator and live.screen is Screen.CLERK
        if not hers:  # whoever stands here reads it now; she herself when she comes
            live.doubles[said.operator] = facts
        if here and said.earlier:
            self._lock("elsewhere")
            live.say("msg.session_elsewhere", "warning", **facts)
        else:
            live.say("msg.session_double", "warning", **facts)

    def _number(self, seq: int) -> str:
        """The item's number as its label shows it; the entry's where there is no item to be seen."""
        row = self._live.item(seq)
        return row.short_number if row is not None else str(seq)

    # -- inside ----------------------------------------------------------------------------------

    def _fault(self, signed: SignedDirective, keys: Rolling) -> str:
        """Why it cannot be used, "" where it can."""
        said = signed.directive
        try:
            match said.kind:
                case DirectiveKind.OPERATOR:
                    read_staff(signed)
                case DirectiveKind.BLOCK_LIST:
                    read_block_list(signed)
                case DirectiveKind.BLOCK_DECIDED:
                    read_decided(signed)
                case DirectiveKind.SENDER_CODES:
                    read_issuers(signed)
                case DirectiveKind.RULES:
                    self._edition(signed)
                case DirectiveKind.NOTICE:
                    self._notice(signed)
                case DirectiveKind.LABEL:
                    read_label(signed)
                case DirectiveKind.POOL:
                    return self._pools.fault(signed)
                case DirectiveKind.WAYBILL_HELD:
                    read_held(signed)
                case DirectiveKind.REVIEW:
                    read_review(signed)
                case DirectiveKind.APPROVAL:
                    afar.check(self._live, signed)
                case DirectiveKind.NOTIFY:
                    read_answered(signed)
                case DirectiveKind.LATE:
                    read_late(signed)
                case DirectiveKind.PERSON:
                    answered.read_answered(signed)
                case DirectiveKind.DISCLOSURE:
                    decided.read_decided(signed)
                case DirectiveKind.ITEM:
                    told_items.check(self._live, signed)
                case DirectiveKind.ELSEWHERE:
                    read_elsewhere(signed)
                case DirectiveKind.ADMINISTRATION:
                    read_told_head(signed)
                case DirectiveKind.KEY:
                    return keys.fault(signed)
                case _:
                    return UNKNOWN
        except CounterError as error:
            return str(error.code)
        return ""

    def _edition(self, signed: SignedDirective) -> Rules:
        found = self._read.get(signed.hash)
        if found is None:
            said = signed.directive
            edition = said.body.get("edition")
            if not isinstance(edition, dict):
                raise EntryError(EntryFault.FORM, what="edition")
            found = self._read[signed.hash] = self._own.parse(edition, f"directive {said.number}")
        return found

    def _notice(self, signed: SignedDirective) -> DatedNotice:
        said = signed.directive
        notice = said.body.get("notice")
        if not isinstance(notice, dict):
            raise EntryError(EntryFault.FORM, what="notice")
        return self._live.rulebook.parse_notice(notice, f"directive {said.number}")

    def _settle(self) -> None:
        """Bring everything here to what the store keeps.  What the disk refuses is tried again."""
        live = self._live
        journal = live.need_journal()
        self._again_at = time.monotonic() + _AGAIN_SECONDS
        editions = [self._kept(self._edition, row.signed) for row in journal.directives(DirectiveKind.RULES)]
        live.rulebook = self._book([each for each in editions if each is not None])
        notices = [self._kept(self._notice, row.signed) for row in journal.directives(DirectiveKind.NOTICE)]
        live.rulebook = live.rulebook.with_notices([each for each in notices if each is not None])
        blocked = journal.directives(DirectiveKind.BLOCK_LIST)
        live.block_lists = tuple(read_block_list(row.signed) for row in blocked)
        issuing = journal.directives(DirectiveKind.SENDER_CODES)
        live.issuers = read_issuers(issuing[-1].signed) if issuing else {}
        self._pools.settle()
        live.templates = read_labels(journal.directives(DirectiveKind.LABEL))
        staff = [read_staff(row.signed) for row in journal.directives(DirectiveKind.OPERATOR)]
        live.staff = {row.operator: row for row in staff}
        held = [read_held(row.signed) for row in journal.directives(DirectiveKind.WAYBILL_HELD)]
        live.held = {(each.epoch, each.seq): each for each in held}
        reviews = [read_review(row.signed) for row in journal.directives(DirectiveKind.REVIEW)]
        live.reviews = {(each.epoch, each.seq): each for each in reviews if each.state != SETTLED}
        live.late = [read_late(row.signed) for row in journal.directives(DirectiveKind.LATE)]
        live.late_here = journal.late_heads()
        self._end_sessions()
        live.store.settle_keys(rolling.known_keys(live))
        live.store.settle_staff(staff)
        self._again_at = None

    def _kept(self, read: Callable[[SignedDirective], _T], signed: SignedDirective) -> _T | None:
        """None for one that another version of the program could read, and this one cannot."""
        try:
            return read(signed)
        except (ConfigError, EntryError):
            return None

    def _book(self, editions: Sequence[Rules]) -> RuleBook:
        return self._own.with_editions(editions) if editions else self._own

    def _end_sessions(self) -> None:
        """Whoever no longer works here, or works here as something else, is locked out at once (T5)."""
        live = self._live
        gone = {operator for operator, row in live.staff.items() if not row.role}
        session = live.session
        if session is not None and live.screen is Screen.CLERK:
            row = live.staff.get(session.operator)
            if row is not None and row.role != session.role:
                self._lock("removed" if not row.role else "role_changed")
                code = "msg.operator_removed" if not row.role else "msg.role_changed"
                live.say(code, "warning", operator=session.operator)
        live.present -= gone
