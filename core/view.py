"""What the screen shows, as one frozen value that the station publishes after every change.

No sentence stands here: codes and facts only.  Personal data appears where the clerk needs it
before the commit, masked after it.  No slots here: they make every class twice, before the log-in stands.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from core.access.second import Reason
from core.blocking import BlockingView
from core.card_view import CardView
from core.closing import CloseView
from core.commands import (
    Acknowledgement,
    Field,
    ManualCause,
    ManualField,
    Party,
    Payment,
    Proof,
    Route,
    Security,
    SenderField,
    SenderKind,
)
from core.complaints import ComplaintsView
from core.consents import ItemConsents, SaidView
from core.devices import DeviceTruth, Label
from core.disclosing import DisclosingView
from core.dispatch import DispatchView
from core.errors import Fact
from core.incidents import IncidentsView
from core.item_exceptions import ExceptionsView
from core.late import LateView
from core.ledger.branch_day import BranchDay
from core.notify import NotifyView
from core.numbering import PoolView as PoolView  # noqa: PLC0414 - one of the views
from core.paper_forms import PaperFormsView
from core.paper_pictures import PicturesView
from core.pasted_view import PasteView
from core.persons import RightsView
from core.regions.complete import PlaceHit
from core.second import SecondView
from core.seeing import CaseMark, CaseView, LooksView
from core.shift import ShiftView
from core.stocktaking import StocktakeView


class Screen(StrEnum):
    """Which screen stands."""

    LOGIN = "login"  # nobody is logged in; ``Store.locked`` False
    UNLOCKING = "unlocking"  # key derivation runs
    LOCKED = "locked"  # the vault is open, the screen is locked
    CLERK = "clerk"


class GateName(StrEnum):
    """The visible way of one acceptance, in the order it is shown."""

    IDENTITY = "identity"  # 读取证件
    ORIGINAL = "original"  # 核对本人与原件 (ordered 1)
    WAYBILL = "waybill"  # 扫描运单
    CONTENTS = "contents"  # 验视内件 (ordered 2)
    SECURITY = "security"  # 过机安检 (ordered 3)
    WEIGHT = "weight"  # 称重
    PARTIES = "parties"  # 寄件人与收件人信息
    NOTICE = "notice"  # 告知与确认


class GateState(StrEnum):
    """State of a gate; the screen shows colour, shape and word for each."""

    DONE = "done"
    CURRENT = "current"  # the first that is open
    OPEN = "open"
    BLOCKED = "blocked"  # an ordered gate ahead of it is not done
    PROBLEM = "problem"  # something stands in it that the rules refuse


@dataclass(frozen=True)
class GateView:
    """One gate.  ``detail`` is a message code with ``facts`` for the second line, or ""."""

    name: GateName
    state: GateState
    detail: str = ""
    facts: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True)
class FieldView:
    """One field.  ``problem`` is a RuleFault code or "".

    ``source`` is "typed", "card", "scan", "scale", "kept", "pool", or "known": masked, as it was before.
    """

    text: str = field(repr=False)
    problem: str = ""
    facts: Mapping[str, Fact] = field(default_factory=dict)
    source: str = ""


@dataclass(frozen=True)
class SenderView:
    """The document as read, for the human comparison with the original; gone at commit of the visit.

    ``number`` is shown as 6 + stars + 4 before the first commit, first and last character after.
    ``photo`` is "shown" where ``picture`` (BMP, never recorded) is there, else why it is not: "none", one
    of the reasons of :class:`core.devices.CardRead`, or "undecodable" where none is known.
    """

    kind: str
    name: str = field(repr=False)
    sex: str = field(repr=False)
    nation: str = field(repr=False)
    birth: str = field(repr=False)
    address: str = field(repr=False)
    number: str = field(repr=False)
    valid_to: str = ""  # ISO date or "" for 长期
    long_term: bool = False
    problems: tuple[str, ...] = ()  # RuleFault codes that block
    warnings: tuple[str, ...] = ()  # soft warnings (unknown region …)
    name_matches: bool | None = None  # None: no name on the form yet
    photo: str = "undecodable"
    still_on_reader: bool = False
    name_en: str = field(default="", repr=False)
    nationality: str = field(default="", repr=False)  # ISO 3166 alpha-3
    pass_number: str = field(default="", repr=False)  # J, masked as the number
    issue_count: str = ""
    old_number: str = field(default="", repr=False)  # Y, masked as the number
    newest_address: str = field(default="", repr=False)  # where the reader knew a later one
    method: str = "chip"  # "chip" | "manual" | "code"
    cause: str = "none"  # ManualCause code where it was typed
    picture: bytes = field(default=b"", repr=False)


@dataclass(frozen=True)
class CatalogueHit:
    """One item of the catalogue.  ``action`` is "allow", "restricted", "refuse" or "refuse_report".

    ``cls`` and ``condition`` are texts by language; the class's number is 1 to 19 for prohibited items.
    """

    id: str
    name: str
    initials: str
    number: int
    cls: Mapping[str, str]
    action: str
    condition: Mapping[str, str]
    confirmed: bool = False  # the condition was


@dataclass(frozen=True)
class KnownView:
    """A contact that probably the same person used before; ``shown`` is masked, ``day`` an ISO date.

    ``seq`` is the entry in which it was typed.
    """

    party: Party
    seq: int
    number: str
    day: str
    shown: Mapping[Field, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class SenderFieldView:
    """One field of the kind of sender.  ``problem`` is a RuleFault code or ""."""

    text: str = field(repr=False)
    problem: str = ""


@dataclass(frozen=True)
class PrincipalView:
    """For whom an agent sends, masked: the document was seen and lies no longer before the clerk."""

    kind: str
    name: str = field(repr=False)
    number: str = field(repr=False)


@dataclass(frozen=True)
class ExemptionView:
    """Why nobody is identified, and who approved it.

    ``reasons`` are code → name by language, in the order of the rules; ``reason`` is the chosen code or "".
    ``approved_by`` is "" while nobody did, and after a restart of a visit that is ``recorded`` in an entry.
    """

    reasons: Mapping[str, Mapping[str, str]]
    reason: str = ""
    approved_by: str = ""  # staff number
    approved_at: dt.datetime | None = None  # aware UTC
    recorded: bool = False
    approver_here: bool = True  # somebody else of this terminal may approve


@dataclass(frozen=True)
class SenderKindView:
    """Who sends: the fields that this kind asks for, an agent's principal and proof, an exemption."""

    kind: SenderKind = SenderKind.PERSON
    fields: Mapping[SenderField, SenderFieldView] = field(default_factory=dict)
    principal: PrincipalView | None = None
    proof: Proof | None = None
    exemption: ExemptionView | None = None


@dataclass(frozen=True)
class ManualFieldView:
    """One field of the manual lane.  ``problem`` is a RuleFault code or ""."""

    text: str = field(repr=False)
    problem: str = ""
    facts: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True)
class ManualView:
    """A document that is being typed: its fields in order.  ``complete``: FinishManual may be sent."""

    kind: str
    cause: ManualCause
    fields: Mapping[ManualField, ManualFieldView]
    complete: bool = False


@dataclass(frozen=True)
class PlaceView:
    """The region of an address.  ``fixes`` are codes of what the label writes out, ``doubt`` a code or ""."""

    region: str = field(default="", repr=False)
    fixes: tuple[str, ...] = ()
    doubt: str = ""
    named: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class ReaderDownView:
    """The approved mode without a reader: until when (aware UTC) and for how many items yet."""

    until: dt.datetime
    left: int


@dataclass(frozen=True)
class Note:
    """What headquarters says of an item: "note.held", "note.returned" or "note.parked"."""

    code: str
    facts: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True)
class ItemView:
    """One accepted item, masked, as lists and look-ups show it."""

    seq: int
    number: str  # "000129"
    waybill: str = field(repr=False)
    recipient: str = field(repr=False)  # masked
    contents: str = field(repr=False)
    weight_g: int = 0
    accepted_at: str = ""  # local HH:MM (or date and time when not today)
    operator: str = ""
    label: str = "due"  # "due" | "started" | "printed" | "unknown"
    label_fault: str = ""  # DeviceFault code that holds the label up
    copies: int = 0
    receipt: str = "none"  # "none" | "due" | "started" | "printed" | "unknown"
    receipt_fault: str = ""  # DeviceFault code that holds the receipt up
    affixed: bool = False  # the label was scanned on its parcel
    manual: bool = False  # the document was typed: 手工
    paper: str = ""  # number and time of the paper form it was entered from: 补录
    at_headquarters: bool = False
    notes: tuple[Note, ...] = ()  # what headquarters says of it


@dataclass(frozen=True)
class ParkedView:
    """One visit that waits (挂单), masked; ``draft`` names it for Resume."""

    draft: str
    name: str = field(repr=False)  # "" where none is known yet
    waybill: str = field(repr=False)  # its last characters, "" where none was scanned
    accepted: int = 0  # items of this visit that are committed
    minutes: int = 0  # until it lapses, begun ones count


@dataclass(frozen=True)
class FeeView:
    """Fee and payment kind as they stand; sources are "tariff", "typed" or "none"."""

    cents: int | None = None
    source: str = "none"
    text: str = ""  # as typed
    problem: str = ""  # RuleFault code
    payment: Payment | None = None
    payment_source: str = "none"
    payments: tuple[str, ...] = ()  # Payment codes that may be chosen
    most_cents: int = 0


@dataclass(frozen=True)
class ScaleView:
    """What the scale shows; ``grams`` None while it does not weigh, and then ``fault`` is its code or "".

    ``note``: "empty"; "last": the load is another item's; "taken" as the weight; "typed": what was typed
    differs; "" otherwise.
    """

    grams: int | None = None
    stable: bool = False
    note: str = ""
    fault: str = ""


@dataclass(frozen=True)
class VisitView:
    """The visit on the screen; ``notice`` by language is what is told."""

    fields: Mapping[Field, FieldView]
    gates: tuple[GateView, ...]
    missing: tuple[str, ...]  # codes ("missing.waybill", …) in the order of the way; empty: F9 commits
    sender: SenderView | None = None
    security: Security | None = None
    acknowledged: Acknowledgement | None = None
    notice_version: str = ""
    notice: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)  # by language
    said: SaidView = SaidView()
    items: tuple[ItemView, ...] = ()  # accepted in this visit
    preview: Label | None = None  # what will print
    reading: bool = False  # a card is being read: type-ahead is discarded
    revision: int = 0  # grows when the station itself changes a field
    suggestions: tuple[CatalogueHit, ...] = ()  # for the contents as they are typed
    finding: tuple[CatalogueHit, ...] = ()  # what the contents as typed name, the strictest first
    route: Route = Route.LAND
    security_required: bool = False  # "not required" may not be chosen
    centre: str = ""  # id, where a centre checks it
    centres: Mapping[str, str] = field(default_factory=dict)  # id → name, the usual one first
    fee: FeeView = FeeView()
    sender_kind: SenderKindView = SenderKindView()
    paste: PasteView | None = None  # the panel of one pasted text, where it stands
    places: Mapping[Field, PlaceView] = field(default_factory=dict)  # of the addresses
    place_hits: Mapping[Field, tuple[PlaceHit, ...]] = field(default_factory=dict)  # as they are typed
    manual: ManualView | None = None  # the manual lane, where it is open
    documents: tuple[str, ...] = ()  # DocumentKind codes that would do
    manual_kinds: tuple[str, ...] = ()  # DocumentKind codes that have no chip: cause "no_chip"
    manual_offered: bool = False  # the reader failed often enough: cause "reader_failed"
    reader_down: ReaderDownView | None = None  # the approved mode: cause "reader_down"
    reader_down_hours: int = 0  # so long it may be approved at most
    scale: ScaleView | None = None  # None: no scale stands here
    known: tuple[KnownView, ...] = ()  # contacts that F5 offers: the sender's own, then recipients
    as_in: Mapping[Party, KnownView] = field(default_factory=dict)  # what stands by reference
    parkable: bool = False  # something stands here that can wait
    pictures: PicturesView = field(default_factory=PicturesView)  # of papers without a chip
    pool: PoolView | None = None  # numbers that Enter in the empty waybill field takes; None: no pool


# Why nothing may be accepted here (``SyncView.what``): what headquarters told, or a journal from a backup.
STOPS = ("behind", "fork", "replaced", "revoked", "restored")


@dataclass(frozen=True)
class SyncView:
    """How current this counter is at headquarters (T6: never a stale figure shown as fresh)."""

    unsent: int = 0  # by the journal's own head: what headquarters has not confirmed
    last_contact: dt.datetime | None = None  # aware UTC, None: never in this store
    state: str = "never"  # "ok" | "trying" | "refused" | "stopped" | "never"
    fault: str = ""  # HqFault code
    what: str = ""  # of a fault that stops the feed, which kind of it: "behind", "fork", "revoked" …
    # Whoever shows this counts on from here by a clock of its own, so that a pump that hangs is seen.
    age_s: float | None = None  # seconds since the last contact when this was told; None: by last_contact
    due_s: float | None = None  # the next word comes within so many seconds; None: nothing is awaited
    serial: int = 0  # grows with each telling
    branch: BranchDay | None = None  # the counters of the branch, while somebody looks at them


@dataclass(frozen=True)
class Message:
    """One line that says what happened and what to do.  ``serial`` grows, so that repeats are seen."""

    code: str
    facts: Mapping[str, Fact] = field(default_factory=dict)
    level: str = "info"  # "info" | "good" | "warning" | "error"
    serial: int = 0


@dataclass(frozen=True)
class CounterView:
    """Everything the window shows."""

    screen: Screen
    branch: str
    terminal: str
    operator: str = ""
    operator_name: str = ""
    role: str = ""
    day: str = ""  # business day, ISO date
    today: int = 0  # accepted in this business day
    devices: tuple[DeviceTruth, ...] = ()
    sync: SyncView = SyncView()
    visit: VisitView | None = None
    last: ItemView | None = None
    pending: tuple[ItemView, ...] = ()  # labels or receipts due, started or unknown
    unscanned: tuple[ItemView, ...] = ()  # printed labels of this day that were not scanned on their parcels
    found: tuple[ItemView, ...] | None = None  # look-up result; None: no look-up stands
    noted: int = 0  # entries that headquarters set aside, returned, or gave to another counter
    found_by: str = ""  # "text", "card", or "" for the newest items
    cases: Mapping[int, CaseMark] = field(default_factory=dict)  # item → its open case, while F3 stands
    notify: NotifyView = field(default_factory=NotifyView)  # while F3 stands
    case: CaseView | None = None  # being typed, or shown
    case_reasons: tuple[Reason, ...] = ()  # why one may be seen
    case_seconds: int = 0  # for so long
    blocking: BlockingView = BlockingView()  # proposals for the block list, while F3 stands
    complaints: ComplaintsView = ComplaintsView()
    incidents: IncidentsView = IncidentsView()  # of personal data
    exceptions: ExceptionsView = ExceptionsView()  # of accepted items
    disclosing: DisclosingView = DisclosingView()  # data for an organ or a partner
    looks: tuple[LooksView, ...] = ()  # today's look-ups that want a supervisor's eye
    consents: ItemConsents | None = None  # of an item of the look-up, where somebody asked
    rights: RightsView = RightsView()  # what persons asked about their own data, and is not answered
    late: tuple[LateView, ...] = ()  # entries beside the chain that wait for a supervisor
    paper: PaperFormsView = PaperFormsView()  # numbered forms for the hours without this counter
    second: SecondView = SecondView()  # requests for a second person
    dispatch: DispatchView | None = None  # 封发, while its page stands
    stocktake: StocktakeView | None = None  # 盘点, while its page stands beside the day close
    shift: ShiftView | None = None  # 交接班, while its page stands
    shift_differs: Mapping[str, int] = field(default_factory=dict)  # of the newest one, until one without
    close: CloseView | None = None  # the day close, while its page stands
    parked: tuple[ParkedView, ...] = ()  # visits that wait for this operator, the oldest first
    parked_by_others: Mapping[str, int] = field(default_factory=dict)  # staff number → how many wait
    message: Message | None = None
    lockout_seconds: int = 0
    card: CardView | None = None  # the operator's card in the reader, while nobody works here
    time_confirmed: bool = False
    demonstration: bool = False
