"""A journal, vault and printer that live in memory, keeping the ports' promises: for station tests.

The durable ones are tested in tests/storage, and together with the station in tests/walk.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from core import wire
from core.crypto.keys import Signer, SoftwareSigner, new_agreement, new_signer
from core.devices import PrintJob
from core.errors import CounterError, StoreError, StoreFault
from core.ledger.clock import CONFIRMED, TrustedClock
from core.ledger.directives import NO_DIRECTIVE, DirectiveHead
from core.ledger.documents import Grant, make_grant
from core.ledger.entry import EMPTY_HEAD, AttachmentClass, Entry, Head, TrustedTime, parse_stamp, stamp
from core.ledger.founding import found, operator_accepted
from core.ledger.rolls import KeyChain
from core.ledger.state import State
from core.ledger.writer import EntryWriter
from core.ports import DirectiveRow, DraftRow, HeadquartersKeys, ItemRow, LateRead, StaffRow, UnlockedOperator
from storage import views
from tests.core.machine import SetClock

TERMINAL, BRANCH = "990100-01-03", "990100-01"


@dataclass
class MemoryJournal:
    """Entries and item rows; ``fail`` is raised once by the next commit."""

    rows: list[Entry] = field(default_factory=list)
    value: State = field(default_factory=State)
    records: dict[int, views.ItemRecord] = field(default_factory=dict)
    day: int = 0
    drafts_: dict[tuple[str, str], DraftRow] = field(default_factory=dict)
    directives_: list[DirectiveRow] = field(default_factory=list)
    late_: dict[str, int] = field(default_factory=dict)
    last_contact: dt.datetime | None = None
    fail: CounterError | None = None

    def head(self) -> Head:
        return self.value.head

    def state(self) -> State:
        return self.value

    def commit(
        self,
        entries: Sequence[Entry],
        state: State,
        draft: DraftRow | None = None,
        gone: Sequence[DraftRow] = (),
        directives: Sequence[DirectiveRow] = (),
    ) -> None:
        if self.fail is not None:
            error, self.fail = self.fail, None
            raise error
        known = {(entry.header.operation, entry.header.kind) for entry in self.rows}
        if any((entry.header.operation, entry.header.kind) in known for entry in entries):
            raise StoreError(StoreFault.CONFLICT)
        for entry in entries:
            self.rows.append(entry)
            self._view(entry)
        self.value = state
        if draft is not None:
            self.save_draft(draft)
        for each in gone:
            self.drop_draft(each.operator, each.draft)
        self.directives_ += directives

    def keep_directives(self, rows: Sequence[DirectiveRow]) -> None:
        self.directives_ += rows

    def keep_late(self, read: LateRead) -> None:
        self.late_[wire.b64(read.branch)] = read.last

    def late_heads(self) -> Mapping[str, int]:
        return dict(self.late_)

    def late_items(self, by: str, value: str | int) -> list[ItemRow]:
        return []

    def directive_head(self) -> DirectiveHead:
        return self.directives_[-1].signed.head if self.directives_ else NO_DIRECTIVE

    def directives(self, kind: str) -> list[DirectiveRow]:
        said = [row for row in self.directives_ if row.signed.directive.kind == kind and not row.fault]
        last = {row.signed.directive.subject: row for row in said}
        return [row for row in said if last[row.signed.directive.subject] is row]

    def contact(self) -> dt.datetime | None:
        return self.last_contact

    def _view(self, entry: Entry) -> None:
        self.day = views.day_after(entry, self.day)
        views.apply(self.records, views.change_of(entry, self.day))

    def _row(self, record: views.ItemRecord | None) -> ItemRow | None:
        if record is None:
            return None
        entry = self.rows[record.seq - 1]
        header, annex = entry.header, dict(views.annex_of(self.rows[record.shown - 1]) or {})
        return ItemRow(
            record.seq,
            header.epoch,
            header.operation,
            entry.data["visit"],
            record.waybill,
            record.token,
            record.day,
            stamp(header.trusted.at),
            header.actor.id,
            record.label,
            record.copies,
            annex,
            record.receipt,
            record.receipt_copies,
            record.affixed,
        )

    def entries(self, first: int, last: int | None = None) -> Iterator[Entry]:
        return iter(self.rows[first - 1 : last])

    def grants(self) -> list[tuple[bytes, bytes]]:
        found = (entry.data for entry in self.rows if entry.header.kind == "EpochOpened")
        return [(wire.unb64(data["grant"]), wire.unb64(data["grant_signature"])) for data in found]

    def day_marks(self, before: int, limit: int) -> list[Entry]:
        found = [e for e in self.rows[:before] if e.header.kind in ("DayOpened", "DayClosed")]
        return found[::-1][:limit]

    def by_operation(self, operation: str) -> Head | None:
        return next((e.head for e in self.rows if e.header.operation == operation), None)

    def item_by_waybill(self, waybill: str) -> ItemRow | None:
        return self._row(next((row for row in self.records.values() if row.waybill == waybill), None))

    def item_by_token(self, token: str) -> ItemRow | None:
        return self._row(next((row for row in self.records.values() if row.token == token), None))

    def item_by_number(self, number: int) -> ItemRow | None:
        return self._row(next((row for row in self.records.values() if row.number == number), None))

    def items_by_hint(
        self, hints: Mapping[str, str], who: Collection[str], limit: int = 100
    ) -> list[ItemRow]:
        found = (
            row for row in list(self.records.values()) if hints.get(row.month) == row.hint and row.who in who
        )
        rows = [self._row(row) for row in found]
        return [row for row in rows if row is not None][::-1][:limit]

    def item(self, seq: int) -> ItemRow | None:
        return self._row(self.records.get(seq))

    def items(self, limit: int = 100) -> list[ItemRow]:
        rows = [self._row(row) for row in self.records.values()]
        return [row for row in rows if row is not None][::-1][:limit]

    def pages(self, first: int, last: int) -> Mapping[int, tuple[str, str, bool]]:
        found = (row for row in self.records.values() if first <= row.seq <= last)
        return {row.seq: (row.label, row.receipt, row.affixed) for row in found}

    def save_draft(self, draft: DraftRow) -> None:
        json.loads(draft.data)
        self.drafts_[draft.operator, draft.draft] = draft

    def drafts(self, operator: str = "") -> list[DraftRow]:
        found = [draft for draft in self.drafts_.values() if operator in (draft.operator, "")]
        return sorted(found, key=lambda draft: (draft.updated, draft.draft))

    def drop_draft(self, operator: str, draft: str) -> None:
        self.drafts_.pop((operator, draft), None)

    # Nothing goes from memory: headquarters never has anything of it safe.  tests/storage/test_erasing.py has
    # what goes from a disk.

    def marks(self) -> tuple[bytes, bytes] | None:
        return None

    def head_at(self, seq: int) -> Head | None:
        return self.rows[seq - 1].head if 0 < seq <= len(self.rows) else None

    def time_of(self, seq: int) -> TrustedTime:
        return self.rows[seq - 1].header.trusted

    def confirmed_from(self, first: int, last: int) -> tuple[int, dt.datetime] | None:
        headers = (entry.header for entry in self.rows[first - 1 : last])
        return next(((h.seq, h.trusted.at) for h in headers if h.trusted.quality == CONFIRMED), None)

    def anchored_after(self, seq: int) -> dt.datetime | None:
        later = (entry for entry in self.rows[seq:] if entry.header.kind == "TimeAnchored")
        return next((parse_stamp(entry.data["at"]) for entry in later), None)

    def case_data(self, seq: int) -> bytes | None:
        parts = self.rows[seq - 1].attachments
        return next((p.data for p in parts if p is not None and p.cls is AttachmentClass.CASE), None)

    def held_months(self) -> list[tuple[str, str]]:
        return []

    def last_of(self, retention: str, month: str) -> int:
        raise NotImplementedError

    def sealed_here(self, first: int, last: int) -> int:
        return sum(bool(entry.attachments) for entry in self.rows[first - 1 : last])

    def parts_here(self, retention: str, month: str) -> int:
        raise NotImplementedError

    def erase(self, retention: str, month: str, first: int, last: int) -> int:
        raise NotImplementedError

    def erase_items(self, items: Sequence[int]) -> int:
        return 0

    def end_month(self, retention: str, month: str) -> None:
        raise NotImplementedError

    def empty_log(self) -> None:
        raise NotImplementedError


@dataclass
class MemoryVault:
    """Two operators with passwords, one terminal, real keys."""

    machine: SetClock = field(default_factory=SetClock)
    passwords: dict[str, str] = field(
        default_factory=lambda: {"OP10001": "yi-er-san", "OP20001": "si-wu-liu"}
    )
    key: SoftwareSigner = field(default_factory=new_signer)
    headquarters: SoftwareSigner = field(default_factory=new_signer)
    journal: MemoryJournal = field(default_factory=MemoryJournal)
    opened: bool = False
    nudges: int = 0
    tries: dict[str, int] = field(default_factory=dict)  # wrong passwords in a row; nobody is locked out
    pinned: KeyChain | None = None
    full: bool = False
    asks: bool = False  # no headquarters

    def __post_init__(self) -> None:
        self.opening = new_agreement()
        self.people: dict[str, Signer] = {operator: new_signer() for operator in self.passwords}
        self.roles = {"OP10001": "clerk", "OP20001": "supervisor"}
        self._found()

    def _found(self) -> None:
        clock = TrustedClock(self.machine)
        writer = EntryWriter(TERMINAL, 1, self.key, self.opening.public, clock)
        grant = Grant(TERMINAL, BRANCH, 1, self.key.public, EMPTY_HEAD, self.opening.public)
        body, signature = make_grant(grant, self.headquarters)
        first = operator_accepted(
            TERMINAL, "OP20001", "supervisor", self.people["OP20001"], new_agreement().public, "op-1"
        )
        entries, state = found(
            writer,
            clock,
            grant=body,
            grant_signature=signature,
            terminal_key=self.key.public,
            operator=first,
            rules="2026-11-01",
            operation="op-0",
        )
        self.journal.commit(entries, state)
        second = operator_accepted(
            TERMINAL,
            "OP10001",
            "clerk",
            self.people["OP10001"],
            new_agreement().public,
            "op-2",
            endorsed_by="supervisor",
            endorser="OP20001",
            endorser_key=self.people["OP20001"],
        )
        entries, state = writer.compose([second], state, None, "2026-11-01")
        self.journal.commit(entries, state)

    # -- vault ---------------------------------------------------------------------------------

    def is_open(self) -> bool:
        return self.opened

    def unlock(self, operator: str, password: str) -> UnlockedOperator:
        if self.passwords.get(operator) != password:
            self.tries[operator] = self.tries.get(operator, 0) + 1
            raise StoreError(StoreFault.WRONG_KEY)
        shut, self.opened = not self.opened, True
        return UnlockedOperator(
            operator,
            self.roles[operator],
            self.people[operator],
            new_agreement().public,
            shut,
            self.tries.pop(operator, 0),
        )

    def failures(self, operator: str) -> int:
        return self.tries.get(operator, 0)

    def let_go(self) -> None:
        """There are no cards."""

    def holder(self, signing: str, claimed: str) -> tuple[str, str]:
        return "", "card.unknown"

    def release(self, operator: str) -> None:
        """Nobody is locked out of this one."""

    def terminal_signer(self) -> SoftwareSigner:
        return self.key

    def headquarters_keys(self) -> HeadquartersKeys:
        keys = self.pinned or KeyChain((self.headquarters.public,))
        return HeadquartersKeys(keys.current, self.opening.public, keys)

    # -- store -----------------------------------------------------------------------------------

    def open(self) -> MemoryJournal:
        return self.journal

    def staff_name(self, operator: str) -> str:
        return {"OP10001": "示例甲", "OP20001": "示例乙"}[operator]

    def hint_key(self, month: str) -> bytes:
        return month.encode().ljust(32, b"k")

    def hint_keys(self) -> Mapping[str, bytes]:
        return {month: self.hint_key(month) for month in {r.month for r in self.journal.records.values()}}

    def settle_staff(self, staff: Sequence[StaffRow]) -> None:
        for row in staff:
            if row.role:
                self.roles[row.operator] = row.role
            else:
                self.passwords.pop(row.operator, None)

    def settle_keys(self, keys: KeyChain) -> None:
        if self.full:
            raise StoreError(StoreFault.DISK_FULL)
        self.pinned = keys

    def nudge(self) -> None:
        self.nudges += 1

    def watch_branch(self, *, on: bool) -> None:
        self.branch_watched = on

    def close(self) -> None:
        self.opened = False


class StandingPrinter:
    """Keeps jobs until the test lets them print."""

    def __init__(self) -> None:
        self.jobs: list[PrintJob] = []
        self.submitted: Callable[[PrintJob], None] = self.jobs.append

    def submit(self, job: PrintJob) -> None:
        self.submitted(job)
