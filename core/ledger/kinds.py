"""Every kind of entry, with the exact form of its data (core/ledger/forms.py)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.errors import EntryError, EntryFault
from core.ledger import (
    configured,
    kinds_customers,
    kinds_exceptions,
    kinds_incidents,
    kinds_shifts,
    kinds_stock,
)
from core.ledger.forms import (
    CODE,
    COUNT,
    DAY,
    DOCUMENT,
    FLAG,
    HASH,
    ID,
    KEY,
    MONTH,
    SIGNATURE,
    STAFF,
    TIME,
    Check,
    Kind,
    optional,
)

_SPAN: Mapping[str, Check] = {
    "branch": HASH, "epoch": COUNT, "first": COUNT, "last": COUNT, "base": HASH, "tip": HASH,
}  # fmt: skip
_COUNTED = dict.fromkeys(
    ("accepted", "refused", "senders", "labels", "receipts", "affixed", "copies", "unknown", "voided"),
    COUNT,
)
_REFUSED = {"visit": ID, "reason": CODE, "told": FLAG, "item_class": CODE, "action": CODE}
_ROLLED = {"key": KEY, "roll": DOCUMENT, "by_old": SIGNATURE, "by_new": SIGNATURE}

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
    Kind("MonthErased", 1, {"retention": CODE, "month": MONTH, "count": COUNT}, False),
    Kind("SealedErased", 1, {"through": COUNT, "count": COUNT}, False),
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
            "endorser": optional(STAFF),
            "endorsement": optional(SIGNATURE),
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
            "released_by": optional(STAFF),
            "released_at": optional(TIME),
            "release": optional(SIGNATURE),
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
            "inspected": optional(TIME),
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
            "approved_by": optional(STAFF),
            "approved_at": optional(TIME),
            "approval": optional(SIGNATURE),
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
    *kinds_customers.KINDS,
    *kinds_stock.KINDS,
    *kinds_shifts.KINDS,
    *kinds_exceptions.KINDS,
    *kinds_incidents.KINDS,
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
