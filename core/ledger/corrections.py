"""Corrections of accepted items, as the chain has them: counted for each item of the business day.

``ItemCorrected`` changes nothing of the entry that it names.  It brings a sealed part and an annex of its
own; the state keeps only how often each item of the open day was corrected, and what is printed anew.
docs/format.md, section 4.
"""

from __future__ import annotations

from typing import Any

from core.errors import EntryError, EntryFault
from core.ledger.entry import Entry

KIND = "ItemCorrected"
MEMBER = "corrected"  # of the state, while an item of the open day was corrected
FIELDS = (
    "weight", "quantity", "contents", "recipient_name", "recipient_phone", "recipient_address",
    "sender_phone", "sender_address",
)  # fmt: skip
# Where an item goes and what is in it nobody changes alone, whatever the rule data say: they only tighten.
ALONE = ("weight", "quantity", "recipient_phone", "sender_phone", "sender_address")
_ON_THE_WAY = ("started", "unknown")  # a page of the item may come out as it was


def corrected(value: dict[str, Any], entry: Entry) -> None:
    """An item of the open day, in the order of its corrections.  Raises EntryError STATE for any other.

    It stays one item: what is printed anew counts as one more page of it.
    """
    data, day = entry.data, value["days"].get(str(value["day"]))
    item, known = str(data["item"]), value.get(MEMBER, {})
    sound = day is not None and not value["closed"] and day["first"] < data["item"] < entry.header.seq
    sound = sound and item not in value["voided"] and item not in value["restricted"]
    sound = sound and data["ordinal"] == known.get(item, 0) + 1 and data["field"] in FIELDS
    sound = sound and (data["asked"] or data["field"] in ALONE)
    pages = [member for member, flag in (("labels", "label"), ("receipts", "receipt")) if data[flag]]
    sound = sound and all(_state(value, member, item) not in _ON_THE_WAY for member in pages)
    if not sound:
        raise EntryError(EntryFault.STATE, seq=entry.header.seq, what="corrected")
    value[MEMBER] = {**known, item: data["ordinal"]}
    for member in pages:
        if item not in value[member]:  # it came out as it was; what has not begun comes out as it is now
            due = {"state": "due", "job": "", "copies": 0, "again": True}
            value[member] = {**value[member], item: due}


def new_day(value: dict[str, Any]) -> None:
    """Only items of the open day can be corrected."""
    if MEMBER in value:
        value[MEMBER] = {}


def _state(value: dict[str, Any], member: str, item: str) -> str:
    return str(value[member].get(item, {}).get("state", ""))
