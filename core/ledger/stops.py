"""Which items must not leave: something is suspected, or an organ ordered it.

Apart from core/ledger/item_exceptions.py, for the stock asks it too.  Source: 快递暂行条例 33 (立即停止分拣、
运输、投递); requirements, 9-b.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MEMBER = "exceptions"  # of the state: seq of ExceptionOpened → how it stands; no member where none was
NOTHING = "none"  # of a stop, an organ, a solution


def stopped(value: Mapping[str, Any]) -> frozenset[int]:
    """The items that are stopped now."""
    rows = value.get(MEMBER, {}).values()
    return frozenset(row["item"] for row in rows if row["stop"] != NOTHING and not row["closed"])
