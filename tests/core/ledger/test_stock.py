"""What lies here and what left in bags: the fold and the independent checker say the same of every step."""

from __future__ import annotations

import copy
import random
from types import SimpleNamespace
from typing import Any, cast

import pytest

from core.errors import EntryError
from core.ledger import stock, stocktake
from core.ledger.entry import Entry
from tests.peers.numbers import Bad
from tests.peers.stock import HERE, INSIDE, Stock, content_digest

STEPS = {
    "ItemAccepted": stock.accepted,
    "ItemVoided": stock.voided,
    **{name: step for (name, _), step in (stock.STEPS | stocktake.STEPS).items()},
}


class Both:
    """One made-up journal, followed twice."""

    def __init__(self) -> None:
        self.value: dict[str, Any] = {"day": 1, "closed": False}
        self.peer, self.seq = Stock(), 0
        self.items: list[int] = []  # accepted so far

    def add(self, kind: str, **data: Any) -> bool:
        """Whether it may stand there; both have to agree, and what is refused changes nothing."""
        seq, before = self.seq + 1, self.value
        header = SimpleNamespace(seq=seq, kind=kind, actor=SimpleNamespace(id="OP10001"))
        entry = cast("Entry", SimpleNamespace(header=header, data=data))
        value, peer = dict(before), copy.deepcopy(self.peer)
        refused = []
        try:
            if kind == "DayOpened":
                stock.new_day(value)
            else:
                STEPS[kind](value, entry)
        except EntryError:
            refused.append("fold")
        try:
            peer.follow({"kind": kind, "seq": seq, "data": data})
        except Bad:
            refused.append("peer")
        assert refused in ([], ["fold", "peer"]), (kind, data, refused)
        if not refused:
            self.value, self.peer, self.seq = value, peer, seq
            self.items += [seq] if kind == "ItemAccepted" else []
        return not refused


def anything(chance: random.Random, both: Both) -> tuple[str, dict[str, Any]]:
    """One entry; about half of them may not stand where they are tried."""
    row = both.value.get("stock")
    bag = row["bag"] if row is not None else None
    opened = bag["opened"] if bag is not None and chance.random() < 0.9 else chance.randint(1, both.seq + 1)
    inside = list(bag["items"]) if bag is not None else []
    item = chance.choice([*(row["items"] if row is not None else []), chance.randint(1, both.seq + 1)])
    if chance.random() < 0.1 and inside:
        inside.pop()
    kinds = ["ItemAccepted"] * 6 + ["ItemBagged"] * 8 + ["BagOpened", "BagClosed", "ItemUnbagged"] * 2
    kinds += ["ItemVoided", "BagGivenUp", "DayOpened", "StockBegun", "StockEnded", "StockStated"]
    kinds += ["StockCounted"] + ["StockDiffers"] * 3
    kind = chance.choice(kinds)
    said = stock.figures(both.value) or dict.fromkeys(stock.FIGURES, 0)
    if chance.random() < 0.3:
        said[chance.choice(stock.FIGURES)] += 1
    since = row["since"] if row is not None else 0
    count = row["count"] if row is not None else None
    here = len(row["items"]) if row is not None else 0
    found = max(0, here - chance.randint(0, 3))
    about: dict[str, dict[str, Any]] = {
        "StockStated": {"day": 1, "since": since, "counted": count["at"] if count else 0, **said},
        "StockCounted": {"day": 1, "found": found, "missing": here - found + (chance.random() < 0.1),
                         "extra": chance.randint(0, 2), "strange": 0},
        "StockDiffers": {"item": chance.choice(both.items or [1]),
                         "what": chance.choice(("not_found", "still_here"))},
        "StockBegun": {"day": 1},
        "StockEnded": {"left": 0},
        "BagOpened": {"bag": f"B-{chance.randint(1, 12)}", "to": "sorting_01"},
        "ItemBagged": {"bag": opened, "item": item},
        "ItemUnbagged": {"bag": opened, "item": item},
        "BagGivenUp": {"bag": opened, "count": len(inside)},
        "BagClosed": {
            "bag": opened, "seal": f"S-{chance.randint(1, 12)}", "count": len(inside),
            "items": content_digest(inside),
        },
        "ItemVoided": {"item": item},
    }  # fmt: skip
    return kind, about.get(kind, {})


@pytest.mark.parametrize("seed", range(8))
def test_both_follow_any_story_alike_and_the_equation_holds(seed: int) -> None:
    chance, both, stood = random.Random(seed), Both(), 0
    both.add("StockBegun", day=1)
    for _ in range(250):
        stood += both.add(*(made := anything(chance, both))[:1], **made[1])
        row = stock.of(both.value)
        if row is None:
            continue
        came = row["opening"] + row["accepted"]
        assert came == row["voided"] + row["sent"] + row["organs"] + row["let_go"] + len(row["items"])
        where = both.peer.standing()
        assert len(row["items"]) == where[HERE] + where[INSIDE]
        assert len(stock.packed(both.value)) == where[INSIDE]
        assert stocktake.standing(both.value) == both.peer.differing
    assert 60 < stood < 245


def test_a_closed_bag_has_what_was_scanned_and_nothing_of_it_goes_anywhere_again() -> None:
    both = Both()
    assert not both.add("BagOpened", bag="B-1", to="sorting_01")  # no stock is followed
    assert both.add("ItemAccepted")
    assert both.add("StockBegun", day=1)
    items = []
    for _ in range(3):
        assert both.add("ItemAccepted")
        items.append(both.seq)
    assert both.add("BagOpened", bag="B-1", to="sorting_01")
    bag = both.seq
    assert not both.add("BagOpened", bag="B-2", to="sorting_01")
    assert not both.add("ItemBagged", bag=bag, item=1)  # from before the stock
    assert both.add("ItemBagged", bag=bag, item=items[2])
    assert both.add("ItemBagged", bag=bag, item=items[0])
    assert not both.add("ItemBagged", bag=bag, item=items[0])
    assert not both.add("ItemVoided", item=items[0])
    said = {"bag": bag, "count": 2, "items": stock.digest([items[0], items[2]])}
    assert not both.add("BagClosed", **{**said, "items": stock.digest(items)}, seal="S-1")
    assert not both.add("BagClosed", **{**said, "count": 3}, seal="S-1")
    assert not both.add("BagClosed", **said, seal="B-1")
    assert both.add("BagClosed", **said, seal="S-1")
    closed = both.seq
    assert both.peer.contents == {closed: [items[0], items[2]]}
    assert stock.left(both.value, items[0])
    assert not stock.left(both.value, items[1])
    assert not both.add("ItemUnbagged", bag=bag, item=items[0])
    assert not both.add("ItemVoided", item=items[0])
    assert both.add("ItemVoided", item=items[1])
    row = stock.of(both.value)
    assert row is not None
    assert (row["sent"], row["voided"], row["items"]) == (2, 1, [])


def test_of_too_many_the_oldest_outside_the_bag_is_let_go_and_acceptance_goes_on() -> None:
    value: dict[str, Any] = {"day": 1}
    both = Both()
    both.add("StockBegun", day=1)
    both.value["stock"]["items"] = list(range(2, stock.MOST + 2))
    both.peer._where = dict.fromkeys(range(2, stock.MOST + 2), HERE)
    both.seq = stock.MOST + 1
    assert both.add("BagOpened", bag="B-1", to="sorting_01")
    assert both.add("ItemBagged", bag=both.seq, item=2)
    assert both.add("ItemAccepted")
    row = stock.of(both.value)
    assert row is not None
    assert (row["let_go"], len(row["items"]), row["items"][:2]) == (1, stock.MOST, [2, 4])
    stock.accepted(value, cast("Entry", None))
    assert value == {"day": 1}  # where nothing is followed nothing begins by itself
