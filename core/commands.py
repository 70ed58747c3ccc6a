"""What a person or a lane may ask of the station.  The screen sends these; nothing else changes state."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from core.beside import BranchCommand, CustomerCommand
from core.closing import CloseCommand
from core.correcting import CorrectingCommand
from core.numbering import TakeNumber, VoidNumbers
from core.scanning import ScanTyped
from core.second import SecondCommand


class Field(StrEnum):
    """The fields of the acceptance form; values are object names on the screen too."""

    SENDER_NAME = "sender_name"
    SENDER_PHONE = "sender_phone"
    SENDER_ADDRESS = "sender_address"
    RECIPIENT_NAME = "recipient_name"
    RECIPIENT_PHONE = "recipient_phone"
    RECIPIENT_ADDRESS = "recipient_address"
    WAYBILL = "waybill"
    CONTENTS = "contents"
    QUANTITY = "quantity"
    WEIGHT = "weight"


SENDER_FIELDS = (Field.SENDER_NAME, Field.SENDER_PHONE, Field.SENDER_ADDRESS)


class Party(StrEnum):
    """Whose contact: the sender's phone and address, or a recipient's name, phone and address."""

    SENDER = "sender"
    RECIPIENT = "recipient"


class RefusalReason(StrEnum):
    """Why an item is refused before acceptance (R17, R29); codes go into the journal."""

    PROHIBITED = "prohibited"  # 禁寄物品
    INSPECTION_REFUSED = "inspection_refused"  # 拒绝验视
    CONTENTS_DIFFER = "contents_differ"  # 内件与申报不符
    IDENTITY_REFUSED = "identity_refused"  # 拒绝出示证件
    IDENTITY_MISMATCH = "identity_mismatch"  # 人证不符
    NO_VALID_DOCUMENT = "no_valid_document"  # 无有效证件: no offence, the slip says what would do
    GUARDIAN_ABSENT = "guardian_absent"  # 不满 14 周岁，监护人不在场或不同意 (PIPL 31)
    SUSPENDED = "suspended"  # 暂停服务期内: a person at headquarters said so, never the list alone


class Security(StrEnum):
    """Security check (快递暂行条例 32): done here, at a named centre later, or not asked for."""

    HERE = "here"  # 已安检
    CENTRE = "centre"  # 待安检
    NOT_REQUIRED = "not_required"  # where neither route nor region asks for it: 待安检 too


class Route(StrEnum):
    """How the item travels; codes go into the journal."""

    LAND = "land"
    AIR = "air"
    RAIL = "rail"


class Payment(StrEnum):
    """How the customer pays; codes go into the record."""

    CASH = "cash"
    CARD = "card"
    MOBILE = "mobile"
    MONTHLY = "monthly"
    COLLECT = "collect"  # by the recipient


class ManualCause(StrEnum):
    """Why a document is typed by hand; codes go into the journal."""

    NO_CHIP = "no_chip"  # a kind that no reader reads
    READER_FAILED = "reader_failed"  # it could not be read in this visit
    READER_DOWN = "reader_down"  # the approved mode
    PAPER_FORM = "paper_form"  # from a numbered form, entered late


class ManualField(StrEnum):
    """What the manual lane asks for; the rule data say which for each kind."""

    MRZ = "mrz"  # both or all three lines
    NUMBER = "number"
    NUMBER_AGAIN = "number_again"  # the second look: typed again without seeing the first
    NAME = "name"
    BIRTH = "birth"
    SEX = "sex"
    VALID_TO = "valid_to"  # a date, or 长期


class SenderKind(StrEnum):
    """Who sends; codes go into the journal."""

    PERSON = "person"
    ORGANISATION = "organisation"  # 统一社会信用代码, and the handler's own document
    AGENT = "agent"  # for another: both documents, and what proves the errand
    LETTER = "letter"  # 信件: no identity is asked for, and it is not opened
    AGREEMENT = "agreement"  # 安全协议用户
    EXEMPT = "exempt"  # any other exemption: a reason and a second person


class SenderField(StrEnum):
    """What is asked for besides the form, by kind of sender."""

    ORGANISATION_NAME = "organisation_name"
    ORGANISATION_CODE = "organisation_code"
    AGREEMENT = "agreement"


class Proof(StrEnum):
    """What an agent shows to act for another; codes go into the journal."""

    AUTHORISATION = "authorisation"  # 授权委托书
    FAMILY = "family"  # 户口簿 or the like: of one family
    GUARDIAN = "guardian"  # of a guardian for the child
    EMPLOYMENT = "employment"  # 工作证明


class Acknowledgement(StrEnum):
    """How the customer acknowledged the notice (快递暂行条例 21; PIPL 17)."""

    OWN_TAP = "own_tap"
    SIGNATURE = "signature"
    SPOKEN = "spoken"  # spoken, recorded by the clerk


@dataclass(frozen=True)
class LogIn:
    """Unlock the counter with an operator's password."""

    operator: str
    password: str = field(repr=False)
    endorser: str = ""  # who stands by where her key is new here
    endorser_password: str = field(default="", repr=False)


@dataclass(frozen=True)
class Activate:
    """A new operator's code and password; somebody who opens this counter stands by.  ``card``: her keys are
    made on the card that was put in last, and ``password`` is its PIN.
    """

    operator: str
    code: str = field(repr=False)
    password: str = field(repr=False)
    endorser: str
    endorser_password: str = field(repr=False)
    card: bool = False


@dataclass(frozen=True)
class Lock:
    """F12, the timeout or a pulled card: the session key is wiped, devices and sync go on."""

    cause: str = "key"  # "key" | "timeout" | "card"


@dataclass(frozen=True)
class LogOut:
    """The operator leaves; the vault shuts when the last one has left."""


@dataclass(frozen=True)
class SetField:
    """What stands in a field now, on every change."""

    name: Field
    text: str = field(repr=False)


@dataclass(frozen=True)
class TakeKnown:
    """F5: a contact of this sender as in the earlier acceptance ``seq``, one of those that are offered."""

    party: Party
    seq: int


@dataclass(frozen=True)
class SetSenderKind:
    """Who sends, before anything is confirmed."""

    kind: SenderKind


@dataclass(frozen=True)
class SetSenderField:
    """What stands in a field of the kind of sender now, on every change."""

    name: SenderField
    text: str = field(repr=False)


@dataclass(frozen=True)
class KeepAsPrincipal:
    """The document on the screen is the principal's; the next one is the agent's own."""


@dataclass(frozen=True)
class SetProof:
    """What proves that the agent acts for the principal."""

    proof: Proof


@dataclass(frozen=True)
class SetExemption:
    """Why nobody is identified: a code of the rule data's exemptions."""

    reason: str


@dataclass(frozen=True)
class ApproveExemption:
    """A second operator of this terminal approves it, beside the session that goes on."""

    operator: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class OpenPaste:
    """F6: the panel of one pasted text, for the sender's contact or the recipient."""

    sender: bool
    text: str = field(default="", repr=False)


@dataclass(frozen=True)
class SetPaste:
    """What stands in the panel now, on every change."""

    text: str = field(repr=False)


@dataclass(frozen=True)
class SwitchPaste:
    """The text is the other party's."""


@dataclass(frozen=True)
class NextPastedPhone:
    """Of several numbers in the text, another one."""


@dataclass(frozen=True)
class TakePaste:
    """What was recognised goes into the fields; nothing is committed."""


@dataclass(frozen=True)
class ClosePaste:
    """The panel is left; the fields are as they were."""


@dataclass(frozen=True)
class StartManual:
    """Type a document that the reader does not read.  ``kind`` is a DocumentKind code."""

    kind: str
    cause: ManualCause


@dataclass(frozen=True)
class SetManualField:
    """What stands in a field of the manual lane now, on every change."""

    name: ManualField
    text: str = field(repr=False)


@dataclass(frozen=True)
class FinishManual:
    """What was typed is the document: from here on it is treated like one that was read."""


@dataclass(frozen=True)
class CancelManual:
    """Leave the manual lane; what was typed in it is gone."""


@dataclass(frozen=True)
class ConfirmOriginal:
    """The clerk has seen the original and compared the person with it (R15)."""


@dataclass(frozen=True)
class ConfirmInspected:
    """The contents were inspected in the sender's presence (R16, R26)."""


@dataclass(frozen=True)
class Refuse:
    """Refuse this item, say why; it is handed back (R17, R29).  A fact of its own, not a commit."""

    reason: RefusalReason
    told: bool = False  # the customer was told the reason (R17)
    item: str = ""  # id in the catalogue of what was found, "" for what was declared


@dataclass(frozen=True)
class SetSecurity:
    """The security check of this item.  ``centre``: which one checks it, "" for the usual."""

    security: Security
    centre: str = ""


@dataclass(frozen=True)
class SetRoute:
    """How this item travels."""

    route: Route


@dataclass(frozen=True)
class SetFee:
    """What was agreed for this item, in yuan as typed; "" goes back to the tariff."""

    text: str


@dataclass(frozen=True)
class SetPayment:
    """How this customer pays."""

    payment: Payment


@dataclass(frozen=True)
class ConfirmCondition:
    """The conditions of the restricted items that were declared are met."""


@dataclass(frozen=True)
class AcknowledgeNotice:
    """The notice was shown and acknowledged in this way."""

    how: Acknowledgement


@dataclass(frozen=True)
class NewAcceptance:
    """F2: an empty acceptance.  Refused while something is typed unless ``discard``."""

    discard: bool = False


@dataclass(frozen=True)
class NextItem:
    """F7: the next item of the same customer; the sender stays."""


@dataclass(frozen=True)
class NextCustomer:
    """F8: the visit ends; everything about the customer leaves the screen."""


@dataclass(frozen=True)
class Park:
    """F4: the visit waits as a draft, the screen is free for the next customer."""


@dataclass(frozen=True)
class Resume:
    """F4 and a digit: a parked visit stands on the screen again.  ``draft`` names it."""

    draft: str


@dataclass(frozen=True)
class Undo:
    """Ctrl+Z: take back what the clerk did last in this visit; never past a commit."""


@dataclass(frozen=True)
class Commit:
    """F9: the only command that accepts an item."""

    pressed_ns: int = 0


@dataclass(frozen=True)
class Reprint:
    """F10: print the label of an item again, marked as a copy.  0: the last item."""

    item: int = 0


@dataclass(frozen=True)
class LabelSeen:
    """The clerk looked at the printer: the label whose print was unknown did come out.  0: the oldest."""

    item: int = 0


@dataclass(frozen=True)
class LookUp:
    """F3: find an item by waybill, receipt number, label token or a receipt's code; "" for the newest."""

    text: str = field(repr=False)


@dataclass(frozen=True)
class CloseLookUp:
    """Leave the look-up."""


@dataclass(frozen=True)
class CloseDay:
    """Close the business day."""


@dataclass(frozen=True)
class DismissMessage:
    """The message was read."""


Command = (
    LogIn | Activate | Lock | LogOut | SetField | TakeNumber | VoidNumbers | TakeKnown | SetSenderKind
    | SetSenderField | KeepAsPrincipal | SetProof | SetExemption | ApproveExemption | OpenPaste | SetPaste
    | SwitchPaste | NextPastedPhone | TakePaste | ClosePaste | StartManual | SetManualField | FinishManual
    | CancelManual | ConfirmOriginal | ConfirmInspected | Refuse | SetSecurity | SetRoute | SetFee
    | SetPayment | ConfirmCondition | AcknowledgeNotice | NewAcceptance | NextItem | NextCustomer | Park
    | Resume | Undo | Commit | Reprint | LabelSeen | LookUp | CloseLookUp | CloseDay | DismissMessage
    | ScanTyped | CorrectingCommand | CloseCommand | SecondCommand | CustomerCommand | BranchCommand
)  # fmt: skip
