"""The manifest of a closed bag (封发清单): read again from its entries, for whoever opens the bag.

Bag, seal, where it goes, how many, each item by the number that stands on its label, and by which entry it
was sealed.  No customer and no waybill stands in it: the waybill number is personal information itself.
docs/format.md, section 22.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from core import wire
from core.errors import EntryError, EntryFault
from core.ledger import stock
from core.ledger.entry import Entry, Head

_MAX_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Listed:
    """One item.  ``number``: as its label has it, without the terminal; ``weight_g``: grams, 0 where what is
    kept of it went by the rules; ``operator``: who accepted it.
    """

    number: str
    weight_g: int
    operator: str


@dataclass(frozen=True)
class Manifest:
    """``closed``: the head after the ``BagClosed``; ``inside``: its digest of the items, base64url;
    ``at``: local time, YYYY-MM-DD HH:MM; ``by``: who sealed it.
    """

    branch: str
    terminal: str
    bag: str
    seal: str
    to: str
    at: str
    by: str
    closed: Head
    inside: str
    items: tuple[Listed, ...]

    @property
    def weight_g(self) -> int:
        """Of all items together."""
        return sum(each.weight_g for each in self.items)

    def as_json(self) -> dict[str, Any]:
        """The members of the canonical bytes."""
        value = {name: getattr(self, name) for name in PLAIN}
        listed = [asdict(each) for each in self.items]
        return {"type": "bag-manifest", **value, "closed": self.closed.as_json(), "items": listed}

    def digest(self) -> bytes:
        """SHA-256 over the canonical bytes: what its code names."""
        return hashlib.sha256(wire.encode(self.as_json(), limit=_MAX_BYTES)).digest()


PLAIN = ("branch", "terminal", "bag", "seal", "to", "at", "by", "inside")


def inside(entries: Iterable[Entry], closed: Entry) -> list[int]:
    """The items of a closed bag by ``seq``, in the order of the scans, from its entries.

    ``entries``: every one from its ``BagOpened`` on.  Raises EntryError STATE where what was scanned is not
    what was sealed.
    """
    bag, found = closed.data["bag"], dict[int, None]()
    for entry in entries:
        if entry.header.kind_version == 1 and entry.data.get("bag") == bag:
            if entry.header.kind == stock.PACKED:
                found[entry.data["item"]] = None
            elif entry.header.kind == stock.UNPACKED:
                found.pop(entry.data["item"], None)
    if (len(found), stock.digest(list(found))) != (closed.data["count"], closed.data["items"]):
        raise EntryError(EntryFault.STATE, seq=closed.header.seq, what="bag")
    return list(found)
