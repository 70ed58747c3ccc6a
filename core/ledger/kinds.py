"""Every kind of entry, with the exact form of its data.

The forms admit codes, numbers, times, ids and bytes, and **no free text**: chained bytes name staff
by number, customers never, and no waybill, so a kind that could carry a name cannot be declared.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from core import wire
from core.errors import EntryError, EntryFault
from core.ledger import configured

Check = Callable[[object], bool]

_CODE = re.compile(r"[a-z][a-z0-9_.]{0,39}")
_ID = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._:-]{0,63}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MONTH = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])")
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z")
_KEY = re.compile(r"(?:ed25519|x25519|p256)\.[A-Za-z0-9_-]{43,87}")
_STAFF = re.compile(r"[A-Z]{2}\d{4,8}")
_TAG = re.compile(r"[A-Z0-9][A-Z0-9-]{2,30}[A-Z0-9]")  # what stands on a bag or on a seal; never a waybill


def _matches(pattern: re.Pattern[str]) -> Check:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def _integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _bytes(limit: int) -> Check:
    def check(value: object) -> bool:
        try:
            return len(wire.unb64(value)) <= limit
        except EntryError:
            return False

    return check


def _codes(value: object) -> bool:
    """A list of 1 to 16 codes."""
    return isinstance(value, list | tuple) and 0 < len(value) <= 16 and all(map(CODE, value))


def _optional(inner: Check) -> Check:
    return lambda value: value is None or inner(value)


CODE, ID, DAY, MONTH, TIME, KEY = (_matches(p) for p in (_CODE, _ID, _DAY, _MONTH, _TIME, _KEY))
STAFF = _matches(_STAFF)
TAG = _matches(_TAG)
COUNT: Check = _integer
CODES: Check = _codes
HASH = _bytes(32)
SIGNATURE = _bytes(80)
DOCUMENT = _bytes(2048)  # a signed document (grant, certificate), as canonical bytes


def FLAG(value: object) -> bool:  # noqa: N802 - stands beside the other forms
    """true or false."""
    return isinstance(value, bool)


def fits(body: Mapping[str, Any], form: Mapping[str, Check]) -> bool:
    """Whether ``body`` has exactly the members of ``form``, each in its form."""
    return set(body) == set(form) and all(check(body[name]) for name, check in form.items())


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind in one version: its name and the form of each member of ``data``."""

    name: str
    version: int
    form: Mapping[str, Check]
    personal: bool  # a person's act: needs the session's signature


_SPAN: Mapping[str, Check] = {
    "branch": HASH, "epoch": COUNT, "first": COUNT, "last": COUNT, "base": HASH, "tip": HASH,
}  # fmt: skip
_COUNTED = dict.fromkeys(
    ("accepted", "refused", "senders", "labels", "receipts", "affixed", "copies", "unknown", "voided"),
    COUNT,
)
_REFUSED = {"visit": ID, "reason": CODE, "told": FLAG, "item_class": CODE, "action": CODE}
_ROLLED = {"key": KEY, "roll": DOCUMENT, "by_old": SIGNATURE, "by_new": SIGNATURE}

# A person asked for it; ``request`` is one for all of her items, ``ground`` why this and not the other.
_PERSONS: Mapping[str, Check] = {
    "item": COUNT, "request": ID, "ground": CODE, "retention": CODE, "month": MONTH,
}  # fmt: skip

_CLOCKS: Mapping[str, Check] = {"contact_by": TIME, "close_by": TIME, "case": CODE}

_ALL = (
    # the store's life
    Kind("DayOpened", 1, {"day": COUNT, "date": DAY}, False),
    Kind("DayClosed", 1, {"day": COUNT, "last": COUNT, "fold": COUNT, "state": HASH}, True),
    Kind("EpochOpened", 1, {"grant": DOCUMENT, "grant_signature": SIGNATURE, "key": KEY}, False),
    Kind(
        "TimeAnchored",
        1,
        {"at": TIME, "nonce": HASH, "signature": SIGNATURE, "signer": ID, "boot": ID, "boottime_ms": COUNT},
        False,
    ),
    Kind("DirectivesAdopted", 1, {"number": COUNT, "head": HASH}, False),
    Kind("DirectiveParked", 1, {"number": COUNT, "cause": CODE}, False),
    Kind("MonthErased", 1, {"retention": CODE, "month": MONTH}, False),
    Kind("SealedErased", 1, {"through": COUNT}, False),
    Kind("ItemRestricted", 1, _PERSONS, True),
    Kind("PersonErased", 1, _PERSONS, True),
    # by headquarters' directive: nobody at the counter signs
    Kind("ItemRestricted", 2, {**_PERSONS, "directive": COUNT}, False),
    Kind("PersonErased", 2, {**_PERSONS, "directive": COUNT}, False),
    Kind("PersonAsked", 1, {"request": ID, "right": CODE, "item": COUNT, "field": CODE, "due": DAY}, True),
    Kind("PersonAnswered", 1, {"request": ID, "outcome": CODE, "ground": CODE}, True),
    # by headquarters' directive: nobody at the counter signs
    Kind("PersonAnswered", 2, {"request": ID, "outcome": CODE, "ground": CODE, "directive": COUNT}, False),
    Kind("HeadquartersKeyPinned", 1, _ROLLED, False),
    Kind(configured.KIND, 1, dict.fromkeys(configured.PARTS, HASH), False),
    # what was done on the technician's page, taken in from the gate log
    Kind("GateSeen", 1, {"lines": COUNT, "last": COUNT, "head": HASH, "found": CODE}, False),
    # number pools
    Kind("PoolOpened", 1, {"pool": ID, "count": COUNT, "directive": COUNT}, False),
    Kind("PoolSkipped", 1, {"pool": ID, "first": COUNT, "last": COUNT, "cause": CODE}, False),
    Kind("PoolVoided", 1, {"pool": ID, "first": COUNT, "last": COUNT, "cause": CODE}, True),
    # people
    Kind(
        "OperatorKeyAccepted",
        1,
        {
            "operator": STAFF,
            "role": CODE,
            "signing": KEY,
            "agreement": KEY,
            "proof": SIGNATURE,
            "endorsed_by": CODE,
            "endorser": _optional(STAFF),
            "endorsement": _optional(SIGNATURE),
        },
        False,
    ),
    Kind("OperatorLoggedIn", 1, {"certificate": DOCUMENT, "certificate_signature": SIGNATURE}, True),
    Kind("OperatorLocked", 1, {"cause": CODE}, True),
    Kind("OperatorLoggedOut", 1, {"cause": CODE}, True),
    Kind(
        "LogInsFailed",
        1,
        {
            "operator": STAFF,
            "failures": COUNT,
            "released_by": _optional(STAFF),
            "released_at": _optional(TIME),
            "release": _optional(SIGNATURE),
        },
        False,
    ),
    Kind("ActsRefused", 1, {"operator": STAFF, "action": CODE, "cause": CODE, "count": COUNT}, False),
    Kind("SessionEnded", 1, {"operator": STAFF, "session": ID, "cause": CODE}, False),
    # acceptance
    Kind(
        "SenderVerified",
        1,
        {
            "visit": ID,
            "document": CODE,
            "sender_kind": CODE,
            "method": CODE,
            "cause": CODE,
            "principal": CODE,
            "proof": CODE,
            "read": ID,
            "original_seen": TIME,
            "name_matched": FLAG,
            "expiry": CODE,
            "notice": ID,
            "acknowledged": CODE,
        },
        True,
    ),
    Kind(
        "ItemAccepted",
        1,
        {
            "visit": ID,
            "sender": COUNT,
            "number": COUNT,
            "inspected": _optional(TIME),
            "condition": CODE,
            "route": CODE,
            "security": CODE,
            "security_at": TIME,
            "centre": CODE,
            "weight_source": CODE,
            "name_check": CODE,
            "by_hand": CODE,
            "receipt": FLAG,
            "pool": ID,
            "ordinal": COUNT,
        },
        True,
    ),
    Kind(
        "SenderExempted",
        1,
        {
            "visit": ID,
            "ground": CODE,
            "reason": CODE,
            "approved_by": _optional(STAFF),
            "approved_at": _optional(TIME),
            "approval": _optional(SIGNATURE),
            "notice": ID,
            "acknowledged": CODE,
        },
        True,
    ),
    # a second person: asked for, and given or declined
    Kind(
        "ApprovalAsked",
        1,
        {
            "request": ID,
            "action": CODE,
            "subject": COUNT,
            "reason": CODE,
            "digest": HASH,
            "mode": CODE,
            "until": TIME,
        },
        True,
    ),
    Kind(
        "ApprovalGiven",
        1,
        {
            "request": ID,
            "asked": COUNT,
            "body": HASH,
            "decision": CODE,
            "by": STAFF,
            "at": TIME,
            "where": CODE,
            "directive": COUNT,
            "approval": SIGNATURE,
        },
        False,
    ),
    Kind("ApprovalLapsed", 1, {"request": ID, "asked": COUNT}, False),
    Kind(
        "DifferenceExplained",
        1,
        {"day": COUNT, "item": COUNT, "what": CODE, "reason": CODE, "asked": COUNT},
        True,
    ),
    Kind("DifferenceDisputed", 1, {"day": COUNT, "item": COUNT, "what": CODE, "reason": CODE}, True),
    Kind("ItemVoided", 1, {"item": COUNT, "reason": CODE, "asked": COUNT}, True),
    Kind(
        "ItemCorrected",
        1,
        {
            "item": COUNT,
            "ordinal": COUNT,
            "field": CODE,
            "reason": CODE,
            "label": FLAG,
            "receipt": FLAG,
            "asked": COUNT,
        },
        True,
    ),
    Kind(
        "GuardianConsented",
        1,
        {"visit": ID, "sender": COUNT, "relation": CODE, "notice": ID, "how": CODE},
        True,
    ),
    Kind(
        "ConsentAnswered",
        1,
        {"visit": ID, "sender": COUNT, "consent": CODE, "version": ID, "answer": CODE, "how": CODE},
        True,
    ),
    # a document was typed by hand, and a second person is asked about it
    Kind("PaperFormsHandedOut", 1, {"first": COUNT, "last": COUNT}, True),
    Kind(
        "PaperFormEntered",
        1,
        {"visit": ID, "form": COUNT, "at": TIME, "cause": CODE, "content": HASH},
        True,
    ),
    Kind("PaperFormTaken", 1, {"form": COUNT, "entered": COUNT, "cause": CODE, "asked": COUNT}, True),
    Kind("PaperFormVoided", 1, {"form": COUNT, "reason": CODE, "asked": COUNT}, True),
    Kind("IdentityTyped", 1, {"visit": ID, "read": ID, "document": CODE, "cause": CODE}, True),
    Kind("TypedTaken", 1, {"typed": COUNT, "sender": COUNT, "cause": CODE, "asked": COUNT}, True),
    Kind("ReaderDownApproved", 1, {"hours": COUNT, "items": COUNT, "until": TIME, "asked": COUNT}, True),
    Kind("ItemRefused", 1, _REFUSED, True),
    Kind("DraftLapsed", 1, {"operator": STAFF, "cause": CODE}, False),
    # who looked for what; never the text
    Kind("LookedUp", 1, {"by": CODE, "hits": COUNT, "item": COUNT, "terminal": ID}, True),
    # a customer's data while something has to be done about her item
    Kind("CaseOpened", 1, {"case": CODE, "item": COUNT, "cause": CODE, "party": CODE, "until": DAY}, True),
    Kind(
        "CaseShown",
        1,
        {"case": CODE, "opened": COUNT, "asked": COUNT, "purpose": CODE, "seconds": COUNT},
        True,
    ),
    Kind("CaseClosed", 1, {"case": CODE, "opened": COUNT}, True),
    Kind("CaseLapsed", 1, {"case": CODE, "opened": COUNT}, False),
    # a complaint: who was asked first owns it, and two clocks run
    Kind(
        "ComplaintOpened",
        1,
        {"item": COUNT, "class": CODE, "reason": CODE, "party": CODE, "ours": CODE, **_CLOCKS},
        True,
    ),
    Kind("ComplaintContacted", 1, {"complaint": COUNT, "how": CODE}, True),
    Kind("ComplaintHandedOn", 1, {"complaint": COUNT, "to": STAFF}, True),
    Kind("ComplaintTaken", 1, {"complaint": COUNT}, True),
    Kind(
        "ComplaintAnswered",
        1,
        {
            "complaint": COUNT,
            "ours": CODE,
            "measure": CODE,
            "cents": COUNT,
            "text": CODE,
            "version": ID,
            "until": DAY,
        },
        True,
    ),
    Kind("ComplaintReopened", 1, {"complaint": COUNT, "reason": CODE, **_CLOCKS}, True),
    # an approved text, which headquarters sends without anybody here seeing the number
    Kind(
        "NotifyAsked",
        1,
        {"notify": ID, "item": COUNT, "text": CODE, "version": ID, "to": CODE, "language": CODE},
        True,
    ),
    Kind(
        "NotifyAnswered",
        1,
        {"notify": ID, "asked": COUNT, "outcome": CODE, "why": CODE, "directive": COUNT},
        False,
    ),
    # a customer's data to an organ or a partner: who, on what basis and which fields, by code
    Kind(
        "DisclosureFiled",
        1,
        {
            "item": COUNT,
            "way": CODE,
            "recipient": CODE,
            "basis": CODE,
            "purpose": CODE,
            "fields": CODES,
            "consent": COUNT,
            "until": DAY,
        },
        True,
    ),
    Kind("DisclosureAsked", 1, {"filed": COUNT, "asked": COUNT}, True),
    Kind("DisclosureDecided", 1, {"filed": COUNT, "outcome": CODE, "directive": COUNT}, False),
    # a customer is proposed for the block list: by item, basis and term; a person at headquarters decides
    Kind("BlockProposed", 1, {"item": COUNT, "basis": CODE, "days": COUNT}, True),
    Kind("BlockSent", 1, {"proposed": COUNT, "basis": CODE, "asked": COUNT}, True),
    Kind(
        "BlockDecided",
        1,
        {"proposed": COUNT, "outcome": CODE, "until": _optional(DAY), "directive": COUNT},
        False,
    ),
    Kind("BlockAppealed", 1, {"proposed": COUNT, "due": DAY}, True),
    # printing
    Kind(
        "PrintStarted",
        1,
        {"item": COUNT, "job": ID, "slot": CODE, "copy": COUNT, "template": ID},
        False,
    ),
    Kind("LabelPrinted", 1, {"item": COUNT, "job": ID}, False),
    Kind("PrintNotDone", 1, {"item": COUNT, "job": ID, "slot": CODE, "cause": CODE}, False),
    Kind("PrintUnknown", 1, {"item": COUNT, "job": ID, "slot": CODE, "cause": CODE}, False),
    Kind("ReprintAsked", 1, {"item": COUNT}, True),
    Kind("PrintSeen", 1, {"item": COUNT, "job": ID, "slot": CODE}, True),
    Kind("ReceiptPrinted", 1, {"item": COUNT, "job": ID}, False),
    Kind("LabelAffixed", 1, {"item": COUNT, "by": CODE}, True),
    # the slip of a closed day: asked for, and what became of it; ``closed`` is its ``DayClosed``
    Kind("DaySlipAsked", 1, {"closed": COUNT, "form": CODE, "job": ID, "copy": COUNT}, True),
    Kind("DaySlipEnded", 1, {"closed": COUNT, "job": ID, "outcome": CODE, "cause": CODE}, False),
    # the counter was set up, and the operator who signs took it over; ``record`` is what, docs/format.md 17
    Kind(
        "CounterHandedOver",
        1,
        {
            "record": HASH,
            "version": ID,
            "way": CODE,
            "technician": CODE,
            "backup": FLAG,
            "ready": COUNT,
            "failed": COUNT,
            "skipped": COUNT,
            "checks": COUNT,
            "warned": COUNT,
            "wrong": COUNT,
        },
        True,
    ),
    # what lies here, and what leaves in bags
    Kind("StockBegun", 1, {"day": COUNT}, False),
    Kind("StockEnded", 1, {"left": COUNT}, False),
    Kind("BagOpened", 1, {"bag": TAG, "to": CODE}, True),
    Kind("ItemBagged", 1, {"bag": COUNT, "item": COUNT}, True),
    Kind("ItemUnbagged", 1, {"bag": COUNT, "item": COUNT}, True),
    Kind("BagGivenUp", 1, {"bag": COUNT, "count": COUNT}, True),
    Kind("BagClosed", 1, {"bag": COUNT, "seal": TAG, "count": COUNT, "items": HASH}, True),
    # entries beside the chain
    Kind("BranchAdopted", 1, {**_SPAN, "number": COUNT, **_COUNTED}, True),
    Kind("BranchDeclined", 1, {**_SPAN, "reason": CODE}, True),
)

KINDS: Mapping[tuple[str, int], Kind] = {(kind.name, kind.version): kind for kind in _ALL}


def check(name: str, version: int, data: Mapping[str, Any]) -> Kind:
    """The kind, if ``data`` has exactly its form; raises EntryError KIND_UNKNOWN or FORM."""
    kind = KINDS.get((name, version))
    if kind is None:
        raise EntryError(EntryFault.KIND_UNKNOWN, kind=name[:40], version=version)
    if data.keys() != kind.form.keys():
        raise EntryError(EntryFault.FORM, kind=name, what="members")
    for member, form in kind.form.items():
        if not form(data[member]):
            raise EntryError(EntryFault.FORM, kind=name, what=member)
    return kind
