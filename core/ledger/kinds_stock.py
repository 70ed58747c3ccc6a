"""The kinds of entry that say what lies here, and what leaves in bags."""

from __future__ import annotations

from core.ledger.forms import CODE, COUNT, HASH, TAG, Kind

KINDS: tuple[Kind, ...] = (
    # what lies here, and what leaves in bags
    Kind("StockBegun", 1, {"day": COUNT}, False),
    Kind("StockEnded", 1, {"left": COUNT}, False),
    # the business day's equation, before its verdict
    Kind(
        "StockStated",
        1,
        {
            "day": COUNT,
            "since": COUNT,
            "opening": COUNT,
            "accepted": COUNT,
            "voided": COUNT,
            "sent": COUNT,
            "organs": COUNT,
            "let_go": COUNT,
            "closing": COUNT,
            "counted": COUNT,
        },
        True,
    ),
    # counted blind: the figures, and each item that differs from the books
    Kind(
        "StockCounted",
        1,
        {"day": COUNT, "found": COUNT, "missing": COUNT, "extra": COUNT, "strange": COUNT},
        True,
    ),
    Kind("StockDiffers", 1, {"item": COUNT, "what": CODE}, True),
    Kind("BagOpened", 1, {"bag": TAG, "to": CODE}, True),
    Kind("ItemBagged", 1, {"bag": COUNT, "item": COUNT}, True),
    Kind("ItemUnbagged", 1, {"bag": COUNT, "item": COUNT}, True),
    Kind("BagGivenUp", 1, {"bag": COUNT, "count": COUNT}, True),
    Kind("BagClosed", 1, {"bag": COUNT, "seal": TAG, "count": COUNT, "items": HASH}, True),
)
