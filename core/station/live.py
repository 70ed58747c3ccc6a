"""What the station's own thread holds while the program runs; nobody else touches it."""

from __future__ import annotations

import datetime as dt
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from core import wire
from core.acceptance.corrected import Pending
from core.acceptance.pools import Pool
from core.devices import CardFacts, DeviceTruth, Slot
from core.dispatch import DispatchView
from core.errors import CounterError, EntryError, EntryFault, Fact, RuleError, RuleFault
from core.gate_log import Gate
from core.identity.sender_code import Issuer
from core.label_template import Published
from core.ledger.block_list import LISTED_FOR, BlockList, basis, hit
from core.ledger.branches import Late
from core.ledger.clock import TrustedClock, business_date
from core.ledger.entry import Entry, Head, TrustedTime
from core.ledger.notices import Held, Review
from core.ledger.state import State
from core.ledger.writer import EntryWriter, LiveSession, Proposal
from core.ports import Clock, DirectiveRow, DraftRow, ItemRow, Journal, Probe, StaffRow, Store, Vault
from core.records import ExceptionRecord, IncidentRecord, WarningRecord
from core.rules import RuleBook, Rules
from core.shift import Counting
from core.slips import SlipFiles
from core.station.asking import Word
from core.station.counting import Counted
from core.station.kept_pictures import Pictures
from core.station.tidings import Tiding, Tidings
from core.stocktaking import Stocktake
from core.view import Message, Screen, SyncView

# Rows kept between two views: what the screen shows is read from the disk once, not at every key.
_ROWS_KEPT = 200
_MARGIN = dt.timedelta(minutes=1)  # an entry is dated a moment after it was asked for


def new_id() -> str:
    """128 random bits: an operation, visit, session or job id."""
    return wire.b64(secrets.token_bytes(16))


@dataclass(frozen=True, slots=True)
class StationSettings:
    """From the configuration file, fixed while the program runs."""

    branch: str
    terminal: str
    demonstration: bool = False
    receipts: bool = False  # a receipt printer stands here
    labels: bool = True  # a label printer stands here
    stickers: bool = False  # a sticker printer stands here
    paper: Mapping[Slot, tuple[int, int]] = field(default_factory=dict)  # width and height of labels, mm
    configuration: Mapping[str, str] = field(default_factory=dict)  # part → hash; empty: not watched


@dataclass
class Live:
    """The live state outside the visit.  ``journal`` is None while the vault is shut."""

    settings: StationSettings
    vault: Vault
    store: Store
    machine: Clock
    rulebook: RuleBook
    probe: Probe
    clock: TrustedClock = field(init=False)
    journal: Journal | None = None
    writer: EntryWriter | None = None
    state: State = field(default_factory=State)
    session: LiveSession | None = None
    operator_name: str = ""
    present: set[str] = field(default_factory=set)  # logged in, possibly locked
    screen: Screen = Screen.LOGIN
    devices: dict[Slot, DeviceTruth] = field(default_factory=dict)
    sync: SyncView = field(default_factory=SyncView)
    received: int = 0  # HQ's received mark
    stopped: str = ""  # one of STOPS until headquarters takes what is here: nothing is accepted
    message: Message | None = None
    serial: int = 0
    lockout_seconds: int = 0
    failed_tries: int = 0  # of whoever logged in last, before that
    last_operator: str = ""  # who locked the screen
    cards: dict[str, CardFacts] = field(default_factory=dict)  # operators', in the readers; by serial number
    session_card: str = ""  # with which the session began
    unrecorded_lock: str = ""  # the cause of a lock that the store refused, until an entry says it
    staff: dict[str, StaffRow] = field(default_factory=dict)  # what headquarters says of the operators
    held: dict[tuple[int, int], Held] = field(
        default_factory=dict
    )  # items here whose waybill another acceptance holds
    reviews: dict[tuple[int, int], Review] = field(
        default_factory=dict
    )  # entries here that headquarters set aside
    late: list[Late] = field(default_factory=list)  # what headquarters told of, beside our chain
    late_here: Mapping[str, int] = field(default_factory=dict)  # branch → up to which entry it was fetched
    block_lists: tuple[BlockList, ...] = ()
    issuers: Mapping[str, Issuer] = field(default_factory=dict)  # of codes of registered senders
    templates: tuple[Published, ...] = ()  # label templates that headquarters published
    pools: tuple[Pool, ...] = ()  # the number pools that headquarters gave to this counter
    contact: dt.datetime | None = None  # HQ's last word, as far as it counts for the offline grace
    word: Word = field(default_factory=Word)  # HQ's on this store, since it was opened
    reached: threading.Event = field(default_factory=threading.Event)  # HQ answered since the store is open
    refused: dict[tuple[str, str, str], int] = field(default_factory=dict)  # of this session, see refusals
    reconfigured: tuple[str, ...] = ()  # parts of the configuration that changed since the last start
    doubles: dict[str, dict[str, Fact]] = field(
        default_factory=dict
    )  # operator → where else she was logged in, while she has not been told
    tidings: Tidings = field(default_factory=Tidings)  # of headquarters, for whoever has to hear them
    counted: Counted | None = None  # the day, while its close stands on the screen
    gate: Gate | None = None  # None: nothing here keeps what is done on the technician's page
    gate_found: str = ""  # at this log-in: whole, edited, cut; "" where there was nothing to take in
    gate_broken: str = ""  # until somebody has heard it who answers for this counter
    lapsed: list[str] = field(default_factory=list)  # causes, of her drafts while she was away
    correction: Pending | None = None  # of an accepted item: typed, and not done yet
    pictures: Pictures = field(default_factory=Pictures)  # of papers of the visit on the screen
    resting: list[Callable[[], None]] = field(default_factory=list)  # before the store is shut
    slip_files: SlipFiles | None = None  # None: nothing here writes slips of days as files
    drawn: tuple[int, tuple[tuple[int, int], ...]] = (0, ())  # paper forms that the window is to draw
    compared: frozenset[str] = frozenset()  # requests about a form that stood on the screen of the last view
    dispatches: str = ""  # the session whose page of 封发 stands
    dispatch_shown: tuple[Head, DispatchView] | None = None  # that page, as of that head
    stocktake: Stocktake | None = None  # the page of 盘点 that stands, or was left in this session
    shift: Counting | None = None  # the page of 交接班 that stands
    anew: list[int] = field(default_factory=list)  # items of which something is to be printed anew
    records: list[ExceptionRecord | WarningRecord] = field(default_factory=list)  # to be printed
    incident: tuple[int, IncidentRecord | None] = (0, None)  # the same of an incident
    report: tuple[int, ExceptionRecord | None] = (0, None)  # to be written to a file by the screen
    _grants: dict[int, tuple[bytes, bytes]] = field(default_factory=dict, repr=False)  # by epoch
    _rows: dict[int, ItemRow] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self.clock = TrustedClock(self.machine)

    def now(self) -> TrustedTime:
        """Trusted time."""
        return self.clock.now()

    @property
    def rules(self) -> Rules:
        """The rule data in force today; raises RuleError RULES_MISSING."""
        return self.rulebook.at(business_date(self.now().at))

    def may_be_listed(self, number: str) -> bool:
        """Whether that document number may be on a block list: a hint that means "ask", never "refuse"."""
        return hit(self.block_lists, number)

    def ask_about(self, number: str) -> None:
        """Says that it may be on a list, and on what basis, so that the customer can be told."""
        code = basis(self.block_lists, number)
        if code:
            named = code if code in LISTED_FOR else "other"  # a later edition may have more of them
            days = self.rules.block.appeal_days
            self.say("msg.ask_suspended", "warning", reason=f"listed_for.{named}", days=days)
        else:
            self.say("msg.ask_block_list", "warning")

    def need_journal(self) -> Journal:
        """The open journal, or RuleError NOT_LOGGED_IN."""
        if self.journal is None:
            raise RuleError(RuleFault.NOT_LOGGED_IN)
        return self.journal

    def grant(self, epoch: int) -> tuple[bytes, bytes]:
        """HQ's grant of the epoch and its signature, from the entry that opened it.

        Raises EntryError KEY where it is none of the newest epochs.
        """
        if epoch not in self._grants:
            found = {wire.decode(each[0])["epoch"]: each for each in self.need_journal().grants()}
            if epoch not in found:
                raise EntryError(EntryFault.KEY, what="grant")
            self._grants = found
        return self._grants[epoch]

    def session_over(self) -> bool:
        """Whether the session's certificate has run out: what it signed from now on would not verify."""
        return self.session is not None and self.now().at >= self.session.end - _MARGIN

    def need_session(self) -> LiveSession:
        """The live session, or RuleError NOT_LOGGED_IN."""
        if self.session is None or self.screen is not Screen.CLERK:
            raise RuleError(RuleFault.NOT_LOGGED_IN)
        return self.session

    def item(self, seq: int) -> ItemRow | None:
        """The item accepted by entry ``seq`` as it stands now, None without one."""
        row = self._rows.get(seq)
        if row is None:
            row = self.need_journal().item(seq)
            if row is not None and self.screen is Screen.CLERK:  # pages are printed behind the lock too
                if len(self._rows) >= _ROWS_KEPT:
                    self._rows.clear()
                self._rows[seq] = row
        return row

    def forget_rows(self) -> None:
        """Behind the lock no row stays here; only pages that still wait for their printer do."""
        self._rows.clear()
        self.correction = None  # it was typed in the clear

    def commit(
        self,
        proposals: Sequence[Proposal],
        left: Callable[[list[Entry]], DraftRow] | None = None,
        gone: Sequence[DraftRow] = (),
        directives: Sequence[DirectiveRow] = (),
    ) -> list[Entry]:
        """One transaction.  Where it fails nothing is changed, here or in the store.

        ``left`` makes from the entries the draft that is kept with them; the drafts ``gone`` end with them,
        and these ``directives`` are adopted by them.
        """
        journal, writer = self.need_journal(), self.writer
        if writer is None:
            raise RuleError(RuleFault.NOT_LOGGED_IN)
        entries, state = writer.compose(proposals, self.state, self.session, self.rules.version)
        self.probe("entries.composed")
        journal.commit(entries, state, left(entries) if left else None, gone, directives)
        self.state = state
        for entry in entries:
            self._rows.pop(int(entry.data.get("item", 0)), None)  # whatever changes an item names it
        self.store.nudge()
        return entries

    def say(self, code: str, level: str = "info", **facts: Fact) -> None:
        """One line for the person at the counter."""
        self.serial += 1
        self.message = Message(code, facts, level, self.serial)

    def tell_once(self, code: str, level: str, by: str, **facts: Fact) -> None:
        """A word of headquarters for ``by`` and every supervisor: now, or when she comes."""
        self.tidings.keep(Tiding(code, level, by, facts))
        self.remind()

    def remind(self) -> None:
        """The next word that whoever is here has not heard; one line stands on the screen."""
        if self.session is not None:
            word = self.tidings.next_for(self.session.operator, self.session.role)
            if word is not None:
                self.say(word.code, word.level, **word.facts)

    def stood(self) -> None:
        """After everything that was to be said: what stands on the screen was heard."""
        if self.session is not None and self.message is not None:
            self.tidings.stood(self.message, self.session.operator)

    def say_error(self, error: CounterError) -> None:
        """The sentence of an error's code."""
        self.say(str(error.code), "error", **dict(error.facts))
