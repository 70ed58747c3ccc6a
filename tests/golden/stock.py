"""Bags in the golden journal: one closed, one given up; an item taken out again, one handed back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.ledger import stock as ledger
from core.ledger.entry import Entry

if TYPE_CHECKING:
    from tests.golden.make import Golden


def stock(golden: Golden, item: Entry) -> None:
    """Three items like ``item`` come, two leave, one stays, until an organ has it."""
    golden.add("StockBegun", {"day": 1})
    fresh = [
        golden.add("ItemAccepted", {**item.data, "number": number}, person=True).header.seq
        for number in (6, 7, 8)
    ]
    bag = golden.add("BagOpened", {"bag": "B-0001", "to": "sorting_01"}, person=True).header.seq
    for each in fresh:
        golden.add("ItemBagged", {"bag": bag, "item": each}, person=True)
    golden.add("ItemUnbagged", {"bag": bag, "item": fresh[1]}, person=True)
    sent = [fresh[0], fresh[2]]
    closed = {"bag": bag, "seal": "S-7781", "count": len(sent), "items": ledger.digest(sent)}
    golden.add("BagClosed", closed, person=True)
    bag = golden.add("BagOpened", {"bag": "B-0002", "to": "sorting_01"}, person=True).header.seq
    golden.add("ItemBagged", {"bag": bag, "item": fresh[1]}, person=True)
    golden.add("BagGivenUp", {"bag": bag, "count": 1}, person=True)
    counted = {"day": 1, "found": 0, "missing": 1, "extra": 1, "strange": 2}
    at = golden.add("StockCounted", counted, person=True).header.seq
    golden.add("StockDiffers", {"item": fresh[1], "what": "not_found"}, person=True)
    golden.add("StockDiffers", {"item": fresh[0], "what": "still_here"}, person=True)
    row = golden.state.value[ledger.MEMBER]
    figures = ledger.figures(golden.state.value)
    golden.add("StockStated", {"day": 1, "since": row["since"], "counted": at, **figures}, person=True)


def over(golden: Golden) -> None:
    """The next edition of the rules follows no stock here."""
    golden.add("StockEnded", {"left": 0})
