"""What lies at a counter and what left it in bags (封发), as the chain has it.

Where the rule data say that a counter dispatches by this program, ``StockBegun`` begins to follow every item
that is accepted from then on: it lies here until it is void, with an organ or in a closed bag.  A bag is
opened, each scan is an entry of its own, so that a power cut loses none, and ``BagClosed`` names seal, number
and digest of what is in it: from then on nothing goes in or comes out.  A bag that is open still lies here.
docs/format.md, section 5 and 18.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import Any

from core import wire
from core.ledger.entry import Entry
from core.ledger.rows import need
from core.ledger.stops import stopped

MEMBER = "stock"  # of the state; none where no stock is followed
BEGUN, ENDED = "StockBegun", "StockEnded"
OPENED, PACKED, UNPACKED = "BagOpened", "ItemBagged", "ItemUnbagged"
GIVEN_UP, CLOSED = "BagGivenUp", "BagClosed"
STATED = "StockStated"
FLOWS = ("accepted", "sent", "voided", "organs")  # of a business day, counted a second time from raw entries
FIGURES = ("opening", *FLOWS, "let_go", "closing")
MOST_IN_BAG = 2_000
MOST = 5_000  # items that lie here: the state is written with every commit; beyond that the oldest is let go
KEPT = 20  # newest closed bags of which the state knows where they are
_WHAT = "bag"
_DIGEST = b"counter/bag/1\0"


def of(value: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The member: ``since`` (seq of its beginning), ``items`` (what lies here, by ``seq``, ascending),
    ``bag`` (the open one: ``opened``, ``bag``, ``to``, ``by``, ``items``, or None), the business day's
    ``opening``, ``accepted``, ``voided``, ``sent``, ``organs``, ``let_go``, its ``numbers`` of bags and
    seals and its ``count`` (:mod:`core.ledger.stocktake`), and ``closed``: the newest ``BagClosed``.
    """
    found: Mapping[str, Any] | None = value.get(MEMBER)
    return found


def digest(items: Sequence[int]) -> str:
    """SHA-256 over the items of a bag by ``seq``, ascending, base64url."""
    return wire.b64(hashlib.sha256(_DIGEST + wire.encode({"items": sorted(items)})).digest())


def packed(value: Mapping[str, Any]) -> Sequence[int]:
    """What is in the open bag, in the order of the scans."""
    row = of(value)
    return row["bag"]["items"] if row is not None and row["bag"] is not None else ()


def figures(value: Mapping[str, Any]) -> dict[str, int]:
    """The business day's equation by :data:`FIGURES`: *opening + accepted = voided + sent + with organs +
    let go + closing*; {} where no stock is followed.
    """
    row = of(value)
    return {} if row is None else {**{name: row[name] for name in FIGURES[:-1]}, "closing": len(row["items"])}


def due(row: Mapping[str, int]) -> int:
    """What has to lie here at the end by the other figures."""
    gone = row["voided"] + row["sent"] + row["organs"] + row["let_go"]
    return row["opening"] + row["accepted"] - gone


def left(value: Mapping[str, Any], item: int) -> bool:
    """Whether an item that was accepted since the stock is followed is in none of it any more."""
    row = of(value)
    return row is not None and item > row["since"] and not _has(row["items"], item)


def _has(items: Sequence[int], item: int) -> bool:
    at = bisect_left(items, item)
    return at < len(items) and items[at] == item


# -- the fold ----------------------------------------------------------------------------------------


def begun(value: dict[str, Any], entry: Entry) -> None:
    """``StockBegun``.  Raises EntryError STATE where one is followed already."""
    need("stock", entry, MEMBER not in value and entry.data["day"] == value["day"])
    fresh = {"since": entry.header.seq, "items": [], "bag": None, "closed": []}
    value[MEMBER] = {**fresh, **_day(0)}


def ended(value: dict[str, Any], entry: Entry) -> None:
    """``StockEnded``: what lies here is followed no longer; ``left`` says how much that is."""
    row = of(value)
    need("stock", entry, row is not None and len(row["items"]) == entry.data["left"])
    value.pop(MEMBER)


def _day(opening: int) -> dict[str, Any]:
    counts = dict.fromkeys(("accepted", "voided", "sent", "organs", "let_go"), 0)
    return {"opening": opening, **counts, "numbers": [], "count": None}


def new_day(value: dict[str, Any]) -> None:
    """What lay here last lies here first."""
    row = of(value)
    if row is not None:
        value[MEMBER] = {**row, **_day(len(row["items"]))}


def accepted(value: dict[str, Any], entry: Entry) -> None:
    """``ItemAccepted``: it lies here.  More than :data:`MOST`: the oldest outside a bag is let go."""
    row = of(value)
    if row is None:
        return
    items, let_go = [*row["items"], entry.header.seq], row["let_go"]
    if len(items) > MOST:
        inside = set(packed(value))
        items.remove(next(each for each in items if each not in inside))
        let_go += 1
    value[MEMBER] = {**row, "items": items, "accepted": row["accepted"] + 1, "let_go": let_go}


def voided(value: dict[str, Any], entry: Entry) -> None:
    """``ItemVoided``: handed back.  Raises EntryError STATE for one in a bag, open or closed."""
    row, item = of(value), entry.data["item"]
    if row is None or item <= row["since"]:
        return
    need(_WHAT, entry, item not in packed(value) and _has(row["items"], item))
    items = [each for each in row["items"] if each != item]
    value[MEMBER] = {**row, "items": items, "voided": row["voided"] + 1}


def handed_over(value: dict[str, Any], entry: Entry, item: int) -> None:
    """``ExceptionClosed``: an organ has it.  Raises EntryError STATE for one in a bag, open or closed."""
    row = of(value)
    if row is None or item <= row["since"]:
        return
    need(_WHAT, entry, item not in packed(value) and _has(row["items"], item))
    items = [each for each in row["items"] if each != item]
    value[MEMBER] = {**row, "items": items, "organs": row["organs"] + 1}


def opened(value: dict[str, Any], entry: Entry) -> None:
    """``BagOpened``: one at a time, and no number twice in a business day."""
    row, data = of(value), entry.data
    need(_WHAT, entry, row is not None and row["bag"] is None and data["bag"] not in row["numbers"])
    bag = {"opened": entry.header.seq, "bag": data["bag"], "to": data["to"], "by": entry.header.actor.id}
    value[MEMBER] = {**row, "bag": {**bag, "items": []}}  # type: ignore[dict-item]


def was_packed(value: dict[str, Any], entry: Entry) -> None:
    """``ItemBagged``: an item that lies here outside the bag and is not stopped."""
    row, bag, item = _bag(value, entry), _open(value), entry.data["item"]
    need(_WHAT, entry, _has(row["items"], item) and item not in bag["items"])
    need(_WHAT, entry, len(bag["items"]) < MOST_IN_BAG and item not in stopped(value))
    value[MEMBER] = {**row, "bag": {**bag, "items": [*bag["items"], item]}}


def was_unpacked(value: dict[str, Any], entry: Entry) -> None:
    """``ItemUnbagged``: out of the bag again, while that is open."""
    row, bag, item = _bag(value, entry), _open(value), entry.data["item"]
    need(_WHAT, entry, item in bag["items"])
    rest = [each for each in bag["items"] if each != item]
    value[MEMBER] = {**row, "bag": {**bag, "items": rest}}


def given_up(value: dict[str, Any], entry: Entry) -> None:
    """``BagGivenUp``: what was in it lies here outside of it."""
    row, bag = _bag(value, entry), _open(value)
    need(_WHAT, entry, len(bag["items"]) == entry.data["count"])
    value[MEMBER] = {**row, "bag": None}


def closed(value: dict[str, Any], entry: Entry) -> None:
    """``BagClosed``: sealed, and everything in it has left the stock; nothing in it is stopped."""
    row, bag, data = _bag(value, entry), _open(value), entry.data
    inside = set(bag["items"])
    need(_WHAT, entry, not inside & stopped(value))
    sound = 0 < len(inside) == data["count"] and data["items"] == digest(bag["items"])
    need(_WHAT, entry, sound and data["seal"] not in (*row["numbers"], bag["bag"]))
    value[MEMBER] = {
        **row,
        "bag": None,
        "items": [each for each in row["items"] if each not in inside],
        "sent": row["sent"] + len(inside),
        "numbers": [*row["numbers"], bag["bag"], data["seal"]],
        "closed": [*row["closed"], entry.header.seq][-KEPT:],
    }


def stated(value: dict[str, Any], entry: Entry) -> None:
    """``StockStated``: what the open day comes to, said before its verdict.  Raises EntryError STATE where
    it is not what the chain shows, or does not come out even.
    """
    row = of(value)
    sound = row is not None and not value["closed"] and entry.data["day"] == value["day"]
    need("stock", entry, sound)
    assert row is not None
    said, count = {name: entry.data[name] for name in FIGURES}, row["count"]
    need("stock", entry, entry.data["since"] == row["since"] and said == figures(value))
    need("stock", entry, said["closing"] == due(said))
    whole = count is None or len(count["off"]) == count["missing"] + count["extra"]
    need("stock", entry, whole and entry.data["counted"] == (count["at"] if count is not None else 0))


def _open(value: Mapping[str, Any]) -> Mapping[str, Any]:
    bag: Mapping[str, Any] = value[MEMBER]["bag"]
    return bag


def _bag(value: Mapping[str, Any], entry: Entry) -> Mapping[str, Any]:
    """The stock, while the bag that the entry names is open; raises EntryError STATE else."""
    row = of(value)
    named = row is not None and row["bag"] is not None and row["bag"]["opened"] == entry.data["bag"]
    need(_WHAT, entry, named)
    assert row is not None
    return row


STEPS = {
    (BEGUN, 1): begun,
    (ENDED, 1): ended,
    (OPENED, 1): opened,
    (PACKED, 1): was_packed,
    (UNPACKED, 1): was_unpacked,
    (GIVEN_UP, 1): given_up,
    (CLOSED, 1): closed,
    (STATED, 1): stated,
}
