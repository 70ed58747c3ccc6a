"""The kinds of entry about a customer: what she asked for, cases, complaints, disclosures, blocks."""

from __future__ import annotations

from collections.abc import Mapping

from core.ledger.forms import CODE, CODES, COUNT, DAY, ID, MONTH, STAFF, TIME, Check, Kind, optional

# A person asked for it; ``request`` is one for all of her items, ``ground`` why this and not the other.
_PERSONS: Mapping[str, Check] = {
    "item": COUNT, "request": ID, "ground": CODE, "retention": CODE, "month": MONTH,
}  # fmt: skip
_CLOCKS: Mapping[str, Check] = {"contact_by": TIME, "close_by": TIME, "case": CODE}

KINDS: tuple[Kind, ...] = (
    Kind("ItemRestricted", 1, _PERSONS, True),
    Kind("PersonErased", 1, _PERSONS, True),
    # by headquarters' directive: nobody at the counter signs
    Kind("ItemRestricted", 2, {**_PERSONS, "directive": COUNT}, False),
    Kind("PersonErased", 2, {**_PERSONS, "directive": COUNT}, False),
    Kind("PersonAsked", 1, {"request": ID, "right": CODE, "item": COUNT, "field": CODE, "due": DAY}, True),
    Kind("PersonAnswered", 1, {"request": ID, "outcome": CODE, "ground": CODE}, True),
    # by headquarters' directive: nobody at the counter signs
    Kind("PersonAnswered", 2, {"request": ID, "outcome": CODE, "ground": CODE, "directive": COUNT}, False),
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
        {"proposed": COUNT, "outcome": CODE, "until": optional(DAY), "directive": COUNT},
        False,
    ),
    Kind("BlockAppealed", 1, {"proposed": COUNT, "due": DAY}, True),
)
