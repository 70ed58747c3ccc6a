"""What does not agree at the end of a business day, item by item, and what was said of it (I6, T24).

An item of the open day differs while its first label or receipt has not come out, while nobody knows whether
it did, and while its label was not scanned back on the parcel.  A difference ends when that is put right.
Else a word closes it: *explained* by two (``DifferenceExplained`` rests on a request), or *disputed* by
whoever stands there alone (``DifferenceDisputed``).  Neither changes a figure.  docs/format.md, section 4.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from core.errors import EntryError, EntryFault
from core.ledger import stocktake
from core.ledger.entry import Entry

MEMBER = "differences"  # of the state's value: item → outcome, in the open day; none where there is none
EXPLAINED, DISPUTED = "DifferenceExplained", "DifferenceDisputed"
_LONGEST = 40  # of a code
LEFT = "left_open"  # the reason of what is reported by itself when the day is closed


class Difference(StrEnum):
    """What is wrong with an item; codes go into the journal, joined by dots in this order."""

    NO_LABEL = "no_label"  # accepted, and its label is still due
    LABEL_UNKNOWN = "label_unknown"  # perhaps it came out: look at the printer
    NOT_AFFIXED = "not_affixed"  # printed, and not scanned on the parcel
    NO_RECEIPT = "no_receipt"
    RECEIPT_UNKNOWN = "receipt_unknown"
    NOT_FOUND = stocktake.NOT_FOUND  # it lies here by the books, and the blind count did not find it
    STILL_HERE = stocktake.STILL_HERE  # it has left by the books, and the blind count found it
    HELD = "held"  # headquarters: another acceptance holds this waybill
    ASIDE = "aside"  # headquarters set the entry aside


STOCK = frozenset({Difference.NOT_FOUND, Difference.STILL_HERE})  # of whatever lies here, also of yesterday
TOLD = frozenset({Difference.HELD, Difference.ASIDE})  # by headquarters: the chain does not show them


def standing(value: Mapping[str, Any]) -> dict[int, tuple[Difference, ...]]:
    """Items of the open day that differ, by ``seq`` in sequence, as far as the chain shows it."""
    day = value["days"].get(str(value["day"]))
    if day is None:
        return {}
    found: dict[int, list[Difference]] = {}
    for member, due, unknown in (
        ("labels", Difference.NO_LABEL, Difference.LABEL_UNKNOWN),
        ("receipts", Difference.NO_RECEIPT, Difference.RECEIPT_UNKNOWN),
    ):
        for item, row in value[member].items():
            if not row["again"]:  # a copy that waits is no difference: its first page came out
                found.setdefault(int(item), []).append(unknown if row["state"] == "unknown" else due)
    for item in value["unscanned"]:
        found.setdefault(int(item), []).append(Difference.NOT_AFFIXED)
    here = {
        item: kinds
        for item, kinds in found.items()
        if item > day["first"] and str(item) not in value["voided"]
    }
    for item, what in stocktake.standing(value).items():
        here.setdefault(item, []).append(Difference(what))
    order = list(Difference)
    return {item: tuple(sorted(here[item], key=order.index)) for item in sorted(here)}


def open_items(value: Mapping[str, Any]) -> dict[int, tuple[Difference, ...]]:
    """Those of :func:`standing` about which nobody has said anything yet."""
    said = value.get(MEMBER, {})
    return {item: kinds for item, kinds in standing(value).items() if str(item) not in said}


def code_of(kinds: tuple[Difference, ...]) -> str:
    """As it stands in an entry: ``no_label.no_receipt``.  What headquarters told makes way where a code
    would be too long for all.
    """
    while len(".".join(kinds)) > _LONGEST and kinds[-1] in TOLD:
        kinds = kinds[:-1]
    return ".".join(kinds)


def close(value: dict[str, Any], entry: Entry) -> None:
    """Either kind.  Raises EntryError STATE for a day that is not open, or an item that does not differ so.

    One word for an item: what differs about it stands in the entry, and is what the chain shows.
    """
    data = entry.data
    said: dict[str, Any] = value.get(MEMBER, {})
    told = str(data["what"]).split(".")
    sound = not value["closed"] and data["day"] == value["day"] and str(data["item"]) not in said
    sound = sound and set(told) <= set(Difference) and len(set(told)) == len(told)
    shown = tuple(each for each in told if each not in TOLD)
    day = value["days"].get(str(value["day"]), {"first": entry.header.seq})
    sound = sound and data["item"] < entry.header.seq
    sound = sound and (day["first"] < data["item"] or not STOCK.isdisjoint(shown))
    if not sound or shown != _shown(value, data["item"]):
        raise EntryError(EntryFault.STATE, seq=entry.header.seq, what="difference")
    outcome = "explained" if entry.header.kind == EXPLAINED else "disputed"
    value[MEMBER] = {**said, str(data["item"]): outcome}


def _shown(value: Mapping[str, Any], item: int) -> tuple[str, ...]:
    """What the chain shows of one item: a day of thousands is not gone through for each."""
    key = str(item)
    parts = {name: {key: row} if (row := value[name].get(key)) is not None else {} for name in _MEMBERS}
    alone = {**value, **parts, **stocktake.only(value, item)}
    return tuple(each.value for each in standing(alone).get(item, ()))


_MEMBERS = ("labels", "receipts", "unscanned")


def new_day(value: dict[str, Any]) -> None:
    """What was said of the day before stands in its state."""
    value.pop(MEMBER, None)
