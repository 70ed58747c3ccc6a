"""Disclosures as the chain has them: a customer's data for an organ by law, or for a partner by consent.

``DisclosureFiled`` says in codes who wants which fields of which item and on what basis; the document's
number and people's names are in its sealed part alone.  ``DisclosureAsked`` rests on a second person's
approval and puts it before headquarters; ``DisclosureDecided`` brings headquarters' word back.  The counter
itself gives nothing away.  The state holds each until its last day.
Sources: 邮政法 36; PIPL 23 and 25; docs/disclosure.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from core.ledger import erasure
from core.ledger.entry import Entry
from core.ledger.rows import need, put, request_about, row_of

MEMBER = "disclosures"  # of the state: seq of DisclosureFiled → what it is about
FILED, ASKED, DECIDED = "DisclosureFiled", "DisclosureAsked", "DisclosureDecided"
MOST = 200  # at one counter: the state is written with every commit
_WHAT = "disclosure"


class Way(StrEnum):
    """On what it rests; codes go into the journal."""

    LAWFUL = "lawful"  # 依法协查: an organ that the law names
    SHARING = "sharing"  # 信息共享: a partner, by the customer's separate consent


class Datum(StrEnum):
    """What may be given; codes go into the journal.  Nothing else ever is."""

    SENDER_NAME = "sender_name"
    SENDER_PHONE = "sender_phone"
    SENDER_ADDRESS = "sender_address"
    SENDER_DOCUMENT = "sender_document"  # kind and number
    RECIPIENT_NAME = "recipient_name"
    RECIPIENT_PHONE = "recipient_phone"
    RECIPIENT_ADDRESS = "recipient_address"
    ITEM = "item"  # waybill, contents, weight


class Outcome(StrEnum):
    """Headquarters' word; codes go into the journal."""

    APPROVED = "approved"
    REFUSED = "refused"
    RELEASED = "released"


def filed(value: dict[str, Any], entry: Entry) -> None:
    """``DisclosureFiled``.  Raises EntryError STATE for one too many, fields that there are not, a restricted
    item (PIPL 47: to a partner never), a consent where none is asked for or none where one is.
    """
    data, rows = entry.data, value.get(MEMBER, {})
    way, fields = data["way"], data["fields"]
    need(_WHAT, entry, way in list(Way) and len(rows) < MOST and 0 < data["item"] < entry.header.seq)
    need(_WHAT, entry, fields and len(set(fields)) == len(fields) and set(fields) <= set(Datum))
    if way == Way.SHARING:
        need(_WHAT, entry, 0 < data["consent"] < entry.header.seq)
        need(_WHAT, entry, not erasure.is_restricted(value, data["item"]))
    else:
        need(_WHAT, entry, data["consent"] == 0)
    row = {name: data[name] for name in ("item", "way", "recipient", "until")}
    row |= {"by": entry.header.actor.id, "asked": 0, "outcome": ""}
    value[MEMBER] = {**rows, str(entry.header.seq): row}


def asked(value: dict[str, Any], entry: Entry) -> None:
    """``DisclosureAsked``, once, by the approval that the fold has taken already.

    Raises EntryError STATE; sharing never goes on before the second person has said so.
    """
    name, row = row_of(_WHAT, value, MEMBER, entry, entry.data["filed"])
    need(_WHAT, entry, not row["asked"])
    unsigned = any(each["used"] == entry.header.seq for each in value["requests"].values())
    need(_WHAT, entry, row["way"] == Way.LAWFUL or not unsigned)
    put(value, MEMBER, name, {**row, "asked": entry.header.seq})


def decided(value: dict[str, Any], entry: Entry) -> None:
    """``DisclosureDecided``: refused or approved, and released after that.  Raises EntryError STATE."""
    name, row = row_of(_WHAT, value, MEMBER, entry, entry.data["filed"])
    outcome = entry.data["outcome"]
    need(_WHAT, entry, row["asked"] and may_follow(row["outcome"], outcome))
    put(value, MEMBER, name, {**row, "outcome": outcome})


DISCLOSURE_STEPS = {(FILED, 1): filed, (ASKED, 1): asked, (DECIDED, 1): decided}


def may_follow(before: str, outcome: str) -> bool:
    """Whether headquarters may say ``outcome`` after ``before``; "" is nothing yet."""
    first = outcome in (Outcome.APPROVED, Outcome.REFUSED) and not before
    return first or (outcome == Outcome.RELEASED and before in (Outcome.APPROVED, Outcome.RELEASED))


def forget_over(value: dict[str, Any]) -> None:
    """What is over by its last day is kept in the chain, not in the state."""
    if MEMBER in value:
        rows = value[MEMBER].items()
        value[MEMBER] = {name: row for name, row in rows if row["until"] >= value["date"]}


def stands(value: Mapping[str, Any], seq: int) -> str:
    """Of a row: "waits" for the second person, "over" where she never came, "asked", or the outcome."""
    row = value[MEMBER][str(seq)]
    if row["asked"]:
        return str(row["outcome"] or "asked")
    return "waits" if request_about(value, "disclose", seq) is not None else "over"
