"""Dispatch in bags at the station: what goes in, what is refused by name, and that no scan is lost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from core import commands as c
from core.devices import Label, PrintOutcome
from core.dispatch import (
    CloseBag,
    DispatchView,
    GiveUpBag,
    LeaveDispatch,
    OpenBag,
    OpenDispatch,
    PackItem,
    UnpackItem,
)
from core.errors import RuleFault, StoreError, StoreFault
from core.ledger import stock
from core.ledger.notices import Held
from core.second import AskVoid
from program.examples import with_examples
from tests.core.memory import TERMINAL, MemoryVault
from tests.core.station.desk import RULES, WAYBILLS, Counter
from tests.core.station.test_second import REASON
from tests.peers.checker import check
from tests.peers.exports import export

FOURTH = "EA473124846CN"


class Following(Counter):
    """Under rules that switch 封发 on."""

    rules = with_examples(RULES)


def follows(vault: MemoryVault | None = None) -> Counter:
    made = Following(vault)
    made.log_in()
    return made


@pytest.fixture
def packed() -> Iterator[tuple[Counter, list[int], list[str]]]:
    """Four items, the labels of the first three scanned back; the third waits for its X-ray."""
    made, tokens = follows(), []
    made.sender()
    for place, waybill in enumerate((*WAYBILLS, FOURTH)):
        if place:
            made.do(c.NextItem())
        made.parcel(waybill)
        if place == 2:
            made.do(c.SetSecurity(c.Security.CENTRE, "centre_01"))
        made.do(c.Commit())
        job = made.paper(place + 1)[place]
        made.print(job, PrintOutcome.PRINTED)
        assert isinstance(job.page, Label)
        tokens.append(job.page.token)
        if place < 3:
            made.scan(job.page.token)
    items = [entry.header.seq for entry in made.vault.journal.rows if entry.header.kind == "ItemAccepted"]
    yield made, items, tokens
    made.station.stop()


def page(counter: Counter) -> DispatchView:
    shown = counter.shown().dispatch
    assert shown is not None
    return shown


def test_a_day_of_bags(packed: tuple[Counter, list[int], list[str]]) -> None:
    """One story: each step's sentence, and what the page shows after it."""
    counter, items, tokens = packed
    live, said = counter.live, counter.message
    counter.do(OpenDispatch())
    counter.scan(tokens[0])
    assert said() == RuleFault.BAG_NONE  # and the waybill field took nothing
    assert counter.visit().fields[c.Field.WAYBILL].text != tokens[0]
    assert page(counter).here == 4
    for text, fault in (
        ("B 1", RuleFault.BAG_NUMBER),
        ("包号", RuleFault.BAG_NUMBER),
        (WAYBILLS[0], RuleFault.BAG_WAYBILL),
        ("EA4731248-29CN", RuleFault.BAG_WAYBILL),
    ):
        counter.do(OpenBag(text, "sorting_01"))
        assert said() == fault, text
    counter.do(OpenBag("B-0001", "moon"))
    assert said() == RuleFault.BAG_TO
    counter.do(OpenBag("ｂ-0001", "sorting_01"))
    assert said() == "msg.bag_opened"
    counter.do(OpenBag("B-0002", "sorting_01"))
    assert said() == RuleFault.BAG_STANDS
    counter.do(CloseBag("S-1001"))
    assert said() == RuleFault.BAG_EMPTY
    counter.scan(tokens[0])
    assert said() == "msg.bag_packed"
    counter.do(PackItem(WAYBILLS[1][:-2] + " cn"))  # typed from the parcel
    assert said() == "msg.bag_packed"
    counter.scan(tokens[2])
    assert said() == RuleFault.BAG_CENTRE
    counter.scan(tokens[3])
    assert said() == RuleFault.BAG_LABEL
    counter.scan(tokens[0])
    assert said() == RuleFault.BAG_TWICE
    counter.scan("999")
    assert said() == RuleFault.BAG_UNKNOWN
    live.held[1, items[2]] = Held(items[2], "990100-01-04", 9, "OP10009", live.now().at)
    counter.scan(tokens[2])
    assert said() == RuleFault.BAG_HELD
    live.held.clear()
    bag = page(counter).bag
    assert bag is not None
    assert (bag.bag, bag.count, [each.item for each in bag.items]) == ("B-0001", 2, [items[1], items[0]])
    counter.do(AskVoid(items[0], REASON, "countersign"))
    assert said() == RuleFault.BAG_INSIDE
    counter.do(UnpackItem(items[2]))
    assert said() == RuleFault.BAG_OUT
    counter.do(UnpackItem(0, "999"))
    assert said() == RuleFault.BAG_UNKNOWN
    counter.do(UnpackItem(0, WAYBILLS[1]))
    assert said() == "msg.bag_unpacked"
    counter.do(AskVoid(items[1], REASON, "countersign"))
    assert said() == "msg.item_voided_unsigned"
    counter.scan(tokens[1])
    assert said() == RuleFault.BAG_VOID
    _closed_for_good(counter, items, tokens)
    _independently(counter, items)
    _no_scan_is_lost(counter, items, tokens)


def _closed_for_good(counter: Counter, items: list[int], tokens: list[str]) -> None:
    """A seal's number once a day; what left is in no other bag and not voided; another bag is given up."""
    said = counter.message
    counter.do(CloseBag("B-0001"))
    assert said() == RuleFault.BAG_USED
    counter.do(CloseBag("S-1001"))
    assert said() == "msg.bag_closed"
    shown = page(counter)
    assert (shown.bag, shown.here, shown.accepted, shown.voided, shown.sent) == (None, 2, 4, 1, 1)
    assert [(each.bag, each.seal, each.count) for each in shown.closed] == [("B-0001", "S-1001", 1)]
    assert len(shown.closed[0].at) == len("16:05")
    counter.do(OpenBag("S-1001", "centre_01"))
    assert said() == RuleFault.BAG_USED
    counter.do(OpenBag("B-0002", "centre_01"))
    counter.scan(tokens[0])
    assert said() == RuleFault.BAG_GONE
    counter.do(AskVoid(items[0], REASON, "countersign"))
    assert said() == RuleFault.BAG_SENT
    counter.scan(tokens[2])
    assert said() == "msg.bag_packed"
    counter.do(GiveUpBag())
    assert said() == "msg.bag_given_up"
    counter.do(LeaveDispatch())
    assert counter.shown().dispatch is None
    counter.scan(tokens[3])
    assert said() == "msg.affixed"  # a scan is what it always was again


def _independently(counter: Counter, items: list[int]) -> None:
    """The checker that imports nothing of ours finds the same, and no waybill in any entry's bytes."""
    rows, key = counter.vault.journal.rows, counter.vault.headquarters.public.text
    found = check(export(rows, TERMINAL, key), key).counts
    assert (found["bags"], found["sent in bags"]) == (1, 1)
    assert items[2] in counter.live.state.value["stock"]["items"]
    assert not any(way.encode() in row.body for way in WAYBILLS for row in rows)


def _no_scan_is_lost(counter: Counter, items: list[int], tokens: list[str]) -> None:
    """The power goes between two scans; a full disk takes none of them, and says so."""
    counter.do(OpenDispatch(), OpenBag("B-0009", "centre_01"))
    counter.scan(tokens[2])
    counter.vault.journal.fail = StoreError(StoreFault.DISK_FULL)
    counter.scan(tokens[3])
    assert counter.message() == StoreFault.DISK_FULL
    assert [each.item for each in _bag(counter)] == [items[2]]
    again = follows(counter.vault)
    again.do(OpenDispatch())
    assert [each.item for each in _bag(again)] == [items[2]]
    again.scan(tokens[3])
    assert [each.item for each in _bag(again)] == [items[3], items[2]]
    again.do(c.Lock())
    again.log_in("OP20001", "si-wu-liu")
    assert again.shown().dispatch is None  # another session: her scans go nowhere unless she opens the page
    again.do(OpenDispatch(), CloseBag("S-2002"))
    assert again.message() == "msg.bag_closed"
    again.do(c.Lock())
    again.vault.machine.advance(26 * 3600)
    again.log_in("OP20001", "si-wu-liu")
    again.do(OpenDispatch())
    assert len(page(again).closed[0].at) == len("11-21 16:05")  # another day's
    again.station.stop()


def _bag(counter: Counter) -> Any:
    bag = page(counter).bag
    assert bag is not None
    return bag.items


def test_where_the_rules_follow_no_stock_nothing_of_it_is_there() -> None:
    """As delivered: no entry, no page; switched off again, the stock ends with its number."""
    plain = Counter()
    plain.log_in()
    plain.do(OpenDispatch())
    assert plain.message() == RuleFault.STOCK_OFF
    assert plain.shown().dispatch is None
    plain.do(OpenBag("B-0001", "sorting_01"))
    assert plain.message() == RuleFault.NOT_ALLOWED
    assert not {stock.BEGUN, stock.OPENED} & set(plain.kinds())
    plain.station.stop()
    on = follows(plain.vault)
    on.station.stop()
    assert on.kinds().count(stock.BEGUN) == 1
    off = Counter(plain.vault)
    off.log_in()
    off.station.stop()
    assert off.kinds()[-2:] == [stock.ENDED, "OperatorLoggedIn"]
