"""F5 at the station: whose contacts are offered, by which document, and when they are gone again."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from core import commands as c
from core.commands import Field, ManualCause, ManualField, Party, SenderKind
from core.errors import RuleError, RuleFault
from core.view import CounterView, VisitView
from tests.core.station.desk import WAYBILLS, Counter, card

OTHER = card("样本甲", "110105194912310046", "r-9")
TYPED = {
    ManualField.NUMBER: "11010519491231002X",
    ManualField.NUMBER_AGAIN: "11010519491231002X",
    ManualField.NAME: "证件样本",
    ManualField.VALID_TO: "2027-01-01",
}


@pytest.fixture
def counter() -> Counter:
    """One item of the specimen's, accepted; the customer has gone."""
    counter = Counter()
    counter.log_in()
    counter.sender()
    accept(counter, WAYBILLS[0])
    return counter


def accept(counter: Counter, waybill: str) -> None:
    counter.parcel(waybill)
    counter.do(c.Commit())
    counter.lift()
    counter.do(c.NextCustomer())


def until(counter: Counter, seen: Callable[[VisitView], bool]) -> VisitView:
    """The reader's thread answers a moment later."""
    end = time.monotonic() + 20
    while not seen(counter.visit()):
        assert time.monotonic() < end, "never seen"
        time.sleep(0.005)
    return counter.visit()


def offered(counter: Counter) -> list[str]:
    """Once something is."""
    return [each.party.value for each in until(counter, lambda visit: bool(visit.known)).known]


def never_offered(counter: Counter) -> None:
    """Whoever asked had time to be answered."""
    counter.station._known.rest()
    counter.look()
    assert counter.visit().known == ()


def typed(counter: Counter) -> CounterView:
    """A document without a chip through the manual lane."""
    counter.do(c.StartManual("temporary_resident", ManualCause.NO_CHIP))
    counter.do(*(c.SetManualField(name, text) for name, text in TYPED.items()))
    return counter.do(c.FinishManual())


def test_offered_for_her_document_and_gone_with_her(counter: Counter) -> None:
    assert counter.visit().known == ()
    counter.place(card(read="r-2"))
    assert offered(counter) == ["sender", "recipient"]
    counter.lift()
    assert counter.do(c.NewAcceptance(discard=True)).visit is not None
    assert counter.visit().known == ()


def test_another_document_is_offered_nothing_and_loses_what_was_taken(counter: Counter) -> None:
    counter.place(card(read="r-2"))
    offered(counter)
    counter.do(*(c.TakeKnown(party, counter.visit().known[0].seq) for party in Party))
    assert counter.visit().fields[Field.RECIPIENT_NAME].source == "known"
    counter.place(OTHER)
    never_offered(counter)
    assert counter.visit().as_in == {}
    assert counter.visit().fields[Field.SENDER_PHONE].text == ""


def test_a_typed_document_has_its_own(counter: Counter) -> None:
    """The kind is part of the hint: what was sent with the card is not found by another document."""
    typed(counter)
    never_offered(counter)
    counter.type(sender_phone="13800138000", sender_address="北京市朝阳区样本街道1号")
    counter.do(c.ConfirmOriginal(), c.AcknowledgeNotice(c.Acknowledgement.SPOKEN))
    accept(counter, WAYBILLS[1])
    typed(counter)
    assert offered(counter) == ["sender", "recipient"]


def test_an_agents_own_contacts_never_the_principals(counter: Counter) -> None:
    counter.do(c.SetSenderKind(SenderKind.AGENT))
    counter.place(card(read="r-2"))
    never_offered(counter)
    counter.do(c.SetSenderKind(SenderKind.PERSON))
    assert offered(counter)
    counter.do(c.SetSenderKind(SenderKind.AGENT))
    counter.do(c.KeepAsPrincipal())
    counter.place(OTHER)
    never_offered(counter)


@pytest.mark.parametrize("kind", [SenderKind.LETTER, SenderKind.AGREEMENT, SenderKind.EXEMPT])
def test_whoever_is_not_identified_is_offered_nothing(counter: Counter, kind: SenderKind) -> None:
    counter.place(card(read="r-2"))
    offered(counter)
    counter.do(c.SetSenderKind(kind))
    never_offered(counter)


def test_only_what_is_offered_can_be_taken(counter: Counter) -> None:
    counter.place(card(read="r-2"))
    seq = until(counter, lambda visit: bool(visit.known)).known[0].seq
    for party, wrong in ((Party.SENDER, seq + 1), (Party.RECIPIENT, 0)):
        error = counter.station.submit(c.TakeKnown(party, wrong)).exception(10)
        assert isinstance(error, RuleError)
        assert error.code is RuleFault.CONTACT_UNKNOWN
    counter.do(c.Lock())
    assert counter.station.submit(c.TakeKnown(Party.SENDER, seq)).exception(10) is not None


def test_what_was_just_accepted_is_offered_for_the_next_item(counter: Counter) -> None:
    counter.place(card(read="r-2"))
    offered(counter)
    counter.type(sender_phone="13700137011", sender_address="北京市朝阳区样本街道1号")
    counter.do(c.ConfirmOriginal(), c.AcknowledgeNotice(c.Acknowledgement.SPOKEN))
    counter.parcel(WAYBILLS[1])
    counter.do(c.Commit(), c.NextItem())
    visit = until(counter, lambda visit: len(visit.known) == 3)
    assert [each.shown.get(Field.SENDER_PHONE) for each in visit.known][:2] == ["137******11", "138******00"]
    assert visit.known[2].number == "000002"


def test_after_a_year_nothing_is_offered(counter: Counter) -> None:
    counter.vault.machine.advance(366 * 86_400)
    counter.shown()
    counter.live.contact = counter.live.now().at  # headquarters was heard all the while
    counter.log_in()
    counter.place(card(read="r-2"))
    never_offered(counter)
