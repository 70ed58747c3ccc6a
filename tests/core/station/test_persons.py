"""A person with her document asks for deletion: what the screen and the printers still do with her items."""

from __future__ import annotations

import pytest

from core import commands as c
from core.devices import CardRead, PrintOutcome, Slot
from core.persons import AskErasure
from core.seeing import AskToSee, BeginCase, CloseCase, OpenCase, ShowCase
from core.station import persons
from core.view import ItemView
from tests.core.station.desk import WAYBILLS, Counter, card
from tests.core.station.test_adopting import tell


@pytest.fixture
def counter() -> Counter:
    """One item of the specimen's, its label printed; the customer has gone."""
    counter = Counter()
    counter.log_in()
    counter.sender()
    counter.parcel(WAYBILLS[0])
    counter.do(c.Commit())
    counter.print(counter.paper(1)[0])
    counter.lift()
    counter.do(c.NextCustomer())
    return counter


def by_card(counter: Counter) -> list[ItemView]:
    counter.do(c.LookUp(""))
    counter.station.device_event(CardRead(Slot.ID_READER, card()))
    return list(counter.shown().found or ())


def test_restricted_it_is_named_and_neither_shown_nor_printed_nor_offered(counter: Counter) -> None:
    (item,) = by_card(counter)
    assert item.waybill == WAYBILLS[0]
    view = counter.do(AskErasure((item.seq,)))
    message = view.message
    assert message is not None
    assert (message.code, dict(message.facts)) == ("msg.person_erasure", {"erased": 0, "restricted": 1})
    said = counter.vault.journal.rows[-1]
    assert (said.header.kind, said.data["item"]) == ("ItemRestricted", item.seq)
    assert said.data["ground"] in ("enquiry", "unconfirmed_time")
    (shown,) = counter.do(c.LookUp(WAYBILLS[0])).found or ()
    assert (shown.number, shown.waybill, shown.recipient, shown.contents) == (item.number, "", "", "")
    assert [note.code for note in shown.notes] == ["note.restricted"]
    before = len(counter.printer.jobs)
    counter.do(c.Reprint(item.seq))
    assert counter.message() == "rule.item_restricted"
    assert len(counter.printer.jobs) == before
    assert by_card(counter) == []  # no document finds it
    counter.do(c.CloseLookUp())
    counter.place()
    counter.station._known.rest()
    counter.look()
    assert counter.visit().known == ()


def test_a_copy_that_waits_for_its_printer_does_not_come_out(counter: Counter) -> None:
    (item,) = by_card(counter)
    counter.do(c.Reprint(item.seq))
    copy = counter.paper(2)[1]
    by_card(counter)
    counter.do(AskErasure((item.seq,)))
    assert counter.message() == "msg.person_erasure"
    assert not counter.print(copy, PrintOutcome.NOT_PRINTED, "device.gone")
    assert "PrintStarted" not in counter.kinds()[counter.kinds().index("ItemRestricted") :]


def test_its_case_ends_with_it_and_none_is_opened_again(counter: Counter) -> None:
    (item,) = by_card(counter)
    begin, typed = BeginCase(item.seq, "complaint", "sender"), OpenCase("证件样本", "13800138000", "")
    counter.do(begin, typed)
    assert item.seq in counter.views[-1].cases
    counter.do(AskErasure((item.seq, item.seq)))
    assert counter.kinds()[-2:] == ["ItemRestricted", "CaseClosed"]
    assert counter.views[-1].cases == {}
    assert counter.do(c.LookUp(WAYBILLS[0]), begin).case is None
    assert counter.message() == "rule.item_restricted"


def test_a_case_that_an_earlier_program_left_open_is_closed_and_never_seen(counter: Counter) -> None:
    (item,) = by_card(counter)
    counter.do(BeginCase(item.seq, "complaint", "sender"), OpenCase("证件样本", "13800138000", ""))
    found = (counter.live.item(item.seq),)
    rows = [row for row in found if row is not None]
    counter.station._enqueue(lambda: persons.ask_erasure(counter.live, (item.seq,), rows, "card")).result(10)
    for command in (AskToSee(item.seq, "complaint"), ShowCase(item.seq)):
        counter.do(command)
        assert counter.message() == "rule.item_restricted"
    counter.do(CloseCase(item.seq))
    assert counter.kinds()[-2:] == ["ItemRestricted", "CaseClosed"]


def test_what_was_being_typed_about_it_is_not_kept(counter: Counter) -> None:
    (item,) = by_card(counter)
    counter.do(BeginCase(item.seq, "complaint", "sender"), AskErasure((item.seq,)))
    assert counter.views[-1].case is None
    counter.do(OpenCase("证件样本", "13800138000", ""))
    assert "CaseOpened" not in counter.kinds()


def test_not_while_her_receipt_is_still_to_come() -> None:
    counter = Counter(receipts=True)
    counter.log_in()
    counter.sender()
    counter.parcel(WAYBILLS[0])
    counter.do(c.Commit())
    counter.print(counter.paper(1)[0])
    counter.lift()
    counter.do(c.NextCustomer())
    (item,) = by_card(counter)
    counter.do(AskErasure((item.seq,)))
    assert (counter.message(), counter.kinds().count("ItemRestricted")) == ("rule.person_paper", 0)
    counter.station.stop()


def test_only_for_what_her_own_document_found_and_when_its_paper_is_out(counter: Counter) -> None:
    (item,) = by_card(counter)
    counter.do(c.LookUp(WAYBILLS[0]), AskErasure((item.seq,)))
    assert counter.message() == "rule.person_absent"
    by_card(counter)
    counter.do(AskErasure((1,)))
    assert counter.message() == "rule.not_allowed"
    counter.do(c.CloseLookUp())
    counter.sender()
    counter.parcel(WAYBILLS[1])
    counter.do(c.Commit(), c.NextCustomer())
    waits = by_card(counter)[0]
    counter.do(AskErasure((waits.seq,)))
    assert counter.message() == "rule.person_paper"
    assert "ItemRestricted" not in counter.kinds()


def test_what_headquarters_decided_is_adopted_once_and_what_is_no_item_is_set_aside(counter: Counter) -> None:
    """Within the year the counter restricts, whatever headquarters says; a session is open meanwhile, and a
    case about the item ends with it."""
    (item,) = by_card(counter)
    counter.do(c.LookUp(WAYBILLS[0]), BeginCase(item.seq, "complaint", "sender"))
    counter.do(OpenCase("证件样本", "13800138000", ""))
    assert counter.kinds()[-1] == "CaseOpened"
    body = {"item": item.seq, "request": "h-1", "does": "erase", "ground": "asked"}
    tell(counter, ("person_item", str(item.seq), body))
    assert counter.message() == "msg.item_told_restricted"
    said, ended = counter.vault.journal.rows[-2:]
    assert (ended.header.kind, ended.header.actor.type) == ("CaseLapsed", "system")
    assert (said.header.kind, said.header.kind_version, said.data["directive"]) == ("ItemRestricted", 2, 1)
    assert said.data["ground"] in ("enquiry", "unconfirmed_time")
    assert by_card(counter) == []
    tell(counter, ("person_item", str(item.seq), {**body, "does": "restrict", "ground": "objection"}))
    assert counter.kinds().count("ItemRestricted") == 1
    for wrong in ({"item": 1}, {"item": 9999}, {"ground": "enquiry"}, {"does": "forget"}):
        tell(counter, ("person_item", "9", {**body, **wrong}))
        assert counter.message() == "msg.directive_parked"
