"""The erasure log: entries that say what went from a counter's disk by the rules."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from core.errors import EntryError, EntryFault
from core.ledger.entry import Entry

ITEM_RESTRICTED = "ItemRestricted"
PERSON_ERASED = "PersonErased"
MONTH_ERASED = "MonthErased"
SEALED_ERASED = "SealedErased"
SEALED = "sealed"  # retention class of sealed parts, which go by entry and not by month
# Why an item is restricted and not deleted, ``asked`` why it is; codes go into the journal.  The year of
# 邮政法 49 is not over; headquarters has it not safe; nobody confirms the time; a label is still to come; its
# person wanted no more than that (PIPL 44).
ENQUIRY, NOT_SAFE, TIME, PAPER = "enquiry", "not_safe", "unconfirmed_time", "paper"
OBJECTION, ASKED = "objection", "asked"
EMPTY: dict[str, Any] = {"sealed": 0, "months": [], "items": {}}


def month_name(retention: str, month: str) -> str:
    """A retention class and month, as the state and the key file name them."""
    return f"{retention}/{month}"


def split(name: str) -> tuple[str, str]:
    """(retention class, month) of :func:`month_name`."""
    retention, _, month = name.partition("/")
    return retention, month


def over_on(month: str, days: int) -> dt.date:
    """The first day on which what is of that month ``YYYY-MM`` may go: ``days`` after its end."""
    year, number = int(month[:4]), int(month[5:])
    after = dt.date(year + number // 12, number % 12 + 1, 1)
    return after + dt.timedelta(days=days)


# -- one person's items ------------------------------------------------------------------------------


def restrict(value: dict[str, Any], entry: Entry) -> None:
    """``ItemRestricted``: what is kept of the item is only stored, until its month ends.

    Raises EntryError STATE where its bytes went already.
    """
    item, month = _of_item(entry)
    if item in value["erased"]["items"] or month in value["erased"]["months"]:
        raise EntryError(EntryFault.STATE, seq=entry.header.seq, what="item")
    value["restricted"] = {**value["restricted"], item: month}


def erase_item(value: dict[str, Any], entry: Entry) -> None:
    """``PersonErased``: the item's annex, nonce and look-up went with this entry."""
    item, month = _of_item(entry)
    value["restricted"] = {each: of for each, of in value["restricted"].items() if each != item}
    if month not in value["erased"]["months"]:
        erased = value["erased"]
        value["erased"] = {**erased, "items": {**erased["items"], item: month}}


def forget_month(value: dict[str, Any], name: str) -> None:
    """The month is over: of its items nothing is left that could be restricted."""
    value["restricted"] = {each: of for each, of in value["restricted"].items() if of != name}
    items = {each: of for each, of in value["erased"]["items"].items() if of != name}
    value["erased"] = {**value["erased"], "items": items}


def is_restricted(value: Mapping[str, Any], seq: int) -> bool:
    """Whether the item accepted by entry ``seq`` may be neither shown, printed nor used."""
    return str(seq) in value["restricted"]


def _of_item(entry: Entry) -> tuple[str, str]:
    """(seq as the state names it, retention class and month); raises EntryError STATE for one to come."""
    data = entry.data
    if not 0 < data["item"] < entry.header.seq:
        raise EntryError(EntryFault.STATE, seq=entry.header.seq, what="item")
    return str(data["item"]), month_name(data["retention"], data["month"])
