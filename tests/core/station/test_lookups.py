"""Look-up at the station: four ways to an item, masked, and nothing of the asking is kept."""

from __future__ import annotations

import dataclasses

import pytest

from core import commands as c
from core.acceptance.again import would_show
from core.acceptance.record import digest_hint
from core.acceptance.waybill import s10_check_digit
from core.commands import Field
from core.devices import CardFailed, CardRead, CardReading, Receipt, Slot
from core.errors import StoreError, StoreFault
from core.identity.card import IdCard
from core.ledger import looks
from core.look_rules import LookLimits
from core.seeing import LooksView
from core.station.lookups import SHOWN_BY_CARD
from core.view import CounterView
from tests.core.memory import MemoryVault
from tests.core.station.desk import WAYBILLS, Counter, card

STRANGER = card("样本甲", "110105194912310046", "r-9")


@pytest.fixture
def counter() -> Counter:
    """Two items of the specimen's, accepted; the customer has gone and the look-up is open."""
    counter = Counter(receipts=True)
    counter.log_in()
    counter.sender()
    for waybill in WAYBILLS[:2]:
        counter.parcel(waybill)
        counter.do(c.Commit())
        counter.do(c.NextItem())
    counter.lift()
    counter.do(c.NextCustomer())
    counter.do(c.LookUp(""))
    return counter


def found(view: CounterView) -> list[str]:
    assert view.found is not None
    return [item.number for item in view.found]


def place(counter: Counter, event: CardReading | CardRead | CardFailed) -> CounterView:
    """On the reader, without closing the look-up."""
    counter.station.device_event(event)
    return counter.shown()


def read(document: IdCard) -> CardRead:
    return CardRead(Slot.ID_READER, document)


def said(counter: Counter) -> list[str]:
    """Every message of every view so far."""
    return [view.message.code for view in counter.views if view.message]


def token(counter: Counter, number: int) -> str:
    return [row.token for row in counter.vault.journal.records.values()][number - 1]


def test_the_newest_items_stand_first(counter: Counter) -> None:
    view = counter.views[-1]
    assert (found(view), view.found_by) == (["000002", "000001"], "")


@pytest.mark.requirement("R105")
@pytest.mark.parametrize(
    "text",
    ["EA473124829CN", " ea 4731 2482 9 cn ", "ＥＡ473124829ＣＮ", "1", "000001", "990100-01-03 000001",
     "2026-11-21 000001", "20261121 1", "2026年11月21日 1", "990100-01-03 2026.11.21-1"],
)  # fmt: skip
def test_an_item_by_waybill_or_number(counter: Counter, text: str) -> None:
    """With spaces, wide letters, the counter's name or the day in front: as label and receipt show it."""
    view = counter.do(c.LookUp(text))
    assert (found(view), view.found_by) == (["000001"], "text")


@pytest.mark.parametrize(
    "text",
    ["EA473124829C", "EA100000003CN", "3", "0", "2026-11-20 1", "2026-13-41 1", "x", "1 2 3", "9" * 2000,
     "12345678901234567890", "%", "' OR 1=1 --"],
)  # fmt: skip
def test_what_is_not_there_is_said(counter: Counter, text: str) -> None:
    view = counter.do(c.LookUp(text))
    assert (found(view), counter.message()) == ([], "msg.nothing_found")


def test_another_counters_number_is_named(counter: Counter) -> None:
    view = counter.do(c.LookUp("990100-01-04 000001"))
    assert view.message is not None
    assert (found(view), view.message.code) == ([], "msg.other_terminal")
    assert view.message.facts == {"terminal": "990100-01-04"}


def test_the_labels_token_typed_or_scanned(counter: Counter) -> None:
    assert found(counter.do(c.LookUp(token(counter, 2)))) == ["000002"]
    assert found(counter.do(c.LookUp(token(counter, 2).swapcase()))) == []


@pytest.mark.requirement("R7")
def test_the_receipts_code(counter: Counter) -> None:
    """What the receipt's code says counts only where headquarters' grant stands behind it."""
    pages = [job.page for job in counter.paper(4) if isinstance(job.page, Receipt)]
    assert found(counter.do(c.LookUp(pages[0].qr))) == ["000001"]
    damaged = pages[0].qr[:60] + ("A" if pages[0].qr[60] != "A" else "B") + pages[0].qr[61:]
    view = counter.do(c.LookUp(damaged))
    assert found(view) == []
    assert view.message is not None
    assert view.message.code.startswith("entry.")
    stranger = Counter(MemoryVault(), receipts=True)  # the same name, another headquarters
    stranger.log_in()
    assert found(stranger.do(c.LookUp(""))) == []
    assert found(stranger.do(c.LookUp(pages[0].qr))) == []
    assert stranger.message() == "entry.signature"


def test_the_card_placed_again_finds_what_was_sent_with_it(counter: Counter) -> None:
    """It is asked about and not taken: the visit on the screen stays empty."""
    view = place(counter, CardReading(Slot.ID_READER))
    assert counter.visit().reading
    view = place(counter, read(card(read="r-2")))
    assert (found(view), view.found_by) == (["000002", "000001"], "card")
    assert said(counter)[-1] == "msg.found_by_card"
    assert (counter.visit().sender, counter.visit().reading) == (None, False)
    assert counter.visit().fields[Field.SENDER_NAME].text == ""
    counter.do(c.CloseLookUp())
    assert counter.visit().sender is None
    assert counter.place(card(read="r-3")).visit is not None
    assert counter.visit().sender is not None  # placed again without a look-up it is a sender's


def test_a_card_with_one_name_in_both_fields_finds_each_item_once() -> None:
    both = dataclasses.replace(card("SPECIMEN"), name_en="SPECIMEN")
    assert len(would_show(both)) == 1
    assert len(would_show(dataclasses.replace(both, name="证件样本"))) == 2


def test_another_card_finds_nothing_and_it_is_said(counter: Counter) -> None:
    view = place(counter, read(STRANGER))
    assert (found(view), view.found_by) == ([], "card")
    assert said(counter)[-1] == "msg.nothing_by_card"
    place(counter, CardFailed(Slot.ID_READER, "device.card_unreadable", {}))
    assert said(counter)[-1] == "device.card_unreadable"


def test_a_shared_hint_is_not_enough(counter: Counter) -> None:
    """Sixteen bits are shared: what agrees in the hint and not in the mask is somebody else's."""
    records, journal = counter.vault.journal.records, counter.vault.journal
    key = counter.vault.hint_key("2026-11")
    stranger = digest_hint(key, STRANGER.kind, STRANGER.number)
    for seq, record in records.items():
        journal.records[seq] = dataclasses.replace(record, hint=stranger)
    assert journal.items_by_hint({"2026-11": stranger}, would_show(card()))
    assert found(place(counter, read(STRANGER))) == []


def test_every_month_that_is_kept_is_searched(counter: Counter) -> None:
    """A month later the hint is another one; the items of both months are found, the newest first."""
    counter.do(c.CloseLookUp())
    counter.vault.machine.advance(20 * 86_400)
    counter.log_in()
    counter.sender()
    counter.parcel(WAYBILLS[2])
    counter.do(c.Commit())
    hints = {row.month: row.hint for row in counter.vault.journal.records.values()}
    assert len(hints) == len(set(hints.values())) == 2
    counter.do(c.NextCustomer(), c.LookUp(""))
    assert found(place(counter, read(card(read="r-4")))) == ["000003", "000002", "000001"]


def test_of_many_items_of_one_document_the_newest_are_shown_and_it_is_said(counter: Counter) -> None:
    counter.do(c.CloseLookUp())
    counter.sender()
    for serial in range(SHOWN_BY_CARD):
        counter.parcel(f"EA{serial:08d}{s10_check_digit(f'{serial:08d}')}CN")
        counter.do(c.Commit(), c.NextItem())
    counter.do(c.NextCustomer(), c.LookUp(""))
    numbers = found(place(counter, read(card(read="r-7"))))
    assert numbers == [f"{n:06d}" for n in range(SHOWN_BY_CARD + 2, 2, -1)]
    assert said(counter)[-1] == "msg.found_by_card_more"


def test_nothing_is_shown_but_what_the_label_shows(counter: Counter) -> None:
    view = place(counter, read(card(read="r-5")))
    shown = repr([dataclasses.asdict(item) for item in view.found or ()])
    for secret in ("11010519491231002X", "证件样本", "13900139021", "示例乙", "13800138000"):
        assert secret not in shown
    assert "示*乙" in shown or "示**" in shown


@pytest.mark.requirement("R64")
def test_behind_the_lock_nothing_is_found(counter: Counter) -> None:
    counter.do(c.Lock())
    counter.station.device_event(read(card(read="r-6")))
    view = counter.do(c.LookUp("1"))
    assert (view.found, view.found_by) == (None, "")


# -- no look-up without a trace -----------------------------------------------------------------------


def looked(counter: Counter) -> list[tuple[object, ...]]:
    """What the journal says of look-ups: by what, how much was found, which item, whose counter."""
    return [
        tuple(entry.data[name] for name in ("by", "hits", "item", "terminal"))
        for entry in counter.vault.journal.rows
        if entry.header.kind == "LookedUp"
    ]


@pytest.mark.requirement("R65")
def test_every_look_up_is_an_entry_and_never_says_what_was_typed(counter: Counter) -> None:
    here, there = "990100-01-03", "990200-01-04"
    first = min(counter.vault.journal.records)
    pages = [job.page for job in counter.paper(4) if isinstance(job.page, Receipt)]
    for text in (WAYBILLS[0], token(counter, 1), "1", pages[0].qr, "EA100000003CN", f"{there} 000007",
                 pages[0].qr[:60] + "AA" + pages[0].qr[62:]):  # fmt: skip
        counter.do(c.LookUp(text))
    place(counter, read(card(read="r-8")))
    assert looked(counter) == [
        ("newest", 2, 0, here),
        ("waybill", 1, first, here),
        ("token", 1, first, here),
        ("number", 1, first, here),
        ("receipt", 1, first, here),
        ("text", 0, 0, here),
        ("number", 0, 0, there),
        ("receipt", 0, 0, here),
        ("document", 2, 0, here),
    ]
    bodies = b"".join(entry.body for entry in counter.vault.journal.rows)
    assert not any(each.encode() in bodies for each in (*WAYBILLS, token(counter, 1)))


def test_the_same_again_while_it_stands_is_one_look_up(counter: Counter) -> None:
    for text in ("1", "000001", "", "1"):
        counter.do(c.LookUp(text))
    assert [said[0] for said in looked(counter)] == ["newest", "number", "newest", "number"]
    counter.do(c.CloseLookUp(), c.LookUp("1"))
    assert len(looked(counter)) == 5


@pytest.mark.parametrize("fault", [StoreFault.DISK_FULL, StoreFault.IO])
def test_what_the_journal_does_not_say_is_not_shown(counter: Counter, fault: StoreFault) -> None:
    counter.vault.journal.fail = StoreError(fault)
    view = counter.do(c.LookUp("1"))
    assert (found(view), counter.message()) == ([], str(fault))
    counter.vault.journal.fail = StoreError(fault)
    assert found(place(counter, read(card(read="r-9")))) == []
    assert len(looked(counter)) == 1
    assert found(counter.do(c.LookUp("1"))) == ["000001"]


def test_a_power_cut_after_the_entry_shows_nothing(counter: Counter) -> None:
    def cut(step: str) -> None:
        if step == "look_up.said":
            raise StoreError(StoreFault.IO)

    counter.live.probe = cut
    assert found(counter.do(c.LookUp("1"))) == []
    assert [said[0] for said in looked(counter)] == ["newest", "number"]


def test_a_supervisor_sees_what_is_out_of_the_ordinary(counter: Counter) -> None:
    """Too many that found nothing, another counter's item, a query at night; a clerk is told nothing."""
    for each in range(counter.live.rules.look_ups.nothing):
        counter.do(c.LookUp(f"x{each}"), c.CloseLookUp())
    counter.do(c.LookUp("990200-01-04 000007"), c.CloseLookUp())
    counter.vault.machine.advance(9 * 3600)
    counter.do(c.LookUp("1"))
    assert counter.views[-1].looks == ()
    counter.do(c.LogOut())
    view = counter.log_in("OP20001", "si-wu-liu")
    assert counter.message() == "msg.looks_told"
    assert view.looks == (
        LooksView("OP10001", "looks.nothing", 21),
        LooksView("OP10001", "looks.night", 1),
        LooksView("OP10001", "looks.elsewhere", 1),
    )
    counter.vault.machine.advance(12 * 3600)
    view = counter.log_in("OP20001", "si-wu-liu")  # another day
    assert (view.looks, looks.MEMBER in counter.live.state.value) == ((), True)


def test_many_in_an_hour_are_told() -> None:
    limits = LookLimits(hour=3, day=5, nothing=9, night_from=22, night_to=6)
    assert looks.told({"hours": {"09": 2, "10": 2}, "nothing": 0, "elsewhere": 0}, limits) == {}
    assert looks.told({"hours": {"09": 3, "10": 2}, "nothing": 8, "elsewhere": 0}, limits) == {
        looks.Many.HOUR: 3,
        looks.Many.DAY: 5,
    }
    nights = [hour for hour in range(24) if limits.is_night(hour)]
    assert nights == [0, 1, 2, 3, 4, 5, 22, 23]
    assert [hour for hour in range(24) if LookLimits(1, 1, 1, 1, 3).is_night(hour)] == [1, 2]
