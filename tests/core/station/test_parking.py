"""挂单: visits that wait for their customers, come back, lapse, and never mix two people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

import pytest

from core import commands as c
from core.commands import Field
from core.devices import CardFailed, CardReading, Slot
from core.errors import DeviceFault, StoreFault
from core.identity.card import Sex
from core.view import ParkedView, Screen
from tests.core.memory import MemoryVault
from tests.core.station.desk import WAYBILLS, Counter, card
from tests.core.station.test_refusing_disk import RefusingJournal
from tests.core.station.test_station import verified

pytestmark = pytest.mark.requirement("T15")

OTHER = replace(card("示例丙", "110105199001010037", "r-2"), birth=dt.date(1990, 1, 1), sex=Sex.MALE)


@pytest.fixture
def journal() -> RefusingJournal:
    return RefusingJournal()


@pytest.fixture
def counter(journal: RefusingJournal) -> Iterator[Counter]:
    made = Counter(MemoryVault(journal=journal))
    yield made
    made.station.stop()


def started(counter: Counter) -> None:
    """A customer whose first parcel is all but committed."""
    counter.log_in()
    counter.sender()
    counter.parcel(WAYBILLS[0])
    counter.lift()


def parked(counter: Counter) -> ParkedView:
    """The only one that waits."""
    (waits,) = counter.views[-1].parked
    return waits


def texts(counter: Counter) -> dict[str, str]:
    return {name.value: field.text for name, field in counter.visit().fields.items() if field.text}


def test_the_next_customer_is_served_while_one_fetches_her_phone(counter: Counter) -> None:
    started(counter)
    before = texts(counter)
    counter.do(c.Park())
    assert counter.message() == "msg.parked"
    assert (texts(counter), counter.visit().sender) == ({}, None)
    waits = parked(counter)
    assert (waits.name, waits.waybill, waits.accepted) == ("证**本", WAYBILLS[0][-6:], 0)
    assert "证件样本" not in repr(waits)

    counter.place(OTHER)
    counter.type(sender_phone="13900139000", sender_address="上海市浦东新区世纪大道100号")
    counter.do(c.ConfirmOriginal(), c.AcknowledgeNotice(c.Acknowledgement.SPOKEN))
    counter.parcel(WAYBILLS[1])
    counter.do(c.Commit())
    assert counter.message() == "msg.accepted"
    counter.lift()
    counter.do(c.NextCustomer(), c.Resume(waits.draft))
    assert counter.message() == "msg.resumed"
    assert texts(counter) == before
    assert counter.views[-1].parked == ()
    # Whoever stands here now is compared again, and the parcel was out of sight.
    assert counter.visit().missing == ("missing.original", "missing.inspected", "missing.security")
    counter.do(c.Commit())
    assert counter.message() == "msg.not_ready"
    counter.do(c.ConfirmOriginal(), c.ConfirmInspected(), c.SetSecurity(c.Security.HERE), c.Commit())
    assert counter.message() == "msg.accepted"
    assert counter.kinds().count("SenderVerified") == 2
    assert verified(counter)


def test_a_customer_with_accepted_parcels_waits_for_her_next_one(counter: Counter) -> None:
    started(counter)
    counter.do(c.Commit(), c.Park())
    assert counter.message() == "rule.park_accepted"
    counter.do(c.NextItem(), c.Park())
    waits = parked(counter)
    assert (waits.waybill, waits.accepted) == ("", 1)
    counter.do(c.Resume(waits.draft))
    assert [item.waybill for item in counter.visit().items] == [WAYBILLS[0]]
    counter.place(OTHER)
    assert counter.message() == "rule.parked_other"
    counter.lift()
    counter.place()
    counter.do(c.ConfirmOriginal())
    counter.parcel(WAYBILLS[1])
    counter.do(c.Commit())
    assert len({row.visit for row in counter.vault.journal.items()}) == 1
    assert verified(counter)


def test_nothing_is_parked_that_cannot_wait(counter: Counter) -> None:
    counter.log_in()
    counter.do(c.Park())
    assert (counter.message(), counter.vault.journal.drafts()) == ("rule.park_nothing", [])
    counter.type(contents="书")
    counter.do(c.Park(), c.Park())  # F4 twice, faster than the screen
    assert counter.message() == "rule.park_nothing"
    assert len(counter.views[-1].parked) == 1


def test_more_than_a_handful_do_not_wait(counter: Counter) -> None:
    counter.log_in()
    limit = counter.live.rules.limits.drafts_per_operator
    for number in range(limit + 1):
        counter.type(contents=f"书{number}")
        counter.do(c.Park())
    assert counter.message() == "rule.park_full"
    assert texts(counter) == {"contents": f"书{limit}"}
    assert len(counter.views[-1].parked) == limit
    assert len({waits.draft for waits in counter.views[-1].parked}) == limit


def test_nobody_is_parked_in_the_middle_of_a_read(counter: Counter) -> None:
    counter.log_in()
    counter.type(contents="书")
    counter.station.device_event(CardReading(Slot.ID_READER))
    counter.do(c.Park())
    assert (counter.message(), counter.views[-1].parked) == ("rule.park_reading", ())
    counter.station.device_event(CardFailed(Slot.ID_READER, str(DeviceFault.CARD_UNREADABLE), {}))
    counter.do(c.Park())
    assert len(counter.views[-1].parked) == 1


@pytest.mark.parametrize("lying", [card(), OTHER], ids=["her own", "another's"])
def test_a_card_on_the_reader_is_said(counter: Counter, lying: object) -> None:
    started(counter)
    counter.place(lying)  # type: ignore[arg-type]
    counter.do(c.Park())
    assert counter.message() == "msg.parked_card"
    assert counter.visit().sender is None
    assert "示例丙" not in repr(counter.vault.journal.drafts()[0].data)


def test_another_persons_card_never_joins_a_visit_that_was_parked(counter: Counter) -> None:
    """The comparison is open after it came back, so only this keeps two people apart (T14, T27)."""
    counter.log_in()
    counter.place()
    counter.type(sender_phone="13800138000")
    counter.lift()
    counter.do(c.Park())
    counter.do(c.Resume(parked(counter).draft))
    counter.place(OTHER)
    assert counter.message() == "rule.parked_other"
    sender = counter.visit().sender
    assert sender is not None
    assert sender.name == "证件样本"
    counter.station.stop()  # nor after a restart
    again = Counter(counter.vault)
    again.log_in()
    again.place(OTHER)
    assert again.message() == "rule.parked_other"
    again.lift()
    again.place()
    assert again.do(c.ConfirmOriginal()).visit is not None
    assert again.message() != "rule.parked_other"
    again.station.stop()


def test_what_is_typed_meanwhile_is_not_lost_to_one_that_comes_back(counter: Counter) -> None:
    started(counter)
    counter.do(c.Park())
    counter.type(contents="茶叶")
    counter.do(c.Resume(parked(counter).draft))
    assert counter.message() == "rule.park_covered"
    assert texts(counter) == {"contents": "茶叶"}
    waits = parked(counter)
    counter.do(c.Park(), c.Resume(waits.draft), c.Resume(waits.draft))
    assert counter.message() == "rule.park_gone"
    assert texts(counter)["contents"] == "衣物"
    assert [waits.waybill for waits in counter.views[-1].parked] == [""]


def test_its_waybill_is_nobody_elses_meanwhile(counter: Counter) -> None:
    started(counter)
    counter.do(c.Park())
    waits = parked(counter)
    counter.scan(WAYBILLS[0])
    assert counter.message() == "rule.waybill_parked"
    field = counter.visit().fields[Field.WAYBILL]
    assert (field.problem, field.facts["number"]) == ("rule.waybill_parked", "OP10001")
    counter.do(c.Park())  # it waits with a waybill that is not its own, and claims nothing
    counter.do(c.Resume(waits.draft))
    assert counter.visit().fields[Field.WAYBILL].problem == ""
    counter.do(c.Lock())
    counter.log_in("OP20001", "si-wu-liu")
    counter.type(waybill=WAYBILLS[0].lower())
    assert counter.visit().fields[Field.WAYBILL].problem == "rule.waybill_parked"
    assert counter.views[-1].parked_by_others == {"OP10001": 2}


def test_a_handful_survives_lock_log_out_and_restart(counter: Counter) -> None:
    counter.log_in()
    for contents in ("书", "茶叶"):
        counter.type(contents=contents)
        counter.do(c.Park())
        counter.vault.machine.advance(1)
    counter.type(contents="衣物")
    counter.do(c.Lock())
    assert (counter.views[-1].parked, counter.views[-1].screen) == ((), Screen.LOCKED)
    assert counter.station._desk.drafts._waybills.parked == {}
    her = counter.log_in("OP20001", "si-wu-liu")
    assert (her.parked, texts(counter)) == ((), {})
    counter.type(contents="她的")
    counter.do(c.Park(), c.LogOut())
    view = counter.log_in()
    assert (len(view.parked), texts(counter)) == (2, {"contents": "衣物"})
    counter.do(c.LogOut())
    counter.station.stop()
    again = Counter(counter.vault)
    assert (len(again.log_in().parked), texts(again)) == (2, {"contents": "衣物"})
    again.do(c.NewAcceptance(discard=True), c.Resume(again.views[-1].parked[0].draft))
    assert texts(again) == {"contents": "书"}
    again.station.stop()
    assert verified(counter)


def test_a_full_disk_parks_nothing_and_loses_nothing(counter: Counter, journal: RefusingJournal) -> None:
    started(counter)
    before = texts(counter)
    journal.full = True
    counter.do(c.Park())
    assert (counter.message(), texts(counter)) == (StoreFault.DISK_FULL, before)
    assert counter.views[-1].parked == ()
    journal.full = False
    counter.do(c.Park())
    waits = parked(counter)
    journal.full = True
    counter.do(c.Resume(waits.draft))
    assert (counter.message(), texts(counter)) == (StoreFault.DISK_FULL, {})
    assert parked(counter).draft == waits.draft
    journal.full = False
    counter.do(c.Resume(waits.draft))
    assert texts(counter) == before
    assert len(journal.drafts()) == 1


def test_two_hours_pass_while_the_counter_runs(counter: Counter) -> None:
    started(counter)
    counter.do(c.Park())
    counter.type(contents="书")
    counter.vault.machine.advance(3 * 3600)
    counter.station._enqueue(counter.station._tick).result(10)
    view = counter.shown()
    assert (view.parked, texts(counter)) == ((), {"contents": "书"})
    assert view.message is not None
    assert (view.message.code, view.message.facts["cause"]) == ("msg.draft_lapsed", "too_old")
    lapsed = [e.data for e in counter.vault.journal.rows if e.header.kind == "DraftLapsed"]
    assert lapsed == [{"operator": "OP10001", "cause": "too_old"}]
    assert verified(counter)


def test_what_lapses_behind_the_lock_is_said_at_the_next_log_in(counter: Counter) -> None:
    started(counter)
    counter.do(c.Park(), c.Lock())
    counter.vault.machine.advance(3 * 3600)
    counter.log_in("OP20001", "si-wu-liu")
    assert counter.kinds().count("DraftLapsed") == 1
    assert counter.message() == "msg.welcome"
    counter.do(c.Lock())
    assert counter.log_in().parked == ()
    assert counter.message() == "msg.draft_lapsed"
    counter.do(c.Lock())
    counter.log_in()
    assert counter.message() == "msg.welcome"
    assert verified(counter)


def test_a_disk_that_refuses_keeps_what_is_too_old_until_it_can_be_said(
    counter: Counter, journal: RefusingJournal
) -> None:
    started(counter)
    counter.do(c.Park())
    journal.full = True
    counter.vault.machine.advance(3 * 3600)
    tick = counter.station._enqueue(counter.station._tick)
    assert getattr(tick.exception(10), "code", "") == StoreFault.DISK_FULL
    assert len(journal.drafts()) == 1
    serial = counter.live.serial
    counter.station._enqueue(counter.station._tick).result(10)
    assert counter.live.serial == serial, "said once, not at every tick"
    journal.full = False
    assert counter.kinds().count("DraftLapsed") == 0


def test_at_the_days_close_nobodys_visit_waits_on(counter: Counter) -> None:
    counter.log_in("OP20001", "si-wu-liu")
    counter.type(contents="她的")
    counter.do(c.Lock())
    started(counter)
    counter.do(c.Park())
    counter.type(contents="书")
    assert counter.views[-1].parked_by_others == {"OP20001": 1}
    counter.do(c.CloseDay())
    assert (counter.views[-1].parked, counter.views[-1].parked_by_others) == ((), {})
    assert texts(counter) == {"contents": "书"}, "what stands on the screen is seen"
    assert counter.kinds()[-3:] == ["DraftLapsed", "DraftLapsed", "DayClosed"]
    counter.do(c.Lock())
    counter.log_in("OP20001", "si-wu-liu")
    assert counter.message() == "msg.draft_lapsed"
    assert verified(counter)
