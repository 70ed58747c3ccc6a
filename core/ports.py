"""What the station needs from the outside, as Protocols; the rooms implement them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from core.commands import Activate
from core.crypto.keys import PublicKey, Signer
from core.devices import PrintJob, PrintOutcome
from core.errors import CounterError
from core.ledger.directives import DirectiveHead, SignedDirective
from core.ledger.entry import Entry, Head, TrustedTime
from core.ledger.rolls import KeyChain
from core.ledger.state import State


class Clock(Protocol):
    """Wall time and a clock that only runs forward while the machine is on."""

    def wall(self) -> dt.datetime:
        """Aware UTC."""
        ...

    def boottime_ns(self) -> int:
        """Nanoseconds since boot, suspend included (CLOCK_BOOTTIME)."""
        ...

    def boot_id(self) -> str:
        """Changes at every start of the machine."""
        ...


VOIDED = "voided"  # of an item's label


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One accepted item as look-ups show it: masked, from the annex."""

    seq: int
    epoch: int
    operation: str
    visit: str
    waybill: str
    token: str
    day: int
    accepted_at: str  # ISO 8601 UTC
    operator: str
    label: str  # "due" | "started" | "printed" | "unknown" | "voided"
    copies: int
    annex: dict[str, object]  # the decoded annex: what label and receipt print
    receipt: str = "none"  # "none" | "due" | "started" | "printed" | "unknown"
    receipt_copies: int = 0
    affixed: bool = False  # the label was scanned on the parcel
    late: tuple[str, int] | None = None  # beside the chain: its branch and entry; ``seq`` is below zero then

    def __repr__(self) -> str:
        return f"ItemRow(seq={self.seq}, label={self.label!r}, …)"

    @property
    def number(self) -> str:
        """As label and receipt print it, with the terminal before it; "" where its annex is gone."""
        return str(self.annex.get("number", ""))

    @property
    def short_number(self) -> str:
        """Without the terminal: what people at this counter call it."""
        return self.number.split(" ")[-1]


@dataclass(frozen=True, slots=True)
class DraftRow:
    """An operator's unfinished work.  ``updated`` is ISO 8601 UTC of the last change."""

    operator: str
    draft: str
    data: bytes = field(repr=False)
    updated: str


@dataclass(frozen=True, slots=True)
class DirectiveRow:
    """A directive as this counter adopted it; ``fault`` says why it changed nothing here, "" where it did."""

    signed: SignedDirective
    fault: str = ""


@dataclass(frozen=True, slots=True)
class StaffRow:
    """What headquarters says of one operator: what she may do here, and the keys that are hers.

    ``role`` "" for somebody who no longer works here.
    """

    operator: str
    role: str
    name: str = field(default="", repr=False)
    signing: PublicKey | None = None
    agreement: PublicKey | None = None
    wrapped: bytes = field(default=b"", repr=False)
    papers: Mapping[str, dt.date] = field(default_factory=dict)  # since when, by core.access.papers.Paper
    person: str = ""  # another staff number of the same person, where she has two


@dataclass(frozen=True, slots=True)
class LateItem:
    """An item beside the chain; ``label``: "due" | "started" | "printed" | "unknown"."""

    entry: Entry
    label: str


@dataclass(frozen=True, slots=True)
class LateRead:
    """A branch as it was fetched from headquarters and verified, up to entry ``last`` with hash ``tip``."""

    branch: bytes
    tip: bytes
    last: int
    items: Sequence[LateItem]


class Journal(Protocol):
    """The append-only store.  ``commit`` is ONE transaction: entries, attachments, state, look-ups."""

    def head(self) -> Head: ...

    def state(self) -> State: ...

    def commit(
        self,
        entries: Sequence[Entry],
        state: State,
        draft: DraftRow | None = None,
        gone: Sequence[DraftRow] = (),
        directives: Sequence[DirectiveRow] = (),
    ) -> None:
        """Durable when it returns (synchronous=FULL).  ``state`` is the fold after the last entry.

        ``draft`` is what is left to do, ``gone`` are the drafts that end with these entries, ``directives``
        what they adopt: in the same transaction, with the entries, or not at all.

        Raises StoreError DISK_FULL, READ_ONLY, IO, CONFLICT (operation id used), DAMAGED: nothing changed.
        """
        ...

    def entries(self, first: int, last: int | None = None) -> Iterator[Entry]:
        """In sequence, attachments included where their bytes are still here."""
        ...

    def grants(self) -> list[tuple[bytes, bytes]]:
        """Headquarters' grants of the newest epochs, (document, signature), the newest last."""
        ...

    def day_marks(self, before: int, limit: int) -> list[Entry]:
        """``DayOpened`` and ``DayClosed`` up to entry ``before``, the newest first, without attachments."""
        ...

    def keep_directives(self, rows: Sequence[DirectiveRow]) -> None:
        """Directives that entries of this journal adopted, and that are not here: after a recovery."""
        ...

    def keep_late(self, read: LateRead) -> None:
        """What look-ups may show of a branch; those that are here already stay as they are."""
        ...

    def late_heads(self) -> Mapping[str, int]:
        """Branch (base64url) → up to which entry it is here."""
        ...

    def late_items(self, by: str, value: str | int) -> list[ItemRow]:
        """Items of branches, taken in or not; ``by`` is "waybill", "token" or "number"."""
        ...

    def directive_head(self) -> DirectiveHead:
        """The last directive that is here."""
        ...

    def directives(self, kind: str) -> list[DirectiveRow]:
        """Of each subject of that kind the last one that could be used, in the order of their numbers."""
        ...

    def contact(self) -> dt.datetime | None:
        """When headquarters last signed its marks for this counter, as far as it is durable here."""
        ...

    def by_operation(self, operation: str) -> Head | None:
        """Where the entry of that operation id stands, if it is here (I1)."""
        ...

    def item_by_waybill(self, waybill: str) -> ItemRow | None: ...

    def item_by_token(self, token: str) -> ItemRow | None: ...

    def item_by_number(self, number: int) -> ItemRow | None:
        """By the item's number at this terminal, as label and receipt show it."""
        ...

    def items_by_hint(
        self, hints: Mapping[str, str], who: Collection[str], limit: int = 100
    ) -> list[ItemRow]:
        """Newest month first; ``hints`` are month → digest hint of one document, which others may share.

        ``who``: what the annex shows of the document (``core.acceptance.again``), any of them.
        """
        ...

    def item(self, seq: int) -> ItemRow | None: ...

    def items(self, limit: int = 100) -> list[ItemRow]:
        """Newest first."""
        ...

    def pages(self, first: int, last: int) -> Mapping[int, tuple[str, str, bool]]:
        """What the look-ups say of items accepted by those entries: label, receipt, affixed, by ``seq``."""
        ...

    def erase_items(self, items: Sequence[int]) -> int:
        """What is here of persons' items whose entries say that it went; how many attachments."""
        ...

    def save_draft(self, draft: DraftRow) -> None:
        """Keep what is typed; the same draft again replaces it."""
        ...

    def drafts(self, operator: str = "") -> list[DraftRow]:
        """Of one operator, "" for everybody's; the one changed longest ago first."""
        ...

    def drop_draft(self, operator: str, draft: str) -> None: ...

    # -- what goes by the rules

    def marks(self) -> tuple[bytes, bytes] | None:
        """Headquarters' last marks: document and signature, to be checked by whoever uses them."""
        ...

    def case_data(self, seq: int) -> bytes | None:
        """What entry ``seq`` holds of a case; None where it or its key is gone."""
        ...

    def parts_here(self, retention: str, month: str) -> int:
        """How many attachments of that class and month are still here, sealed ones not counted."""
        ...

    def head_at(self, seq: int) -> Head | None:
        """The head that stood after entry ``seq``."""
        ...

    def time_of(self, seq: int) -> TrustedTime:
        """Of entry ``seq``, which is here."""
        ...

    def confirmed_from(self, first: int, last: int) -> tuple[int, dt.datetime] | None:
        """The first of those entries whose time was confirmed, and that time."""
        ...

    def anchored_after(self, seq: int) -> dt.datetime | None:
        """The first time after entry ``seq`` that headquarters signed."""
        ...

    def held_months(self) -> list[tuple[str, str]]:
        """(retention class, month) of every key that is here."""
        ...

    def last_of(self, retention: str, month: str) -> int:
        """The last entry with an attachment of that class and month that is still here; 0 for none."""
        ...

    def sealed_here(self, first: int, last: int) -> int:
        """How many sealed parts of those entries are still here."""
        ...

    def erase(self, retention: str, month: str, first: int, last: int) -> int:
        """End what those entries hold of a class and month, with its look-ups; sealed parts where ``month``
        is "".  Returns how many attachments went; the same again does nothing.
        """
        ...

    def end_month(self, retention: str, month: str) -> None:
        """End what stands beside the chain of a month whose bytes went, and destroy its key."""
        ...

    def empty_log(self) -> None:
        """Leave nothing of what was erased in the write-ahead log; raises StoreError BUSY."""
        ...


@dataclass(frozen=True, slots=True)
class UnlockedOperator:
    """What a successful log-in yields.  The keys live in memory until lock."""

    operator: str
    role: str
    signer: Signer = field(repr=False)  # the operator's own key, for session certificates
    agreement: PublicKey
    vault_was_shut: bool
    failures: int = 0  # tries in vain since her last success
    card: str = ""  # serial number of the card that has her keys; "": they are under her password


class Vault(Protocol):
    """Opens with an operator's password, or her card and its PIN; stays open until the last log-out or
    the end of the program."""

    def is_open(self) -> bool: ...

    def unlock(self, operator: str, password: str) -> UnlockedOperator:
        """Argon2id (0.5–1 s), or her card, with ``password`` as its PIN: whichever has her keys.

        A card's keys may be used until :meth:`let_go`.  Raises StoreError WRONG_KEY, LOCKED_OUT(seconds),
        DAMAGED, TOO_NEW; CardError MISSING, OTHER, PIN_WRONG, PIN_BLOCKED, PULLED, UNSUPPORTED, FAILED.
        """
        ...

    def let_go(self) -> None:
        """Cards that were asked forget that their PIN was right."""
        ...

    def holder(self, signing: str, claimed: str) -> tuple[str, str]:
        """Whose card that is: (staff number, "") or ("", CardFault code); also while the vault is shut."""
        ...

    def failures(self, operator: str) -> int:
        """Tries in vain since her last success."""
        ...

    def release(self, operator: str) -> None:
        """Her next try need not wait; after it everything counts on."""
        ...

    def terminal_signer(self) -> Signer: ...

    def headquarters_keys(self) -> HeadquartersKeys: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class HeadquartersKeys:
    """HQ's pinned public keys: ``signing`` for marks, grants and time; ``opening`` for sealing.

    ``pinned``: all that signed before ``signing``, and it; None where it is the first.  ``granted``: which of
    them signed the grant of the present epoch.
    """

    signing: PublicKey
    opening: PublicKey
    pinned: KeyChain | None = None
    granted: int = 0

    @property
    def chain(self) -> KeyChain:
        """What older documents are checked with."""
        return self.pinned or KeyChain((self.signing,))


class Store(Protocol):
    """Opens and shuts the journal behind an open vault; starts and stops replication with it."""

    @property
    def asks(self) -> bool:
        """Whether headquarters is asked about the journal once it is open."""
        ...

    def open(self) -> Journal:
        """Needs an open vault.  Raises StoreError DAMAGED, TOO_NEW, BUSY, MISSING."""
        ...

    def staff_name(self, operator: str) -> str:
        """The name to show for a staff number; the number itself where none is known."""
        ...

    def hint_key(self, month: str) -> bytes:
        """Key of the document-number hints of one month ("YYYY-MM"); 32 bytes, destroyed with the month."""
        ...

    def hint_keys(self) -> Mapping[str, bytes]:
        """Month → key of its hints, for every month that is still kept; makes none."""
        ...

    def settle_staff(self, staff: Sequence[StaffRow]) -> None:
        """Bring slots, keys and names to what headquarters says; nothing where they are so already.

        The last slot stays until there is another one: without any, nobody could open this counter again.
        Raises StoreError as a write does.
        """
        ...

    def settle_keys(self, keys: KeyChain) -> None:
        """Headquarters signs with the last of ``keys`` from now on; nothing where that is known.

        Raises StoreError as a write does; replication believes the key in any case.
        """
        ...

    def nudge(self) -> None:
        """New entries are durable: replication may go on."""
        ...

    def watch_branch(self, *, on: bool) -> None:
        """Whether headquarters is asked for the other counters of the branch; they come with the view."""
        ...

    def close(self) -> None:
        """Stops replication and shuts the journal."""
        ...


class Activation(Protocol):
    """Asks headquarters to take a new operator's keys."""

    def begin(self, asked: Activate, done: Callable[[CounterError | None], None]) -> None:
        """Returns at once; ``done`` is called once, from any thread, with what it failed with."""
        ...


class Printer(Protocol):
    """A printing lane: queues and returns at once; the outcome comes through :class:`PrintLog`."""

    def submit(self, job: PrintJob) -> None: ...


class PrintLog(Protocol):
    """Called by the printing lane, from its own thread."""

    def starting(self, job: PrintJob) -> bool:
        """Blocks until ``PrintStarted`` is durable (at most 10 s).  False: send nothing."""
        ...

    def ended(self, job: PrintJob, outcome: PrintOutcome, fault: str = "") -> None:
        """``fault`` is a DeviceFault code where the outcome is not PRINTED."""
        ...


class Probe(Protocol):
    """Named steps, for fault tests and the bench; the product passes :func:`no_probe`."""

    def __call__(self, step: str, /) -> None: ...


def no_probe(_step: str, /) -> None:
    """Does nothing."""


Listener = Callable[[object], None]
