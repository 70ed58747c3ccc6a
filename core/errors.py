"""Errors that people can act on: a stable code, facts, and whether trying again may help.

No sentence for people stands here: ``ui/text.py`` has one per code and language, and a test
counts them.  Facts never hold personal data (they reach logs and screens alike).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

Fact = str | int | bool | None


class CounterError(Exception):
    """Base of every error that is not a bug.

    ``code`` is stable and machine readable; ``facts`` are plain values without personal data;
    ``retry`` says whether the same call may succeed later without anybody changing anything.
    """

    def __init__(self, code: StrEnum, *, retry: bool = False, **facts: Fact) -> None:
        self.code = code
        self.facts: Mapping[str, Fact] = facts
        self.retry = retry
        shown = " ".join(f"{key}={value!r}" for key, value in sorted(facts.items()))
        super().__init__(f"{code} {shown}".rstrip())


class DeviceFault(StrEnum):
    """What can be wrong with a device, in the order a technician would ask."""

    GONE = "device.gone"  # the link cannot be opened or broke
    BUSY = "device.busy"  # another program holds the link
    NO_ANSWER = "device.no_answer"  # the link is open, the device is silent
    BAD_FRAME = "device.bad_frame"  # wrong checksum, length or garbage
    WRONG_DEVICE = "device.wrong_device"  # something else answers on this link
    SEVERAL = "device.several"  # more than one answers to the link's numbers
    NO_DEVICE = "device.no_device"  # the link's path is a file, a folder or a pipe
    SPOOLED = "device.spooled"  # a print queue of the system, which keeps pages on its disk
    REFUSED = "device.refused"  # the device answered with an error of its own
    NOT_AUTHORISED = "device.not_authorised"  # SAM not authorised: the vendor must act
    SELF_TEST = "device.self_test"  # power-cycle the device
    NO_CARD = "device.no_card"
    CARD_UNREADABLE = "device.card_unreadable"  # lift and place again
    CARD_SUSPECT = "device.card_suspect"  # authentication of the card failed: do not accept it
    CARD_REMOVED = "device.card_removed"  # lifted while being read
    CARD_UNSUPPORTED = "device.card_unsupported"  # a document kind not read here, named in facts
    CARD_CORRUPT = "device.card_corrupt"  # the record on the card breaks its own layout
    PAPER_OUT = "device.paper_out"
    HEAD_OPEN = "device.head_open"
    PAPER_JAM = "device.paper_jam"
    RIBBON_OUT = "device.ribbon_out"
    HOT = "device.hot"  # the print head or a motor: it goes on when it has cooled
    PAUSED = "device.paused"
    PRINTER_OTHER = "device.printer_other"
    GLYPH_MISSING = "device.glyph_missing"  # no font has the character; facts give U+XXXX
    LABEL_LAYOUT = "device.label_layout"  # a text or symbol does not fit its place; facts: field
    CARD_LIBRARY = "device.card_library"  # operators' cards: pyscard is not installed here
    CARD_SERVICE = "device.card_service"  # operators' cards: the smart-card service does not run
    CARD_DENIED = "device.card_denied"  # operators' cards: the service does not serve this account
    CARD_READER = "device.card_reader"  # operators' cards: no such reader is connected; facts: reader, found
    SCALE_OVER = "device.scale_over"  # more lies there than it can weigh
    SCALE_BELOW = "device.scale_below"  # below zero with nothing tared
    SCALE_UNIT = "device.scale_unit"  # it shows another unit than kg or g; facts: unit
    FOLDER_ON_DISK = "device.folder_on_disk"  # pictures would lie there in the clear; facts: folder, kind
    FOLDER_OPEN = "device.folder_open"  # every account of this machine may look in; facts: folder
    # Other things than a scanner's pictures lie there, and stay; facts: folder, count
    FOLDER_SHARED = "device.folder_shared"
    PICTURE_TYPE = "device.picture_type"  # no JPEG, PNG or TIFF; facts: kind
    PICTURE_TORN = "device.picture_torn"  # it cannot be read to its end
    PICTURE_LARGE = "device.picture_large"
    PICTURE_NONE = "device.picture_none"  # nothing came in time
    PICTURE_STAYS = "device.picture_stays"  # it cannot be removed, and so was not taken; facts: count
    PICTURE_LEFT = "device.picture_left"  # old ones lie on the device's own storage; facts: count
    CANCELLED = "device.cancelled"


class DeviceError(CounterError):
    """A device lane's error; ``code`` is a :class:`DeviceFault`."""


class RuleFault(StrEnum):
    """Why the rules of acceptance do not let something through."""

    NUMBER_FORM = "rule.number_form"
    NUMBER_CHECK = "rule.number_check"
    NUMBER_BIRTH = "rule.number_birth"
    NUMBER_SEX = "rule.number_sex"
    DOCUMENT_EXPIRED = "rule.document_expired"
    DOCUMENT_NOT_YET_VALID = "rule.document_not_yet_valid"
    DATE_FORM = "rule.date_form"
    NAME_MISMATCH = "rule.name_mismatch"
    NAME_FORM = "rule.name_form"
    PHONE_FORM = "rule.phone_form"
    SENDER_CODE_FORM = "rule.sender_code_form"  # of a registered sender: not readable as one
    SENDER_CODE_LONG = "rule.sender_code_long"
    SENDER_CODE_NONE = "rule.sender_code_none"  # headquarters named no issuer to this counter
    SENDER_CODE_ISSUER = "rule.sender_code_issuer"
    SENDER_CODE_FORGED = "rule.sender_code_forged"
    SENDER_CODE_EARLY = "rule.sender_code_early"
    SENDER_CODE_EXPIRED = "rule.sender_code_expired"
    SENDER_CODE_LIFE = "rule.sender_code_life"
    SENDER_CODE_KIND = "rule.sender_code_kind"
    SENDER_CODE_USED = "rule.sender_code_used"
    ADDRESS_FORM = "rule.address_form"
    CONTENTS_FORM = "rule.contents_form"
    WAYBILL_FORM = "rule.waybill_form"
    WAYBILL_CHECK = "rule.waybill_check"
    PASTE_EMPTY = "rule.paste_empty"  # nothing of a contact was recognised
    PICTURE_NEEDED = "rule.picture_needed"  # of a paper without a chip
    PICTURE_NOT_ASKED = "rule.picture_not_asked"  # the rules let nobody keep a copy of it
    CAMERA_NONE = "rule.camera_none"
    WAYBILL_TWICE = "rule.waybill_twice"
    WAYBILL_PARKED = "rule.waybill_parked"  # it stands in unfinished work; facts: number (of the operator)
    WAYBILL_VOID = "rule.waybill_void"  # of a pool, and no longer free: used, spoiled or withdrawn
    POOL_EMPTY = "rule.pool_empty"  # no number is left to give out
    POOL_UNKNOWN = "rule.pool_unknown"  # no free numbers of one pool between those two
    QUANTITY_FORM = "rule.quantity_form"
    WEIGHT_FORM = "rule.weight_form"
    FEE_FORM = "rule.fee_form"
    FIELD_TOO_LONG = "rule.field_too_long"
    FIELD_EMPTY = "rule.field_empty"
    ORDER = "rule.order"  # an ordered gate was confirmed before the one ahead of it
    NOT_READY = "rule.not_ready"
    ITEM_ACCEPTED = "rule.item_accepted"  # the item on the screen is committed: F7 or F8 comes first
    ITEM_OPEN = "rule.item_open"  # something unfinished stands on the screen: finished, parked or discarded
    NOT_LOGGED_IN = "rule.not_logged_in"
    NOT_ALLOWED = "rule.not_allowed"
    VISIT_BUSY = "rule.visit_busy"  # another person's card while items of this visit are open
    PARKED_OTHER = "rule.parked_other"  # another document than that of the visit that was parked
    PARK_NOTHING = "rule.park_nothing"  # nothing was typed or read
    PARK_ACCEPTED = "rule.park_accepted"  # the item on the screen is committed
    PARK_READING = "rule.park_reading"  # a document is being read
    PARK_FULL = "rule.park_full"  # facts: limit
    PARK_GONE = "rule.park_gone"  # it lapsed, or stands on the screen already
    PARK_COVERED = "rule.park_covered"  # something unfinished stands on the screen
    PASSWORD_WEAK = "rule.password_weak"  # noqa: S105 - a code, not a password
    RULES_MISSING = "rule.rules_missing"  # no rule data is in force on that day
    NOTHING_TO_REPRINT = "rule.nothing_to_reprint"
    # documents and the manual lane
    GUARDIAN_NEEDED = "rule.guardian_needed"  # a child: the guardian is the sender
    DOCUMENT_NOT_ACCEPTED = "rule.document_not_accepted"  # not a document for this person
    # numbered paper forms
    PAPER_OFF = "rule.paper_off"  # the rule data hand out none
    PAPER_MOST = "rule.paper_most"  # so many may be out; facts: most, count
    PAPER_NUMBER = "rule.paper_number"  # no form's number
    PAPER_TYPED = "rule.paper_typed"  # not a number and a time
    PAPER_ELSEWHERE = "rule.paper_elsewhere"  # another counter handed it out; facts: terminal
    PAPER_GONE = "rule.paper_gone"  # entered, void, or never handed out here; facts: number
    PAPER_STANDS = "rule.paper_stands"  # in another visit of hers, or a request about it waits; facts: number
    PAPER_FUTURE = "rule.paper_future"
    PAPER_EARLY = "rule.paper_early"  # before it was handed out; facts: at
    PAPER_LATE = "rule.paper_late"  # its hours of entry are over; facts: number, hours
    PAPER_LONG = "rule.paper_long"  # farther from the day's other forms than an outage may last; facts: hours
    PAPER_NEEDED = "rule.paper_needed"  # its document was typed from a form, and no form is named
    PAPER_UNSEEN = "rule.paper_unseen"  # what she compares with the paper is not what stands on the screen
    # dispatch in bags
    STOCK_OFF = "rule.stock_off"  # the rule data follow no stock here
    STOCKTAKE_MOST = "rule.stocktake_most"  # so many differ that the count was not finished
    SHIFT_COUNT = "rule.shift_count"  # not a number, or one beyond what is ever here
    SHIFT_OWN = "rule.shift_own"  # whoever handed over does not take over
    BAG_NONE = "rule.bag_none"  # no bag is open
    BAG_STANDS = "rule.bag_stands"  # one is open already; facts: number
    BAG_NUMBER = "rule.bag_number"  # no number of a bag or a seal
    BAG_WAYBILL = "rule.bag_waybill"  # a waybill where a bag's or a seal's number belongs
    BAG_USED = "rule.bag_used"  # a number of a bag or a seal of this business day; facts: number
    BAG_TO = "rule.bag_to"  # no destination of the rules
    BAG_UNKNOWN = "rule.bag_unknown"  # no item of this counter
    BAG_VOID = "rule.bag_void"  # facts: number
    BAG_LATE = "rule.bag_late"  # entries beside the chain: another machine accepted it
    BAG_HELD = "rule.bag_held"  # another acceptance holds its waybill; facts: number
    BAG_ASIDE = "rule.bag_aside"  # headquarters set its entry aside; facts: number
    BAG_TWICE = "rule.bag_twice"  # it is in this bag; facts: number
    BAG_GONE = "rule.bag_gone"  # in a bag that is closed, or followed no longer; facts: number
    BAG_BEFORE = "rule.bag_before"  # accepted before the stock was followed; facts: number
    BAG_LABEL = "rule.bag_label"  # its label did not come out or was not scanned back; facts: number
    BAG_CENTRE = "rule.bag_centre"  # a centre has to check it, and the bag goes elsewhere; facts: number
    BAG_FULL = "rule.bag_full"  # facts: most
    BAG_EMPTY = "rule.bag_empty"
    BAG_OUT = "rule.bag_out"  # not in the open bag
    BAG_INSIDE = "rule.bag_inside"  # voiding an item that is in the open bag
    BAG_SENT = "rule.bag_sent"  # voiding one that left in a closed bag
    MANUAL_NOT_OFFERED = "rule.manual_not_offered"  # nothing allows typing this document; facts: cause
    STAFF_FORM = "rule.staff_form"
    NUMBER_DIFFERS = "rule.number_differs"  # the second look at the typed number
    MRZ_FORM = "rule.mrz_form"  # facts: what
    MRZ_CHECK = "rule.mrz_check"  # facts: what
    BLOCK_TERM = "rule.block_term"  # not one of the terms of the rules
    BLOCK_OPEN = "rule.block_open"  # one about the item stands already
    BLOCKS_FULL = "rule.blocks_full"  # facts: most
    BLOCK_GONE = "rule.block_gone"  # sent already, not listed, or not here any more
    TYPED_UNSIGNED = "rule.typed_unsigned"  # a typed document that a second person has to see first
    READER_DOWN_ENDED = "rule.reader_down_ended"  # hours or items of the approval are used up
    ROLE = "rule.role"  # the table of rights: facts: action, who (codes of what it is and who does it)
    # contents and security check
    CONTENTS_PROHIBITED = "rule.contents_prohibited"  # facts: item, number of its class, report
    SECURITY_REQUIRED = "rule.security_required"  # by route or region
    CENTRE_UNKNOWN = "rule.centre_unknown"
    # who sends
    ORGANISATION_CODE = "rule.organisation_code"  # form or check character of 统一社会信用代码
    AGREEMENT_UNKNOWN = "rule.agreement_unknown"
    AGREEMENT_ENDED = "rule.agreement_ended"  # or not begun
    AGENT_IS_PRINCIPAL = "rule.agent_is_principal"  # one document for both
    EXEMPTION_REASON = "rule.exemption_reason"  # none was chosen, or the rules do not know it
    APPROVER_SELF = "rule.approver_self"  # nobody approves her own work
    APPROVER_ROLE = "rule.approver_role"  # not accepted here, or not in a role that may approve
    APPROVAL_NEEDED = "rule.approval_needed"  # a second person has to approve it first; facts: action
    APPROVAL_REASON = "rule.approval_reason"  # none was chosen, or the rules do not know it
    APPROVAL_WAITS = "rule.approval_waits"  # of this action none may go on before it is approved
    DISCLOSURE_BASIS = "rule.disclosure_basis"  # organ or partner, basis, purpose and fields do not agree
    DISCLOSURE_OPEN = "rule.disclosure_open"  # of that item, for the same one, something is open
    DISCLOSURES_FULL = "rule.disclosures_full"  # facts: most
    DISCLOSURE_CONSENT = "rule.disclosure_consent"  # the sender's separate consent does not stand
    DISCLOSURE_VERSION = "rule.disclosure_version"  # it was given to another text
    DISCLOSURE_EMPTY = "rule.disclosure_empty"
    DISCLOSURE_OFFICERS = "rule.disclosure_officers"  # two of them, each with the card's number
    DISCLOSURE_LONG = "rule.disclosure_long"  # facts: most
    DISCLOSURE_GONE = "rule.disclosure_gone"  # sent already, or not here any more
    VOID_ITEM = "rule.void_item"  # not of the open business day, or void already
    CORRECT_ITEM = "rule.correct_item"  # not of the open day, or void
    CORRECT_FIELD = "rule.correct_field"  # the rules let nobody correct it
    CORRECT_SAME = "rule.correct_same"  # it stands so already
    CORRECT_MOST = "rule.correct_most"
    CORRECT_PAPER = "rule.correct_paper"  # a page of it is in the printer, or may be
    CORRECT_CONTENTS = "rule.correct_contents"  # contents that would have been refused, or need a condition
    CORRECT_GONE = "rule.correct_gone"  # what was typed is not here any more
    ITEM_VOIDED = "rule.item_voided"  # nothing is printed for it any more
    REQUEST_GONE = "rule.request_gone"  # decided already, or its time is over
    DAY_INCOMPLETE = "rule.day_incomplete"  # an entry of the day is missing or not whole; facts: seq
    DAY_FIGURES = "rule.day_figures"  # two counts of the day differ; facts: figure, fold, raw
    DAY_ITEM = "rule.day_item"  # entries, state and look-ups do not say the same of an item; facts: number
    SLIP_GONE = "rule.slip_gone"  # no such day was closed here
    PACK_WAITS = "rule.pack_waits"  # an inspection pack is being made
    SLIP_WAITS = "rule.slip_waits"  # one of that day is on its way
    SLIP_NO_PRINTER = "rule.slip_no_printer"  # it is printed on receipt paper only
    DIFFERENCE_GONE = "rule.difference_gone"  # it was put right meanwhile, or a word was said of it
    DIFFERENCE_ASKED = "rule.difference_asked"  # somebody else asks already
    REQUESTS_FULL = "rule.requests_full"  # too many wait for a second person; facts: most
    LETTER_NOT_OPENED = "rule.letter_not_opened"  # 邮政法 25
    COUNTER_STOPPED = (
        "rule.counter_stopped"  # headquarters told that this counter must not go on; facts: what
    )
    KEY_NEW = "rule.key_new"  # her key was never accepted here: a supervisor endorses it; facts: operator
    ENDORSER = "rule.endorser"  # not an accepted supervisor of this counter
    OPERATOR_REMOVED = "rule.operator_removed"
    CARD_REQUIRED = "rule.card_required"  # the rule data want her card, not a password; facts: who
    PAPER_MISSING = "rule.paper_missing"  # agreement or training, never entered at HQ; facts: paper, day
    PAPER_ENDED = "rule.paper_ended"  # and its grace is over; facts: paper, day (the last one)
    OFFLINE_TOO_LONG = "rule.offline_too_long"  # facts: hours, limit
    CASE_OPEN = "rule.case_open"  # the item has one
    CASE_GONE = "rule.case_gone"  # it has none, or the data is no longer here
    CASE_EMPTY = "rule.case_empty"
    CASE_LONG = "rule.case_long"
    CASE_CAP = "rule.case_cap"  # as often as the rules let
    CASES_FULL = "rule.cases_full"
    INCIDENT_GONE = "rule.incident_gone"  # reviewed meanwhile
    INCIDENT_TEAM = "rule.incident_team"  # she is not of the team
    INCIDENT_EARLY = "rule.incident_early"  # not told, not assessed, or nothing done yet
    INCIDENT_PERSONS = "rule.incident_persons"  # no number
    INCIDENTS_FULL = "rule.incidents_full"  # facts: most
    WARNED_ALREADY = "rule.warned_already"  # the item's sender has an open warning; facts: number
    WARNING_GONE = "rule.warning_gone"  # settled meanwhile
    WARNING_FIRST = "rule.warning_first"  # a suspension rests on a warning whose day is over
    WARNINGS_FULL = "rule.warnings_full"  # facts: most
    EXCEPTION_STANDS = "rule.exception_stands"  # the item has one already; facts: number
    EXCEPTION_LEFT = "rule.exception_left"  # what left cannot be stopped here; facts: number
    EXCEPTION_GONE = "rule.exception_gone"  # closed meanwhile
    EXCEPTION_NO_HOLD = "rule.exception_no_hold"  # nothing but suspicion or an order stops an item
    EXCEPTION_UNTOLD = "rule.exception_untold"  # its customer has heard of nothing
    EXCEPTION_UNHELD = "rule.exception_unheld"  # handed over without a second person's word
    EXCEPTION_UNVOID = "rule.exception_unvoid"  # handed back, and not void; facts: number
    EXCEPTION_BAGGED = "rule.exception_bagged"  # handed over, and still in the open bag; facts: number
    EXCEPTIONS_FULL = "rule.exceptions_full"  # facts: most
    ITEM_STOPPED = "rule.item_stopped"  # neither into a bag nor back; facts: number, reference
    COMPLAINT_GONE = "rule.complaint_gone"  # answered or taken meanwhile, or no time left to object
    COMPLAINT_OWNER = "rule.complaint_owner"  # somebody else's; facts: operator
    COMPLAINT_STAFF = "rule.complaint_staff"  # nobody of this counter, or its owner already
    COMPLAINT_LONG = "rule.complaint_long"  # facts: field, most
    COMPLAINT_ANSWER = "rule.complaint_answer"  # not among the approved answers, or not for that class
    COMPLAINT_AMOUNT = "rule.complaint_amount"  # none, too much, or for nothing; facts: most (yuan)
    COMPLAINTS_FULL = "rule.complaints_full"  # facts: most
    NOTIFY_TEXT = "rule.notify_text"  # not among the approved texts, or not for that receiver
    NOTIFY_VOIDED = "rule.notify_voided"
    NOTIFY_CONSENT = "rule.notify_consent"  # the sender has not agreed to it
    NOTIFY_NOBODY = "rule.notify_nobody"  # no number was given
    NOTIFY_WAITS = "rule.notify_waits"  # the same is on its way
    NOTIFY_ITEM_CAP = "rule.notify_item_cap"  # facts: most
    NOTIFY_CAP = "rule.notify_cap"  # facts: hour, day
    LATE_GONE = "rule.late_gone"  # it was decided already, or is not here yet
    LATE_ITEM = "rule.late_item"  # of another machine: nothing is printed for it here
    CONTACT_UNKNOWN = "rule.contact_unknown"  # not among the contacts that are offered
    CONSENT_UNKNOWN = "rule.consent_unknown"  # not among the consents of the rules
    CONSENT_VERSION = "rule.consent_version"  # another text stood on the screen than the one in force
    CONSENT_PERSON = "rule.consent_person"  # given anew only by whoever placed her document
    PERSON_ABSENT = "rule.person_absent"  # asked for by nobody whose document was placed
    RIGHTS_FULL = "rule.rights_full"  # too many requests of persons are open; facts: most
    RIGHT_GROUND = "rule.right_ground"  # refused without a ground that the rule data have for it
    PERSON_PAPER = "rule.person_paper"  # label or receipt of the item is still to come
    ITEM_RESTRICTED = "rule.item_restricted"  # kept for the law only: neither printed nor used
    GUARDIAN_RELATION = "rule.guardian_relation"  # not among the relations of the rules
    GUARDIAN_PROOF = "rule.guardian_proof"  # what was shown proves no guardianship
    GUARDIAN_NOT_ADULT = "rule.guardian_not_adult"  # a guardian is of age


class RuleError(CounterError):
    """The rules refuse; ``code`` is a :class:`RuleFault`."""


class StoreFault(StrEnum):
    """What can be wrong with the local store."""

    WRONG_KEY = "store.wrong_key"  # wrong operator or password
    LOCKED_OUT = "store.locked_out"  # too many tries; facts: seconds
    TOO_NEW = "store.too_new"
    TOO_OLD = "store.too_old"  # of an older version, and nothing converts it; facts: what
    DAMAGED = "store.damaged"
    DISK_FULL = "store.disk_full"
    READ_ONLY = "store.read_only"
    IO = "store.io"
    BUSY = "store.busy"  # another process holds the store
    MISSING = "store.missing"
    EXISTS = "store.exists"
    UNSAFE = "store.unsafe"  # the store does not keep its durability promises
    CONFLICT = "store.conflict"  # the operation id was used already for something else
    BACKUP_MISSING = "store.backup_missing"  # no such folder, or no backup in it
    BACKUP_FAILED = "store.backup_failed"  # it could not be written; facts: fault
    BACKUP_INSIDE = "store.backup_inside"  # the folder lies in the store's own
    BACKUP_DAMAGED = "store.backup_damaged"  # not what was written
    BACKUP_KEY = "store.backup_key"  # not sealed to this operator's present key
    BACKUP_FOREIGN = "store.backup_foreign"  # another terminal's, or of a later epoch
    BACKUP_OLDER = "store.backup_older"  # what stands here is sound and holds more; facts: here, backup
    RECOVER_FIRST = "store.recover_first"  # no vault stands here


class StoreError(CounterError):
    """The store's error; ``code`` is a :class:`StoreFault`."""


class CardFault(StrEnum):
    """What can be wrong with an operator's card."""

    MISSING = "card.missing"  # her keys are on a card, and none of hers is in a reader; facts: operator
    OTHER = "card.other"  # another card is in; facts: operator (typed), card (its number, or "")
    PIN_WRONG = "card.pin_wrong"  # facts: left (tries)
    PIN_BLOCKED = "card.pin_blocked"  # no try is left: a new card, a new activation
    UNSUPPORTED = "card.unsupported"  # its keys are not P-256; facts: algorithm
    EMPTY = "card.empty"  # no keys yet: F2
    UNKNOWN = "card.unknown"  # opens nothing here: never let in, or removed; facts: operator it names
    REPLACED = "card.replaced"  # she activated anew since; facts: operator
    REMOVED = "card.removed"  # she no longer works here; facts: operator
    TAKEN = "card.taken"  # at activation: it holds somebody's keys already; facts: operator it names
    PULLED = "card.pulled"  # it left the reader while it was asked
    FAILED = "card.failed"  # it answered something else; facts: what
    FOREIGN = "card.foreign"  # no operator's card at all: a bank card, a bus card
    MUTE = "card.mute"  # nothing answers: the wrong way round, or its contacts are dirty
    HALF = "card.half"  # it has one of the two keys only
    ISSUER = "card.issuer"  # empty, and only who issued it may make keys on it
    NONE = "card.none"  # nothing was put in within the time
    PIN_FORM = "card.pin_form"  # no PIN can be so: the card was not asked; facts: least, most
    IN_USE = "card.in_use"  # another program on this machine keeps it
    DENIED = "card.denied"  # the service shows it and lets this account not talk with it (polkit)


class CardError(CounterError):
    """An operator's card refuses; ``code`` is a :class:`CardFault`."""


class EntryFault(StrEnum):
    """What can be wrong with an entry or the chain; the first bad entry is named in facts."""

    FORM = "entry.form"  # not canonical, unknown key, wrong type
    TOO_LARGE = "entry.too_large"
    FORMAT_UNKNOWN = "entry.format_unknown"
    KIND_UNKNOWN = "entry.kind_unknown"
    GAP = "entry.gap"
    FORK = "entry.fork"
    PREVIOUS = "entry.previous"  # does not name the hash of the entry before
    SIGNATURE = "entry.signature"
    SESSION = "entry.session"  # session certificate missing, foreign or ended
    KEY = "entry.key"  # a key that was never accepted
    COMMITMENT = "entry.commitment"
    WRONG_TERMINAL = "entry.wrong_terminal"
    STATE = "entry.state"  # the state hash named in the entry is not the folded one
    GONE = "entry.gone"  # an attachment is not here, and no entry says that it was erased
    VIEW = "entry.view"  # a view's rows are not those the entries give


class EntryError(CounterError):
    """An entry that cannot be accepted; ``code`` is an :class:`EntryFault`."""


class TransferFault(StrEnum):
    """Why a configuration from another counter is not taken; nothing has changed here."""

    NOT_ONE = "transfer.not_one"  # no file that a counter exported
    TORN = "transfer.torn"  # not whole: cut off, or damaged on its way
    TOO_LARGE = "transfer.too_large"
    EDITED = "transfer.edited"  # whole, but not what the counter signed
    FOREIGN = "transfer.foreign"  # the signer's key is none that this counter's headquarters granted
    NEWER = "transfer.newer"  # facts: what this version does not know
    BRANCH = "transfer.branch"  # facts: found, branch
    UNKNOWN = "transfer.unknown"  # no headquarters is known here: a person compares; facts: fingerprint
    FINGERPRINT = "transfer.fingerprint"  # another one was given; facts: fingerprint
    HERE = "transfer.here"  # this counter's own file is written so that the program cannot change it
    CHANGED = "transfer.changed"  # this counter's file is another one since the lines were shown
    SHUT = "transfer.shut"  # to export: the counter's key lies in the vault, and nobody opened it
    NO_FILE = "transfer.no_file"  # none on a stick, nor in the home folder
    NO_BEFORE = "transfer.no_before"  # nothing to take back


class TransferError(CounterError):
    """A configuration file from another counter; ``code`` is a :class:`TransferFault`."""


class HqFault(StrEnum):
    """What headquarters, or the way to it, can answer."""

    UNREACHABLE = "hq.unreachable"
    PROXY = "hq.proxy"  # the configured proxy; facts: what ("unreachable", "refused")
    PROXY_ASKS = "hq.proxy_asks"  # it wants one, and none is given
    TLS = "hq.tls"  # the certificate is not HQ's
    CLOCK = "hq.clock"  # the request's time is too far from HQ's
    AUTH_LOST = "hq.auth_lost"  # terminal unknown, revoked, or wrong signature
    CODE_INVALID = "hq.code_invalid"  # one-time code unknown, used or expired
    REFUSED = "hq.refused"  # facts: fault (an EntryFault), seq
    CONFLICT = "hq.conflict"
    BAD_ANSWER = "hq.bad_answer"
    TOO_LARGE = "hq.too_large"
    BUSY = "hq.busy"  # headquarters cannot answer now: too many tries, its database is away; try later


class HqError(CounterError):
    """Headquarters' error; ``code`` is an :class:`HqFault`."""


class ConfigFault(StrEnum):
    """What can be wrong with the configuration file."""

    MISSING_FILE = "config.missing_file"
    SYNTAX = "config.syntax"
    UNKNOWN_KEY = "config.unknown_key"
    MISSING_KEY = "config.missing_key"
    WRONG_TYPE = "config.wrong_type"
    WRONG_VALUE = "config.wrong_value"


class ConfigError(CounterError):
    """The configuration is wrong; facts: file, line, key, expected."""
