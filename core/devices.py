"""What the rest of the program may know about devices: slots, truths, jobs and outcomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from core.errors import Fact
from core.handover import CodedPage
from core.identity.card import IdCard
from core.records import ExceptionRecord, WarningRecord
from core.slips import SlipPage


class Slot(StrEnum):
    """The places a branch has for devices (outside.md, configuration)."""

    ID_READER = "id_reader"
    SCANNER = "scanner"
    LABEL_PRINTER = "label_printer"
    RECEIPT_PRINTER = "receipt_printer"
    CARD_READER = "card_reader"
    SCALE = "scale"
    TRAVEL_DOCUMENT_READER = "travel_document_reader"
    STICKER_PRINTER = "sticker_printer"
    CAMERA = "camera"
    SIGNATURE_PAD = "signature_pad"


class DeviceState(StrEnum):
    """A device's true state in one word; the screen adds colour and shape."""

    UNKNOWN = "unknown"  # never asked, or cannot be asked
    CONNECTING = "connecting"
    READY = "ready"
    BUSY = "busy"
    ATTENTION = "attention"  # a person must do something: paper, cover, card left
    GONE = "gone"
    DISABLED = "disabled"


@dataclass(frozen=True)
class DeviceTruth:
    """What a lane last saw.  ``fault`` is a DeviceFault code or "" ; facts without personal data."""

    slot: Slot
    state: DeviceState
    fault: str = ""
    facts: Mapping[str, Fact] = field(default_factory=dict)


# -- what lanes report (to ``core.station`` through a plain callable) -------------------------------


@dataclass(frozen=True)
class DeviceChanged:
    """The truth about a slot changed."""

    truth: DeviceTruth


@dataclass(frozen=True)
class CardReading:
    """A card was found and is being read: type-ahead is discarded until it ends (T14)."""

    slot: Slot


@dataclass(frozen=True)
class CardRead:
    """A document was read completely.  ``answered_ns`` is ``time.perf_counter_ns`` at the last byte.

    ``photo_bmp`` is the decoded photo (24 bit BMP, 102 × 126) or empty, and then ``photo_reason`` says why:
    "no_photo", "no_library", "library", "refused", "crashed", "timeout", "output".  ``body_number`` is the
    chip's own number in hex where the configuration asks for it.
    """

    slot: Slot
    card: IdCard
    answered_ns: int = 0
    body_number: str = field(default="", repr=False)
    photo_bmp: bytes = field(default=b"", repr=False)
    photo_reason: str = ""


@dataclass(frozen=True)
class CardFailed:
    """A read ended without a document; ``fault`` is a DeviceFault code."""

    slot: Slot
    fault: str
    facts: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True)
class CardLifted:
    """The document that was read is no longer on the reader."""

    slot: Slot


@dataclass(frozen=True)
class CardLeft:
    """The document that was read still lies there ``seconds`` after it was read; said once a placing."""

    slot: Slot
    seconds: int


@dataclass(frozen=True)
class CodeScanned:
    """One scan.  ``symbology`` is the AIM identifier (``]C0``) or "".  ``repr`` hides the text."""

    slot: Slot
    text: str
    symbology: str = ""

    def __repr__(self) -> str:
        return f"CodeScanned(slot={self.slot.value!r}, symbology={self.symbology!r}, …)"


EMPTY_G = 2  # up to here nothing lies on the pan: the lightest letter weighs more


@dataclass(frozen=True)
class Weighed:
    """What a scale shows, said at each change: whole grams, perhaps negative; ``net``: a tare was set off."""

    slot: Slot
    grams: int
    stable: bool
    net: bool = False


@dataclass(frozen=True)
class CardFacts:
    """What an operator's card says without its PIN.  ``operator`` is the staff number written on it, a claim
    until her key proves it; ``signing`` and ``agreement`` are public keys in their text form, "" where it has
    none; ``algorithm``: "p256", "" for an empty card, else what it has instead.  ``left``: tries of its PIN.
    ``fault``: a CardFault code where it is no card that could be used; then nothing else is said of it.
    """

    serial: str
    operator: str = ""
    signing: str = ""
    agreement: str = ""
    algorithm: str = ""
    left: int | None = None
    fault: str = ""


@dataclass(frozen=True)
class OperatorCardIn:
    """An operator's card was put into a reader."""

    slot: Slot
    card: CardFacts


@dataclass(frozen=True)
class OperatorCardOut:
    """It is no longer there: pulled, or its reader is gone."""

    slot: Slot
    serial: str


@dataclass(frozen=True)
class PaperPicture:
    """A paper that a clerk asked for: a grey JPEG, made anew from its pixels, whose file is gone."""

    slot: Slot
    number: int  # of what was asked
    jpeg: bytes = field(repr=False)


@dataclass(frozen=True)
class PaperFailed:
    """What was asked ended without a picture; ``fault`` is a DeviceFault code."""

    slot: Slot
    number: int
    fault: str
    facts: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True)
class PicturesRemoved:
    """So many files lay in the folder that nobody had asked for; they are gone, unseen."""

    slot: Slot
    count: int


DeviceEvent = (
    DeviceChanged | CardReading | CardRead | CardFailed | CardLifted | CardLeft | CodeScanned | Weighed
    | OperatorCardIn | OperatorCardOut | PaperPicture | PaperFailed | PicturesRemoved
)  # fmt: skip


class PrintOutcome(StrEnum):
    """Printing has three outcomes (house.md): never guess between them."""

    PRINTED = "printed"
    NOT_PRINTED = "not_printed"  # certain: no byte of the page was sent
    UNKNOWN = "unknown"  # look at the printer


@dataclass(frozen=True)
class Label:
    """Exactly what a real-name label shows, already masked (快递暂行条例 22, GB/T 41833).

    There is no field for a document number, and there never will be.  Texts are shown as they
    stand; the renderer adds nothing but captions.
    """

    waybill: str
    token: str  # opaque, for the QR
    sender_name: str
    sender_phone: str
    recipient_name: str
    recipient_phone: str
    recipient_address: str
    contents: str
    quantity: int
    weight_g: int
    weight_source: str  # "typed" | "scale"
    real_name: bool  # 已实名
    inspected: bool  # 已验视
    security: str  # "here" prints 已安检, "centre" prints 待安检, "none" prints nothing
    branch: str
    operator: str
    number: str  # the item's number at this terminal, e.g. 520100-01-03 000129
    accepted_at: str  # local time, YYYY-MM-DD HH:MM
    manual: bool = False  # prints 手工: the document was typed, not read
    copy: int = 0  # 0 the first print, n the n-th copy: printed as 副本
    paper: str = ""  # number and time of the form it was registered on: prints 补录 in place of 手工

    def __repr__(self) -> str:
        return f"Label(number={self.number!r}, copy={self.copy}, …)"


@dataclass(frozen=True)
class Receipt:
    """Exactly what a registration receipt shows (R7, 快递市场管理办法 25, PIPL 17), already masked.

    ``paragraphs`` is the notice that was acknowledged, heading and text: what is kept, why, how long,
    the person's rights, how to complain.  ``qr`` is the signed record (core/receipts/record.py).
    """

    number: str
    branch: str
    terminal: str
    operator: str
    accepted_at: str  # local time, YYYY-MM-DD HH:MM
    waybill: str
    contents: str
    quantity: int
    weight_g: int
    weight_source: str
    fee_cents: int | None
    payment: str  # a code, "" where no fee was recorded
    sender_name: str
    document: str  # kind, a code
    document_number: str  # first and last character
    recipient_name: str
    notice_title: str
    paragraphs: tuple[tuple[str, str], ...]
    qr: str
    copy: int = 0
    correction: int = 0  # n: it says what stands after the n-th correction of the item
    replaces: str = ""  # the number of the receipt that it takes the place of
    paper: str = ""  # number and time of the form it was registered on, "" for none

    def __repr__(self) -> str:
        return f"Receipt(number={self.number!r}, copy={self.copy}, …)"


@dataclass(frozen=True, slots=True)
class NoPaperSlip:
    """What a person without an acceptable document takes home: which documents would do.  It names nobody.

    ``documents`` are DocumentKind codes in the order of the rule data.
    """

    branch: str
    day: str  # ISO date
    documents: tuple[str, ...]
    rules: str  # the edition that says so


@dataclass(frozen=True, slots=True)
class PersonItem:
    """One item in a person's record, masked as the label is; ``rows``: (field code, text).

    ``consents``: (title, answer code, ISO day).
    """

    number: str
    accepted_at: str
    rows: tuple[tuple[str, str], ...] = ()
    consents: tuple[tuple[str, str, str], ...] = ()

    def __repr__(self) -> str:
        return f"PersonItem(number={self.number!r}, …)"


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """What a person takes home of a request about her own data (PIPL 45, 46, 48, 50).

    ``right`` and ``outcome`` are codes, ``outcome`` "" while it waits until the day ``due``; texts are the
    rule data's, in the customer's language.  ``kept``: what, why, how long, to whom.
    """

    right: str
    branch: str
    operator: str
    at: str  # local time, YYYY-MM-DD HH:MM
    reference: str  # terminal and entry of the request
    due: str
    handler: str
    rules: str  # the edition
    outcome: str = ""
    ground: str = ""
    fields: tuple[str, ...] = ()
    items: tuple[PersonItem, ...] = ()
    kept: tuple[tuple[str, str, str, str], ...] = ()
    told: tuple[tuple[str, str], ...] = ()  # heading, text


@dataclass(frozen=True, slots=True)
class DisclosureRecord:
    """The record of a disclosure, for whoever asked and for the branch's file: codes by name, nobody's data.

    ``way`` and ``state`` are codes, ``fields`` those of :class:`core.ledger.disclosures.Datum`; ``number`` is
    the item's, ``until`` an ISO date, ``at`` local time.
    """

    reference: str
    branch: str
    operator: str
    at: str
    way: str
    recipient: str
    basis: str
    purpose: str
    fields: tuple[str, ...]
    number: str
    until: str
    state: str


@dataclass(frozen=True, slots=True)
class ComplaintRecord:
    """What a complainant takes home: that hers was taken down, or the written answer; nobody's data (R102).

    ``state``: "opened", "reopened", "answered"; ``cls`` is a code, the other texts are the rule data's in the
    customer's language; times are local, ``until`` an ISO date, ``number`` the item's, "" for none.
    """

    reference: str
    branch: str
    operator: str
    owner: str
    at: str
    state: str
    cls: str
    reason: str
    number: str
    contact_by: str
    close_by: str
    measure: str = ""
    text: str = ""
    cents: int = 0
    until: str = ""


@dataclass(frozen=True)
class CalibrationPage:
    """Rulers and codes for whoever sets a printer up.  It names nobody and stands in no journal."""


# Whatever comes out of a printer.
Page = (
    Label | Receipt | NoPaperSlip | CalibrationPage | PersonRecord | DisclosureRecord | ComplaintRecord
    | ExceptionRecord | WarningRecord | SlipPage | CodedPage
)  # fmt: skip


@dataclass(frozen=True)
class PrintJob:
    """One page for one slot.  ``job`` is unique; ``item`` is the sequence number of the item's entry.

    ``template`` is the text of a published label template, "" for what the program brings; ``template_id``
    names it in the journal.  ``passing``: nobody waits for it; the lane gives it up at once where the
    printer cannot take it.
    """

    job: str
    slot: Slot
    item: int
    page: Page
    pressed_ns: int = 0  # perf_counter_ns of the key press, for the bench; 0 where none
    passing: bool = False
    template_id: str = "own"
    template: str = field(default="", repr=False)

    @property
    def copy(self) -> int:
        """0 for the first print, n for the n-th copy; slips of no item have no copies, but a day's."""
        return self.page.copy if isinstance(self.page, Label | Receipt | SlipPage) else 0

    @property
    def label(self) -> Label:
        """The page of a label or sticker printer; a receipt there is a bug."""
        if not isinstance(self.page, Label):
            raise TypeError("not a label")
        return self.page

    @property
    def receipt(self) -> Receipt:
        """The page of a receipt printer; a label there is a bug."""
        if not isinstance(self.page, Receipt):
            raise TypeError("not a receipt")
        return self.page
